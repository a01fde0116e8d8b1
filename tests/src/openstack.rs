//! A running OpenStack, which answers as Keystone and Ceilometer do in the recordings: and, if a story
//! wants it, as badly as it says.

mod ceilometer;
mod keystone;
mod refusal;
mod sample;
mod server;
mod world;

use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

pub use server::{Request, Response, Server};
pub use world::{APPLICATION_ID, APPLICATION_SECRET, Faults, Identity, PASSWORD, Project, TOKEN};

use crate::Cloud;
use sample::Metered;
use world::World;

/// How often one looks whether something has changed.
const LOOK: Duration = Duration::from_millis(5);

/// The world, once nothing stands where somebody asks.
fn stood_at<'w>(world: &'w Mutex<World>, request: &Request) -> MutexGuard<'w, World> {
    world.lock().unwrap().asked.push(request.clone());
    loop {
        let world = world.lock().unwrap();
        if world.stands_at.as_ref() != Some(&request.path) {
            return world;
        }
        drop(world);
        thread::sleep(LOOK);
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
                let mut world = stood_at(&world, request);
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

    /// Whoever asks for this path waits until nothing stands there any more.
    pub fn stands_at(&self, path: Option<&str>) {
        self.world().stands_at = path.map(str::to_owned);
    }

    /// Waits until a path has been asked for so often.
    pub fn waits_for(&self, path: &str, times: usize) {
        while self.world().asked.iter().filter(|asked| asked.path == path).count() < times {
            thread::sleep(LOOK);
        }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    /// Keystone knows this project.
    pub fn project(&self, id: &str, name: &str) -> &OpenStack {
        self.project_as(Project::new(id, name))
    }

    /// Keystone knows this project, as it is.
    pub fn project_as(&self, project: Project) -> &OpenStack {
        self.world().projects.push(project);
        self
    }

    /// Keystone knows no such project any more.
    pub fn delete_project(&self, id: &str) {
        self.world().projects.retain(|known| known.id != id);
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

    /// The catalog says this for Ceilometer's address.
    pub fn catalog_says(&self, address: &str) {
        self.world().ceilometer = address.to_owned();
    }

    /// Somebody else answers who there is, as whoever stands before Keystone may.
    pub fn projects_from(&self, other: impl Fn(&Request) -> Response + Send + Sync + 'static) {
        self.world().projects_from = Some(Box::new(other));
    }

    /// Something goes wrong from now on, or nothing any more.
    pub fn faults(&self, faults: Faults) {
        self.world().faults = faults;
    }

    /// Who finds out whether a token is good, as services behind the same Keystone do.
    pub fn takes(&self) -> impl Fn(Option<&str>) -> bool + Send + Sync + 'static {
        let world = self.world.clone();
        move |token| world.lock().unwrap().takes(token)
    }

    /// A token that is good.
    pub fn token(&self) -> String {
        self.world().new_token()
    }

    /// No token is good any more.
    pub fn revoke_tokens(&self) {
        self.world().tokens.clear();
    }

    /// What was asked so far, as method and path; forgotten then.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.world().asked).iter().map(|asked| format!("{} {}", asked.method, asked.path)).collect()
    }

    /// How many samples were answered so far; forgotten then.
    pub fn answered(&self) -> usize {
        std::mem::take(&mut self.world().answered)
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
            "{{authentication_url: '{url}', default_tenant: service, username: billing, password: {PASSWORD}, timeout: 30s{more}}}"
        )
    }
}
