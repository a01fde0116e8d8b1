//! A running Gnocchi, which answers as the recorded one does: resources with their history, measures by the ids of
//! metrics, as far back as an archive policy keeps them; and, if a story wants it, as badly as it says.

mod answer;
mod filter;
mod measures;
mod resource;
mod store;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard};

pub use measures::{BILLING, HIGH, LOW, Policy};
pub use resource::{Resource, at, polled};
pub use store::Faults;

use crate::Cloud;
use crate::openstack::{OpenStack, Request, Server};
use store::Store;

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
