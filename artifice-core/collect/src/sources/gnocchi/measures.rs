//! Measures of several metrics, as `POST /v1/aggregates` answers them by the metrics' ids.
//!
//! One request for many metrics has the same bytes as one for each, and says beside them what each metric's unit and
//! archive policy are, which nothing else says without a request for each.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use artifice_model::decimal::DecimalError;
use artifice_model::{Decimal, Timestamp};
use artifice_text::unquoted;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::life::Measure;
use super::policy::{Choice, Policy, seconds};
use crate::text;

/// An answer.
#[derive(Deserialize)]
pub struct Bulk<'a> {
    /// By metric and method; not read yet.
    #[serde(borrow)]
    measures: HashMap<Cow<'a, str>, HashMap<Cow<'a, str>, &'a RawValue>>,
    /// What the metrics are.
    pub references: Vec<Metric>,
}

/// What a metric is.
#[derive(Debug, Clone, Deserialize)]
pub struct Metric {
    /// Its id.
    #[serde(deserialize_with = "text::owned")]
    pub id: String,
    /// The unit of its values, if it says one.
    #[serde(default, deserialize_with = "text::optional")]
    pub unit: Option<String>,
    /// What is kept of it.
    #[serde(rename = "archive_policy")]
    pub policy: Policy,
}

/// An error's text, or what takes its place.
#[derive(Deserialize)]
struct Refusal {
    description: Description,
}

/// What is wrong. Some errors say it in words alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum Description {
    Structured {
        cause: String,
        detail: serde_json::Value,
    },
    #[expect(dead_code, reason = "words are for people")]
    Words(String),
}

/// Why Gnocchi refuses to read several metrics alike.
#[derive(Debug, PartialEq, Eq)]
pub enum Why {
    /// These are not there any more.
    Unknown(Vec<String>),
    /// Some lack the granule or the method.
    Differ,
}

/// What an error says of the metrics; `None` if it is about something else.
pub fn why(body: &[u8]) -> Option<Why> {
    let refusal: Refusal = serde_json::from_slice(body).ok()?;
    let Description::Structured { cause, detail } = refusal.description else { return None };
    match cause.as_str() {
        "Unknown metrics" => {
            let ids = detail.as_array()?.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect();
            Some(Why::Unknown(ids))
        }
        "Metrics with unknown aggregation" | "Metrics cannot be aggregated" => Some(Why::Differ),
        _ => None,
    }
}

/// A measure as it is written: the beginning of its granule, the granule in seconds, the value.
struct Written<'a>(Cow<'a, str>, &'a RawValue, &'a RawValue);

impl<'de: 'a, 'a> Deserialize<'de> for Written<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (at, granule, value) = <(Text<'a>, &'a RawValue, &'a RawValue)>::deserialize(deserializer)?;
        Ok(Written(at.0, granule, value))
    }
}

/// A text that is borrowed where it can be.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl Bulk<'_> {
    /// The measures of a metric in `from..to`, in order; `None` if the answer has none of it.
    ///
    /// # Errors
    /// They are not what was asked for: what is wrong, in words.
    pub fn of(
        &self,
        metric: &str,
        choice: &Choice,
        window: (Timestamp, Timestamp),
    ) -> Option<Result<Vec<Measure>, String>> {
        let measures = self.measures.get(metric)?.get(&*choice.method)?;
        let mut reading = Reading { granule: granule(choice), window, found: Vec::new() };
        let mut json = serde_json::Deserializer::from_str(measures.get());
        let read = (&mut json).deserialize_seq(&mut reading).map_err(|error| plain(&error));
        Some(read.map(|()| reading.found))
    }
}

/// An error without its place, which is one inside of a part of the answer.
fn plain(error: &serde_json::Error) -> String {
    let says = error.to_string();
    unquoted(says.split(" at line ").next().unwrap_or(&says))
}

fn granule(choice: &Choice) -> Decimal {
    seconds(choice.granule_us).parse().unwrap_or_default()
}

/// Measures that are being read.
struct Reading {
    granule: Decimal,
    window: (Timestamp, Timestamp),
    found: Vec<Measure>,
}

impl Reading {
    fn take(&mut self, Written(text, granule, value): &Written<'_>) -> Result<(), String> {
        let at: Timestamp = text.parse().map_err(|_| format!("'{}' is no time", shown(text)))?;
        if granule.get().parse() != Ok(self.granule) {
            let (found, asked) = (shown(granule.get()), self.granule);
            return Err(format!("a measure of {found} s, though those of {asked} s were asked for"));
        }
        let value = number(value.get())?;
        if self.found.last().is_some_and(|(before, _)| *before >= at) {
            return Err(format!("the measure of {at} does not follow the one before it"));
        }
        // (The granule in which a window begins comes, too.)
        if self.window.0 <= at && at < self.window.1 {
            self.found.push((at, value));
        }
        Ok(())
    }
}

/// A value, from its digits.
fn number(digits: &str) -> Result<Decimal, String> {
    if !digits.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
        return Err(format!("the value {} is no number", shown(digits)));
    }
    digits.parse().map_err(|why: DecimalError| format!("the value {} is {why}", shown(digits)))
}

fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}

impl<'de> Visitor<'de> for &mut Reading {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of measures")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<(), A::Error> {
        while let Some(written) = all.next_element::<Written<'de>>()? {
            self.take(&written).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: [&str; 2] = ["0afed0a3-6309-4bfb-b15c-d033b07ca505", "f3bc231f-56ed-493c-9945-7df4dd375efa"];

    fn bulk(measures: &str) -> String {
        let policy = r#"{"name": "low", "back_window": 0, "definition": [{"timespan": "30 days, 0:00:00", "granularity": "0:05:00", "points": 8640}], "aggregation_methods": ["mean"]}"#;
        let references =
            IDS.map(|id| format!(r#"{{"id": "{id}", "name": "x", "unit": null, "archive_policy": {policy}}}"#));
        format!(
            r#"{{"measures": {{"{}": {{"mean": {measures}}}}}, "references": [{}]}}"#,
            IDS[0],
            references.join(", ")
        )
    }

    fn read(measures: &str) -> Result<Vec<String>, String> {
        let text = bulk(measures);
        let bulk: Bulk<'_> = serde_json::from_str(&text).unwrap();
        let choice = Choice { method: "mean".into(), granule_us: 300_000_000 };
        let window = ("2026-10-05T00:05:00Z".parse().unwrap(), "2026-10-05T00:20:00Z".parse().unwrap());
        assert!(bulk.of(IDS[1], &choice, window).is_none() && bulk.references.len() == 2);
        let found = bulk.of(IDS[0], &choice, window).unwrap()?;
        Ok(found.into_iter().map(|(at, value)| format!("{at} {value}")).collect())
    }

    #[test]
    fn measures_are_read_from_their_digits_inside_the_window() {
        let measures = r#"[["2026-10-05T00:00:00+00:00", 300.0, 1.0], ["2026-10-05T00:05:00+00:00", 300.0, 100.33333333333333],
            ["2026-10-05T00:10:00+00:00", 300, 2.9e+14], ["2026-10-05T00:15:00+00:00", 300.0, -0.0], ["2026-10-05T00:20:00+00:00", 300.0, 4]]"#;
        assert_eq!(
            read(measures).unwrap(),
            [
                "2026-10-05T00:05:00Z 100.33333333333333",
                "2026-10-05T00:10:00Z 290000000000000",
                "2026-10-05T00:15:00Z 0"
            ]
        );
        assert_eq!(read("[]").unwrap().len(), 0);
    }

    #[test]
    fn what_was_not_asked_for_is_an_error() {
        let first = r#"["2026-10-05T00:05:00+00:00", 300.0, 1.0]"#;
        for (measures, expected) in [
            (
                r#"["2026-10-05T00:00:00+00:00", 3600.0, 1.0]"#.to_owned(),
                "a measure of 3600.0 s, though those of 300 s",
            ),
            (format!("{first}, {first}"), "the measure of 2026-10-05T00:05:00Z does not follow"),
            (r#"["yesterday", 300.0, 1.0]"#.to_owned(), "'yesterday' is no time"),
            (r#"["2026-10-05T00:05:00+00:00", 300.0, "1"]"#.to_owned(), "the value \"1\" is no number"),
            (r#"["2026-10-05T00:05:00+00:00", 300.0, null]"#.to_owned(), "the value null is no number"),
            (r#"["2026-10-05T00:05:00+00:00", 300.0, 1e99]"#.to_owned(), "the value 1e99 is "),
            (r#"["2026-10-05T00:05:00+00:00", 300.0]"#.to_owned(), "invalid length 2"),
            ("{}".to_owned(), "invalid type: map"),
        ] {
            let says = read(&format!("[{measures}]")).unwrap_err();
            assert!(says.starts_with(expected), "{says}");
        }
    }

    #[test]
    fn refusals_are_told_apart() {
        let unknown = r#"{"code": 404, "title": "Not Found", "description": {"cause": "Unknown metrics", "reason": "Provided metrics don't exists", "detail": ["5f0f"]}}"#;
        let method = r#"{"code": 404, "title": "Not Found", "description": {"cause": "Metrics with unknown aggregation", "detail": [["b2be", "max"]]}}"#;
        let granule = r#"{"code": 400, "title": "Bad Request", "description": {"cause": "Metrics cannot be aggregated", "reason": "Granularities are missing", "detail": [["vcpus", "mean", 7.0]]}}"#;
        assert_eq!(why(unknown.as_bytes()), Some(Why::Unknown(vec!["5f0f".to_owned()])));
        assert_eq!(why(method.as_bytes()), Some(Why::Differ));
        assert_eq!(why(granule.as_bytes()), Some(Why::Differ));
        for other in [
            r#"{"code": 404, "title": "Not Found", "description": "Metric ['nope'] does not exist"}"#,
            r#"{"code": 404, "title": "Not Found", "description": null}"#,
            "<html>",
        ] {
            assert_eq!(why(other.as_bytes()), None);
        }
    }
}
