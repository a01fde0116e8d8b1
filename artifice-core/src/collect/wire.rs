//! A Ceilometer sample as it stands in JSON text: borrowed, with only what charging reads.
//!
//! Two shapes exist: what the message bus, `/v2/meters` and the clouds of 2013 write (`counter_name`,
//! `counter_volume`, `resource_metadata`, `message_id`…), and what `/v2/samples` writes since
//! (`meter`, `volume`, `metadata`, `id`…). Both are one [`WireSample`] here. A volume is read from its
//! digits, and metadata only where something asks for it, without building a tree.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use artifice_model::decimal::DecimalError;
use artifice_model::sample::is_missing;
use artifice_model::{Decimal, Metadata, Timestamp};
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// How many objects inside one another metadata may be: serde_json's own limit for what it builds.
const MAX_DEPTH: usize = 128;
/// How much of a wrong value an error shows, in characters.
const SHOWN: usize = 60;

/// One sample, borrowed from JSON text. Keys that nothing here names are skipped.
#[derive(Debug, Clone, Deserialize)]
pub struct WireSample<'a> {
    /// The tenant's id; the key must be there, but a sample may belong to nobody.
    #[serde(borrow, rename = "project_id", deserialize_with = "optional_text")]
    pub tenant: Option<Cow<'a, str>>,
    /// The resource's id.
    #[serde(borrow, rename = "resource_id")]
    pub resource: Cow<'a, str>,
    /// The meter's name.
    #[serde(borrow, rename = "counter_name", alias = "meter")]
    pub meter: Cow<'a, str>,
    /// `cumulative`, `gauge` or `delta`.
    #[serde(borrow, default, rename = "counter_type", alias = "type", deserialize_with = "optional_text")]
    pub kind: Option<Cow<'a, str>>,
    /// The unit of the volume; empty where none is said.
    #[serde(borrow, default, rename = "counter_unit", alias = "unit", deserialize_with = "text_or_empty")]
    pub unit: Cow<'a, str>,
    /// When it was taken, as it is written; see [`WireSample::at`].
    #[serde(borrow)]
    pub timestamp: Cow<'a, str>,
    /// The metadata as JSON text; see [`read_metadata`].
    #[serde(borrow, default, rename = "resource_metadata", alias = "metadata")]
    pub metadata: Option<&'a RawValue>,
    #[serde(borrow, rename = "counter_volume", alias = "volume")]
    digits: &'a RawValue,
    #[serde(borrow, default, deserialize_with = "text_or_empty")]
    message_id: Cow<'a, str>,
    // Not an alias of `message_id`: a store may write its own id beside the message's.
    #[serde(borrow, default, deserialize_with = "text_or_empty")]
    id: Cow<'a, str>,
}

/// A value of a sample that is not what its key promises.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// The volume is a string, null, a boolean, an array or an object.
    #[error("the volume {found} is not a number: write it as digits, without quotes")]
    VolumeIsNotANumber {
        /// The JSON text in its place.
        found: String,
    },
    /// The volume is a number that artifice cannot hold.
    #[error("the volume {found} is {source}")]
    Volume {
        /// The digits.
        found: String,
        /// What is wrong with them.
        source: DecimalError,
    },
    /// The timestamp is not in a format that metering uses.
    #[error("'{found}' is {source}")]
    Timestamp {
        /// The text in its place.
        found: String,
        /// What is wrong with it.
        source: artifice_model::time::NotATimestamp,
    },
}

impl WireSample<'_> {
    /// The volume, from its digits. Fails for whatever isn't a JSON number, or has more digits than fit.
    pub fn volume(&self) -> Result<Decimal, WireError> {
        let text = self.digits.get();
        if !text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
            return Err(WireError::VolumeIsNotANumber { found: shown(text) });
        }
        text.parse().map_err(|source| WireError::Volume { found: shown(text), source })
    }

    /// When it was taken: UTC, unless the text has an offset.
    pub fn at(&self) -> Result<Timestamp, WireError> {
        self.timestamp.parse().map_err(|source| WireError::Timestamp { found: shown(&self.timestamp), source })
    }

    /// The id of the message that brought it: `message_id`, else `id`; empty if there is none.
    pub fn message_id(&self) -> &str {
        if self.message_id.is_empty() { &self.id } else { &self.message_id }
    }
}

