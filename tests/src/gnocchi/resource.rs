//! What Gnocchi knows of a thing.

use std::collections::BTreeMap;

use artifice_model::Timestamp;
use serde_json::{Map, Value, json};

use super::measures::{Metric, Policy};

/// An instant: `2013-10-05T06:00`, or a day.
pub fn at(text: &str) -> Timestamp {
    let time = if text.len() == 10 { "T00:00:00Z" } else { ":00Z" };
    format!("{text}{time}").parse().unwrap()
}

/// A value every five minutes, from then until then.
pub fn polled(from: &str, to: &str, value: impl Fn(i64) -> i64) -> Vec<(Timestamp, i64)> {
    let (from, to) = (at(from), at(to));
    let count = (to.micros() - from.micros()) / 300_000_000;
    (0..count).map(|number| (from.plus(number * 300_000_000), value(number))).collect()
}

/// A thing, as Ceilometer's publisher makes it known.
#[derive(Debug, Clone)]
pub struct Resource {
    pub(super) kind: String,
    pub(super) id: String,
    pub(super) original: String,
    pub(super) started: Timestamp,
    pub(super) ended: Option<Timestamp>,
    /// From when each holds, of which project, with which attributes.
    pub(super) revisions: Vec<(Timestamp, String, BTreeMap<String, String>)>,
    pub(super) metrics: BTreeMap<String, Metric>,
}

impl Resource {
    /// One of a type, whose id ends so; known since the middle of September.
    pub fn of(project: &str, kind: &str, number: u32) -> Resource {
        let id = format!("{number:08x}-0000-4000-8000-{number:012x}");
        let started = at("2013-09-15");
        let revisions = vec![(started, project.to_owned(), BTreeMap::new())];
        let (kind, original) = (kind.to_owned(), id.clone());
        Resource { kind, id, original, started, ended: None, revisions, metrics: BTreeMap::new() }
    }

    /// Ceilometer calls it otherwise.
    #[must_use]
    pub fn called(mut self, original: &str) -> Resource {
        self.original = original.to_owned();
        self
    }

    #[must_use]
    pub fn started(mut self, when: &str) -> Resource {
        self.started = at(when);
        self.revisions[0].0 = self.started;
        self
    }

    #[must_use]
    pub fn ended(mut self, when: &str) -> Resource {
        self.ended = Some(at(when));
        self
    }

    #[must_use]
    pub fn with(mut self, key: &str, value: &str) -> Resource {
        let (.., attributes) = self.revisions.last_mut().unwrap();
        attributes.insert(key.to_owned(), value.to_owned());
        self
    }

    /// From then on something is otherwise.
    #[must_use]
    pub fn since(mut self, when: &str, key: &str, value: &str) -> Resource {
        let (_, project, attributes) = self.revisions.last().unwrap().clone();
        self.revisions.push((at(when), project, attributes));
        self.with(key, value)
    }

    /// From then on it is somebody else's.
    #[must_use]
    pub fn given_to(mut self, when: &str, project: &str) -> Resource {
        let (.., attributes) = self.revisions.last().unwrap().clone();
        self.revisions.push((at(when), project.to_owned(), attributes));
        self
    }

    /// It is measured.
    #[must_use]
    pub fn metric(
        mut self,
        name: &str,
        unit: &str,
        policy: &'static Policy,
        values: Vec<(Timestamp, i64)>,
    ) -> Resource {
        let number = self.metrics.len();
        let id = format!("{}-{number:04x}-{}", &self.id[..8], &self.id[14..]);
        self.metrics.insert(name.to_owned(), Metric { id, unit: unit.to_owned(), policy, values });
        self
    }

    /// Its revisions, as they are answered; the last one alone without history.
    pub(super) fn rows(&self, history: bool) -> Vec<Map<String, Value>> {
        let row = |(place, (start, project, attributes)): (usize, &(Timestamp, String, BTreeMap<String, String>))| {
            let end = self.revisions.get(place + 1).map(|(start, ..)| written(*start));
            let ended = self.ended.filter(|_| end.is_none()).map(written);
            let metrics: Map<String, Value> =
                self.metrics.iter().map(|(name, metric)| (name.clone(), json!(metric.id))).collect();
            let row = json!({
                "id": self.id, "original_resource_id": self.original, "type": self.kind, "project_id": project,
                "user_id": "6a94e6a151dc4e248293072e62a49565", "creator": "459f2c5fa6254f09a0830b7d4e2eb469:ecb4b55a347a4f17b7e009c5285a493c",
                "started_at": written(self.started), "ended_at": ended, "revision_start": written(*start),
                "revision_end": end, "metrics": metrics,
            });
            let Value::Object(mut row) = row else { unreachable!() };
            row.extend(attributes.iter().map(|(key, value)| (key.clone(), json!(value))));
            row
        };
        let skipped = if history { 0 } else { self.revisions.len() - 1 };
        self.revisions.iter().enumerate().skip(skipped).map(row).collect()
    }
}

/// As Gnocchi writes instants.
pub(super) fn written(at: Timestamp) -> String {
    at.to_string().replace('Z', "+00:00")
}
