//! Metadata in JSON text, as charging reads it; and all of it, to order samples by.

use std::borrow::Cow;

use artifice_model::sample::is_missing;
use serde::de::Error as _;

use super::Json;
use super::object::{Member, Members, string};
use crate::metadata::{KeySet, Read, Wanted};

/// How many objects inside one another metadata may be: serde_json's own limit for what it builds.
const MAX_DEPTH: usize = 128;

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
    Ok(Read::of_places(keys, values))
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
