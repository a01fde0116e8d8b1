//! Aggregation: the samples of one resource, by one entry, over one period, become volumes.
//!
//! The samples of a series are pushed in order ([`Sample::order`]), repetitions already left out,
//! and the memory needed does not grow with their number. What each [`Aggregate`] means stands
//! in the table of README.md ("What a volume is"); three rules hold for all of them:
//!
//! - **Service and location belong to the sample.** Each contribution goes to the service and
//!   location of the sample that makes it, so a resized or migrated resource gives one volume each.
//! - **Exact, rounded once.** Sums are exact, a volume is rounded to 6 decimals half away from zero.
//! - **No sample in reach gives no volume**, which is not a volume of 0.

mod entry;
mod evidence;
mod groups;
mod parts;
mod reading;
mod template;
#[cfg(test)]
mod vectors;

use std::sync::Arc;

pub use entry::{Aggregate, EVENT_TYPE, Entry, MaxGap};
pub use evidence::Evidence;
pub use parts::Parts;
pub use reading::{Locations, matches};
pub use template::{Template, TemplateError};

use crate::decimal::Decimal;
use crate::exact::{Exact, Overflow};
use crate::sample::{Facts, Sample};
use crate::time::{HOUR_US, Period, Timestamp};
use groups::Groups;
use reading::Reading;

/// Digits after the point that a volume is rounded to.
pub const VOLUME_PLACES: u8 = 6;

/// What was used of one service at one location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// What is priced.
    pub service: Arc<str>,
    /// Where it ran.
    pub location: Arc<str>,
    /// What people call the resource.
    pub resource_name: Option<Arc<str>>,
    /// How much, in `unit`.
    pub volume: Decimal,
    /// The unit, with `·hour` where time is in it.
    pub unit: String,
}

/// Why samples cannot be aggregated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AggregateError {
    /// A sum is too large.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// Two samples of one series are in different units.
    #[error(
        "samples in '{one}' and, at {at}, in '{other}': a sum of both means nothing; \
         correct the metering, or leave one of the two out of the samples"
    )]
    Units {
        /// The unit of the samples before.
        one: Arc<str>,
        /// The unit of this one.
        other: Arc<str>,
        /// When the unit changed.
        at: Timestamp,
    },
}

/// The aggregation of one series by one entry over one period.
#[derive(Debug)]
pub struct Aggregator<'a> {
    entry: &'a Entry,
    locations: &'a Locations,
    period: Period,
    /// The last sample before the period, until the first one inside it decides whether it counts.
    before: Option<Sample>,
    groups: Groups,
    unit: Option<Arc<str>>,
    last: Option<Last>,
    walk: Walk,
}

/// What was found out of the last sample: most say the same as the one before.
#[derive(Debug, Clone)]
struct Last {
    facts: Arc<Facts>,
    billable: bool,
    deleted: bool,
    group: usize,
}

/// What an aggregate remembers between samples.
#[derive(Debug)]
enum Walk {
    /// `integral`, `uptime`: the sample that holds.
    Hold(Option<Held>),
    /// `max_per_slice`, `exists_per_slice`: the slice that is being filled.
    Slices(Option<Slice>),
    /// `sum`, `count`: nothing.
    Each,
    /// `increase`: the value before.
    Increase(Option<Decimal>),
    /// `max`, `min`, `mean`, `last`: the samples seen so far.
    Whole(Option<Whole>),
}

#[derive(Debug, Clone, Copy)]
struct Held {
    since: Timestamp,
    value: Decimal,
    group: usize,
}

#[derive(Debug, Clone, Copy)]
struct Slice {
    /// Counted from the period's start.
    number: i64,
    max: Decimal,
    group: usize,
}

#[derive(Debug, Clone)]
struct Whole {
    max: Decimal,
    min: Decimal,
    last: Decimal,
    sum: Exact,
    count: u64,
    group: usize,
}

impl<'a> Aggregator<'a> {
    /// Begins the aggregation of a series.
    pub fn new(entry: &'a Entry, locations: &'a Locations, period: Period) -> Self {
        let walk = match entry.aggregate {
            Aggregate::Integral | Aggregate::Uptime => Walk::Hold(None),
            Aggregate::MaxPerSlice | Aggregate::ExistsPerSlice => Walk::Slices(None),
            Aggregate::Sum | Aggregate::Count => Walk::Each,
            Aggregate::Increase => Walk::Increase(None),
            Aggregate::Max | Aggregate::Min | Aggregate::Mean | Aggregate::Last => Walk::Whole(None),
        };
        let groups = Groups::default();
        Aggregator { entry, locations, period, before: None, groups, unit: None, last: None, walk }
    }

    /// Takes the next sample, in order. What lies outside the aggregation's reach is passed over.
    pub fn push(&mut self, sample: &Sample) -> Result<(), AggregateError> {
        if sample.at >= self.period.end() {
            return Ok(());
        }
        if sample.at < self.period.start() {
            if self.entry.aggregate.looks_back() {
                self.before = Some(sample.clone());
            }
            return Ok(());
        }
        self.look_back()?;
        self.consider(sample)
    }

