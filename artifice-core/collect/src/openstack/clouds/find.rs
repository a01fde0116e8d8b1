//! Where files of clouds are.

use std::path::{Path, PathBuf};

use artifice_settings::{ConfigError, Document, Node, read};

use super::env::Environment;

/// The files, each with the variable that names it, and what its clouds stand under. The strongest first.
const FILES: [(&str, Option<&str>, &str); 3] = [
    ("secure", Some("OS_CLIENT_SECURE_FILE"), "clouds"),
    ("clouds", Some("OS_CLIENT_CONFIG_FILE"), "clouds"),
    ("clouds-public", None, PUBLIC),
];
/// What profiles stand under.
const PUBLIC: &str = "public-clouds";
/// What their names end with. JSON is YAML, too.
const SUFFIXES: [&str; 3] = ["yaml", "yml", "json"];
/// The advice where one cannot be read.
const ADVICE: &str = "let whoever runs artifice read it, or name another one with OS_CLIENT_CONFIG_FILE";

/// A file that was found.
pub(super) struct Found {
    pub path: PathBuf,
    pub section: &'static str,
    pub document: Document,
}

impl Found {
    /// Whether it has profiles.
    pub fn is_public(&self) -> bool {
        self.section == PUBLIC
    }

    /// What it says of a cloud.
    pub fn cloud(&self, name: &str) -> Option<Node<'_>> {
        let clouds = self.document.root().map()?.get(self.section)?.map()?;
        clouds.entries().into_iter().find(|(key, _)| key == name).map(|(_, node)| node)
    }

    /// The names of its clouds.
    pub fn names(&self) -> Vec<String> {
        let clouds = self.document.root().map().and_then(|mut root| root.get(self.section)).and_then(Node::map);
        clouds.map(|clouds| clouds.entries().into_iter().map(|(name, _)| name).collect()).unwrap_or_default()
    }
}

/// All files of clouds, the strongest first; nothing if one of them cannot be read.
pub(super) fn files(environment: &Environment, at: &Node<'_>) -> Option<Vec<Found>> {
    let (mut found, mut wrong) = (Vec::new(), false);
    for (name, variable, section) in FILES {
        let named = variable.and_then(|variable| environment.said(variable, at));
        let path = match &named {
            Some(said) => {
                let path = environment.path(&said.text()?);
                if !path.exists() {
                    said.mistake(format!("there is no {}; name a file that is there", path.display()));
                    wrong = true;
                    continue;
                }
                Some(path)
            }
            None => first(environment, name),
        };
        match path.map(|path| open(&path, section, at)) {
            Some(Some(file)) => found.push(file),
            Some(None) => wrong = true,
            None => {}
        }
    }
    (!wrong).then_some(found)
}

/// The first file of this name.
fn first(environment: &Environment, name: &str) -> Option<PathBuf> {
    let names = SUFFIXES.map(|suffix| format!("{name}.{suffix}"));
    let all = environment.directories.iter().flat_map(|directory| names.iter().map(|name| directory.join(name)));
    all.into_iter().find(|path| path.exists())
}

fn open(path: &Path, section: &'static str, at: &Node<'_>) -> Option<Found> {
    let text = match read(path, ADVICE) {
        Ok(text) => text,
        Err(ConfigError::Mistakes(mistakes)) => {
            at.take_over_mistakes(mistakes);
            return None;
        }
        Err(error @ ConfigError::Unreadable { .. }) => {
            at.mistake(error);
            return None;
        }
    };
    match Document::merging(&path.display().to_string(), text) {
        Ok(document) => Some(Found { path: path.to_owned(), section, document }),
        Err(mistake) => {
            at.take_over_mistakes(vec![mistake]);
            None
        }
    }
}
