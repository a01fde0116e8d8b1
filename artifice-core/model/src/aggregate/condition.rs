//! Which samples an entry charges: those whose metadata says what it must.

use serde::{Deserialize, Serialize};

use crate::sample::Metadata;

/// A metadata key, and the values of which a sample must have one (`match:`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// The key; nested ones with dots.
    pub key: String,
    /// The values, each as the text that it is in metadata. Upper and lower case differ.
    pub values: Vec<String>,
}

impl Condition {
    /// Whether a sample with this metadata has one of the values. One without the key has none.
    pub fn holds(&self, metadata: &Metadata) -> bool {
        metadata.get(&self.key).is_some_and(|value| self.values.iter().any(|wanted| wanted == value))
    }

    /// Whether no sample meets both.
    pub fn excludes(&self, other: &Condition) -> bool {
        self.key == other.key && self.values.iter().all(|value| !other.values.contains(value))
    }
}