    /// Ends the aggregation: the volumes, one for each service and location.
    pub fn finish(mut self) -> Result<Vec<Volume>, AggregateError> {
        self.look_back()?;
        self.close();
        let divisor = match &self.walk {
            Walk::Hold(_) | Walk::Slices(_) => HOUR_US.unsigned_abs(),
            Walk::Whole(Some(whole)) if self.entry.aggregate == Aggregate::Mean => whole.count,
            _ => 1,
        };
        let unit = self.entry.aggregate.unit_of(self.unit.as_deref().unwrap_or_default());
        let volume = |group: groups::Group| {
            Ok(Volume {
                service: group.service,
                location: group.location.unwrap_or_else(|| self.locations.of(None)),
                resource_name: group.name,
                volume: group.sum.divided(divisor, VOLUME_PLACES)?,
                unit: unit.clone(),
            })
        };
        self.groups.contributing().map(volume).collect()
    }

    /// Counts the last sample before the period, if it reaches it.
    fn look_back(&mut self) -> Result<(), AggregateError> {
        match self.before.take() {
            Some(sample) if sample.at.plus(self.entry.max_gap.micros()) >= self.period.start() => {
                self.consider(&sample)
            }
            _ => Ok(()),
        }
    }

    fn consider(&mut self, sample: &Sample) -> Result<(), AggregateError> {
        let (billable, deleted, group) = self.read(sample)?;
        let counts = !(deleted && self.entry.aggregate.is_over_time());
        let value = match self.entry.aggregate {
            _ if !counts => Decimal::ZERO,
            Aggregate::Uptime if billable => Decimal::ONE,
            Aggregate::Uptime => Decimal::ZERO,
            Aggregate::Count => Decimal::ONE,
            _ => sample.volume,
        };
        match &mut self.walk {
            Walk::Each => self.groups.add(group, value, 1),
            Walk::Hold(held) => {
                if let Some(before) = held.replace(Held { since: sample.at, value, group }) {
                    self.let_go(before, sample.at);
                }
            }
            Walk::Slices(slice) => {
                let number = (sample.at.micros() - self.period.start().micros()) / self.entry.slice_us;
                match slice {
                    Some(slice) if slice.number == number => (slice.max, slice.group) = (slice.max.max(value), group),
                    _ => {
                        if let Some(full) = slice.replace(Slice { number, max: value, group }) {
                            self.count_slice(full);
                        }
                    }
                }
            }
            Walk::Increase(baseline) => {
                let before = baseline.replace(value);
                if sample.at >= self.period.start() {
                    self.groups.add(group, value, i64::from(before.is_some()));
                    // A counter that went down was reset, and counts from 0.
                    if let Some(before) = before.filter(|before| value >= *before) {
                        self.groups.add(group, before, -1);
                    }
                }
            }
            Walk::Whole(whole) => {
                let whole = whole.get_or_insert_with(|| Whole {
                    max: value,
                    min: value,
                    last: value,
                    sum: Exact::default(),
                    count: 0,
                    group,
                });
                (whole.max, whole.min, whole.last) = (whole.max.max(value), whole.min.min(value), value);
                whole.sum.add(value, 1);
                whole.count += 1;
                whole.group = group;
            }
        }
        Ok(())
    }

    /// Counts what the last sample leaves open.
    fn close(&mut self) {
        match &self.walk {
            Walk::Hold(Some(held)) => self.let_go(*held, self.period.end()),
            Walk::Slices(Some(slice)) => self.count_slice(*slice),
            Walk::Whole(Some(whole)) => match self.entry.aggregate {
                Aggregate::Max => self.groups.add(whole.group, whole.max, 1),
                Aggregate::Min => self.groups.add(whole.group, whole.min, 1),
                Aggregate::Last => self.groups.add(whole.group, whole.last, 1),
                _ => self.groups.merge(whole.group, &whole.sum),
            },
            _ => {}
        }
    }

    /// A sample held until the next one, its `max_gap` or the period's end, whichever came first.
    fn let_go(&mut self, held: Held, next: Timestamp) {
        let from = held.since.max(self.period.start());
        let until = next.min(held.since.plus(self.entry.max_gap.micros())).min(self.period.end());
        self.groups.add(held.group, held.value, (until.micros() - from.micros()).max(0));
    }

    /// A slice counts for its width, the period's last one for what of it lies inside.
    fn count_slice(&mut self, slice: Slice) {
        let start = slice.number.saturating_mul(self.entry.slice_us);
        let width = self.entry.slice_us.min(self.period.micros() - start);
        let value = match self.entry.aggregate {
            Aggregate::ExistsPerSlice if slice.max > Decimal::ZERO => Decimal::ONE,
            Aggregate::ExistsPerSlice => Decimal::ZERO,
            _ => slice.max,
        };
        self.groups.add(slice.group, value, width);
    }

    /// Whether a sample's state is billable, whether it announces a deletion, and its group.
    fn read(&mut self, sample: &Sample) -> Result<(bool, bool, usize), AggregateError> {
        if let Some(last) = &self.last
            && (Arc::ptr_eq(&last.facts, &sample.facts) || last.facts == sample.facts)
        {
            return Ok((last.billable, last.deleted, last.group));
        }
        let reading = Reading::new(self.entry, self.locations, &sample.facts);
        if self.entry.aggregate.keeps_unit() {
            let unit = self.unit.get_or_insert_with(|| reading.unit.clone());
            if *unit != reading.unit {
                return Err(AggregateError::Units { one: unit.clone(), other: reading.unit, at: sample.at });
            }
        }
        let group = self.groups.of(&reading);
        let Reading { billable, deleted, .. } = reading;
        self.last = Some(Last { facts: sample.facts.clone(), billable, deleted, group });
        Ok((billable, deleted, group))
    }
}
