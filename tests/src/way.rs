//! Ways to say who logs in: in the configuration, in files, in the environment.

use std::fs;

use crate::{Cloud, Ran};

/// Where a cloud of a `clouds.yaml` and what belongs to it may stand, seen from the configuration.
const FILES: [&str; 4] = ["clouds.yaml", "clouds-public.yaml", "secure.yaml", "home/.config/openstack/secure.yaml"];

/// A way to say who logs in: a section of the configuration, files, variables.
#[derive(Default)]
pub struct Way {
    pub name: &'static str,
    pub openstack: Option<String>,
    pub files: Vec<(&'static str, String)>,
    pub variables: Vec<(&'static str, String)>,
}

impl Way {
    /// The configuration says it.
    pub fn own(name: &'static str, section: String) -> Way {
        Way { name, openstack: Some(section), ..Way::default() }
    }

    /// A `clouds.yaml` says it, of a cloud that the configuration names.
    pub fn in_file(name: &'static str, cloud: &str) -> Way {
        let file = format!("clouds:\n  prod: {{{cloud}}}\n  other: {{auth: {{auth_url: 'http://nowhere'}}}}\n");
        Way { files: vec![("clouds.yaml", file)], ..Way::own(name, "{cloud: prod}".to_owned()) }
    }

    /// With another file beside it.
    #[must_use]
    pub fn with(mut self, file: &'static str, text: String) -> Way {
        self.files.push((file, text));
        self
    }

    /// The environment says it.
    pub fn environment(name: &'static str, variables: &[(&'static str, &str)]) -> Way {
        let variables = variables.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Way { name, variables, ..Way::default() }
    }

    /// What a command gives when this is how a cloud says it, and nothing else does.
    pub fn run(&self, cloud: &Cloud, command: &str) -> Ran {
        for file in FILES {
            let _ = fs::remove_file(cloud.path(file));
        }
        for (file, text) in &self.files {
            cloud.write(file, text).mode(file, 0o600);
        }
        match &self.openstack {
            Some(section) => cloud.set("openstack", section),
            None => cloud.unset("openstack"),
        };
        let mut command = cloud.command(command);
        // The cloud's own directory, and nobody's home.
        command.current_dir(cloud.path("")).env("HOME", cloud.path("home")).env_remove("XDG_CONFIG_HOME");
        Ran::of(command.envs(self.variables.iter().map(|(name, value)| (*name, value))))
    }
}
