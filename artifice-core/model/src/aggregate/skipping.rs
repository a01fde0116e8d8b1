//! `implausible: skip`: such readings are left out, as if nobody had sent them.

use super::AggregateError;
use super::entry::Entry;
use super::plausible::{Implausible, Implausibles, is_too_fast};
use super::rate_limit::most_a_second;
use super::reading::{Locations, Reading};
use super::rise::Rise;
use crate::decimal::Decimal;
use crate::sample::{Facts, Sample};
use crate::time::Timestamp;

/// Decides which of a series' readings are left out.
#[derive(Debug)]
pub(super) struct Skipping<'a> {
    entry: &'a Entry,
    locations: &'a Locations,
    /// The last reading of a counter that was kept.
    kept: Option<(Timestamp, Decimal)>,
    /// How much the counter may rise in a second, and in which unit it counts.
    most: Option<(Box<str>, Option<Decimal>)>,
    pub left_out: Implausibles,
}

impl<'a> Skipping<'a> {
    pub fn new(entry: &'a Entry, locations: &'a Locations) -> Self {
        Skipping { entry, locations, kept: None, most: None, left_out: Implausibles::default() }
    }

    /// Whether the next reading is left out. `is_in_reach` says whether the period begins soon enough after one for it
    /// to be a baseline.
    pub fn leaves_out(
        &mut self,
        sample: &Sample,
        stays_gone: bool,
        is_in_reach: impl Fn(Timestamp) -> bool,
        is_inside: bool,
    ) -> Result<bool, AggregateError> {
        let aggregate = self.entry.aggregate;
        if aggregate.is_rise() {
            return self.jumps(sample, is_in_reach, is_inside);
        }
        let odd = aggregate.reads_levels() && sample.volume.is_negative() && !self.entry.plausible.negative;
        if !odd || self.entry.value.is_some() || !self.is_charged(&sample.facts, stays_gone) {
            return Ok(false);
        }
        self.leave_out(sample, None, is_inside);
        Ok(true)
    }

    /// Whether a sample's value is charged at all.
    fn is_charged(&self, facts: &Facts, stays_gone: bool) -> bool {
        let reading = Reading::new(self.entry, self.locations, facts);
        let counts_nothing = reading.ending.is_leaving && self.entry.aggregate.behaviour().is_over_time();
        let is_nothing = counts_nothing || reading.ending.leaves_gone(stays_gone);
        reading.service.is_some() && !is_nothing
    }

    fn jumps(
        &mut self,
        sample: &Sample,
        is_in_reach: impl Fn(Timestamp) -> bool,
        is_inside: bool,
    ) -> Result<bool, AggregateError> {
        let (at, value) = (sample.at, sample.volume);
        // First, because it forgets the reading before where that is in another unit.
        let most = self.most(&sample.facts.unit)?;
        if let Some((since, before)) = self.kept.filter(|(since, _)| is_in_reach(*since))
            && let Some(most) = most
        {
            let rise = Rise::new((since, before), (at, value), self.entry.reset_below).amount;
            let rise = rise.and_then(|rise| self.entry.scaling.of_difference(rise));
            if rise.is_none_or(|rise| is_too_fast(rise, most, at.micros().saturating_sub(since.micros()))) {
                self.leave_out(sample, Some((since, before)), is_inside);
                return Ok(true);
            }
        }
        self.kept = Some((at, value));
        Ok(false)
    }

    fn most(&mut self, unit: &str) -> Result<Option<Decimal>, AggregateError> {
        if let Some((_, most)) = self.most.as_ref().filter(|(known, _)| **known == *unit) {
            return Ok(*most);
        }
        let most = most_a_second(self.entry, unit)
            .map_err(|why| AggregateError::Rate { entry: self.entry.id.clone(), why: why.to_string() })?;
        // Of two readings in different units nobody can say how far they are apart.
        if self.most.replace((unit.into(), most)).is_some() {
            self.kept = None;
            return Ok(None);
        }
        Ok(most)
    }

    fn leave_out(&mut self, sample: &Sample, before: Option<(Timestamp, Decimal)>, is_inside: bool) {
        if is_inside {
            self.left_out.add(Implausible { at: sample.at, value: sample.volume, before });
        }
    }
}
