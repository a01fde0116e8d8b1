//! Metadata as charging reads it: flat, and no more of it than something asks for.

use std::borrow::Cow;
use std::ops::Range;

use artifice_model::sample::is_missing;

/// The flat metadata keys that something reads (`host`, `flavor.name`). Built once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySet {
    /// Sorted.
    pub(crate) keys: Vec<Box<str>>,
    /// The keys' first parts and what they lead to, sorted. A dot ends a part, any of them: `a.b.c`
    /// may be written `{"a": {"b.c": …}}`.
    parts: Vec<(Box<str>, Wanted)>,
    /// By the first byte of a key: most keys of an object are none of these, and are passed over here.
    starts: Box<[Start]>,
}

/// The parts that begin with some byte.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Start {
    /// Their lengths, as bits.
    lengths: u64,
    parts: Range<usize>,
}

impl<K: Into<Box<str>>> FromIterator<K> for KeySet {
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        let mut keys: Vec<Box<str>> = keys.into_iter().map(Into::into).collect();
        keys.sort();
        keys.dedup();
        let ends = |key: &str| key.match_indices('.').map(|(dot, _)| dot).chain([key.len()]).collect::<Vec<_>>();
        let mut parts: Vec<&str> = keys.iter().flat_map(|key| ends(key).into_iter().map(|end| &key[..end])).collect();
        parts.sort_unstable();
        parts.dedup();
        let mut starts = vec![Start::default(); 256].into_boxed_slice();
        for (index, part) in parts.iter().enumerate() {
            let start = &mut starts[first(part.as_bytes())];
            start.lengths |= bit(part.len());
            let begin = if start.parts.is_empty() { index } else { start.parts.start };
            start.parts = begin..index + 1;
        }
        let all = Wanted { below: 0..keys.len(), ..Wanted::default() };
        let parts = parts.into_iter().map(|part| (part.into(), Wanted::find(&keys, &all, part))).collect();
        KeySet { keys, parts, starts }
    }
}

impl From<Vec<String>> for KeySet {
    fn from(keys: Vec<String>) -> Self {
        keys.into_iter().collect()
    }
}

impl KeySet {
    /// What a key of the outermost object leads to.
    #[inline]
    pub(crate) fn wanted(&self, key: &[u8]) -> Option<&Wanted> {
        let start = &self.starts[first(key)];
        if start.lengths & bit(key.len()) == 0 {
            return None;
        }
        let mut parts = self.parts[start.parts.clone()].iter();
        parts.find(|(part, _)| part.as_bytes() == key).map(|(_, wanted)| wanted)
    }
}

/// A key's first byte, as a place; an empty key goes with those that begin with 0.
#[inline]
fn first(key: &[u8]) -> usize {
    key.first().map_or(0, |byte| usize::from(*byte))
}

/// The bit of a length; very long ones share one.
#[inline]
fn bit(length: usize) -> u64 {
    1 << length.min(63)
}

/// What was read of a sample's metadata.
#[derive(Debug, Clone, Default)]
pub struct Read<'a> {
    keys: &'a [Box<str>],
    /// Places of keys, in order, with their values.
    values: Vec<(usize, Cow<'a, str>)>,
}

impl<'a> Read<'a> {
    /// Those of these pairs that `keys` names. Of a repeated key the first value counts; what says nothing is missing.
    pub fn new(keys: &'a KeySet, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let place = |key: &str| keys.keys.binary_search_by(|known| (**known).cmp(key)).ok();
        let pairs = pairs.into_iter().filter(|(_, value)| !is_missing(value));
        let values = pairs.filter_map(|(key, value)| Some((place(key)?, Cow::Borrowed(value))));
        Read::of_places(keys, values.collect())
    }

    /// Values by the places of their keys.
    pub(crate) fn of_places(keys: &'a KeySet, values: Vec<(usize, Cow<'a, str>)>) -> Self {
        Read { keys: &keys.keys, values: Read::first_of_each(values) }
    }

    /// Values in the order of their keys' places, of a repeated key the first one.
    pub(crate) fn first_of_each(mut values: Vec<(usize, Cow<'a, str>)>) -> Vec<(usize, Cow<'a, str>)> {
        // Stable: of a repeated key the first one stays.
        values.sort_by_key(|(place, _)| *place);
        values.dedup_by_key(|(place, _)| *place);
        values
    }

    /// Keys and values, sorted by their keys; each key is there once, and no value is missing.
    pub fn pairs(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.values.iter().map(|(place, value)| (&*self.keys[*place], &**value))
    }
}

/// Which of some sorted keys a key of an object leads to, by their places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) exact: Option<usize>,
    /// Those that continue with a dot: next to each other, as the keys are sorted.
    pub(crate) below: Range<usize>,
    /// How long the path is, dot included, that those below have in common.
    length: usize,
}

impl Wanted {
    /// Where `key` leads in the object at `from`.
    pub(crate) fn find(keys: &[Box<str>], from: &Wanted, key: &str) -> Wanted {
        let mut found = Wanted { length: from.length + key.len() + 1, ..Wanted::default() };
        for place in from.below.clone() {
            match keys[place].as_bytes()[from.length..].strip_prefix(key.as_bytes()) {
                Some([]) => found.exact = Some(place),
                Some([b'.', ..]) if found.below.is_empty() => found.below = place..place + 1,
                Some([b'.', ..]) => found.below.end = place + 1,
                _ => {}
            }
        }
        found
    }
}
