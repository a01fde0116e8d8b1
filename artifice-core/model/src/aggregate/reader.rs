//! Samples in a row that say the same: what an entry finds in them is found out once.

use std::sync::Arc;

use super::AggregateError;
use super::contribution::Contributions;
use super::ending::Ending;
use super::entry::Entry;
use super::rate_limit::most_a_second;
use super::reading::{Locations, Reading};
use super::units::{Counted, Other, SeriesUnit};
use crate::decimal::Decimal;
use crate::limits::HOSTS_KEPT;
use crate::sample::{Facts, Metadata, Sample};
use crate::time::Timestamp;

/// Reads the samples of a series, in order.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    entry: &'a Entry,
    pub locations: &'a Locations,
    pub unit: SeriesUnit,
    last: Option<Streak>,
    /// Whether the resource is gone, and stays so, whatever is heard of it.
    pub stays_gone: bool,
    /// How many samples inside the period were not charged because the entry can make no service of them.
    pub without_service: u64,
    /// Of those that are charged, how many inside the period name their event, and how many do not.
    pub announced: u64,
    pub unannounced: u64,
    /// Hosts of charged samples that nothing maps to a location; not all where there are many.
    pub unmapped: Vec<Arc<str>>,
    /// By what everything before the sample that was read last is to be multiplied: it came in another unit.
    pub multiply: Option<i128>,
}

/// Samples in a row that say the same, as most do: what was found out of it once, and where they are.
#[derive(Debug, Clone)]
struct Streak {
    facts: Arc<Facts>,
    said: Said,
    amounts: Amounts,
    first: Timestamp,
    at: Timestamp,
    samples: u64,
}

/// What is seldom asked of them, and too large to be handed on with each.
#[derive(Debug, Clone, Copy, Default)]
struct Amounts {
    /// By what their values are to be multiplied, in a series of several units.
    size: Option<Decimal>,
    /// How much a counter may rise in a second, as values are after all that.
    most: Option<Decimal>,
}

/// What a sample says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said {
    /// Where its contribution goes; `None` if it is not charged.
    pub group: Option<usize>,
    pub accepted: bool,
    pub billable: bool,
    /// Whether the resource is gone then.
    pub is_gone: bool,
    /// Whether it counts 0 over time: it is gone, or about to be.
    pub is_nothing: bool,
    pub announced: bool,
    pub names_event: bool,
    /// How long it holds at most, in microseconds.
    pub hold_us: i64,
    /// What is longer than this until the next sample is a gap, in microseconds.
    gap_us: i64,
    /// Whether its value is to be multiplied by [`Reader::size`].
    pub is_sized: bool,
}

impl Said {
    /// Whether the resource exists from then on, and is something that is charged.
    fn exists(self) -> bool {
        self.group.is_some() && !self.is_gone
    }
}

impl<'a> Reader<'a> {
    pub fn new(entry: &'a Entry, locations: &'a Locations) -> Self {
        Reader {
            entry,
            locations,
            unit: SeriesUnit::default(),
            last: None,
            stays_gone: false,
            without_service: 0,
            announced: 0,
            unannounced: 0,
            unmapped: Vec::new(),
            multiply: None,
        }
    }

    /// What the sample that was read last says.
    pub fn said(&self) -> Option<Said> {
        self.last.as_ref().map(|last| last.said)
    }

    /// By what the value of the sample that was read last is to be multiplied, in a series of several units.
    pub fn size(&self) -> Option<Decimal> {
        self.last.as_ref().and_then(|last| last.amounts.size)
    }

    /// How much the counter that was read last may rise in a second.
    #[inline]
    pub fn most(&self) -> Option<Decimal> {
        self.last.as_ref().and_then(|last| last.amounts.most)
    }

    /// Takes note of what a sample says of the resource's end, whether or not anything else of it is read.
    pub fn hear(&mut self, metadata: &Metadata) {
        if self.entry.holds_without_end() {
            self.stays_gone = Ending::of(self.entry, metadata).leaves_gone(self.stays_gone);
        }
    }

