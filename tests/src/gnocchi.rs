//! A running Gnocchi, which answers as the recorded one does: resources with their history, measures by the ids of
//! metrics, as far back as an archive policy keeps them; and, if a story wants it, as badly as it says.

mod answer;
mod filter;
mod measures;
mod resource;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard};

pub use measures::{BILLING, HIGH, LOW, Policy};
pub use resource::{Resource, at, polled};

use crate::Cloud;
use crate::openstack::{OpenStack, Request, Server};

/// What is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// It gives no more resources than so many at a time, whatever is asked for.
    pub max_limit: Option<usize>,
    /// It does not obey the filter of projects.
    pub ignores_projects: bool,
    /// Whoever asks sees this project alone, and is no administrator.
    pub sees_only: Option<&'static str>,
    /// It answers this about the measures of a tenant.
    pub error_for: Option<(&'static str, u16, &'static str)>,
    /// It answers measures of this granule, whatever is asked for.
    pub other_granule: Option<i64>,
    /// It takes nobody's word for who he is.
    pub refuses: bool,
    /// There is no such path.
    pub no_such_path: bool,
    /// The metrics of that name are deleted when their measures are asked for.
    pub deleted: Option<&'static str>,
}

/// What it knows.
#[derive(Default)]
pub(crate) struct Store {
    pub resources: Vec<Resource>,
    pub faults: Faults,
    pub asked: Vec<Request>,
}

/// A running Gnocchi.
pub struct Gnocchi {
    store: Arc<Mutex<Store>>,
    pub server: Server,
}

impl Gnocchi {
    /// One with users of its own, of whom `admin` sees everything.
    pub fn new() -> Gnocchi {
        Gnocchi::of(|request| request.authorization.as_deref() == Some("Basic YWRtaW46c2VzYW1l"))
    }

    /// One that asks a cloud's Keystone who it is, and is in its catalog.
    pub fn behind(openstack: &OpenStack) -> Gnocchi {
        let takes = openstack.takes();
        let gnocchi = Gnocchi::of(move |request| takes(request.token.as_deref()));
        openstack.catalog_says(&gnocchi.server.url());
        openstack.faults(crate::openstack::Faults { no_metering: true, ..crate::openstack::Faults::default() });
        gnocchi
    }

    fn of(takes: impl Fn(&Request) -> bool + Send + Sync + 'static) -> Gnocchi {
        let store: Arc<Mutex<Store>> = Arc::default();
        let own = store.clone();
        let server = Server::start(move |request| {
            let mut store = own.lock().unwrap();
            store.asked.push(request.clone());
            match takes(request) && !store.faults.refuses {
                true => answer::answer(&store, request),
                false => answer::unauthorized(),
            }
        });
        Gnocchi { store, server }
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap()
    }

    /// There is this, too.
    pub fn has(&self, resource: Resource) -> &Gnocchi {
        self.store().resources.push(resource);
        self
    }

    /// Something goes wrong from now on, or nothing any more.
    pub fn faults(&self, faults: Faults) {
        self.store().faults = faults;
    }

    /// What was asked so far, as method and path; forgotten then.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.store().asked).iter().map(|asked| format!("{} {}", asked.method, asked.path)).collect()
    }

    /// Has a cloud's bills come from here, as a user of its own.
    pub fn serve(&self, cloud: &Cloud, more: &str) {
        let url = self.server.url();
        cloud.set("source", &format!("{{kind: gnocchi, url: '{url}', username: admin, password: sesame{more}}}"));
    }
}

impl Default for Gnocchi {
    fn default() -> Self {
        Gnocchi::new()
    }
}
