//! What samples add: to the whole period, and to the parts of it that are cut out.

use std::sync::Arc;

use super::groups::Groups;
use super::life::Life;
use super::parts::Far;
use super::rise::Rise;
use crate::decimal::Decimal;
use crate::exact::Exact;
use crate::time::{Period, Timestamp};

/// What the samples of one series have added so far.
#[derive(Debug)]
pub(super) struct Contributions {
    pub period: Period,
    /// Where the volume is cut, in order.
    pub cuts: Arc<[Timestamp]>,
    /// The part of the period that samples have reached.
    part: usize,
    pub groups: Groups,
    pub life: Life,
    /// Where days begin, and the last one ends, where it matters on which days something was added.
    pub days: Arc<[Timestamp]>,
}

impl Contributions {
    pub fn new(period: Period) -> Self {
        let (cuts, groups, life) = (Arc::default(), Groups::default(), Life::new(period));
        Contributions { period, cuts, part: 0, groups, life, days: Arc::default() }
    }

    /// Takes note of the days in which something was added; nothing is not.
    #[inline]
    pub fn uses(&mut self, group: usize, value: Decimal, from: Timestamp, until: Timestamp) {
        if !self.days.is_empty() && !value.is_zero() && from < until {
            self.uses_days(group, from, until);
        }
    }

    #[cold]
    fn uses_days(&mut self, group: usize, from: Timestamp, until: Timestamp) {
        let first = self.days.partition_point(|day| *day <= from).saturating_sub(1);
        let end = self.days.partition_point(|day| *day < until);
        if let (Some(from), Some(until)) = (self.days.get(first), self.days.get(end)) {
            self.groups.evidence(group).uses(*from, *until);
        }
    }

    /// A value held from then until then; what of that lies outside the period adds nothing.
    #[inline]
    pub fn hold(&mut self, group: usize, value: Decimal, from: Timestamp, until: Timestamp) {
        let (from, until) = (from.max(self.period.start()), until.min(self.period.end()));
        let us = (until.micros() - from.micros()).max(0);
        self.groups.add(group, value, us);
        self.life.charged_us += us;
        self.uses(group, value, from, until);
        if !self.cuts.is_empty() {
            self.cut(group, value, from, until);
        }
    }

    /// Adds what held from then until then to the parts in which it did.
    #[cold]
    fn cut(&mut self, group: usize, value: Decimal, mut from: Timestamp, until: Timestamp) {
        let parts = self.cuts.len() + 1;
        let mut part = self.part_of(from);
        while from < until {
            let to = self.cuts.get(part).map_or(until, |cut| until.min(*cut));
            self.groups.add_part(group, (part, parts), value, to.micros() - from.micros());
            (from, part) = (to, part + 1);
        }
    }

    /// A slice of `slice_us` counts for its width, the period's last one for what of it lies inside.
    #[inline]
    pub fn slice(&mut self, group: usize, value: Decimal, number: i64, slice_us: i64) {
        let start = number.saturating_mul(slice_us);
        let width = slice_us.min(self.period.micros() - start);
        self.life.charged_us += width;
        let from = self.period.start().plus(start);
        self.uses(group, value, from, from.plus(width));
        self.add(group, value, width, from);
    }

    /// A counter rose. Of what a part would not know alone, `max_gap_us` decides.
    #[inline]
    pub fn rise(&mut self, group: usize, rise: Rise, max_gap_us: i64) {
        let Rise { since, before, at, value, is_reset, amount } = rise;
        if let Some(amount) = amount {
            self.groups.add(group, amount, 1);
        } else {
            self.groups.add(group, value, 1);
            self.groups.add(group, before, -1);
        }
        if is_reset {
            self.groups.evidence(group).resets += 1;
        } else if value < before {
            self.groups.evidence(group).dips += 1;
        }
        if !self.days.is_empty() && amount.is_none_or(|amount| !amount.is_zero()) {
            self.uses(group, Decimal::ONE, at, at.plus(1));
        }
        if !self.cuts.is_empty() {
            let part = (self.part_of(at), self.cuts.len() + 1);
            // Alone, a part has a baseline only in itself, or at most max_gap before it.
            let begin = part.0.checked_sub(1).and_then(|cut| self.cuts.get(cut)).copied();
            let known_until = since.plus(max_gap_us);
            if begin.is_none_or(|begin| known_until >= begin) {
                self.groups.add_part(group, part, value, 1);
                if !is_reset {
                    self.groups.add_part(group, part, before, -1);
                }
            } else {
                let mut rise = Exact::default();
                rise.add(value, 1);
                if !is_reset {
                    rise.add(before, -1);
                }
                self.groups.add_far(group, Far { part: part.0, known_until, rise });
            }
        }
    }

    /// Adds to a group, and to the part in which an instant lies.
    #[inline]
    pub fn add(&mut self, group: usize, value: Decimal, times: i64, at: Timestamp) {
        self.groups.add(group, value, times);
        self.uses(group, value, at, at.plus(1));
        if !self.cuts.is_empty() {
            let part = (self.part_of(at), self.cuts.len() + 1);
            self.groups.add_part(group, part, value, times);
        }
    }

    /// The part in which an instant lies; instants come in order.
    fn part_of(&mut self, at: Timestamp) -> usize {
        while self.cuts.get(self.part).is_some_and(|cut| *cut <= at) {
            self.part += 1;
        }
        self.part
    }
}
