//! What is said of a cloud, by Keystone's own names of it, wherever that is.

use std::collections::BTreeMap;
use std::fmt;

use artifice_settings::{Node, Secret, one_of};

use super::credentials::Origin;

/// A value, and where it stands.
#[derive(Clone)]
pub(super) enum Said<'a> {
    /// In a file.
    Written(Node<'a>),
    /// In the environment, which is asked because of a value in a file.
    Variable { name: String, value: String, asked_at: Node<'a> },
    /// A secret that was read already, if it could be.
    Secret { at: Node<'a>, secret: Option<Secret> },
}

impl Said<'_> {
    /// Says that something is wrong with it.
    pub fn mistake(&self, what: impl fmt::Display) {
        match self {
            Said::Written(node) | Said::Secret { at: node, .. } => node.mistake(what),
            Said::Variable { name, asked_at, .. } => asked_at.mistake(format!("{name}: {what}")),
        }
    }

    /// As a text.
    pub fn text(&self) -> Option<String> {
        match self {
            Said::Written(node) => node.text(),
            Said::Variable { value, .. } => Some(value.clone()),
            Said::Secret { .. } => None,
        }
    }

    /// As a text that no mistake may show.
    pub fn secret(&self) -> Option<Secret> {
        match self {
            Said::Written(node) => node.secret(),
            Said::Variable { value, .. } => Some(Secret::new(value.clone())),
            Said::Secret { secret, .. } => secret.clone(),
        }
    }

    /// As whatever `read` makes of its text.
    pub fn parse<T, E: fmt::Display>(&self, read: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        read(&self.text()?).map_err(|why| self.mistake(why)).ok()
    }

    /// As one of a few words.
    pub fn word<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        self.parse(|text| match words.iter().find(|(word, _)| *word == text) {
            Some((_, value)) => Ok(*value),
            None => Err(format!("'{text}' is not known here; {}", one_of(text, words.iter().map(|(word, _)| *word)))),
        })
    }
}

/// All that is said of a cloud.
pub(super) struct Sayings<'a> {
    pub origin: Origin,
    /// Where it would stand.
    pub at: Node<'a>,
    pub said: BTreeMap<&'static str, Said<'a>>,
}

impl<'a> Sayings<'a> {
    pub fn get(&self, key: &str) -> Option<&Said<'a>> {
        self.said.get(key)
    }

    pub fn has(&self, key: &str) -> bool {
        self.said.contains_key(key)
    }

    pub fn text(&self, key: &str) -> Option<String> {
        self.get(key)?.text()
    }

    /// A text that must be there.
    pub fn needed(&self, key: &str, example: &str) -> Option<String> {
        if !self.has(key) {
            self.missing(key, example);
        }
        self.text(key)
    }

    /// Says that something is missing.
    pub fn missing(&self, key: &str, example: &str) {
        let name = self.origin.short(key);
        self.at.mistake(match self.origin {
            Origin::Environment => format!("{name} is missing; set it, for example {name}={example}"),
            _ => format!("{name} is missing; write for example `{name}: {example}`"),
        });
    }

    /// Says that what stands there has no place beside something else.
    pub fn refuse(&self, keys: &[&str], why: &str) {
        keys.iter().filter_map(|key| self.get(key)).for_each(|said| said.mistake(why));
    }
}
