//! Samples in a row that say the same: what an entry finds in them is found out once.

use std::sync::Arc;

use super::AggregateError;
use super::contribution::Contributions;
use super::entry::Entry;
use super::reading::{Locations, Reading};
use crate::sample::{Facts, Sample};
use crate::time::Timestamp;

/// Reads the samples of a series, in order.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    entry: &'a Entry,
    pub locations: &'a Locations,
    /// The unit of the samples so far.
    pub unit: Option<Arc<str>>,
    last: Option<Streak>,
    /// How many samples inside the period were not charged because the entry can make no service of them.
    pub without_service: u64,
    /// What is longer than this between two samples is a gap, in microseconds.
    gap_us: i64,
}

/// Samples in a row that say the same, as most do: what was found out of it once, and where they are.
#[derive(Debug, Clone)]
struct Streak {
    facts: Arc<Facts>,
    said: Said,
    first: Timestamp,
    at: Timestamp,
    samples: u64,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Said {
    /// Where its contribution goes; `None` if it is not charged.
    pub group: Option<usize>,
    pub accepted: bool,
    pub billable: bool,
    pub deleted: bool,
    pub announced: bool,
}

impl Said {
    /// Whether the resource exists from then on, and is something that is charged.
    fn exists(self) -> bool {
        self.group.is_some() && !self.deleted
    }
}

impl<'a> Reader<'a> {
    pub fn new(entry: &'a Entry, locations: &'a Locations) -> Self {
        let gap_us = if entry.aggregate.looks_back() { entry.max_gap.micros() } else { i64::MAX };
        Reader { entry, locations, unit: None, last: None, without_service: 0, gap_us }
    }

    /// What the sample that was read last says.
    pub fn said(&self) -> Option<Said> {
        self.last.as_ref().map(|last| last.said)
    }

    /// Takes note of samples in a row, when another one follows that says something else, or none.
    pub fn settle(&mut self, sums: &mut Contributions) {
        let Some(Streak { said, first, at, samples, .. }) = self.last.take() else { return };
        match said.group {
            Some(group) => sums.groups.saw(group, first, at, samples),
            // The one before the period is nothing that could have been charged.
            None if said.accepted => self.without_service += samples - u64::from(first < sums.period.start()),
            None => {}
        }
        if said.exists() {
            sums.life.lasts(first, at, said.announced);
        }
    }

    /// Takes note of a gap between two samples, the earlier of which was `before`.
    #[cold]
    fn gap(&self, before: Said, group: Option<usize>, gap: (Timestamp, Timestamp), sums: &mut Contributions) {
        // It belongs to what was not charged for it, or to what went up over it.
        let of = if self.entry.aggregate.is_rise() { group } else { before.group };
        if let Some(of) = of.filter(|_| before.exists()) {
            sums.groups.evidence(of).gaps.add(gap.0, gap.1);
        }
    }

    /// What an entry finds in the next sample.
    #[inline]
    pub fn read(&mut self, sample: &Sample, sums: &mut Contributions) -> Result<Said, AggregateError> {
        match &mut self.last {
            Some(last) if Arc::ptr_eq(&last.facts, &sample.facts) || last.facts == sample.facts => {
                let (said, before) = (last.said, last.at);
                (last.at, last.samples) = (sample.at, last.samples + 1);
                if sample.at.micros().saturating_sub(before.micros()) > self.gap_us {
                    self.gap(said, said.group, (before, sample.at), sums);
                }
                Ok(said)
            }
            _ => self.read_anew(sample, sums),
        }
    }

    #[inline(never)]
    fn read_anew(&mut self, sample: &Sample, sums: &mut Contributions) -> Result<Said, AggregateError> {
        let reading = Reading::new(self.entry, self.locations, &sample.facts);
        let group = sums.groups.of(&reading);
        let behaviour = self.entry.aggregate.behaviour();
        // A counter's baseline matters, whether or not its sample is charged.
        let has_value = group.is_some() || behaviour.is_rise();
        if behaviour.keeps_unit() && has_value {
            let unit = self.unit.get_or_insert_with(|| reading.unit.clone());
            if *unit != reading.unit {
                return Err(AggregateError::Units { one: unit.clone(), other: reading.unit, at: sample.at });
            }
        }
        let Reading { accepted, billable, deleted, announced, .. } = reading;
        let said = Said { group, accepted, billable, deleted, announced };
        if let Some(Streak { said: before, at, .. }) = self.last {
            if sample.at.micros().saturating_sub(at.micros()) > self.gap_us {
                self.gap(before, group, (at, sample.at), sums);
            }
            self.settle(sums);
            sums.life.goes_on(sample.at);
        }
        self.last = Some(Streak { facts: sample.facts.clone(), said, first: sample.at, at: sample.at, samples: 1 });
        Ok(said)
    }
}
