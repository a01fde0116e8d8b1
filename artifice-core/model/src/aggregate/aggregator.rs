//! The aggregation of one series: samples are pushed in order, volumes come out at the end.

use std::sync::Arc;

use super::behaviour::{Behaviour, Reads};
use super::contribution::Contributions;
use super::ending::Ending;
use super::entry::{EVENT_TYPE, Entry};
use super::evidence::Evidence;
use super::groups::Group;
use super::parts::VolumeParts;
use super::plausible::Implausible;
use super::reader::{Reader, Said};
use super::reading::Locations;
use super::skipping::Skipping;
use super::takeovers::{Takeover, Takeovers};
use super::walk::{Step, Walk};
use super::{AggregateError, Outcome, Volume};
use crate::decimal::Decimal;
use crate::exact::{Exact, Overflow};
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
    /// Whether values are taken as metering has them.
    is_plain: bool,
    /// Whether the resource is gone since before the period: then it gives no usage.
    gone_before: bool,
    takeovers: Takeovers,
    /// When a store said that the label set of the last sample ends, until the next one says whether it does.
    ending: Option<Timestamp>,
    /// Where implausible readings are left out.
    skipping: Option<Box<Skipping<'a>>>,
    /// The last reading of a counter, as metering has it.
    last_reading: Option<(Timestamp, Decimal)>,
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
            is_plain: entry.scaling.is_nothing() && entry.value.is_none(),
            gone_before: false,
            takeovers: Takeovers::default(),
            ending: None,
            skipping: entry.plausible.skip.then(|| Box::new(Skipping::new(entry, locations))),
            last_reading: None,
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

    /// Has holds end where other tenants were seen with the resource, in order, if they have no end of their own.
    #[must_use]
    pub fn owned_until(mut self, takeovers: Arc<[Takeover]>) -> Self {
        if self.entry.holds_without_end() {
            self.takeovers = Takeovers::new(takeovers);
        }
        self
    }

    /// Has it noted on which days something is added, by the days' first instants and the last one's end.
    #[must_use]
    pub fn counting_days(mut self, days: &Arc<[Timestamp]>) -> Self {
        self.sums.days = days.clone();
        self
    }

    /// Takes the next sample, in order. What lies outside the aggregation's reach is passed over.
    ///
    /// # Errors
    /// [`AggregateError`]; the series cannot be aggregated then.
    pub fn push(&mut self, sample: &Sample) -> Result<(), AggregateError> {
        let period = self.sums.period;
        if sample.at >= period.end() {
            return Ok(());
        }
        if self.skipping.is_some() && self.leaves_out(sample)? {
            // Only its value is left out: what it announces is true.
            self.reader.hear(&sample.facts.metadata);
            return Ok(());
        }
        if sample.at < period.start() {
            if self.behaviour.looks_back() {
                self.remember(sample);
            }
            return Ok(());
        }
        self.catch_up()?;
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

    /// A store says that the label set of the sample pushed last ends at `at`: it holds no longer, if it holds at all.
    pub fn ends(&mut self, at: Timestamp) {
        self.ending.get_or_insert(at);
    }

    /// The label set that was said to end goes on, at `at`. Within `max_gap` it never ended: a store says so of every
    /// series of a target that could not be scraped once.
    pub fn goes_on(&mut self, at: Timestamp) {
        let soon = |ended: Timestamp| at.micros().saturating_sub(ended.micros()) <= self.entry.max_gap.micros();
        if self.ending.is_some_and(soon) {
            self.ending = None;
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
        self.catch_up()?;
        let Aggregator { entry, behaviour, mut reader, walk, mut sums, skipping, .. } = self;
        reader.settle(&mut sums);
        walk.close(entry, &mut sums);
        let held = walk.held();
        if let Some(held) = held.filter(|held| held.until < sums.period.end()) {
            // What ended by itself is not missed.
            if entry.holds_without_end() && held.until.micros() - held.since.micros() != entry.unannounced_us {
                sums.life.goes_on(held.until);
            }
        }
        let (unit, size) = reader.unit.end();
        let scale = if behaviour.reads_values() { entry.scaling.denominator() } else { 1 };
        let size = u128::try_from(size).map_err(|_| Overflow)?;
        let divisor = (u128::from(walk.divisor()) * u128::from(scale)).checked_mul(size).ok_or(Overflow)?;
        let unit = behaviour.unit_of(unit, entry.unit.as_deref());
        let Contributions { period, cuts, groups, life, .. } = sums;
        assert!(life.charged_us <= period.micros(), "no time of a series is charged twice");
        let short = life.short().filter(|_| behaviour.is_over_time());
        let is_stale = |since: Timestamp| since.plus(entry.stale_after_us) <= period.end();
        let holds_on = held.filter(|held| held.until >= period.end() && held.group.is_some() && !held.value.is_zero());
        let unheard = holds_on.map(|held| held.since).filter(|since| entry.holds_without_end() && is_stale(*since));
        let (max_gap, slice_us) = (entry.max_gap, entry.slice_us);
        let mut below_zero = 0;
        let volume = |group: Group| {
            let evidence = Evidence {
                exact: group.sum.fraction(divisor),
                max_gap: behaviour.looks_back().then_some(max_gap),
                slice_us: behaviour.is_sliced().then_some(slice_us),
                ..group.evidence
            };
            // A counter cannot have gone down altogether.
            let is_nothing = behaviour.is_rise() && group.sum.is_negative();
            below_zero += u64::from(is_nothing);
            let parts = match cuts.len() {
                0 => VolumeParts::default(),
                len if is_nothing => VolumeParts::new(cuts.clone(), vec![Exact::default(); len + 1], divisor),
                len => {
                    let mut sums = group.parts;
                    sums.resize_with(len + 1, Default::default);
                    VolumeParts::new(cuts.clone(), sums, divisor).with_far(group.far)
                }
            };
            let volume = if is_nothing { Decimal::ZERO } else { group.sum.divided_by(divisor, VOLUME_PLACES)? };
            assert!(parts.cuts().is_empty() || parts.whole()? == volume, "the parts of a volume make the whole");
            Ok(Volume {
                service: group.service,
                location: group.location.unwrap_or_else(|| reader.locations.unknown(entry)),
                resource_name: group.name,
                volume,
                unit: unit.clone(),
                parts: parts.with_negative(behaviour.reads_levels() && entry.plausible.negative),
                evidence,
            })
        };
        let volumes = groups.contributing().map(volume).collect::<Result<_, AggregateError>>()?;
        Ok(Outcome {
            volumes,
            without_service: reader.without_service,
            short,
            below_zero,
            unheard,
            announced: reader.announced,
            unannounced: reader.unannounced,
            units: reader.unit.both(),
            unmapped: reader.unmapped,
            left_out: skipping.map(|skipping| skipping.left_out).unwrap_or_default(),
            is_gone: self.gone_before,
        })
    }

    /// Whether a reading is to be left out.
    #[cold]
    fn leaves_out(&mut self, sample: &Sample) -> Result<bool, AggregateError> {
        let (period, max_gap_us, stays_gone) = (self.sums.period, self.entry.max_gap.micros(), self.reader.stays_gone);
        let in_reach = |at: Timestamp| at.plus(max_gap_us) >= period.start();
        match &mut self.skipping {
            Some(skipping) => skipping.leaves_out(sample, stays_gone, in_reach, period.contains(sample.at)),
            None => Ok(false),
        }
    }

    /// Keeps the last sample before the period, and what those before it said of the resource's end.
    fn remember(&mut self, sample: &Sample) {
        let is_new = |(before, _): &(Sample, u64)| before.facts != sample.facts;
        if self.before.as_ref().is_none_or(is_new) {
            self.reader.hear(&sample.facts.metadata);
        }
        self.ending = None;
        self.before = Some((sample.clone(), 0));
    }

    /// Counts the last sample before the period, if it reaches it; and ends what was said to end.
    #[inline]
    fn catch_up(&mut self) -> Result<(), AggregateError> {
        if self.before.is_none() && self.ending.is_none() { Ok(()) } else { self.catch_up_now() }
    }

    #[inline(never)]
    fn catch_up_now(&mut self) -> Result<(), AggregateError> {
        let ending = self.ending.take();
        if let Some((sample, repetitions)) = self.before.take()
            && self.reaches(&sample, ending)
        {
            self.consider(&sample)?;
            if let Some(group) = self.reader.said().and_then(|said| said.group) {
                self.sums.groups.evidence(group).repetitions += repetitions;
            }
        }
        if let Some(ending) = ending {
            self.walk.ends(ending);
        }
        Ok(())
    }

    /// Whether the last sample before the period reaches it. Finds out whether the resource is gone by then.
    fn reaches(&mut self, sample: &Sample, ending: Option<Timestamp>) -> bool {
        let start = self.sums.period.start();
        if !self.behaviour.holds() {
            return sample.at.plus(self.entry.max_gap.micros()) >= start;
        }
        let metadata = &sample.facts.metadata;
        let hold_us = self.entry.hold_us(metadata.get(EVENT_TYPE).is_some());
        let ended = [ending, self.takeovers.after(sample.at)].into_iter().flatten().any(|end| end <= start);
        let reaches = sample.at.plus(hold_us) >= start && !ended;
        self.gone_before = match self.entry.holds_without_end() {
            true => self.reader.stays_gone,
            false => reaches && Ending::of(self.entry, metadata).is_gone,
        };
        // So is, for this tenant, what is another's by then.
        self.gone_before |= ended;
        reaches
    }

    #[inline]
    fn consider(&mut self, sample: &Sample) -> Result<(), AggregateError> {
        let said = self.reader.read(sample, &mut self.sums)?;
        if let Some(by) = self.reader.multiply.take() {
            self.count_smaller(sample, by)?;
        }
        let mut group = said.group;
        if self.gone_before {
            self.gone_before = said.is_gone;
            group = group.filter(|_| !said.is_gone);
        }
        if said.is_gone && self.behaviour.leaves_out_gone() {
            return Ok(());
        }
        let value = match self.behaviour.reads {
            // What is gone holds nothing any more.
            _ if said.is_nothing && self.behaviour.is_over_time() => Decimal::ZERO,
            Reads::State if !said.billable => Decimal::ZERO,
            Reads::State | Reads::Presence => Decimal::ONE,
            Reads::Value => self.value(sample, said)?,
        };
        let mut until = sample.at;
        if self.behaviour.holds() {
            until = until.plus(said.hold_us);
            if let Some(taken) = self.takeovers.after(sample.at).filter(|taken| *taken < until) {
                until = taken;
                self.is_taken(group, taken);
            }
        }
        let most = if self.behaviour.is_rise() { self.reader.most() } else { None };
        let step = Step { at: sample.at, value, until, most };
        let too_fast = self.walk.step(self.entry, step, group, &mut self.sums);
        if too_fast || (sample.volume.is_negative() && self.is_odd(said)) {
            self.note(sample, group);
        }
        if self.behaviour.is_rise() {
            self.last_reading = Some((sample.at, sample.volume));
        }
        Ok(())
    }

    /// Takes note of why a hold ends.
    #[cold]
    fn is_taken(&mut self, group: Option<usize>, at: Timestamp) {
        if let Some(group) = group.filter(|_| at < self.sums.period.end()) {
            self.sums.groups.evidence(group).taken = Some(at);
        }
    }

    /// A value as the entry has it.
    #[inline]
    fn value(&self, sample: &Sample, said: Said) -> Result<Decimal, AggregateError> {
        if self.is_plain && !said.is_sized {
            return Ok(sample.volume);
        }
        let value = self.entry.value.unwrap_or(sample.volume);
        let scaled = self.entry.scaling.of(value);
        let sized = scaled.and_then(|value| self.reader.size().map_or(Some(value), |size| value.checked_mul(size)));
        sized.ok_or_else(|| self.too_long(sample))
    }

    #[cold]
    fn too_long(&self, sample: &Sample) -> AggregateError {
        AggregateError::Scaled { value: sample.volume, at: sample.at, entry: self.entry.id.clone() }
    }

    /// The series goes on in another unit of its family: everything is counted in a smaller one from now on.
    #[cold]
    fn count_smaller(&mut self, sample: &Sample, by: i128) -> Result<(), AggregateError> {
        self.sums.groups.multiply(by);
        self.walk.multiply(by).ok_or_else(|| self.too_long(sample))
    }

    /// Whether a level below 0 is charged that should not be there.
    fn is_odd(&self, said: Said) -> bool {
        let nothing = said.is_nothing && self.behaviour.is_over_time();
        self.behaviour.reads_levels() && !self.entry.plausible.negative && self.entry.value.is_none() && !nothing
    }

    /// Takes note of an implausible reading that is charged.
    #[cold]
    fn note(&mut self, sample: &Sample, group: Option<usize>) {
        if let Some(group) = group {
            let reading = Implausible { at: sample.at, value: sample.volume, before: self.last_reading };
            self.sums.groups.evidence(group).implausible.add(reading);
        }
    }
}
