//! The aggregation of one series: samples are pushed in order, volumes come out at the end.

use std::sync::Arc;

use super::entry::Entry;
use super::evidence::Evidence;
use super::groups::{Group, Groups};
use super::kind::Aggregate;
use super::life::Life;
use super::parts::Parts;
use super::reading::Locations;
use super::run::Last;
use super::scaling::Scaling;
use super::walk::{Held, Slice, Walk, Whole};
use super::{AggregateError, Outcome, VOLUME_PLACES, Volume};
use crate::decimal::Decimal;
use crate::sample::Sample;
use crate::time::{HOUR_US, Period, Timestamp};

/// The aggregation of one series by one entry over one period.
#[derive(Debug)]
pub struct Aggregator<'a> {
    pub(super) entry: &'a Entry,
    pub(super) locations: &'a Locations,
    pub(super) period: Period,
    /// Where the volume is cut, in order.
    pub(super) cuts: Arc<[Timestamp]>,
    /// The part of the period that samples have reached.
    pub(super) part: usize,
    /// The last sample before the period and how often it was repeated, until the first one inside it
    /// decides whether it counts.
    before: Option<(Sample, u64)>,
    pub(super) groups: Groups,
    pub(super) unit: Option<Arc<str>>,
    pub(super) last: Option<Last>,
    pub(super) walk: Walk,
    pub(super) life: Life,
    pub(super) without_service: u64,
    is_scaled: bool,
    /// What is longer than this between two samples is a gap, in microseconds.
    pub(super) gap_us: i64,
}

impl<'a> Aggregator<'a> {
    /// Begins the aggregation of a series.
    pub fn new(entry: &'a Entry, locations: &'a Locations, period: Period) -> Self {
        Aggregator {
            entry,
            locations,
            period,
            cuts: Arc::default(),
            part: 0,
            before: None,
            groups: Groups::default(),
            unit: None,
            last: None,
            walk: Walk::new(entry.aggregate),
            life: Life::new(period),
            without_service: 0,
            is_scaled: entry.scaling != Scaling::default(),
            gap_us: if entry.aggregate.looks_back() { entry.max_gap.micros() } else { i64::MAX },
        }
    }

    /// Has its volumes made in parts, too, cut at `cuts`, which are those of [`Entry::cuts`] for this period.
    ///
    /// A part is what aggregating that part of the period alone would give, but for service and location, which
    /// are decided once for the whole period.
    #[must_use]
    pub fn cut_at(self, cuts: &Arc<[Timestamp]>) -> Self {
        Aggregator { cuts: cuts.clone(), ..self }
    }

    /// Takes the next sample, in order. What lies outside the aggregation's reach is passed over.
    ///
    /// # Errors
    /// [`AggregateError`]; the series cannot be aggregated then.
    pub fn push(&mut self, sample: &Sample) -> Result<(), AggregateError> {
        if sample.at >= self.period.end() {
            return Ok(());
        }
        if sample.at < self.period.start() {
            if self.entry.aggregate.looks_back() {
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
        } else if self.period.contains(at)
            && let Some(group) = self.last.as_ref().and_then(|last| last.said.group)
        {
            self.groups.evidence(group).repetitions += 1;
        }
    }

    /// Whether the sample inside the period that was pushed last does not meet the entry's conditions.
    pub fn refuses(&self) -> bool {
        self.last.as_ref().is_some_and(|last| !last.said.accepted)
    }

    /// Ends the aggregation.
    ///
    /// # Errors
    /// [`AggregateError::Overflow`] if a volume is too large.
    pub fn finish(mut self) -> Result<Outcome, AggregateError> {
        self.look_back()?;
        self.close();
        self.settle();
        let aggregate = self.entry.aggregate;
        let divisor = match &self.walk {
            Walk::Hold(_) | Walk::Slices(_) => HOUR_US.unsigned_abs(),
            Walk::Whole(Some(whole)) if aggregate == Aggregate::Mean => whole.count,
            _ => 1,
        };
        // What values are divided by matters only where they are added up.
        let is_summed = aggregate.reads_values() && aggregate != Aggregate::ExistsPerSlice;
        let divisor = u128::from(divisor) * u128::from(if is_summed { self.entry.scaling.denominator() } else { 1 });
        let unit = match (aggregate, &self.entry.unit) {
            (Aggregate::Count, Some(unit)) => unit.clone(),
            _ => aggregate.unit_of(self.unit.as_deref().unwrap_or_default()),
        };
        let short = self.life.short().filter(|_| aggregate.is_over_time());
        let (max_gap, slice_us) = (self.entry.max_gap, self.entry.slice_us);
        let volume = |group: Group| {
            let evidence = Evidence {
                exact: group.sum.fraction(divisor),
                max_gap: aggregate.looks_back().then_some(max_gap),
                slice_us: aggregate.is_sliced().then_some(slice_us),
                ..group.evidence
            };
            let parts = match self.cuts.len() {
                0 => Parts::default(),
                cuts => {
                    let mut sums = group.parts;
                    sums.resize_with(cuts + 1, Default::default);
                    Parts::new(self.cuts.clone(), sums, divisor).with_far(group.far)
                }
            };
            Ok(Volume {
                service: group.service,
                location: group.location.unwrap_or_else(|| self.locations.of(None)),
                resource_name: group.name,
                volume: group.sum.divided_by(divisor, VOLUME_PLACES)?,
                unit: unit.clone(),
                parts,
                evidence,
            })
        };
        let volumes = self.groups.contributing().map(volume).collect::<Result<_, AggregateError>>()?;
        Ok(Outcome { volumes, without_service: self.without_service, short })
    }

    /// Counts the last sample before the period, if it reaches it.
    #[inline]
    fn look_back(&mut self) -> Result<(), AggregateError> {
        if self.before.is_none() { Ok(()) } else { self.consider_before() }
    }

    #[inline(never)]
    fn consider_before(&mut self) -> Result<(), AggregateError> {
        match self.before.take() {
            Some((sample, repetitions)) if sample.at.plus(self.entry.max_gap.micros()) >= self.period.start() => {
                self.consider(&sample)?;
                if let Some(group) = self.last.as_ref().and_then(|last| last.said.group) {
                    self.groups.evidence(group).repetitions += repetitions;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    #[inline]
    fn consider(&mut self, sample: &Sample) -> Result<(), AggregateError> {
        let said = self.read(sample)?;
        let aggregate = self.entry.aggregate;
        let counts = !(said.deleted && aggregate.is_over_time());
        let value = match aggregate {
            _ if !counts => Decimal::ZERO,
            Aggregate::Uptime if said.billable => Decimal::ONE,
            Aggregate::Uptime => Decimal::ZERO,
            Aggregate::Count => Decimal::ONE,
            _ => self.scaled(sample)?,
        };
        match (&mut self.walk, said.group) {
            (Walk::Each, Some(group)) => self.add(group, value, 1, sample.at),
            (Walk::Hold(held), group) => {
                if let Some(before) = held.replace(Held { since: sample.at, value, group }) {
                    self.let_go(before, sample.at);
                }
            }
            (Walk::Slices(slice), Some(group)) => {
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
            (Walk::Increase(baseline), group) => {
                let baseline = baseline.replace((sample.at, value));
                if let Some(group) = group.filter(|_| sample.at >= self.period.start()) {
                    self.increase(group, baseline, value, sample.at);
                }
            }
            (Walk::Whole(whole), Some(group)) => {
                whole.get_or_insert_with(|| Whole::of(value, group)).add(value, group);
            }
            (Walk::Each | Walk::Slices(_) | Walk::Whole(_), None) => {}
        }
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
