//! What an aggregate remembers between samples, and what it makes of the next one.

use super::behaviour::{Adds, OfPeriod};
use super::contribution::Contributions;
use super::entry::Entry;
use super::rise::Rise;
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
    PerSlice(Option<Slice>),
    /// The value before, and when.
    Rise(Option<(Timestamp, Decimal)>),
    /// The samples seen so far.
    Once(OfPeriod, Option<Seen>),
}

/// The next sample, as far as its value goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub at: Timestamp,
    pub value: Decimal,
    /// How long it holds at most.
    pub until: Timestamp,
    /// How much a counter may rise in a second.
    pub most: Option<Decimal>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Held {
    pub since: Timestamp,
    /// At the latest.
    pub until: Timestamp,
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
            Adds::PerSlice => Walk::PerSlice(None),
            Adds::Rise => Walk::Rise(None),
            Adds::Once(of) => Walk::Once(of, None),
        }
    }

    /// Takes the next sample's value. A group of `None` is one that nobody is charged for. Says whether a counter
    /// rose so fast that somebody should look at it.
    #[inline]
    pub fn step(&mut self, entry: &Entry, next: Step, group: Option<usize>, to: &mut Contributions) -> bool {
        let Step { at, value, until, most } = next;
        match (self, group) {
            (Walk::Each, Some(group)) => to.add(group, value, 1, at),
            (Walk::Held(held), group) => {
                if let Some(before) = held.replace(Held { since: at, until, value, group }) {
                    before.let_go(at, to);
                }
            }
            (Walk::PerSlice(slice), Some(group)) => {
                let number = (at.micros() - to.period.start().micros()) / entry.slice_us;
                match slice {
                    Some(slice) if slice.number == number => (slice.max, slice.group) = (slice.max.max(value), group),
                    _ => {
                        if let Some(full) = slice.replace(Slice { number, max: value, group }) {
                            to.slice(full.group, full.max, full.number, entry.slice_us);
                        }
                    }
                }
            }
            (Walk::Rise(baseline), group) => {
                let baseline = baseline.replace((at, value));
                if let Some(group) = group.filter(|_| at >= to.period.start()) {
                    let Some(before) = baseline else {
                        // A baseline adds nothing, but there is something.
                        to.groups.add(group, value, 0);
                        return false;
                    };
                    let rise = Rise::new(before, (at, value), entry.reset_below);
                    to.rise(group, rise, entry.max_gap.micros());
                    return most.is_some_and(|most| rise.is_too_fast(most));
                }
            }
            (Walk::Once(_, whole), Some(group)) => {
                whole.get_or_insert_with(|| Seen::of(value, group)).add(value, group);
            }
            (Walk::Each | Walk::PerSlice(_) | Walk::Once(..), None) => {}
        }
        false
    }

    /// What holds holds no longer than until then.
    pub fn ends(&mut self, at: Timestamp) {
        if let Walk::Held(Some(held)) = self {
            held.until = held.until.min(at);
        }
    }

    /// What holds, if anything does.
    pub fn held(&self) -> Option<Held> {
        match self {
            Walk::Held(held) => *held,
            Walk::Each | Walk::PerSlice(_) | Walk::Rise(_) | Walk::Once(..) => None,
        }
    }

    /// Counts in a smaller unit from now on; `None` if what is remembered does not fit.
    pub fn multiply(&mut self, by: i128) -> Option<()> {
        let factor = Decimal::new(by, 0).ok()?;
        let multiply = |value: &mut Decimal| value.checked_mul(factor).map(|product| *value = product);
        match self {
            Walk::Held(Some(held)) => multiply(&mut held.value),
            Walk::PerSlice(Some(slice)) => multiply(&mut slice.max),
            Walk::Rise(Some((_, before))) => multiply(before),
            Walk::Once(_, Some(seen)) => {
                seen.sum.multiply(by);
                [&mut seen.max, &mut seen.min, &mut seen.last].into_iter().try_for_each(multiply)
            }
            Walk::Each | Walk::Held(None) | Walk::PerSlice(None) | Walk::Rise(None) | Walk::Once(_, None) => Some(()),
        }
    }

    /// Counts what the last sample leaves open.
    pub fn close(&self, entry: &Entry, to: &mut Contributions) {
        match self {
            Walk::Held(Some(held)) => held.let_go(to.period.end(), to),
            Walk::PerSlice(Some(slice)) => to.slice(slice.group, slice.max, slice.number, entry.slice_us),
            Walk::Once(of, Some(whole)) => {
                match of {
                    OfPeriod::Largest => to.groups.add(whole.group, whole.max, 1),
                    OfPeriod::Smallest => to.groups.add(whole.group, whole.min, 1),
                    OfPeriod::Last => to.groups.add(whole.group, whole.last, 1),
                    OfPeriod::Mean => to.groups.merge(whole.group, &whole.sum),
                }
                whole.is_of_last_day(*of, to);
            }
            Walk::Each | Walk::Rise(_) | Walk::Held(None) | Walk::PerSlice(None) | Walk::Once(_, None) => {}
        }
    }

    /// By what the sums have to be divided: contributions over time are multiplied by microseconds.
    pub fn divisor(&self) -> u64 {
        match self {
            Walk::Held(_) | Walk::PerSlice(_) => HOUR_US.unsigned_abs(),
            Walk::Once(OfPeriod::Mean, Some(whole)) => whole.count,
            Walk::Once(OfPeriod::Mean, None) | Walk::Each | Walk::Rise(_) => 1,
            Walk::Once(OfPeriod::Largest | OfPeriod::Smallest | OfPeriod::Last, _) => 1,
        }
    }
}

impl Held {
    /// A sample held until the next one, its own end or the period's, whichever came first.
    #[inline]
    fn let_go(self, next: Timestamp, to: &mut Contributions) {
        if let Some(group) = self.group {
            to.hold(group, self.value, self.since, next.min(self.until));
        }
    }
}

impl Seen {
    /// What a period's samples come to is of the last one.
    fn is_of_last_day(&self, of: OfPeriod, to: &mut Contributions) {
        let value = match of {
            OfPeriod::Largest => self.max,
            OfPeriod::Smallest => self.min,
            OfPeriod::Last => self.last,
            // What does not fit is something.
            OfPeriod::Mean => self.sum.total().unwrap_or(Decimal::ONE),
        };
        if let Some(last) = to.groups.evidence(self.group).last {
            to.uses(self.group, value, last, last.plus(1));
        }
    }

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
