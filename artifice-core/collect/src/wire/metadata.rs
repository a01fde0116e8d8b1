//! Metadata as charging reads it, flat; and all of it, to order samples by.

use std::borrow::Cow;
use std::ops::Range;

use artifice_model::sample::is_missing;
use serde::de::Error as _;

use super::Json;
use super::object::{Member, Members, string};

/// How many objects inside one another metadata may be: serde_json's own limit for what it builds.
const MAX_DEPTH: usize = 128;

/// The flat metadata keys that something reads (`host`, `flavor.name`). Built once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySet {
    /// Sorted.
    keys: Vec<Box<str>>,
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
    fn wanted(&self, key: &[u8]) -> Option<&Wanted> {
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

impl Read<'_> {
    /// Keys and values, sorted by their keys; each key is there once, and no value is missing.
    pub fn pairs(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.values.iter().map(|(place, value)| (&*self.keys[*place], &**value))
    }
}

/// Those of the metadata that `keys` names, flattened: `{"flavor": {"name": "x"}}` is `flavor.name`.
///
/// Numbers are their digits, booleans `true` and `false`, arrays their compact JSON text. What is
/// null, empty or `None` is missing, and so is an empty array or object; of a repeated key the first
/// value counts. Fails if the text is not an object, or an escape in a key or a wanted value is no
/// character.
pub fn read_metadata<'a>(raw: Option<Json<'a>>, keys: &'a KeySet) -> Result<Read<'a>, serde_json::Error> {
    let mut values = Vec::new();
    let mut read = |member: Member<'a>| {
        let wanted = match member.plain_key() {
            Some(key) => keys.wanted(key),
            None => keys.wanted(member.key()?.as_bytes()),
        };
        wanted.map_or(Ok(()), |wanted| read_wanted(member.value(), wanted, &keys.keys, &mut values))
    };
    match raw.filter(|_| !keys.keys.is_empty()) {
        Some(Json { text, members: Some(spans) }) => {
            spans.iter().try_for_each(|span| read(Member::noted(text, span)))?;
        }
        Some(Json { text, members: None }) => Members::of(text)?.try_for_each(read)?,
        None => {}
    }
    // Stable: of a repeated key the first one stays.
    values.sort_by_key(|(place, _)| *place);
    values.dedup_by_key(|(place, _)| *place);
    Ok(Read { keys: &keys.keys, values })
}

/// All metadata, flattened as by [`read_metadata`], as `key=value` lines sorted by their bytes.
///
/// Fails if the text is not an object, or has objects nested deeper than 128 levels.
pub fn metadata_lines(raw: Option<Json<'_>>) -> Result<Box<str>, serde_json::Error> {
    let mut found = Vec::new();
    if let Some(raw) = raw {
        read_all(Members::of(raw.text)?, "", MAX_DEPTH, &mut found)?;
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found.dedup_by(|later, first| later.0 == first.0);
    let mut lines: Vec<String> = found.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
    lines.sort();
    Ok(lines.join("\n").into())
}

/// Reads a wanted value. Each level of recursion uses up a dot of a key, so its depth is that of the
/// keys, not of the text.
fn read_wanted<'a>(
    value: &'a str,
    wanted: &Wanted,
    keys: &[Box<str>],
    found: &mut Vec<(usize, Cow<'a, str>)>,
) -> Result<(), serde_json::Error> {
    if value.starts_with('{') {
        if !wanted.below.is_empty() {
            for member in Members::of_object(value) {
                let inside = Wanted::find(keys, wanted, &member.key()?);
                read_wanted(member.value(), &inside, keys, found)?;
            }
        }
    } else if let Some(place) = wanted.exact {
        found.extend(flat_text(value)?.map(|text| (place, text)));
    }
    Ok(())
}

/// Which of some sorted keys a key of an object leads to, by their places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Wanted {
    exact: Option<usize>,
    /// Those that continue with a dot: next to each other, as the keys are sorted.
    below: Range<usize>,
    /// How long the path is, dot included, that those below have in common.
    length: usize,
}

impl Wanted {
    /// Where `key` leads in the object at `from`.
    fn find(keys: &[Box<str>], from: &Wanted, key: &str) -> Wanted {
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

fn read_all<'a>(
    members: Members<'a>,
    prefix: &str,
    depth: usize,
    found: &mut Vec<(String, Cow<'a, str>)>,
) -> Result<(), serde_json::Error> {
    let deeper = depth
        .checked_sub(1)
        .ok_or_else(|| serde_json::Error::custom("recursion limit exceeded: metadata nested deeper than 128 levels"))?;
    for member in members {
        let key = format!("{prefix}{}", member.key()?);
        let value = member.value();
        if value.starts_with('{') {
            read_all(Members::of_object(value), &format!("{key}."), deeper, found)?;
        } else {
            found.extend(flat_text(value)?.map(|text| (key, text)));
        }
    }
    Ok(())
}

/// What a value that is not an object says as text; `None` if it says nothing.
fn flat_text(value: &str) -> Result<Option<Cow<'_, str>>, serde_json::Error> {
    let text = match value.as_bytes().first() {
        Some(b'"') => string(value)?,
        Some(b'[') => Cow::Owned(Some(compact(value)).filter(|text| text != "[]").unwrap_or_default()),
        Some(b'n') => Cow::Borrowed(""),
        _ => Cow::Borrowed(value),
    };
    Ok((!is_missing(&text)).then_some(text))
}

/// JSON text without white space between its parts.
fn compact(text: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    let kept = |letter: &char| {
        match letter {
            _ if escaped => escaped = false,
            '"' => quoted = !quoted,
            '\\' => escaped = true,
            ' ' | '\t' | '\n' | '\r' => return quoted,
            _ => {}
        }
        true
    };
    text.chars().filter(kept).collect()
}
