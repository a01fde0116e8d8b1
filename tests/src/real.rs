//! OpenStack's own servers: a real Keystone, and a real Ceilometer whose storage holds what a story says.
//!
//! `cargo xtask test --real-cloud` installs them, as Python packages with fixed versions, and says where. Here they are
//! configured and started: on free ports of the loopback, with their databases in a temporary directory, and gone with the
//! process that started them.

mod ceilometer;
mod keystone;
mod python;

use std::sync::OnceLock;

use serde_json::Value;

pub use ceilometer::Ceilometer;
pub use keystone::{Keystone, PASSWORD};

use crate::{Cloud, Way};
use python::free_port;

/// So many projects there are beside those with names: with them more than Keystone shows without being asked for pages.
pub const MANY: u32 = 1_004;

/// How many samples an answer of Ceilometer's has, unless a story wants it otherwise.
const ANSWER_LIMIT: u32 = 100;

/// A cloud that runs.
#[derive(Debug)]
pub struct RealCloud {
    pub keystone: Keystone,
    pub ceilometer: Ceilometer,
    seed: Value,
}

impl RealCloud {
    /// The one that all stories share. Stories that need another server beside it start that themselves.
    pub fn shared() -> &'static RealCloud {
        static CLOUD: OnceLock<RealCloud> = OnceLock::new();
        CLOUD.get_or_init(|| {
            let port = free_port();
            let keystone = Keystone::make();
            let seed = keystone.seed(&format!("http://127.0.0.1:{port}"), MANY);
            let ceilometer = Ceilometer::make(&keystone, port, ANSWER_LIMIT);
            RealCloud { keystone, ceilometer, seed }
        })
    }

    /// Another Ceilometer, without samples.
    pub fn another_ceilometer(&self) -> Ceilometer {
        Ceilometer::make(&self.keystone, free_port(), ANSWER_LIMIT)
    }

    /// The id of a project: `service`, `demo`, `acme`, `mill` (of the domain corp), `idle`, `closed` (not enabled), or
    /// `many-0` and so on.
    #[track_caller]
    pub fn project(&self, name: &str) -> &str {
        self.seed["projects"][name].as_str().unwrap_or_else(|| panic!("there is no project {name}"))
    }

    /// Ways in which the user `billing` logs in.
    pub fn ways(&self) -> Vec<Way> {
        let [id, name, secret] = ["id", "name", "secret"].map(|key| self.seed["credential"][key].as_str().unwrap());
        let url = self.keystone.url();
        let secret = format!("application_credential_secret: '{secret}'");
        let application =
            |which: &str| format!("auth: {{auth_url: '{url}', {which}, {secret}}}, region_name: RegionOne");
        let of_application = |name, which: &str| {
            Way::in_file(name, &format!("auth_type: v3applicationcredential, {}", application(which)))
        };
        let auth = format!("auth: {{auth_url: '{url}', username: billing, project_name: service}}");
        let apart = format!("clouds: {{prod: {{auth: {{password: '{PASSWORD}'}}}}}}\n");
        let user = "username: billing, user_domain_name: Default";
        let variables = [
            ("OS_AUTH_URL", url.as_str()),
            ("OS_USERNAME", "billing"),
            ("OS_PASSWORD", PASSWORD),
            ("OS_PROJECT_NAME", "service"),
            ("OS_USER_DOMAIN_NAME", "Default"),
            ("OS_PROJECT_DOMAIN_NAME", "Default"),
            ("OS_REGION_NAME", "RegionOne"),
        ];
        vec![
            Way::own("the original's keys", self.section("billing", "")),
            Way::in_file("a clouds.yaml, and a secret apart", &auth).with("secure.yaml", apart),
            of_application("an application credential", &format!("application_credential_id: {id}")),
            of_application("one by its name", &format!("application_credential_name: {name}, {user}")),
            Way::environment("OS_*", &variables),
        ]
    }

    /// Has a cloud's bills come from here, by the original's keys.
    pub fn serve(&self, cloud: &Cloud) {
        cloud.set("source", "{kind: ceilometer}");
        cloud.set("openstack", &self.section("billing", ""));
    }

    /// The configuration's section `openstack`, for a user, with more keys.
    pub fn section(&self, user: &str, more: &str) -> String {
        let (url, project) = (self.keystone.url(), if user == "plain" { "demo" } else { "service" });
        format!(
            "{{authentication_url: '{url}', default_tenant: {project}, username: {user}, password: '{PASSWORD}', region: RegionOne{more}}}"
        )
    }
}
