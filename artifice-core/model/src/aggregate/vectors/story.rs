//! The words in which stories are told.
//!
//! Times count from the period's start: `"01:30"`, `"-00:45"` before it, `"30:00"` a day and six
//! hours after it, `"00:00:00.000001"` where microseconds matter. Metadata is written
//! `"host=c1 state=active"`. Unless a story says otherwise its period has six hours, slices have
//! one hour, a sample holds for two, samples are in GB, the service is `disk` or what the metadata
//! `flavor` says, the region is `here`, and a host is its own location.

use std::sync::Arc;

use super::super::{AggregateError, Aggregator, Condition, Outcome, Scaling, Takeover, Volume};
use crate::aggregate::{Aggregate, Entry, Locations, MaxGap, Template};
use crate::sample::{Facts, MessageId, Metadata, Sample};
use crate::time::{HOUR_US, Period, Timestamp};

/// One resource, one entry, one period.
#[derive(Clone)]
pub struct Story {
    entry: Entry,
    datacenters: Vec<(String, String)>,
    takeovers: Vec<Takeover>,
    start: Timestamp,
    end: Timestamp,
    unit: String,
    cuts: Vec<Timestamp>,
    days: Vec<Timestamp>,
    samples: Vec<Sample>,
}

impl Story {
    pub fn of(aggregate: Aggregate) -> Self {
        let service = Template::of_metadata(&["flavor"]).or("disk");
        Story::by(Entry { service, ..Entry::new("volume.size", "Block storage", aggregate) })
    }

    pub fn by(entry: Entry) -> Self {
        let start: Timestamp = "2013-08-01T00:00:00Z".parse().unwrap();
        let end = start.plus(6 * HOUR_US);
        Story {
            entry,
            datacenters: Vec::new(),
            takeovers: Vec::new(),
            start,
            end,
            unit: "GB".to_owned(),
            cuts: Vec::new(),
            days: Vec::new(),
            samples: Vec::new(),
        }
    }

    pub fn lasting(mut self, duration: &str) -> Self {
        self.end = self.start.plus(micros(duration));
        self
    }

    /// Must be said before the first sample.
    pub fn during(mut self, period: Period) -> Self {
        (self.start, self.end) = (period.start(), period.end());
        self
    }

    /// The story of the next period of that length, told with the same samples.
    pub fn next(mut self) -> Self {
        let length = self.end.micros() - self.start.micros();
        (self.start, self.end) = (self.end, self.end.plus(length));
        self
    }

    pub fn slice(mut self, duration: &str) -> Self {
        self.entry.slice_us = micros(duration);
        self
    }

    pub fn max_gap(mut self, duration: &str) -> Self {
        self.entry.max_gap = MaxGap::Micros(micros(duration));
        self
    }

    pub fn unlimited(mut self) -> Self {
        self.entry.max_gap = MaxGap::Unlimited;
        self
    }

    /// A price may change then.
    pub fn cut(mut self, at: &str) -> Self {
        self.cuts.push(self.start.plus(micros(at)));
        self
    }

    /// It matters what is used on which day, and one begins then, or the last one ends.
    pub fn day(mut self, at: &str) -> Self {
        self.days.push(self.start.plus(micros(at)));
        self
    }

    /// value × factor + offset.
    pub fn scaled(mut self, factor: &str, offset: &str) -> Self {
        self.entry.scaling = Scaling::new(factor.parse().unwrap(), offset.parse().unwrap()).unwrap();
        self
    }

    /// A metadata key must have one of these values, which are separated by spaces.
    pub fn matching(mut self, key: &str, values: &str) -> Self {
        let values = values.split_whitespace().map(str::to_owned).collect();
        self.entry.conditions.push(Condition { key: key.to_owned(), values });
        self
    }

    /// The unit that the entry gives, whatever the samples say.
    pub fn in_unit(mut self, unit: &str) -> Self {
        self.entry.unit = Some(unit.to_owned());
        self
    }

    /// The service, as it is configured.
    pub fn charged_as(mut self, alternatives: &[&str]) -> Self {
        self.entry.service = Template::new(alternatives).unwrap();
        self
    }

    pub fn datacenter(mut self, pattern: &str, location: &str) -> Self {
        self.datacenters.push((pattern.to_owned(), location.to_owned()));
        self
    }

    /// The same, with something else about its entry.
    pub fn with(mut self, change: impl FnOnce(&mut Entry)) -> Self {
        change(&mut self.entry);
        self
    }

    /// Somebody else was seen with the resource.
    pub fn taken_over(mut self, at: &str) -> Self {
        self.takeovers.push(Takeover { at: self.start.plus(micros(at)), is_after: true });
        self
    }

