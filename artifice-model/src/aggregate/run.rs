//! Samples in a row that say the same: what an entry finds in them is found out once.

use std::sync::Arc;

use super::AggregateError;
use super::aggregator::Aggregator;
use super::kind::Aggregate;
use super::reading::Reading;
use crate::sample::{Facts, Sample};
use crate::time::Timestamp;

/// Samples in a row that say the same, as most do: what was found out of it once, and where they are.
#[derive(Debug, Clone)]
pub(super) struct Last {
    pub facts: Arc<Facts>,
    pub said: Said,
    pub first: Timestamp,
    pub at: Timestamp,
    pub samples: u64,
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

impl Aggregator<'_> {
    /// Takes note of samples in a row, when another one follows that says something else, or none.
    pub(super) fn settle(&mut self) {
        let Some(Last { said, first, at, samples, .. }) = self.last.take() else { return };
        match said.group {
            Some(group) => self.groups.saw(group, first, at, samples),
            // The one before the period is nothing that could have been charged.
            None if said.accepted => self.without_service += samples - u64::from(first < self.period.start()),
            None => {}
        }
        if said.exists() {
            self.life.lasts(first, at, said.announced);
        }
    }

    /// Takes note of a gap between two samples, the earlier of which was `before`.
    #[cold]
    fn gap(&mut self, before: Said, group: Option<usize>, from: Timestamp, to: Timestamp) {
        // It belongs to what was not charged for it, or to what went up over it.
        let of = if self.entry.aggregate == Aggregate::Increase { group } else { before.group };
        if let Some(of) = of.filter(|_| before.exists()) {
            self.groups.evidence(of).gaps.add(from, to);
        }
    }

    /// What an entry finds in a sample.
    #[inline]
    pub(super) fn read(&mut self, sample: &Sample) -> Result<Said, AggregateError> {
        match &mut self.last {
            Some(last) if Arc::ptr_eq(&last.facts, &sample.facts) || last.facts == sample.facts => {
                let (said, before) = (last.said, last.at);
                (last.at, last.samples) = (sample.at, last.samples + 1);
                if sample.at.micros().saturating_sub(before.micros()) > self.gap_us {
                    self.gap(said, said.group, before, sample.at);
                }
                Ok(said)
            }
            _ => self.read_anew(sample),
        }
    }

    #[inline(never)]
    fn read_anew(&mut self, sample: &Sample) -> Result<Said, AggregateError> {
        let reading = Reading::new(self.entry, self.locations, &sample.facts);
        let group = self.groups.of(&reading);
        // A counter's baseline matters, whether or not its sample is charged.
        let has_value = group.is_some() || self.entry.aggregate == Aggregate::Increase;
        if self.entry.aggregate.keeps_unit() && has_value {
            let unit = self.unit.get_or_insert_with(|| reading.unit.clone());
            if *unit != reading.unit {
                return Err(AggregateError::Units { one: unit.clone(), other: reading.unit, at: sample.at });
            }
        }
        let Reading { accepted, billable, deleted, announced, .. } = reading;
        let said = Said { group, accepted, billable, deleted, announced };
        if let Some(Last { said: before, at, .. }) = self.last {
            if sample.at.micros().saturating_sub(at.micros()) > self.gap_us {
                self.gap(before, group, at, sample.at);
            }
            self.settle();
            self.life.goes_on(sample.at);
        }
        self.last = Some(Last { facts: sample.facts.clone(), said, first: sample.at, at: sample.at, samples: 1 });
        Ok(said)
    }
}
