//! A real Ceilometer of the last release with an API, with a database of SQLite's.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use artifice_model::aggregate::Entry;

use super::keystone::{Keystone, PASSWORD};
use super::python::{PATIENCE, Server, directory, finished, free_port, program, script};

const ENVIRONMENT: &str = "ceilometer";

/// A Ceilometer that runs.
#[derive(Debug)]
pub struct Ceilometer {
    server: Server,
    /// Where its database is.
    data: PathBuf,
}

impl Ceilometer {
    /// A new one without samples, whose users are a Keystone's, and which answers with so many samples unless it is asked for
    /// more.
    pub fn make(keystone: &Keystone, port: u16, limit: u32) -> Ceilometer {
        let data = directory("artifice-ceilometer-");
        let configuration = configure(&data, &data, keystone, limit);
        let mut upgrade = program(ENVIRONMENT, "ceilometer-upgrade");
        upgrade.arg("--config-file").arg(configuration).arg("--skip-gnocchi-resource-types");
        finished(&mut upgrade, "");
        Ceilometer { server: serve(&data, port), data }
    }

    /// Another one of the same samples, whose answers are as long as this, if they are not asked to be longer.
    pub fn beside(&self, keystone: &Keystone, limit: u32) -> Ceilometer {
        let own = directory("artifice-ceilometer-");
        configure(&own, &self.data, keystone, limit);
        Ceilometer { server: serve(&own, free_port()), data: self.data.clone() }
    }

    /// Stores samples, one a line.
    pub fn meter(&self, samples: &str) {
        let mut seed = script(ENVIRONMENT, "seed_ceilometer.py");
        let stored = finished(seed.arg(self.server.directory().join("ceilometer.conf")), samples);
        assert_eq!(stored.trim(), samples.lines().count().to_string());
    }

    /// Has a script read all samples of the meters that are charged by default, in one answer each; says how many.
    pub fn read_by_script(&self, keystone: &Keystone, from: &str, to: &str) -> usize {
        let mut read = script(ENVIRONMENT, "read_ceilometer.py");
        read.args([&keystone.url(), &self.url(), PASSWORD, from, to]);
        finished(read.args(Entry::built_in().iter().map(|entry| entry.meter.as_str())), "").trim().parse().unwrap()
    }

    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Ends it in the middle of whatever it does.
    pub fn kill(self) {
        self.server.kill();
    }

    /// Waits until it is asked for samples.
    pub fn is_asked(&self) {
        let (begin, log) = (Instant::now(), self.server.directory().join("log"));
        while !fs::read_to_string(&log).unwrap().contains("GET /v2/meters/") {
            assert!(begin.elapsed() < PATIENCE, "nobody asks for samples");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

fn serve(directory: &Path, port: u16) -> Server {
    let mut serve = script(ENVIRONMENT, "serve_ceilometer.py");
    serve.arg(directory.join("ceilometer.conf"));
    Server::start(serve, port, directory.to_owned())
}

/// Writes a configuration into a directory, of a Ceilometer whose database is in another one, or in the same.
fn configure(directory: &Path, data: &Path, keystone: &Keystone, limit: u32) -> PathBuf {
    let (own, data, url) = (directory.display(), data.display(), keystone.url());
    // Whoever administers its project sees everybody's samples.
    let policy = r#"{"context_is_admin": "role:admin", "segregation": "rule:context_is_admin", "telemetry:get_samples": "",
        "telemetry:get_sample": "", "telemetry:query_sample": "", "telemetry:compute_statistics": "", "telemetry:get_meters": "",
        "telemetry:get_resource": "", "telemetry:get_resources": ""}"#;
    fs::write(directory.join("policy.json"), policy).unwrap();
    let pipeline = format!(
        "[pipeline:main]\npipeline = authtoken api\n\
         [app:api]\npaste.app_factory = ceilometer.api.app:app_factory\n\
         [filter:authtoken]\npaste.filter_factory = keystonemiddleware.auth_token:filter_factory\n\
         oslo_config_project = ceilometer\noslo_config_file = {own}/ceilometer.conf\n"
    );
    fs::write(directory.join("paste.ini"), pipeline).unwrap();
    // A value's % begins a variable in oslo's files only as a $ does.
    let password = PASSWORD.replace('$', "$$");
    let text = format!(
        "[DEFAULT]\ntransport_url = fake://\napi_paste_config = {own}/paste.ini\n\
         [api]\ndefault_api_return_limit = {limit}\n\
         gnocchi_is_enabled = false\naodh_is_enabled = false\npanko_is_enabled = false\n\
         [database]\nconnection = sqlite:///{data}/ceilometer.db\n\
         [publisher]\ntelemetry_secret = signed\n\
         [publisher_notifier]\ntelemetry_driver = noop\n\
         [oslo_policy]\npolicy_file = {own}/policy.json\n\
         [keystone_authtoken]\nauth_type = password\nauth_url = {url}/v3\nwww_authenticate_uri = {url}/v3\n\
         username = ceilometer\npassword = {password}\nproject_name = service\n\
         user_domain_name = Default\nproject_domain_name = Default\nregion_name = RegionOne\ninterface = public\n"
    );
    let file = directory.join("ceilometer.conf");
    fs::write(&file, text).unwrap();
    file
}
