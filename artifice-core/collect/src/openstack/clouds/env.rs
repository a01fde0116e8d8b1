//! The environment: `OS_*` variables, and where files of clouds may be.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};

use artifice_settings::Node;

use super::spellings::SPELLINGS;
use crate::openstack::credentials::Origin;
use crate::openstack::said::{Said, Sayings};

/// What stands around a process.
pub(in crate::openstack) struct Environment {
    variables: BTreeMap<String, String>,
    /// Where files of clouds are looked for, in this order.
    pub directories: Vec<PathBuf>,
    home: Option<PathBuf>,
}

impl Environment {
    /// What stands around this process.
    pub fn of_process() -> Environment {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        let here = env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        Environment::new(env::vars_os().filter_map(text), &here, Path::new("/etc"))
    }

    /// What these variables say, in a directory of a system.
    pub fn new(variables: impl IntoIterator<Item = (String, String)>, here: &Path, etc: &Path) -> Environment {
        // What is set and empty says nothing.
        let variables: BTreeMap<_, _> = variables.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let path = |name: &str| variables.get(name).map(PathBuf::from);
        // A snap has a home of its own, and says where the user's is.
        let home = path("SNAP_REAL_HOME").or_else(|| path("HOME"));
        let of_home = home.as_ref().map(|home| home.join(".config"));
        let of_site = match variables.get("XDG_CONFIG_DIRS") {
            Some(all) => all.split(':').filter(|one| !one.is_empty()).map(PathBuf::from).collect(),
            None => vec![etc.join("xdg")],
        };
        let mut directories = vec![here.to_owned()];
        let configurations = path("XDG_CONFIG_HOME").into_iter().chain(of_home).chain(of_site).chain([etc.to_owned()]);
        for directory in configurations.map(|directory| directory.join("openstack")) {
            if !directories.contains(&directory) {
                directories.push(directory);
            }
        }
        Environment { variables, directories, home }
    }

    /// What a variable says.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// What a variable says, for whoever asks for it.
    pub fn said<'a>(&self, name: &str, asked_at: &Node<'a>) -> Option<Said<'a>> {
        let value = self.get(name)?.to_owned();
        Some(Said::Variable { name: name.to_owned(), value, asked_at: asked_at.clone() })
    }

    /// The directories, as people write them.
    pub fn places(&self) -> String {
        self.directories.iter().map(|directory| directory.display().to_string()).collect::<Vec<_>>().join(", ")
    }

    /// A path in which `~` is the user's home.
    pub fn path(&self, text: &str) -> PathBuf {
        match (text.strip_prefix("~/"), &self.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => PathBuf::from(text),
        }
    }

    /// The cloud that `OS_*` variables say, if they say more than which one is meant.
    pub fn sayings<'a>(&self, at: &Node<'a>) -> Option<Sayings<'a>> {
        let mut said = BTreeMap::new();
        for (key, spellings, _) in SPELLINGS {
            let variables = spellings.iter().map(|spelling| format!("OS_{}", spelling.to_uppercase()));
            // (OS_CLOUD is no profile.)
            let mut variables = variables.filter(|name| name != "OS_CLOUD");
            if let Some(value) = variables.find_map(|name| self.said(&name, at)) {
                said.insert(key, value);
            }
        }
        said.remove("profile");
        let says_more = said.keys().any(|key| *key != "region_name");
        says_more.then(|| Sayings { origin: Origin::Environment, at: at.clone(), said })
    }
}
