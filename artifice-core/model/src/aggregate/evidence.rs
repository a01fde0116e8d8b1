//! What a volume rests on: kept with the lines it is charged in, for whoever asks where they come from.

use serde::{Deserialize, Serialize};

use super::entry::MaxGap;
use super::plausible::Implausibles;
use crate::limits::GAPS_KEPT;
use crate::time::Timestamp;

/// What is known of the samples behind a volume: enough to say in words how it came about.
///
/// It is about one usage: a resource, an entry, a service and a location. Samples of the same resource that were
/// something else at the time (before a resize, at another host) are in the evidence of that usage. To explain a
/// volume: [`exact`](Evidence::exact) is what the samples come to, the volume is that rounded to 6 decimals. Time
/// that was not charged is in [`gaps`](Evidence::gaps), or before [`first`](Evidence::first), or more than `max_gap`
/// behind [`last`](Evidence::last).
///
/// Its JSON is small, because every line has one: keys of one letter, and what is 0 or nothing is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// How many samples of this service and location were considered: those inside the period, and the last
    /// one before it where the aggregate looks back and it is in reach. Repetitions are left out.
    #[serde(rename = "n")]
    pub samples: u64,
    /// The first of them. Before the period's start if it is the one that was looked back for.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Timestamp>,
    /// The last of them.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Timestamp>,
    /// How many messages repeated one of these samples, and were dropped.
    #[serde(rename = "r", default, skip_serializing_if = "is_zero")]
    pub repetitions: u64,
    /// How often the counter was reset (`increase`): it went far down, and was counted from 0.
    #[serde(rename = "z", default, skip_serializing_if = "is_zero")]
    pub resets: u64,
    /// How often the counter went down a little (`increase`): what it went down was taken off.
    #[serde(rename = "p", default, skip_serializing_if = "is_zero")]
    pub dips: u64,
    /// The implausible readings that are charged.
    #[serde(rename = "i", default, skip_serializing_if = "Implausibles::is_empty")]
    pub implausible: Implausibles,
    /// Where samples were further apart than `max_gap`, for aggregates that know it.
    #[serde(rename = "g", default, skip_serializing_if = "Gaps::is_empty")]
    pub gaps: Gaps,
    /// The volume before it was rounded, in its unit: a whole number, or a fraction in lowest terms (`7/3`).
    #[serde(rename = "e", default, skip_serializing_if = "String::is_empty")]
    pub exact: String,
    /// How long a sample held at most, or how old a counter's baseline was allowed to be; `None` for
    /// aggregates that do not look back.
    #[serde(rename = "h", default, skip_serializing_if = "Option::is_none")]
    pub max_gap: Option<MaxGap>,
    /// When another tenant was seen with the resource, the last time that this ended a hold.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<Timestamp>,
    /// The width of a slice, in microseconds; `None` for aggregates without slices.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub slice_us: Option<i64>,
    /// The days, from midnight to midnight, in which something other than 0 was added: only where fees are charged
    /// by the day. Neighbouring days are one entry.
    #[serde(rename = "d", default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<(Timestamp, Timestamp)>,
}

/// Times between two neighbouring samples that were longer than `max_gap`.
///
/// Of `integral` and `uptime`, the earlier sample is one of this evidence: what lies more than `max_gap` behind it
/// was not charged. Of `increase`, the later one is: what the counter went up meanwhile was charged all the same.
/// There is no gap behind a deletion.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gaps {
    /// How many.
    #[serde(rename = "n")]
    pub count: u64,
    /// How long they are together, from sample to sample, in microseconds.
    #[serde(rename = "t")]
    pub total_us: i64,
    /// The longest ones, at most [`GAPS_KEPT`], each with the instants of its two samples; the longest first,
    /// of equally long ones the earlier first.
    #[serde(rename = "w")]
    pub longest: Vec<(Timestamp, Timestamp)>,
}

impl Evidence {
    /// Takes note of days in which something was added; they come in order of their ends, mostly.
    pub(super) fn uses(&mut self, from: Timestamp, until: Timestamp) {
        let place = self.days.partition_point(|(_, end)| *end < from);
        let (mut from, mut until) = (from, until);
        let mut after = place;
        while let Some((start, end)) = self.days.get(after).filter(|(start, _)| *start <= until) {
            (from, until) = (from.min(*start), until.max(*end));
            after += 1;
        }
        self.days.splice(place..after, [(from, until)]);
    }
}

impl Gaps {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Takes note of one; they come in order of time.
    pub(super) fn add(&mut self, from: Timestamp, to: Timestamp) {
        let length = |(from, to): &(Timestamp, Timestamp)| to.micros().saturating_sub(from.micros());
        let new = length(&(from, to));
        self.count += 1;
        self.total_us = self.total_us.saturating_add(new);
        let place = self.longest.partition_point(|known| length(known) >= new);
        self.longest.insert(place, (from, to));
        self.longest.truncate(GAPS_KEPT);
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_days_are_one_entry() {
        let mut evidence = Evidence::default();
        let at = Timestamp::from_micros;
        for (from, until) in [(0, 1), (3, 5), (1, 2), (9, 10), (4, 5), (5, 6), (2, 3)] {
            evidence.uses(at(from), at(until));
        }
        assert_eq!(evidence.days, [(at(0), at(6)), (at(9), at(10))]);
    }

    #[test]
    fn the_longest_gaps_are_kept() {
        let mut gaps = Gaps::default();
        let at = Timestamp::from_micros;
        for (from, to) in [(0, 5), (10, 12), (20, 25), (30, 39), (40, 44)] {
            gaps.add(at(from), at(to));
        }
        let longest = [(30, 39), (0, 5), (20, 25)].map(|(from, to)| (at(from), at(to))).to_vec();
        assert_eq!(gaps, Gaps { count: 5, total_us: 25, longest });
    }
}