    /// Takes note of samples in a row, when another one follows that says something else, or none.
    pub fn settle(&mut self, sums: &mut Contributions) {
        let Some(Streak { said, first, at, samples, .. }) = self.last.take() else { return };
        // The one before the period is nothing that could have been charged.
        let inside = samples - u64::from(first < sums.period.start());
        match said.group {
            Some(group) => {
                sums.groups.saw(group, first, at, samples);
                if said.names_event {
                    self.announced += inside;
                } else {
                    self.unannounced += inside;
                }
            }
            None if said.accepted => self.without_service += inside,
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
                if sample.at.micros().saturating_sub(before.micros()) > said.gap_us {
                    self.gap(said, said.group, (before, sample.at), sums);
                }
                Ok(said)
            }
            _ => self.read_anew(sample, sums),
        }
    }

    #[inline(never)]
    fn read_anew(&mut self, sample: &Sample, sums: &mut Contributions) -> Result<Said, AggregateError> {
        let (said, amounts) = self.find_out(sample, sums)?;
        if let Some(Streak { said: before, at, .. }) = self.last {
            if sample.at.micros().saturating_sub(at.micros()) > before.gap_us {
                self.gap(before, said.group, (at, sample.at), sums);
            }
            self.settle(sums);
            sums.life.goes_on(sample.at);
        }
        let (facts, at) = (sample.facts.clone(), sample.at);
        self.last = Some(Streak { facts, said, amounts, first: at, at, samples: 1 });
        Ok(said)
    }

    fn find_out(&mut self, sample: &Sample, sums: &mut Contributions) -> Result<(Said, Amounts), AggregateError> {
        let (entry, behaviour) = (self.entry, self.entry.aggregate.behaviour());
        let reading = Reading::new(entry, self.locations, &sample.facts);
        let group = sums.groups.of(&reading);
        let mut counted = Counted { size: None, before: None };
        // A counter's baseline matters, whether or not its sample is charged.
        if behaviour.keeps_unit() && (group.is_some() || behaviour.is_rise()) {
            if entry.value.is_some() {
                self.unit.name(&reading.unit);
            } else {
                let unit = |Other(one)| AggregateError::Units { one, other: reading.unit.clone(), at: sample.at };
                counted = self.unit.take(&reading.unit).map_err(unit)?;
                self.multiply = counted.before;
            }
        }
        if group.is_some() && reading.is_unmapped {
            self.take_host(&sample.facts.metadata);
        }
        if entry.holds_without_end() {
            self.stays_gone = reading.ending.leaves_gone(self.stays_gone);
        }
        let is_gone = reading.ending.is_gone || self.stays_gone;
        let hold_us = entry.hold_us(reading.names_event);
        let size = counted.size.and_then(|size| Decimal::new(size, 0).ok());
        let limits = behaviour.is_rise() && !entry.plausible.skip;
        let most = if limits { self.most_a_second(&sample.facts.unit, size)? } else { None };
        let said = Said {
            group,
            accepted: reading.accepted,
            billable: reading.billable,
            is_gone,
            is_nothing: is_gone || reading.ending.is_leaving,
            announced: reading.announced,
            names_event: reading.names_event,
            hold_us,
            gap_us: match behaviour.looks_back() {
                true if behaviour.holds() => hold_us,
                true => entry.max_gap.micros(),
                false => i64::MAX,
            },
            is_sized: size.is_some(),
        };
        Ok((said, Amounts { size, most }))
    }

    /// How much a counter may rise in a second.
    fn most_a_second(&self, unit: &str, size: Option<Decimal>) -> Result<Option<Decimal>, AggregateError> {
        let most = most_a_second(self.entry, unit)
            .map_err(|why| AggregateError::Rate { entry: self.entry.id.clone(), why: why.to_string() })?;
        Ok(most.and_then(|most| size.map_or(Some(most), |size| most.checked_mul(size))))
    }

    #[cold]
    fn take_host(&mut self, metadata: &Metadata) {
        let Some(host) = metadata.get(super::entry::HOST) else { return };
        if self.unmapped.len() < HOSTS_KEPT && !self.unmapped.iter().any(|known| **known == *host) {
            self.unmapped.push(host.into());
        }
    }
}