    /// The unit of the samples that follow.
    pub fn unit(mut self, unit: &str) -> Self {
        self.unit = unit.to_owned();
        self
    }

    /// A sample without a message id.
    pub fn sample(self, at: &str, value: &str, metadata: &str) -> Self {
        self.message("", at, value, metadata)
    }

    /// A sample of a message.
    pub fn message(mut self, id: &str, at: &str, value: &str, metadata: &str) -> Self {
        let mut lines: Vec<&str> = metadata.split_whitespace().collect();
        lines.sort_unstable();
        let metadata: Metadata = lines.iter().filter_map(|line| line.split_once('=')).collect();
        self.samples.push(Sample {
            at: self.start.plus(micros(at)),
            message_id: MessageId::new(id),
            volume: value.parse().unwrap(),
            facts: Arc::new(Facts { unit: self.unit.as_str().into(), metadata }),
            metadata_lines: Some(lines.join("\n").into()),
        });
        self
    }

    /// The volumes, or why there are none. Samples may be told in any order and repeatedly.
    pub fn volumes(self) -> Result<Vec<Volume>, AggregateError> {
        self.outcome().map(|outcome| outcome.volumes)
    }

    /// All that comes of it.
    pub fn outcome(self) -> Result<Outcome, AggregateError> {
        self.aggregated(|aggregator| aggregator.finish())?
    }

    /// Whether the last sample is one that the entry refuses.
    pub fn ends_refused(self) -> bool {
        self.aggregated(|aggregator| aggregator.refuses()).unwrap()
    }

    /// What `end` makes of an aggregation that has had all samples.
    fn aggregated<T>(mut self, end: impl FnOnce(Aggregator<'_>) -> T) -> Result<T, AggregateError> {
        self.samples.sort_by(Sample::order);
        let locations = Locations::new("here", self.datacenters).with_hosts();
        let period = Period::new(self.start, self.end).unwrap();
        let cuts = self.entry.cuts(period, &self.cuts);
        let mut aggregator = Aggregator::new(&self.entry, &locations, period).cut_at(&cuts);
        aggregator = aggregator.owned_until(self.takeovers.into()).counting_days(&self.days.into());
        let mut last: Option<&Sample> = None;
        for sample in &self.samples {
            if last.is_some_and(|last| sample.repeats(last)) {
                aggregator.repeat(sample.at);
                continue;
            }
            aggregator.push(sample)?;
            last = Some(sample);
        }
        Ok(end(aggregator))
    }

    /// Expects the only usage to have these parts, as texts, at the cuts it can have.
    #[track_caller]
    pub fn has_parts(self, expected: &[&str]) {
        let [volume] = &self.volumes().unwrap()[..] else { panic!("not one usage") };
        let parts =
            (0..=volume.parts.cuts().len()).map(|part| volume.parts.volume(part..part + 1).unwrap().to_string());
        assert_eq!(parts.collect::<Vec<_>>(), expected);
    }

    /// Expects exactly these usages, such as `"disk at here: 12.5 GB·hour"`, with ` (web)` behind
    /// it if the resource has a name.
    #[track_caller]
    pub fn gives(self, expected: &[&str]) {
        let mut usages: Vec<_> = self.volumes().unwrap().iter().map(told).collect();
        usages.sort_unstable();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(usages, expected);
    }

    /// Expects no usage, which is not a usage of 0.
    #[track_caller]
    pub fn gives_nothing(self) {
        self.gives(&[]);
    }
}

fn told(usage: &Volume) -> String {
    let name = usage.resource_name.as_deref().map(|name| format!(" ({name})")).unwrap_or_default();
    format!("{} at {}: {} {}{name}", usage.service, usage.location, usage.volume, usage.unit)
}

/// The instant of a story that begins on 1 August 2013.
pub fn at(text: &str) -> Timestamp {
    "2013-08-01T00:00:00Z".parse::<Timestamp>().unwrap().plus(micros(text))
}

/// Reads `[-]HH:MM[:SS[.ffffff]]`; hours may go beyond a day.
fn micros(text: &str) -> i64 {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (clock, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let [hours, minutes, seconds] = match clock.split(':').map(|part| part.parse().unwrap()).collect::<Vec<i64>>()[..] {
        [hours, minutes] => [hours, minutes, 0],
        [hours, minutes, seconds] => [hours, minutes, seconds],
        _ => panic!("'{text}' is not a time"),
    };
    let fraction: i64 = format!("{fraction:0<6}").parse().unwrap();
    sign * (((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + fraction)
}
