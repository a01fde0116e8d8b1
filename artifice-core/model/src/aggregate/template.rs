//! Texts with places that a sample's metadata fills: `{metadata.instance_type}`.

use serde::{Deserialize, Serialize};

use crate::sample::Metadata;

/// Alternatives, of which the first counts whose places can all be filled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Vec<String>", try_from = "Vec<String>")]
pub struct Template(Vec<Vec<Piece>>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Metadata(String),
}

/// A template that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A `{` without its `}`.
    #[error("'{0}': a place opens with {{ and is not closed")]
    Open(String),
    /// A place that is not `{metadata.KEY}`.
    #[error("'{text}': '{{{place}}}' is not known here; a place is written {{metadata.KEY}}")]
    Place {
        /// The whole text.
        text: String,
        /// What stands between the braces.
        place: String,
    },
}

impl Template {
    /// Reads alternatives such as `["{metadata.instance_type}", "instance"]`.
    pub fn new<S: AsRef<str>>(alternatives: impl IntoIterator<Item = S>) -> Result<Self, TemplateError> {
        alternatives.into_iter().map(|text| parts(text.as_ref())).collect::<Result<_, _>>().map(Template)
    }

    /// A template that is one metadata value, or the first of several that exists.
    pub fn of_metadata(keys: &[&str]) -> Self {
        Template(keys.iter().map(|key| vec![Piece::Metadata((*key).to_owned())]).collect())
    }

    /// This template, or else that text.
    #[must_use]
    pub fn or(mut self, text: &str) -> Self {
        self.0.push(vec![Piece::Text(text.to_owned())]);
        self
    }

    /// The text it makes of every sample, if it needs no metadata.
    pub fn constant(&self) -> Option<&str> {
        match self.0.first().map(Vec::as_slice) {
            Some([Piece::Text(text)]) => Some(text),
            _ => None,
        }
    }

    /// Whether one of its alternatives is just this text.
    pub fn says(&self, text: &str) -> bool {
        self.0.iter().any(|parts| matches!(parts.as_slice(), [Piece::Text(own)] if own == text))
    }

    /// Whether one of its alternatives is metadata and nothing else, and so any text.
    pub fn says_anything(&self) -> bool {
        self.0.iter().any(|parts| parts.iter().all(|part| matches!(part, Piece::Metadata(_))))
    }

    /// Whether there is metadata of which it makes this text.
    pub fn may_say(&self, text: &str) -> bool {
        self.0.iter().any(|parts| may_say(parts, text))
    }

    /// The text it makes of a sample's metadata, unless every alternative lacks something.
    pub fn fill(&self, metadata: &Metadata) -> Option<String> {
        self.0.iter().find_map(|parts| {
            parts
                .iter()
                .map(|part| match part {
                    Piece::Text(text) => Some(text.as_str()),
                    Piece::Metadata(key) => metadata.get(key),
                })
                .collect()
        })
    }

    /// The metadata keys it reads.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flatten().filter_map(|part| match part {
            Piece::Metadata(key) => Some(key.as_str()),
            Piece::Text(_) => None,
        })
    }
}

impl From<Template> for Vec<String> {
    fn from(template: Template) -> Self {
        let text = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Metadata(key) => format!("{{metadata.{key}}}"),
        };
        template.0.iter().map(|pieces| pieces.iter().map(text).collect()).collect()
    }
}

impl TryFrom<Vec<String>> for Template {
    type Error = TemplateError;

    fn try_from(texts: Vec<String>) -> Result<Self, TemplateError> {
        Template::new(texts)
    }
}

/// Whether a text has these parts, where a place may be any text that is not empty.
fn may_say(parts: &[Piece], mut text: &str) -> bool {
    let mut places = 0;
    for (index, part) in parts.iter().enumerate() {
        let Piece::Text(own) = part else {
            places += 1;
            continue;
        };
        // What the places before this part need at least.
        let Some(room) = bytes_of(text, places) else { return false };
        let at = match places {
            0 => text.starts_with(own.as_str()).then_some(0),
            _ if index + 1 == parts.len() => text.rfind(own.as_str()).filter(|at| at + own.len() == text.len()),
            // The earliest leaves the most to what follows.
            _ => text[room..].find(own.as_str()).map(|at| room + at),
        };
        let Some(at) = at.filter(|at| *at >= room) else { return false };
        text = &text[at + own.len()..];
        places = 0;
    }
    if places == 0 { text.is_empty() } else { bytes_of(text, places).is_some() }
}

/// How many bytes the first so many characters are, if there are so many.
fn bytes_of(text: &str, characters: usize) -> Option<usize> {
    text.char_indices().map(|(at, _)| at).chain([text.len()]).nth(characters)
}

fn parts(text: &str) -> Result<Vec<Piece>, TemplateError> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (place, behind) = after.split_once('}').ok_or_else(|| TemplateError::Open(text.to_owned()))?;
        let Some(key) = place.trim().strip_prefix("metadata.").filter(|key| !key.is_empty()) else {
            return Err(TemplateError::Place { text: text.to_owned(), place: place.to_owned() });
        };
        if !before.is_empty() {
            parts.push(Piece::Text(before.to_owned()));
        }
        parts.push(Piece::Metadata(key.to_owned()));
        rest = behind;
    }
    if !rest.is_empty() {
        parts.push(Piece::Text(rest.to_owned()));
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_alternative_that_exists_counts() {
        let template = Template::new(["{metadata.az}/{metadata.type}", "{metadata.type}", "none"]).unwrap();
        let fill = |pairs: &[(&str, &str)]| template.fill(&pairs.iter().copied().collect());
        assert_eq!(fill(&[("az", "akl"), ("type", "ssd")]).as_deref(), Some("akl/ssd"));
        assert_eq!(fill(&[("type", "ssd")]).as_deref(), Some("ssd"));
        assert_eq!(fill(&[("az", "akl")]).as_deref(), Some("none"));
        assert_eq!(template.keys().collect::<Vec<_>>(), ["az", "type", "type"]);
    }

    #[test]
    fn what_is_stored_of_a_template_is_what_one_writes() {
        let template = Template::new(["{metadata.az}/{metadata.a.b}", "none"]).unwrap();
        let stored: Vec<String> = template.clone().into();
        assert_eq!(stored, ["{metadata.az}/{metadata.a.b}", "none"]);
        assert_eq!(Template::try_from(stored).as_ref(), Ok(&template));
    }

    #[test]
    fn what_it_may_say_is_known_without_metadata() {
        let template = Template::new(["volume.{metadata.type}", "{metadata.a}-{metadata.b}x", "volume"]).unwrap();
        for text in ["volume.ssd", "volume.a.b", "1-2x", "ab-cdx", "a--bx", "ä-öx", "x-x-xx", "volume"] {
            assert!(template.may_say(text), "{text}");
        }
        for text in ["volume.", "volumes", "avolume", "a.volume.ssd", "1-x", "-2x", "1-2", "", "disk"] {
            assert!(!template.may_say(text), "{text}");
        }
        assert!(template.says("volume") && !template.says("volume.ssd") && !template.says(""));
        assert!(!template.says_anything() && Template::of_metadata(&["az"]).or("x").says_anything());
    }

    #[test]
    fn a_place_that_is_not_metadata_is_refused() {
        assert!(matches!(Template::new(["{resource}"]), Err(TemplateError::Place { .. })));
        assert!(matches!(Template::new(["{metadata.}"]), Err(TemplateError::Place { .. })));
        assert!(matches!(Template::new(["x{metadata.a"]), Err(TemplateError::Open(_))));
    }
}
