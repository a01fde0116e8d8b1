//! Texts of JSON, read whatever is in them.
//!
//! JSON can write half a character (`"\\ud800"`, a surrogate without its other one), which no text here can hold. It is
//! read as a NUL character, and so becomes what that becomes: in a name it is replaced before the ledger stores it, and
//! in an id it is an error of its tenant alone.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

/// What half a character is read as.
const HALF: char = '\0';
/// How the first byte of a surrogate is encoded.
const SURROGATE: u8 = 0xED;

/// A text that is borrowed where it has no escapes.
pub(crate) struct Text<'a>(pub Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reading;
        impl<'de> Visitor<'de> for Reading {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_bytes<E: Error>(self, bytes: &'de [u8]) -> Result<Text<'de>, E> {
                match str::from_utf8(bytes) {
                    Ok(text) => Ok(Text(Cow::Borrowed(text))),
                    Err(_) => self.visit_bytes(bytes),
                }
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(without_halves(bytes))))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        // The parser hands surrogates on only to whoever takes bytes.
        deserializer.deserialize_bytes(Reading)
    }
}

/// A text in UTF-8, in which surrogates may be encoded as other characters are.
fn without_halves(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        // Each of the three bytes is a chunk of its own.
        text.extend(chunk.invalid().first().filter(|byte| **byte == SURROGATE).map(|_| HALF));
    }
    text
}

/// A text that is kept.
pub(crate) fn owned<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Text::deserialize(deserializer).map(|text| text.0.into_owned())
}

/// The same, where there may be none.
pub(crate) fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<Text<'_>>::deserialize(deserializer)?.map(|text| text.0.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_character_is_read_as_nul() {
        let read = |json: &str| serde_json::from_str::<Text<'_>>(json).map(|text| text.0.into_owned());
        assert_eq!(read(r#""a\ud800b\udc00\ud83d\ude00""#).unwrap(), "a\0b\0\u{1f600}");
        assert_eq!(read(r#""\ud800\ud800""#).unwrap(), "\0\0");
        assert_eq!(read(r#""\ufffd\ud7ff\ue000é""#).unwrap(), "\u{fffd}\u{d7ff}\u{e000}é");
        assert!(matches!(serde_json::from_str::<Text<'_>>("\"plain\"").unwrap().0, Cow::Borrowed("plain")));
        for wrong in ["1", "null", "[1]", "{}", "\"\\ud8\"", "\"\\u12g4\""] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        let says = read("1").unwrap_err().to_string();
        assert!(says.contains("expected a string"), "{says}");
    }
}
