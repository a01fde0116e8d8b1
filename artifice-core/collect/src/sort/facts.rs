//! What samples say beside their value, each thing once: most samples say what others said.

use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;

use artifice_model::sample::Facts;
use hashbrown::{DefaultHashBuilder, HashTable};

use crate::metadata::Read;

/// Facts as they stand in a sample, borrowed: to find them among the known ones allocates nothing.
pub(super) struct Borrowed<'a> {
    pub unit: &'a str,
    pub metadata: &'a Read<'a>,
}

impl Borrowed<'_> {
    /// Whether these are the facts that are owned there.
    pub fn are(&self, facts: &Facts) -> bool {
        *self.unit == *facts.unit && self.metadata.pairs().eq(facts.metadata.pairs())
    }
}

/// The facts that are known.
#[derive(Default)]
pub(super) struct Known {
    all: HashTable<Arc<Facts>>,
    hasher: DefaultHashBuilder,
}

impl Known {
    /// These facts, shared; and what they take, in bytes, if they were not known.
    pub fn share(&mut self, facts: &Borrowed<'_>) -> (Arc<Facts>, usize) {
        let Known { all, hasher } = self;
        let hash = hash(hasher, facts.unit, facts.metadata.pairs());
        if let Some(known) = all.find(hash, |known| facts.are(known)) {
            return (known.clone(), 0);
        }
        let facts = Arc::new(Facts { unit: facts.unit.into(), metadata: facts.metadata.pairs().collect() });
        let rehash = |facts: &Arc<Facts>| self::hash(hasher, &facts.unit, facts.metadata.pairs());
        all.insert_unique(hash, facts.clone(), rehash);
        // With the allocations; a little too much is safe.
        let bytes = 128 + facts.unit.len() + facts.metadata.bytes();
        (facts, bytes)
    }

    pub fn clear(&mut self) {
        self.all.clear();
    }
}

/// The same for the same facts, borrowed or owned.
fn hash<'a>(hasher: &DefaultHashBuilder, unit: &str, pairs: impl Iterator<Item = (&'a str, &'a str)>) -> u64 {
    let mut state = hasher.build_hasher();
    unit.hash(&mut state);
    pairs.for_each(|pair| pair.hash(&mut state));
    state.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::KeySet;
    use crate::wire::read_metadata;

    #[test]
    fn equal_facts_are_kept_once() {
        let mut known = Known::default();
        let keys: KeySet = ["event_type", "host"].into_iter().collect();
        let mut share = |unit: &str, text: &str| {
            let raw = serde_json::from_str(text).unwrap();
            let metadata = read_metadata(Some(raw), &keys).unwrap();
            known.share(&Borrowed { unit, metadata: &metadata })
        };
        let (one, bytes) = share("GB", r#"{"event_type": "a.b", "host": "one"}"#);
        let (again, no_more) = share("GB", r#"{"host": "one", "other": 1, "event_type": "a.b"}"#);
        assert!(Arc::ptr_eq(&one, &again) && bytes > 0 && no_more == 0);
        assert!(share("GB", r#"{"event_type": "a.b", "host": "two"}"#).1 > 0);
        assert!(share("B", r#"{"event_type": "a.b", "host": "one"}"#).1 > 0);
        assert_eq!(one.metadata.get("host"), Some("one"));
    }
}
