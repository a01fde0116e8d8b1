//! What a Keystone answers, or whoever is in its place: neither password nor token is in any error or in the log.
#![no_main]

use std::sync::OnceLock;
use std::time::Duration;

use artifice_collect::http::{Http, offline};
use artifice_collect::openstack::keystone::Keystone;
use artifice_collect::openstack::settings::{Interface, OpenStack};
use artifice_fuzz::{PASSWORD, answers, harmless, sealed, target, told};
use artifice_settings::Secret;

fn settings(path: &str) -> OpenStack {
    OpenStack {
        authentication_url: format!("https://keystone.example.org/{path}").parse().unwrap(),
        ceilometer_url: None,
        default_tenant: "service".to_owned(),
        username: "billing".to_owned(),
        password: Secret::new(PASSWORD.to_owned()),
        user_domain: "Default".to_owned(),
        project_domain: "Default".to_owned(),
        region: None,
        interface: Interface::Public,
        ca_file: None,
        allow_http: false,
        timeout: Duration::from_secs(60),
    }
}

fn http() -> &'static Http {
    static HTTP: OnceLock<Http> = OnceLock::new();
    HTTP.get_or_init(|| Http::new("openstack", None, Duration::from_secs(60)).unwrap())
}

target!(|input| {
    let (first, rest) = input.bytes().split_first().unwrap_or((&0, &[]));
    let settings = settings(["v3", "v2.0", "", "identity"][usize::from(first & 3)]);
    offline::answer_with(answers(rest));
    let (errors, log) = told(|| match Keystone::log_in(http(), &settings) {
        Ok(keystone) => {
            let found = keystone.endpoint("metering").map(drop).err();
            found.into_iter().chain(keystone.projects().map(drop).err()).collect()
        }
        Err(error) => vec![error],
    });
    sealed(&log);
    for error in errors {
        sealed(&format!("{error:?}"));
        let error = error.to_string();
        sealed(&error);
        harmless(&error, 4096);
    }
});
