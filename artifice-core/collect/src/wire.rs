//! A Ceilometer sample as it stands in JSON text: borrowed, with only what charging reads.
//!
//! Three shapes exist: what the message bus, `/v2/meters` and the clouds of 2013 write (`counter_name`,
//! `counter_volume`, `resource_metadata`, `message_id`…), what `/v2/samples` writes since (`meter`, `volume`,
//! `metadata`, `id`…), and what Ceilometer's publishers write to files and HTTP targets (`name`, `volume`,
//! `resource_metadata`, `id`…), which is all that today's does. All are one [`WireSample`] here, and may be mixed. A
//! volume is read from its digits, and metadata only where something asks for it, without building a tree.

#[cfg(any(test, fuzzing))]
mod compared;
mod metadata;
mod object;
pub(crate) mod quick;
mod refusal;
mod scan;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use artifice_model::decimal::DecimalError;
use artifice_model::{Decimal, Timestamp};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::text::Text;
use object::Span;

#[cfg(any(test, fuzzing))]
pub use compared::compare;
pub use metadata::{metadata_lines, read_metadata};
pub(crate) use refusal::without_place;
pub use refusal::{Refusal, Visit};

/// How much of a wrong value an error shows, in characters.
const SHOWN: usize = 60;

/// One sample, borrowed from JSON text. Keys that nothing here names are skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireSample<'a> {
    /// The tenant's id; the key must be there, but a sample may belong to nobody.
    pub tenant: Option<Cow<'a, str>>,
    /// The resource's id.
    pub resource: Cow<'a, str>,
    /// The meter's name.
    pub meter: Cow<'a, str>,
    /// `cumulative`, `gauge` or `delta`.
    pub kind: Option<Cow<'a, str>>,
    /// The unit of the volume; empty where none is said.
    pub unit: Cow<'a, str>,
    /// When it was taken, as it is written; see [`WireSample::at`].
    pub timestamp: Cow<'a, str>,
    /// The metadata as JSON text; see [`read_metadata`].
    pub metadata: Option<Json<'a>>,
    digits: Json<'a>,
    message_id: Cow<'a, str>,
    id: Cow<'a, str>,
}

/// The keys of a sample.
#[derive(Deserialize)]
struct Keys<'a> {
    #[serde(borrow, deserialize_with = "optional_text")]
    project_id: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "text")]
    resource_id: Cow<'a, str>,
    #[serde(borrow, default, alias = "meter", deserialize_with = "known_text")]
    counter_name: Option<Cow<'a, str>>,
    // Not an alias of `counter_name`: a store may give a sample a name of its own beside the meter's.
    #[serde(borrow, default, deserialize_with = "optional_text")]
    name: Option<Cow<'a, str>>,
    #[serde(borrow, default, alias = "type", deserialize_with = "optional_text")]
    counter_type: Option<Cow<'a, str>>,
    #[serde(borrow, default, alias = "unit", deserialize_with = "text_or_empty")]
    counter_unit: Cow<'a, str>,
    #[serde(borrow, deserialize_with = "text")]
    timestamp: Cow<'a, str>,
    #[serde(borrow, default, alias = "metadata")]
    resource_metadata: Option<Json<'a>>,
    #[serde(borrow, alias = "volume")]
    counter_volume: Json<'a>,
    #[serde(borrow, default, deserialize_with = "text_or_empty")]
    message_id: Cow<'a, str>,
    // Not an alias of `message_id`: a store may write its own id beside the message's.
    #[serde(borrow, default, deserialize_with = "text_or_empty")]
    id: Cow<'a, str>,
}

impl<'de: 'a, 'a> Deserialize<'de> for WireSample<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let keys = Keys::deserialize(deserializer)?;
        let meter = keys.counter_name.or(keys.name);
        Ok(WireSample {
            tenant: keys.project_id,
            resource: keys.resource_id,
            meter: meter.ok_or_else(|| D::Error::custom("missing field `counter_name`, `meter` or `name`"))?,
            kind: keys.counter_type,
            unit: keys.counter_unit,
            timestamp: keys.timestamp,
            metadata: keys.resource_metadata,
            digits: keys.counter_volume,
            message_id: keys.message_id,
            id: keys.id,
        })
    }
}

/// A value that is known to be valid JSON: its text, and what is known of it beside.
#[derive(Debug, Clone, Copy)]
pub struct Json<'a> {
    text: &'a str,
    /// The members of an object, where whoever found its end has noted them.
    members: Option<&'a [Span]>,
}

impl PartialEq for Json<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Json<'_> {}

impl<'a> From<&'a RawValue> for Json<'a> {
    fn from(raw: &'a RawValue) -> Self {
        Json { text: raw.get(), members: None }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Json<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(Json::from)
    }
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
        let text = self.digits.text;
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

fn text<'de: 'a, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'a, str>, D::Error> {
    Text::deserialize(deserializer).map(|text| text.0)
}

fn optional_text<'de: 'a, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Cow<'a, str>>, D::Error> {
    Ok(Option::<Text<'a>>::deserialize(deserializer)?.map(|text| text.0))
}

fn known_text<'de: 'a, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Cow<'a, str>>, D::Error> {
    text(deserializer).map(Some)
}

fn text_or_empty<'de: 'a, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'a, str>, D::Error> {
    Ok(optional_text(deserializer)?.unwrap_or_default())
}
