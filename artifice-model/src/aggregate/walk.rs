//! What an aggregate remembers between samples.

use super::kind::Aggregate;
use crate::decimal::Decimal;
use crate::exact::Exact;
use crate::time::Timestamp;

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
