//! Samples: what metering says was seen, and in which order it counts.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::decimal::Decimal;
use crate::tenant::TenantId;
use crate::time::Timestamp;

/// A series: the samples of one meter of one resource of one tenant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SeriesKey {
    /// The tenant's id.
    pub tenant: TenantId,
    /// The resource's id.
    pub resource: Box<str>,
    /// The meter's name.
    pub meter: Box<str>,
}

/// One sample of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// When it was taken.
    pub at: Timestamp,
    /// The message that brought it: how a repetition is known.
    pub message_id: MessageId,
    /// The value, in [`Facts::unit`].
    pub volume: Decimal,
    /// What it says beside the value. Shared: most samples of a series say the same.
    pub facts: Arc<Facts>,
    /// All metadata as sorted `key=value` lines, where it was kept: it orders samples that are
    /// otherwise equal.
    pub metadata_lines: Option<Box<str>>,
}

/// What a sample says beside its value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Facts {
    /// The unit of the value, as metering writes it (`B`, `GB`, `instance`).
    pub unit: Box<str>,
    /// Those of the metadata that charging reads.
    pub metadata: Metadata,
}

/// Flat metadata: key and value, sorted by key. What is absent, empty or `None` is not in it.
///
/// All of it is one text, so that comparing two, which is done for every sample, looks at one place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Metadata {
    text: Box<str>,
    /// Where each key and each value ends, in turns.
    ends: Box<[usize]>,
}

impl Metadata {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.pairs().find(|(known, _)| *known == key).map(|(_, value)| value)
    }

    /// Keys and values, sorted by their keys.
    pub fn pairs(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        let mut begin = 0;
        self.ends.chunks_exact(2).map(move |ends| {
            let pair = (&self.text[begin..ends[0]], &self.text[ends[0]..ends[1]]);
            begin = ends[1];
            pair
        })
    }

    /// How much memory it takes, about.
    pub fn bytes(&self) -> usize {
        64 + self.text.len() + size_of_val(&*self.ends)
    }
}

impl<K: AsRef<str>, V: AsRef<str>> FromIterator<(K, V)> for Metadata {
    /// Keeps the first of several values of a key, and no value that means "missing".
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut pairs: Vec<(K, V)> = pairs.into_iter().filter(|(_, value)| !is_missing(value.as_ref())).collect();
        pairs.sort_by(|a, b| a.0.as_ref().cmp(b.0.as_ref()));
        pairs.dedup_by(|later, first| later.0.as_ref() == first.0.as_ref());
        let (mut text, mut ends) = (String::new(), Vec::with_capacity(2 * pairs.len()));
        for (key, value) in &pairs {
            text.push_str(key.as_ref());
            ends.push(text.len());
            text.push_str(value.as_ref());
            ends.push(text.len());
        }
        Metadata { text: text.into(), ends: ends.into() }
    }
}

/// Whether a metadata value says nothing. Ceilometer writes Python's `None` as text.
pub fn is_missing(value: &str) -> bool {
    value.is_empty() || value == "None"
}

/// A message's id. Ordered as its text; none is less than any. Most are UUIDs, kept in 16 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MessageId {
    /// No id: such samples are never repetitions.
    None,
    /// A UUID in its usual lower-case form.
    Uuid([u8; 16]),
    /// Any other text.
    Text(Box<str>),
}

impl MessageId {
    /// The id in a message; an empty one is none.
    pub fn new(text: &str) -> Self {
        if text.is_empty() {
            return MessageId::None;
        }
        uuid_bytes(text.as_bytes()).map_or_else(|| MessageId::Text(text.into()), MessageId::Uuid)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MessageId::None => Ok(()),
            MessageId::Text(text) => f.write_str(text),
            MessageId::Uuid(bytes) => bytes.iter().enumerate().try_for_each(|(index, byte)| {
                let hyphen = if matches!(index, 4 | 6 | 8 | 10) { "-" } else { "" };
                write!(f, "{hyphen}{byte:02x}")
            }),
        }
    }
}

impl Ord for MessageId {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            // Hex digits sort as the numbers they stand for, and the hyphens stand in the same places.
            (MessageId::Uuid(a), MessageId::Uuid(b)) => a.cmp(b),
            (MessageId::None, MessageId::None) => Ordering::Equal,
            (MessageId::None, _) => Ordering::Less,
            (_, MessageId::None) => Ordering::Greater,
            (a, b) => a.to_string().cmp(&b.to_string()),
        }
    }
}

impl PartialOrd for MessageId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The bytes of `451df5bc-007e-11e3-a072-080027880ca6`; `None` for anything written otherwise.
fn uuid_bytes(text: &[u8]) -> Option<[u8; 16]> {
    let text: &[u8; 36] = text.try_into().ok()?;
    if [8, 13, 18, 23].iter().any(|&hyphen| text[hyphen] != b'-') {
        return None;
    }
    let mut bytes = [0; 16];
    // A value above 15 stands for no digit: one look at all of them together tells of it.
    let mut all = 0;
    for (byte, place) in bytes.iter_mut().zip(DIGITS) {
        let (high, low) = (digit(text[place]), digit(text[place + 1]));
        all |= high | low;
        *byte = high << 4 | low;
    }
    (all < 16).then_some(bytes)
}

/// Where in a UUID's text its bytes stand.
const DIGITS: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

/// What a lower-case hexadecimal digit stands for; of anything else, a number above 15.
fn digit(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'f' => byte - b'a' + 10,
        _ => 16,
    }
}

impl Sample {
    /// The order in which samples of a series count, whatever order they arrive in: by time,
    /// message, value and metadata (semantics 2).
    pub fn order(&self, other: &Sample) -> Ordering {
        self.order_without_metadata(other).then_with(|| self.metadata_lines.cmp(&other.metadata_lines))
    }

    fn order_without_metadata(&self, other: &Sample) -> Ordering {
        (self.at, &self.message_id, self.volume).cmp(&(other.at, &other.message_id, other.volume))
    }

    /// Whether this sample, next in order after `before`, is the same message once more: equal in
    /// message id, time and value. A sample without an id is none.
    pub fn repeats(&self, before: &Sample) -> bool {
        self.message_id != MessageId::None && self.order_without_metadata(before).is_eq()
    }

    /// Whether this sample, next in order after `before`, is the same message with another value.
    pub fn contradicts(&self, before: &Sample) -> bool {
        self.message_id != MessageId::None && self.message_id == before.message_id && self.volume != before.volume
    }

    /// Whether only metadata that was not kept could tell which of the two comes first, and it
    /// matters because they say different things.
    pub fn order_needs_metadata(&self, other: &Sample) -> bool {
        (self.metadata_lines.is_none() || other.metadata_lines.is_none())
            && self.facts != other.facts
            && self.order_without_metadata(other).is_eq()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn metadata_that_says_nothing_is_missing() {
        // semantics 2: an absent, empty or `None` value is missing.
        let metadata: Metadata =
            [("host", "None"), ("state", ""), ("name", "web"), ("name", "later")].into_iter().collect();
        assert_eq!((metadata.get("host"), metadata.get("state"), metadata.get("zone")), (None, None, None));
        assert_eq!(metadata.get("name"), Some("web"));
    }

    proptest! {
        #[test]
        fn message_ids_sort_as_their_texts(a in "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-fA-F-]{0,40}",
                                           b in "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-fA-F-]{0,40}") {
            prop_assert_eq!(MessageId::new(&a).to_string(), a.clone());
            prop_assert_eq!(MessageId::new(&a).cmp(&MessageId::new(&b)), a.cmp(&b));
        }
    }
}
