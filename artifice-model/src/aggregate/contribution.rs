//! What samples add: to the whole period, and to the parts of it that are cut out.

use super::aggregator::Aggregator;
use super::kind::Aggregate;
use super::parts::Far;
use super::walk::{Held, Slice, Walk};
use crate::decimal::Decimal;
use crate::exact::Exact;
use crate::time::Timestamp;

impl Aggregator<'_> {
    /// Counts what the last sample leaves open.
    pub(super) fn close(&mut self) {
        match &self.walk {
            Walk::Hold(Some(held)) => self.let_go(*held, self.period.end()),
            Walk::Slices(Some(slice)) => self.count_slice(*slice),
            Walk::Whole(Some(whole)) => match self.entry.aggregate {
                Aggregate::Max => self.groups.add(whole.group, whole.max, 1),
                Aggregate::Min => self.groups.add(whole.group, whole.min, 1),
                Aggregate::Last => self.groups.add(whole.group, whole.last, 1),
                _ => self.groups.merge(whole.group, &whole.sum),
            },
            _ => {}
        }
    }

    /// A sample held until the next one, its `max_gap` or the period's end, whichever came first.
    #[inline]
    pub(super) fn let_go(&mut self, held: Held, next: Timestamp) {
        let Some(group) = held.group else { return };
        let from = held.since.max(self.period.start());
        let until = next.min(held.since.plus(self.entry.max_gap.micros())).min(self.period.end());
        let us = (until.micros() - from.micros()).max(0);
        self.groups.add(group, held.value, us);
        self.life.charged_us += us;
        if !self.cuts.is_empty() {
            self.cut(group, held.value, from, until);
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

    /// A slice counts for its width, the period's last one for what of it lies inside.
    #[inline]
    pub(super) fn count_slice(&mut self, slice: Slice) {
        let start = slice.number.saturating_mul(self.entry.slice_us);
        let width = self.entry.slice_us.min(self.period.micros() - start);
        let value = match self.entry.aggregate {
            Aggregate::ExistsPerSlice if slice.max > Decimal::ZERO => Decimal::ONE,
            Aggregate::ExistsPerSlice => Decimal::ZERO,
            _ => slice.max,
        };
        self.life.charged_us += width;
        self.add(slice.group, value, width, self.period.start().plus(start));
    }

    /// A counter came to `value`; without a baseline this is one, and counts 0.
    #[inline]
    pub(super) fn increase(
        &mut self,
        group: usize,
        baseline: Option<(Timestamp, Decimal)>,
        value: Decimal,
        at: Timestamp,
    ) {
        self.groups.add(group, value, i64::from(baseline.is_some()));
        let Some((since, before)) = baseline else { return };
        // A counter that went down was reset, and counts from 0.
        let is_reset = value < before;
        if is_reset {
            self.groups.evidence(group).resets += 1;
        } else {
            self.groups.add(group, before, -1);
        }
        if !self.cuts.is_empty() {
            let part = (self.part_of(at), self.cuts.len() + 1);
            // Alone, a part has a baseline only in itself, or at most max_gap before it.
            let begin = part.0.checked_sub(1).and_then(|cut| self.cuts.get(cut)).copied();
            let known_until = since.plus(self.entry.max_gap.micros());
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
    pub(super) fn add(&mut self, group: usize, value: Decimal, times: i64, at: Timestamp) {
        self.groups.add(group, value, times);
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
