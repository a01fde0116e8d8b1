//! A real Keystone, with a database of SQLite's.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::python::{Server, directory, finished, free_port, program, script};

const ENVIRONMENT: &str = "keystone";
/// Everybody's password.
pub const PASSWORD: &str = "pass word/@:%$1";
/// How long a token is good, unless a story wants it otherwise.
const TOKEN_LIFETIME: Duration = Duration::from_secs(3600);

/// A Keystone that runs.
#[derive(Debug)]
pub struct Keystone(Server);

impl Keystone {
    /// A new one, which knows nobody but its administrator.
    pub fn make() -> Keystone {
        let directory = directory("artifice-keystone-");
        configure(&directory, &directory, TOKEN_LIFETIME);
        let manage = |arguments: &[&str]| {
            let mut command = program(ENVIRONMENT, "keystone-manage");
            finished(command.arg("--config-dir").arg(&directory).args(arguments), "");
        };
        let (id, port) = (|of| finished(std::process::Command::new("id").arg(of), ""), free_port());
        let (user, group) = (id("-un"), id("-gn"));
        manage(&["fernet_setup", "--keystone-user", user.trim(), "--keystone-group", group.trim()]);
        manage(&["db_sync"]);
        let url = format!("http://127.0.0.1:{port}/v3");
        let mut bootstrap = vec!["bootstrap", "--bootstrap-password", PASSWORD, "--bootstrap-region-id", "RegionOne"];
        for interface in ["--bootstrap-public-url", "--bootstrap-internal-url", "--bootstrap-admin-url"] {
            bootstrap.extend([interface, &url]);
        }
        manage(&bootstrap);
        Keystone::serve(&directory, port)
    }

    /// Another one of the same projects and users, whose tokens are good for so long.
    pub fn beside(&self, token_lifetime: Duration) -> Keystone {
        let other = directory("artifice-keystone-");
        configure(&other, self.0.directory(), token_lifetime);
        Keystone::serve(&other, free_port())
    }

    fn serve(directory: &Path, port: u16) -> Keystone {
        let mut serve = script(ENVIRONMENT, "serve_keystone.py");
        serve.env("OS_KEYSTONE_CONFIG_DIR", directory);
        Keystone(Server::start(serve, port, directory.to_owned()))
    }

    /// Makes what a cloud has; answers the ids of all that.
    pub fn seed(&self, metering_url: &str, projects: u32) -> Value {
        let mut seed = script(ENVIRONMENT, "seed_keystone.py");
        seed.args([&format!("{}/v3", self.url()), PASSWORD, metering_url]);
        seed.arg(self.0.directory().join("keystone.db")).arg(projects.to_string());
        serde_json::from_str(&finished(&mut seed, "")).unwrap()
    }

    pub fn url(&self) -> String {
        self.0.url()
    }
}

/// Writes a configuration into a directory, of a Keystone whose database and keys are in another one, or in the same.
fn configure(directory: &Path, data: &Path, token_lifetime: Duration) {
    let (data, seconds) = (data.display(), token_lifetime.as_secs());
    let text = format!(
        "[database]\nconnection = sqlite:///{data}/keystone.db\n\
         [fernet_tokens]\nkey_repository = {data}/fernet\n\
         [credential]\nkey_repository = {data}/credential\n\
         [token]\nexpiration = {seconds}\nallow_expired_window = 0\n\
         # Cheap, because nobody will ever steal them.\n[identity]\npassword_hash_rounds = 4\n"
    );
    fs::write(directory.join("keystone.conf"), text).unwrap();
}
