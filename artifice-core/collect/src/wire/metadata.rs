//! Metadata in JSON text, as charging reads it; and all of it, to order samples by.

use std::borrow::Cow;

use artifice_model::sample::is_missing;
use sha2::{Digest, Sha256};

use super::Json;
use super::object::{Member, Members, string};
use crate::limits::LONGEST_FLAT;
use crate::metadata::{KeySet, Read, Wanted};

/// How many objects inside one another metadata may be: serde_json's own limit for what it builds.
const MAX_DEPTH: usize = 128;
/// How many values of repeated keys are read before the first of each are told from the others.
const REPEATED: usize = 64;

/// Those of the metadata that `keys` names, flattened: `{"flavor": {"name": "x"}}` is `flavor.name`.
///
/// Numbers are their digits, booleans `true` and `false`, arrays their compact JSON text. What is
/// null, empty or `None` is missing, and so is an empty array or object; of a repeated key the first
/// value counts. Fails if the text is not an object, or an escape in a key or a wanted value is none.
pub fn read_metadata<'a>(raw: Option<Json<'a>>, keys: &'a KeySet) -> Result<Read<'a>, serde_json::Error> {
    let mut values = Vec::new();
    let mut read = |member: Member<'a>| {
        let wanted = match member.plain_key() {
            Some(key) => keys.wanted(key),
            None => keys.wanted(member.key()?.as_bytes()),
        };
        let read = wanted.map_or(Ok(()), |wanted| read_wanted(member.value(), wanted, &keys.keys, &mut values));
        // Whoever repeats a key takes no more memory by it.
        if values.len() > 2 * keys.keys.len() + REPEATED {
            values = Read::first_of_each(std::mem::take(&mut values));
        }
        read
    };
    match raw.filter(|_| !keys.keys.is_empty()) {
        Some(Json { text, members: Some(spans) }) => {
            spans.iter().try_for_each(|span| read(Member::noted(text, span)))?;
        }
        Some(Json { text, members: None }) => Members::of(text)?.try_for_each(read)?,
        None => {}
    }
    Ok(Read::of_places(keys, values))
}

/// All metadata, flattened as by [`read_metadata`], as `key=value` lines sorted by their bytes. Where that would be long
/// or deep beyond all use, a digest of the text without its white space: it tells the same from others, in less.
///
/// Fails if the text is not an object.
pub fn metadata_lines(raw: Option<Json<'_>>) -> Result<Box<str>, serde_json::Error> {
    let Some(Json { text, .. }) = raw else { return Ok(Box::default()) };
    let members = Members::of(text)?;
    let mut flat = Flat { prefix: String::new(), room: LONGEST_FLAT, found: Vec::new() };
    let is_short = text.len() <= LONGEST_FLAT && flat.read(members, MAX_DEPTH)?;
    if !is_short {
        let digest = Sha256::digest(compact(text));
        return Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into());
    }
    let mut found = flat.found;
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

/// Metadata that is being flattened.
struct Flat<'a> {
    /// The names of the objects around, each with a dot behind it.
    prefix: String,
    /// How much more it may become, in bytes.
    room: usize,
    found: Vec<(String, Cow<'a, str>)>,
}

impl<'a> Flat<'a> {
    /// Reads an object; false if there is no room for it, or it is too deep.
    fn read(&mut self, members: Members<'a>, depth: usize) -> Result<bool, serde_json::Error> {
        let Some(deeper) = depth.checked_sub(1) else { return Ok(false) };
        for member in members {
            let (before, key, value) = (self.prefix.len(), member.key()?, member.value());
            let is_read = if value.starts_with('{') {
                self.prefix.extend([&key, "."]);
                self.read(Members::of_object(value), deeper)?
            } else if let Some(text) = flat_text(value)? {
                let room = self.room.checked_sub(before + key.len() + text.len() + 1);
                self.room = room.unwrap_or_default();
                if room.is_some() {
                    self.found.push((format!("{}{key}", self.prefix), text));
                }
                room.is_some()
            } else {
                true
            };
            if !is_read {
                return Ok(false);
            }
            self.prefix.truncate(before);
        }
        Ok(true)
    }
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
