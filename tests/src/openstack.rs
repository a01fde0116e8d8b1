//! A running OpenStack, which answers as Keystone and Ceilometer do in the recordings: and, if a story
//! wants it, as badly as it says.

mod ceilometer;
mod keystone;
mod server;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::Value;

use crate::Cloud;
use ceilometer::Metered;
use server::{Request, Response, Server};

/// The password of the user `billing`.
pub const PASSWORD: &str = "open-sesame-7781";

/// Which identity API Keystone speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    V2,
    V3,
}

/// What is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// A token is good for so many requests.
    pub token_lasts: Option<u32>,
    /// Ceilometer takes no token at all.
    pub refuses_tokens: bool,
    /// Keystone lets nobody list all projects.
    pub no_list: bool,
    /// Keystone lists so many projects at a time.
    pub page: Option<usize>,
    /// The catalog has no Ceilometer.
    pub no_metering: bool,
    /// Ceilometer answers this for samples of a tenant.
    pub error_for: Option<(&'static str, u16, &'static str)>,
    /// Ceilometer answers this instead of samples.
    pub answers: Option<&'static str>,
    /// Ceilometer needs so long.
    pub slow: Duration,
    /// Ceilometer's answers end in the middle.
    pub truncated: bool,
    /// Ceilometer's answers do not end.
    pub endless: bool,
    /// Ceilometer does not obey these: `project_id`, `timestamp`, `limit`.
    pub ignores: Vec<&'static str>,
    /// Ceilometer, or what stands before it, answers no more than this, and does not say so.
    pub cuts_at: Option<usize>,
    /// Ceilometer is of those that know no limit.
    pub unknown_limit: bool,
    /// Ceilometer cannot say who has samples.
    pub no_statistics: bool,
    /// The cloud has moved to Gnocchi.
    pub gone: bool,
    /// Ceilometer goes away after so many requests.
    pub leaves_after: Option<usize>,
}

/// What both services know.
#[derive(Default)]
struct World {
    identity: Option<Identity>,
    /// Ids with names.
    projects: Vec<(String, String)>,
    samples: Vec<Metered>,
    /// Tokens with how often they were used.
    tokens: BTreeMap<String, u32>,
    faults: Faults,
    asked: Vec<Request>,
    ceilometer: String,
    keystone: String,
}

impl World {
    /// Whether a token is good; it is a little worn after that.
    fn takes(&mut self, token: Option<&str>) -> bool {
        let lasts = self.faults.token_lasts.unwrap_or(u32::MAX);
        match token.and_then(|token| self.tokens.get_mut(token)) {
            Some(used) if *used < lasts => {
                *used += 1;
                true
            }
            _ => false,
        }
    }

    fn new_token(&mut self) -> String {
        let token = format!("gAAAA-secret-token-{}", self.tokens.len());
        self.tokens.insert(token.clone(), 0);
        token
    }
}

/// A running OpenStack.
pub struct OpenStack {
    world: Arc<Mutex<World>>,
    pub keystone: Server,
    pub ceilometer: Server,
}

impl OpenStack {
    pub fn new(identity: Identity) -> OpenStack {
        let world: Arc<Mutex<World>> = Arc::default();
        let service = |answer: fn(&mut World, &Request) -> Response| {
            let world = world.clone();
            Server::start(move |request| {
                let mut world = world.lock().unwrap();
                world.asked.push(request.clone());
                let response = answer(&mut world, request);
                drop(world);
                response
            })
        };
        let (keystone, ceilometer) = (service(keystone::answer), service(ceilometer::answer));
        let openstack = OpenStack { world, keystone, ceilometer };
        openstack.world().identity = Some(identity);
        openstack.world().ceilometer = openstack.ceilometer.url();
        openstack.world().keystone = openstack.keystone.url();
        openstack
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    /// Keystone knows this project.
    pub fn project(&self, id: &str, name: &str) -> &OpenStack {
        self.world().projects.push((id.to_owned(), name.to_owned()));
        self
    }

    /// Keystone knows no such project any more.
    pub fn delete_project(&self, id: &str) {
        self.world().projects.retain(|(known, _)| known != id);
    }

    /// Ceilometer has these samples, one a line.
    pub fn meter(&self, samples: impl AsRef<str>) -> &OpenStack {
        let mut world = self.world();
        world.samples.extend(samples.as_ref().lines().map(Metered::read));
        // Newest first, as it answers.
        world.samples.sort_by_key(|sample| std::cmp::Reverse(sample.at));
        drop(world);
        self
    }

    /// Something goes wrong from now on, or nothing any more.
    pub fn faults(&self, faults: Faults) {
        self.world().faults = faults;
    }

    /// No token is good any more.
    pub fn revoke_tokens(&self) {
        self.world().tokens.clear();
    }

    /// What was asked so far, as method and path; forgotten then.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.world().asked).iter().map(|asked| format!("{} {}", asked.method, asked.path)).collect()
    }

    /// The values of a key in all queries so far.
    pub fn asked_with(&self, key: &str) -> Vec<String> {
        let world = self.world();
        world.asked.iter().flat_map(|asked| asked.all(key)).map(str::to_owned).collect()
    }

    /// Has a cloud's bills come from here.
    pub fn serve(&self, cloud: &Cloud) {
        cloud.set("source", "{kind: ceilometer}");
        cloud.set("openstack", &self.section(""));
    }

    /// The configuration's section, with more keys.
    pub fn section(&self, more: &str) -> String {
        let url = self.keystone.url();
        format!(
            "{{authentication_url: '{url}', default_tenant: service, username: billing, password: {PASSWORD}, timeout: 5s{more}}}"
        )
    }
}

/// An error in the shape of Keystone's.
fn keystone_error(status: u16, title: &str, message: &str) -> Response {
    let error = serde_json::json!({ "error": { "code": status, "message": message, "title": title } });
    Response::json(status, error)
}

/// What Keystone, and what checks tokens for the others, says to whoever has none.
fn unauthorized() -> Response {
    keystone_error(401, "Unauthorized", "The request you have made requires authentication.")
}

/// An error in the shape of Ceilometer's.
fn ceilometer_error(status: u16, says: &str) -> Response {
    let error: Value = serde_json::json!({ "faultcode": "Client", "faultstring": says, "debuginfo": null });
    Response::json(status, serde_json::json!({ "error_message": error }))
}