/// The beginning of a value that may be megabytes long.
fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A text that is borrowed where it has no escapes. (serde borrows a bare `Cow`, but not one in an `Option`.)
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

fn optional_text<'de: 'a, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Cow<'a, str>>, D::Error> {
    Ok(Option::<Text<'a>>::deserialize(deserializer)?.map(|text| text.0))
}

fn text_or_empty<'de: 'a, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'a, str>, D::Error> {
    Ok(optional_text(deserializer)?.unwrap_or_default())
}

/// The flat metadata keys that something reads (`host`, `flavor.name`). Built once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeySet(Vec<Box<str>>);

impl<K: Into<Box<str>>> FromIterator<K> for KeySet {
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        let mut keys: Vec<Box<str>> = keys.into_iter().map(Into::into).collect();
        keys.sort();
        keys.dedup();
        KeySet(keys)
    }
}

impl From<Vec<String>> for KeySet {
    fn from(keys: Vec<String>) -> Self {
        keys.into_iter().collect()
    }
}

/// Those of the metadata that `keys` names, flattened: `{"flavor": {"name": "x"}}` is `flavor.name`.
///
/// Numbers are their digits, booleans `true` and `false`, arrays their compact JSON text. What is
/// null, empty or `None` is missing, and so is an empty array or object; of a repeated key the first
/// value counts. Fails if the text is not an object, or a wanted value is not valid JSON.
pub fn read_metadata(raw: Option<&RawValue>, keys: &KeySet) -> Result<Metadata, serde_json::Error> {
    let mut found = Vec::new();
    if let Some(raw) = raw.filter(|_| !keys.0.is_empty()) {
        read_wanted(raw, &keys.0, 0, &mut found)?;
    }
    Ok(found.into_iter().collect())
}

