//! What an aggregate remembers between samples, and what it makes of the next one.

use super::behaviour::{Adds, OfPeriod, OfSlice};
use super::contribution::Contributions;
use super::entry::Entry;
use crate::decimal::Decimal;
use crate::exact::Exact;
use crate::time::{HOUR_US, Timestamp};

/// What is remembered, by what is added. A group of `None` is one that nobody is charged for.
#[derive(Debug)]
pub(super) enum Walk {
    /// Nothing.
    Each,
    /// The sample that holds.
    Held(Option<Held>),
    /// The slice that is being filled.
    PerSlice(OfSlice, Option<Slice>),
    /// The value before, and when.
    Rise(Option<(Timestamp, Decimal)>),
    /// The samples seen so far.
    Once(OfPeriod, Option<Seen>),
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
pub(super) struct Seen {
    pub max: Decimal,
    pub min: Decimal,
    pub last: Decimal,
    pub sum: Exact,
    pub count: u64,
    pub group: usize,
}

impl Walk {
    pub fn new(adds: Adds) -> Self {
        match adds {
            Adds::Each => Walk::Each,
            Adds::Held => Walk::Held(None),
            Adds::PerSlice(of) => Walk::PerSlice(of, None),
            Adds::Rise => Walk::Rise(None),
            Adds::Once(of) => Walk::Once(of, None),
        }
    }

    /// Takes the next sample's value. A group of `None` is one that nobody is charged for.
    #[inline]
    pub fn step(&mut self, entry: &Entry, at: Timestamp, value: Decimal, group: Option<usize>, to: &mut Contributions) {
        match (self, group) {
            (Walk::Each, Some(group)) => to.add(group, value, 1, at),
            (Walk::Held(held), group) => {
                if let Some(before) = held.replace(Held { since: at, value, group }) {
                    before.let_go(entry, at, to);
                }
            }
            (Walk::PerSlice(of, slice), Some(group)) => {
                let number = (at.micros() - to.period.start().micros()) / entry.slice_us;
                match slice {
                    Some(slice) if slice.number == number => (slice.max, slice.group) = (slice.max.max(value), group),
                    _ => {
                        if let Some(full) = slice.replace(Slice { number, max: value, group }) {
                            full.count(*of, entry, to);
                        }
                    }
                }
            }
            (Walk::Rise(baseline), group) => {
                let baseline = baseline.replace((at, value));
                if let Some(group) = group.filter(|_| at >= to.period.start()) {
                    to.rise(group, baseline, value, at, entry.max_gap.micros());
                }
            }
            (Walk::Once(_, whole), Some(group)) => {
                whole.get_or_insert_with(|| Seen::of(value, group)).add(value, group);
            }
            (Walk::Each | Walk::PerSlice(..) | Walk::Once(..), None) => {}
        }
    }

    /// Counts what the last sample leaves open.
    pub fn close(&self, entry: &Entry, to: &mut Contributions) {
        match self {
            Walk::Held(Some(held)) => held.let_go(entry, to.period.end(), to),
            Walk::PerSlice(of, Some(slice)) => slice.count(*of, entry, to),
            Walk::Once(of, Some(whole)) => match of {
                OfPeriod::Largest => to.groups.add(whole.group, whole.max, 1),
                OfPeriod::Smallest => to.groups.add(whole.group, whole.min, 1),
                OfPeriod::Last => to.groups.add(whole.group, whole.last, 1),
                OfPeriod::Mean => to.groups.merge(whole.group, &whole.sum),
            },
            Walk::Each | Walk::Rise(_) | Walk::Held(None) | Walk::PerSlice(_, None) | Walk::Once(_, None) => {}
        }
    }

    /// By what the sums have to be divided: contributions over time are multiplied by microseconds.
    pub fn divisor(&self) -> u64 {
        match self {
            Walk::Held(_) | Walk::PerSlice(..) => HOUR_US.unsigned_abs(),
            Walk::Once(OfPeriod::Mean, Some(whole)) => whole.count,
            Walk::Once(OfPeriod::Mean, None) | Walk::Each | Walk::Rise(_) => 1,
            Walk::Once(OfPeriod::Largest | OfPeriod::Smallest | OfPeriod::Last, _) => 1,
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
    fn count(self, of: OfSlice, entry: &Entry, to: &mut Contributions) {
        let value = match of {
            OfSlice::Largest => self.max,
            OfSlice::Existence if self.max > Decimal::ZERO => Decimal::ONE,
            OfSlice::Existence => Decimal::ZERO,
        };
        to.slice(self.group, value, self.number, entry.slice_us);
    }
}

impl Seen {
    pub fn of(value: Decimal, group: usize) -> Self {
        Seen { max: value, min: value, last: value, sum: Exact::default(), count: 0, group }
    }

    pub fn add(&mut self, value: Decimal, group: usize) {
        (self.max, self.min, self.last) = (self.max.max(value), self.min.min(value), value);
        self.sum.add(value, 1);
        self.count += 1;
        self.group = group;
    }
}
