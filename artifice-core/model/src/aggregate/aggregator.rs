//! The aggregation of one series: samples are pushed in order, volumes come out at the end.

use std::sync::Arc;

use super::behaviour::{Behaviour, Reads};
use super::contribution::Contributions;
use super::entry::Entry;
use super::evidence::Evidence;
use super::groups::Group;
use super::parts::VolumeParts;
use super::reader::Reader;
use super::reading::Locations;
use super::scaling::Scaling;
use super::walk::Walk;
use super::{AggregateError, Outcome, Volume};
use crate::decimal::Decimal;
use crate::limits::VOLUME_PLACES;
use crate::sample::Sample;
use crate::time::{Period, Timestamp};

/// The aggregation of one series by one entry over one period.
#[derive(Debug)]
pub struct Aggregator<'a> {
    entry: &'a Entry,
    behaviour: Behaviour,
    /// The last sample before the period and how often it was repeated, until the first one inside it
    /// decides whether it counts.
    before: Option<(Sample, u64)>,
    reader: Reader<'a>,
    walk: Walk,
    sums: Contributions,
    is_scaled: bool,
}

impl<'a> Aggregator<'a> {
    /// Begins the aggregation of a series.
    pub fn new(entry: &'a Entry, locations: &'a Locations, period: Period) -> Self {
        let behaviour = entry.aggregate.behaviour();
        Aggregator {
            entry,
            behaviour,
            before: None,
            reader: Reader::new(entry, locations),
            walk: Walk::new(behaviour.adds),
            sums: Contributions::new(period),
            is_scaled: entry.scaling != Scaling::default(),
        }
    }

    /// Has its volumes made in parts, too, cut at `cuts`, which are those of [`Entry::cuts`] for this period.
    ///
    /// A part is what aggregating that part of the period alone would give, but for service and location, which
    /// are decided once for the whole period.
    #[must_use]
    pub fn cut_at(mut self, cuts: &Arc<[Timestamp]>) -> Self {
        self.sums.cuts = cuts.clone();
        self
    }

    /// Takes the next sample, in order. What lies outside the aggregation's reach is passed over.
    ///
    /// # Errors
    /// [`AggregateError`]; the series cannot be aggregated then.
    pub fn push(&mut self, sample: &Sample) -> Result<(), AggregateError> {
        if sample.at >= self.sums.period.end() {
            return Ok(());
        }
        if sample.at < self.sums.period.start() {
            if self.behaviour.looks_back() {
                self.before = Some((sample.clone(), 0));
            }
            return Ok(());
        }
        self.look_back()?;
        self.consider(sample)
    }

    /// Takes note that the sample pushed last, which was taken at `at`, came once more.
    pub fn repeat(&mut self, at: Timestamp) {
        if let Some((_, repetitions)) = &mut self.before {
            *repetitions += 1;
        } else if self.sums.period.contains(at)
            && let Some(group) = self.reader.said().and_then(|said| said.group)
        {
            self.sums.groups.evidence(group).repetitions += 1;
        }
    }

    /// Whether the sample inside the period that was pushed last does not meet the entry's conditions.
    pub fn refuses(&self) -> bool {
        self.reader.said().is_some_and(|said| !said.accepted)
    }

    /// Ends the aggregation.
    ///
    /// # Errors
    /// [`AggregateError::Overflow`] if a volume is too large.
    pub fn finish(mut self) -> Result<Outcome, AggregateError> {
        self.look_back()?;
        let Aggregator { entry, behaviour, mut reader, walk, mut sums, .. } = self;
        walk.close(entry, &mut sums);
        reader.settle(&mut sums);
        let scale = if behaviour.adds_values() { entry.scaling.denominator() } else { 1 };
        let divisor = u128::from(walk.divisor()) * u128::from(scale);
        let unit = behaviour.unit_of(reader.unit.as_deref().unwrap_or_default(), entry.unit.as_deref());
        let Contributions { period, cuts, groups, life, .. } = sums;
        assert!(life.charged_us <= period.micros(), "no time of a series is charged twice");
        let short = life.short().filter(|_| behaviour.is_over_time());
        let (max_gap, slice_us) = (entry.max_gap, entry.slice_us);
        let volume = |group: Group| {
            let evidence = Evidence {
                exact: group.sum.fraction(divisor),
                max_gap: behaviour.looks_back().then_some(max_gap),
                slice_us: behaviour.is_sliced().then_some(slice_us),
                ..group.evidence
            };
            let parts = match cuts.len() {
                0 => VolumeParts::default(),
                len => {
                    let mut sums = group.parts;
                    sums.resize_with(len + 1, Default::default);
                    VolumeParts::new(cuts.clone(), sums, divisor).with_far(group.far)
                }
            };
            let volume = group.sum.divided_by(divisor, VOLUME_PLACES)?;
            assert!(parts.cuts().is_empty() || parts.whole()? == volume, "the parts of a volume make the whole");
            Ok(Volume {
                service: group.service,
                location: group.location.unwrap_or_else(|| reader.locations.of(None)),
                resource_name: group.name,
                volume,
                unit: unit.clone(),
                parts,
                evidence,
            })
        };
        let volumes = groups.contributing().map(volume).collect::<Result<_, AggregateError>>()?;
        Ok(Outcome { volumes, without_service: reader.without_service, short })
    }

    /// Counts the last sample before the period, if it reaches it.
    #[inline]
    fn look_back(&mut self) -> Result<(), AggregateError> {
        if self.before.is_none() { Ok(()) } else { self.consider_before() }
    }

    #[inline(never)]
    fn consider_before(&mut self) -> Result<(), AggregateError> {
        match self.before.take() {
            Some((sample, repetitions)) if sample.at.plus(self.entry.max_gap.micros()) >= self.sums.period.start() => {
                self.consider(&sample)?;
                if let Some(group) = self.reader.said().and_then(|said| said.group) {
                    self.sums.groups.evidence(group).repetitions += repetitions;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    #[inline]
    fn consider(&mut self, sample: &Sample) -> Result<(), AggregateError> {
        let said = self.reader.read(sample, &mut self.sums)?;
        let value = match self.behaviour.reads {
            // What is deleted holds nothing any more.
            _ if said.deleted && self.behaviour.is_over_time() => Decimal::ZERO,
            Reads::State if !said.billable => Decimal::ZERO,
            Reads::State | Reads::Presence => Decimal::ONE,
            Reads::Value => self.scaled(sample)?,
        };
        self.walk.step(self.entry, sample.at, value, said.group, &mut self.sums);
        Ok(())
    }

    /// A value as the entry has it.
    #[inline]
    fn scaled(&self, sample: &Sample) -> Result<Decimal, AggregateError> {
        if !self.is_scaled {
            return Ok(sample.volume);
        }
        self.entry.scaling.of(sample.volume).ok_or_else(|| AggregateError::Scaled {
            value: sample.volume,
            at: sample.at,
            entry: self.entry.id.clone(),
        })
    }
}