/// All metadata, flattened as by [`read_metadata`], as `key=value` lines sorted by their bytes.
///
/// Fails if the text is not an object, or has objects nested deeper than 128 levels.
pub fn metadata_lines(raw: Option<&RawValue>) -> Result<Box<str>, serde_json::Error> {
    let mut found = Vec::new();
    if let Some(raw) = raw {
        read_all(raw, "", MAX_DEPTH, &mut found)?;
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found.dedup_by(|later, first| later.0 == first.0);
    let mut lines: Vec<String> = found.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
    lines.sort();
    Ok(lines.join("\n").into())
}

/// Reads an object whose own path is the first `from` bytes of every one of `keys`, dot included.
/// Each level of recursion uses up a dot of a key, so its depth is that of the keys, not of the text.
fn read_wanted<'a, 'k>(
    raw: &'a RawValue,
    keys: &'k [Box<str>],
    from: usize,
    found: &mut Vec<(&'k str, Cow<'a, str>)>,
) -> Result<(), serde_json::Error> {
    for (wanted, value) in entries(raw, |key| Wanted::find(keys, from, key))? {
        if value.get().starts_with('{') {
            if !wanted.below.is_empty() {
                read_wanted(value, &keys[wanted.below], from + wanted.length + 1, found)?;
            }
        } else if let Some(index) = wanted.exact {
            found.extend(flat_text(value)?.map(|text| (&*keys[index], text)));
        }
    }
    Ok(())
}

/// Which of some sorted keys a key of an object leads to.
struct Wanted {
    exact: Option<usize>,
    /// Those that continue with a dot: next to each other, as the keys are sorted.
    below: Range<usize>,
    length: usize,
}

impl Wanted {
    fn find(keys: &[Box<str>], from: usize, key: &str) -> Option<Wanted> {
        let (mut exact, mut below) = (None, 0..0);
        for (index, wanted) in keys.iter().enumerate() {
            let wanted = &wanted.as_bytes()[from..];
            // Most keys differ in their first byte: that saves the comparison.
            if wanted.first() != key.as_bytes().first() && !key.is_empty() {
                continue;
            }
            match wanted.strip_prefix(key.as_bytes()) {
                Some([]) => exact = Some(index),
                Some([b'.', ..]) if below.is_empty() => below = index..index + 1,
                Some([b'.', ..]) => below.end = index + 1,
                _ => {}
            }
        }
        (exact.is_some() || !below.is_empty()).then_some(Wanted { exact, below, length: key.len() })
    }
}

fn read_all<'a>(
    raw: &'a RawValue,
    prefix: &str,
    depth: usize,
    found: &mut Vec<(String, Cow<'a, str>)>,
) -> Result<(), serde_json::Error> {
    let deeper = depth
        .checked_sub(1)
        .ok_or_else(|| serde_json::Error::custom("recursion limit exceeded: metadata nested deeper than 128 levels"))?;
    for (key, value) in entries(raw, |key| Some(format!("{prefix}{key}")))? {
        if value.get().starts_with('{') {
            read_all(value, &format!("{key}."), deeper, found)?;
        } else {
            found.extend(flat_text(value)?.map(|text| (key, text)));
        }
    }
    Ok(())
}

/// What a value that is not an object says as text; `None` if it says nothing.
fn flat_text(value: &RawValue) -> Result<Option<Cow<'_, str>>, serde_json::Error> {
    let text = value.get();
    let text = match text.as_bytes().first() {
        Some(b'"') => serde_json::from_str::<Text<'_>>(text)?.0,
        Some(b'[') => Cow::Owned(Some(compact(text)).filter(|text| text != "[]").unwrap_or_default()),
        Some(b'n') => Cow::Borrowed(""),
        _ => Cow::Borrowed(text),
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

/// The entries of a JSON object whose key `want` answers for; the other values are skipped.
fn entries<T>(raw: &RawValue, want: impl FnMut(&str) -> Option<T>) -> Result<Vec<(T, &RawValue)>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(raw.get());
    deserializer.deserialize_map(Entries(want))
}

struct Entries<F>(F);

impl<'de, T, F: FnMut(&str) -> Option<T>> Visitor<'de> for Entries<F> {
    type Value = Vec<(T, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("metadata as an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some(wanted) = map.next_key_seed(Key(&mut self.0))? {
            match wanted {
                Some(wanted) => found.push((wanted, map.next_value()?)),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(found)
    }
}

/// Asks for a key where it is read, without copying it.
struct Key<'f, F>(&'f mut F);

impl<'de, T, F: FnMut(&str) -> Option<T>> DeserializeSeed<'de> for Key<'_, F> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<T, F: FnMut(&str) -> Option<T>> Visitor<'_> for Key<'_, F> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok((self.0)(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> &RawValue {
        serde_json::from_str(text).unwrap()
    }

    fn sample(text: &str) -> WireSample<'_> {
        serde_json::from_str(text).unwrap()
    }

    const NEW: &str = r#"{"id": "m1", "meter": "volume.size", "type": "gauge", "unit": "GB", "volume": 100.0, "user_id": "u",
        "project_id": "t", "resource_id": "r", "timestamp": "2026-10-31T23:50:00", "metadata": {"status": "in-use"}}"#;

    #[test]
    fn both_shapes_are_one() {
        let old = r#"{"counter_name": "volume.size", "counter_type": "gauge", "counter_unit": "GB", "counter_volume": 1e2, "id": "own",
            "message_id": "m1", "project_id": "t", "resource_id": "r", "timestamp": "2026-10-31T23:50:00", "resource_metadata": {}}"#;
        for sample in [sample(NEW), sample(old)] {
            assert_eq!((&*sample.meter, sample.kind.as_deref(), &*sample.unit), ("volume.size", Some("gauge"), "GB"));
            assert_eq!((sample.tenant.as_deref(), &*sample.resource, sample.message_id()), (Some("t"), "r", "m1"));
            assert_eq!(
                (sample.volume(), sample.at().unwrap().to_string()),
                (Ok(100.into()), "2026-10-31T23:50:00Z".into())
            );
            assert!(matches!(sample.tenant, Some(Cow::Borrowed(_))) && matches!(sample.unit, Cow::Borrowed(_)));
        }
    }

    #[test]
    fn what_a_sample_may_leave_out() {
        let bare = r#"{"meter": "a\u00e4", "volume": -0.5, "project_id": null, "resource_id": "r", "timestamp": ""}"#;
        let nulls =
            &bare.replace('}', r#", "unit": null, "type": null, "message_id": null, "id": null, "metadata": null}"#);
        for sample in [sample(bare), sample(nulls)] {
            assert_eq!((sample.tenant.as_deref(), sample.kind.as_deref(), &*sample.unit), (None, None, ""));
            assert_eq!((&*sample.meter, sample.message_id()), ("aä", ""));
            assert!(sample.metadata.is_none() && sample.at().is_err());
        }
        for key in ["meter", "volume", "project_id", "resource_id", "timestamp"] {
            let without = NEW.replace(&format!("\"{key}\""), "\"other\"");
            let error = serde_json::from_str::<WireSample<'_>>(&without).unwrap_err().to_string();
            assert!(error.starts_with("missing field"), "{key}: {error}");
        }
    }

    #[test]
    fn a_volume_is_read_from_its_digits() {
        let volume = |text: &str| sample(&NEW.replace("100.0", text)).volume().map(|v| v.to_string());
        assert_eq!(volume("669450000000000.0000001").unwrap(), "669450000000000.0000001");
        assert_eq!(
            volume("0.1234567890123456789012345678901234567").unwrap(),
            "0.1234567890123456789012345678901234567"
        );
        assert_eq!(volume("1E-7").unwrap(), "0.0000001");
        for wrong in ["\"100\"", "null", "true", "[1]", "{}"] {
            let says = format!("the volume {wrong} is not a number: write it as digits, without quotes");
            assert_eq!(volume(wrong).unwrap_err().to_string(), says);
        }
        assert_eq!(
            volume("1e99").unwrap_err().to_string(),
            "the volume 1e99 is a number with more than 38 digits, before or after its point"
        );
        assert!(volume(&"9".repeat(1000)).unwrap_err().to_string().len() < 200);
    }

    #[test]
    fn metadata_is_flat() {
        let text = raw(
            r#"{ "host": "h\u0031", "flavor": {"name": "m1.nano", "extra": {"x.y": true}, "name": "later"}, "gb": 1.50,
            "flavor.name": "latest", "list": [ 1.0, "a \" b", {} ], "n": null, "none": "None", "empty": "", "o": {}, "l": [ ],
            "text": "[]", "p": {"q": null}, "host": "later", "p.q": 0, "z": false, "hos": 1, "hostname": 2, "": {"": "odd"} }"#,
        );
        let lines = metadata_lines(Some(text)).unwrap();
        let expected =
            [".=odd", "flavor.extra.x.y=true", "flavor.name=m1.nano", "gb=1.50", "hos=1", "host=h1", "hostname=2"];
        let more = [r#"list=[1.0,"a \" b",{}]"#, "p.q=0", "text=[]", "z=false"];
        assert_eq!(&*lines, [&expected[..], &more].concat().join("\n"));

        let keys =
            ["host", "flavor.name", "flavor.extra.x.y", "gb", "n", "o", "l", "text", "list", "p.q", "p", ".", "flavor"];
        let read = read_metadata(Some(text), &keys.into_iter().collect()).unwrap();
        for key in keys {
            let line = lines.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
            assert_eq!(read.get(key), line, "{key}");
        }
        assert_eq!((read.get("z"), read.get("hos")), (None, None));
    }

    #[test]
    fn metadata_that_is_not_an_object_is_refused() {
        let keys: KeySet = ["a"].into_iter().collect();
        for wrong in ["[]", "\"x\"", "1"] {
            assert!(read_metadata(Some(raw(wrong)), &keys).unwrap_err().to_string().contains("metadata as an object"));
            assert!(metadata_lines(Some(raw(wrong))).is_err());
        }
        assert_eq!((read_metadata(None, &keys).unwrap(), &*metadata_lines(None).unwrap()), (Metadata::default(), ""));
    }

    #[test]
    fn metadata_nested_without_end_does_not_overflow_the_stack() {
        let nested = |levels: usize| format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels));
        assert!(metadata_lines(Some(raw(&nested(128)))).unwrap().ends_with(".a=1"));
        let error = metadata_lines(Some(raw(&nested(100_000)))).unwrap_err();
        assert!(error.to_string().contains("128 levels"), "{error}");
        let keys = KeySet::from(vec!["a.a".to_owned(), "b".to_owned()]);
        assert_eq!(read_metadata(Some(raw(&nested(100_000))), &keys).unwrap(), Metadata::default());
        let list = format!(r#"{{"b": {}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(read_metadata(Some(raw(&list)), &keys).unwrap().get("b").map(str::len), Some(200_000));
    }
}
