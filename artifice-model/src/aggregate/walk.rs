//! What an aggregate remembers between samples, and what it makes of the next one.

use super::contribution::Contributions;
use super::entry::Entry;
use super::kind::Aggregate;
use crate::decimal::Decimal;
use crate::exact::Exact;
use crate::time::{HOUR_US, Timestamp};

/// What is remembered, by kind of aggregate. A group of `None` is one that nobody is charged for.
#[derive(Debug)]
pub(super) enum Walk {
    /// `integral`, `uptime`: the sample that holds.
    Hold(Option<Held>),
    /// `max_per_slice`, `exists_per_slice`: the slice that is being filled.
    Slices(Option<Slice>),
    /// `sum`, `count`: nothing.
    Each,
    /// `increase`: the value before, and when.
    Increase(Option<(Timestamp, Decimal)>),
    /// `max`, `min`, `mean`, `last`: the samples seen so far.
    Whole(Option<Whole>),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Held {
    pub since: Timestamp,
    pub value: Decimal,
    pub group: Option<usize>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Slice {
    /// Counted from the period's start.
    pub number: i64,
    pub max: Decimal,
    pub group: usize,
}

#[derive(Debug, Clone)]
pub(super) struct Whole {
    pub max: Decimal,
    pub min: Decimal,
    pub last: Decimal,
    pub sum: Exact,
    pub count: u64,
    pub group: usize,
}

impl Walk {
    pub fn new(aggregate: Aggregate) -> Self {
        match aggregate {
            Aggregate::Integral | Aggregate::Uptime => Walk::Hold(None),
            Aggregate::MaxPerSlice | Aggregate::ExistsPerSlice => Walk::Slices(None),
            Aggregate::Sum | Aggregate::Count => Walk::Each,
            Aggregate::Increase => Walk::Increase(None),
            Aggregate::Max | Aggregate::Min | Aggregate::Mean | Aggregate::Last => Walk::Whole(None),
        }
    }

    /// Takes the next sample's value. A group of `None` is one that nobody is charged for.
    #[inline]
    pub fn step(&mut self, entry: &Entry, at: Timestamp, value: Decimal, group: Option<usize>, to: &mut Contributions) {
        match (self, group) {
            (Walk::Each, Some(group)) => to.add(group, value, 1, at),
            (Walk::Hold(held), group) => {
                if let Some(before) = held.replace(Held { since: at, value, group }) {
                    before.let_go(entry, at, to);
                }
            }
            (Walk::Slices(slice), Some(group)) => {
                let number = (at.micros() - to.period.start().micros()) / entry.slice_us;
                match slice {
                    Some(slice) if slice.number == number => (slice.max, slice.group) = (slice.max.max(value), group),
                    _ => {
                        if let Some(full) = slice.replace(Slice { number, max: value, group }) {
                            full.count(entry, to);
                        }
                    }
                }
            }
            (Walk::Increase(baseline), group) => {
                let baseline = baseline.replace((at, value));
                if let Some(group) = group.filter(|_| at >= to.period.start()) {
                    to.rise(group, baseline, value, at, entry.max_gap.micros());
                }
            }
            (Walk::Whole(whole), Some(group)) => {
                whole.get_or_insert_with(|| Whole::of(value, group)).add(value, group);
            }
            (Walk::Each | Walk::Slices(_) | Walk::Whole(_), None) => {}
        }
    }

    /// Counts what the last sample leaves open.
    pub fn close(&self, entry: &Entry, to: &mut Contributions) {
        match self {
            Walk::Hold(Some(held)) => held.let_go(entry, to.period.end(), to),
            Walk::Slices(Some(slice)) => slice.count(entry, to),
            Walk::Whole(Some(whole)) => match entry.aggregate {
                Aggregate::Max => to.groups.add(whole.group, whole.max, 1),
                Aggregate::Min => to.groups.add(whole.group, whole.min, 1),
                Aggregate::Last => to.groups.add(whole.group, whole.last, 1),
                _ => to.groups.merge(whole.group, &whole.sum),
            },
            _ => {}
        }
    }

    /// By what the sums have to be divided: contributions over time are multiplied by microseconds.
    pub fn divisor(&self, aggregate: Aggregate) -> u64 {
        match self {
            Walk::Hold(_) | Walk::Slices(_) => HOUR_US.unsigned_abs(),
            Walk::Whole(Some(whole)) if aggregate == Aggregate::Mean => whole.count,
            _ => 1,
        }
    }
}

impl Held {
    /// A sample held until the next one, its `max_gap` or the period's end, whichever came first.
    #[inline]
    fn let_go(self, entry: &Entry, next: Timestamp, to: &mut Contributions) {
        if let Some(group) = self.group {
            to.hold(group, self.value, self.since, next.min(self.since.plus(entry.max_gap.micros())));
        }
    }
}

impl Slice {
    #[inline]
    fn count(self, entry: &Entry, to: &mut Contributions) {
        let value = match entry.aggregate {
            Aggregate::ExistsPerSlice if self.max > Decimal::ZERO => Decimal::ONE,
            Aggregate::ExistsPerSlice => Decimal::ZERO,
            _ => self.max,
        };
        to.slice(self.group, value, self.number, entry.slice_us);
    }
}

impl Whole {
    pub fn of(value: Decimal, group: usize) -> Self {
        Whole { max: value, min: value, last: value, sum: Exact::default(), count: 0, group }
    }

    pub fn add(&mut self, value: Decimal, group: usize) {
        (self.max, self.min, self.last) = (self.max.max(value), self.min.min(value), value);
        self.sum.add(value, 1);
        self.count += 1;
        self.group = group;
    }
}
