//! A volume in parts: what it was before, between and after the instants at which its price may change.

use std::ops::Range;
use std::sync::Arc;

use crate::decimal::Decimal;
use crate::exact::{Exact, Overflow};
use crate::limits::VOLUME_PLACES;
use crate::time::Timestamp;

/// What each part of the period adds to a volume, exact: rounding comes when it is known which parts are
/// charged together.
#[derive(Debug, Clone, Default)]
pub struct VolumeParts {
    cuts: Arc<[Timestamp]>,
    /// One more than there are cuts; none where nothing can be cut.
    sums: Vec<Exact>,
    divisor: u128,
    far: Vec<Far>,
    may_be_negative: bool,
}

/// A rise of a counter over so long that the part in which it ends would not know where it began, if it were
/// aggregated alone. Together with the part in which it began, it would.
#[derive(Debug, Clone)]
pub struct Far {
    /// The part in which it ended.
    pub part: usize,
    /// No part that begins later knows it.
    pub known_until: Timestamp,
    /// How much it is.
    pub rise: Exact,
}

impl VolumeParts {
    /// VolumeParts at `cuts`, in order, each adding `sums / divisor`: one more sum than cuts.
    pub fn new(cuts: Arc<[Timestamp]>, sums: Vec<Exact>, divisor: u128) -> Self {
        VolumeParts { cuts, sums, divisor, far: Vec::new(), may_be_negative: false }
    }

    /// The same, where a part may be below 0.
    pub fn with_negative(self, may_be_negative: bool) -> Self {
        VolumeParts { may_be_negative, ..self }
    }

    /// Whether a part may be below 0, because what was used may be.
    pub fn may_be_negative(&self) -> bool {
        self.may_be_negative
    }

    /// The same, with rises that came from far.
    pub fn with_far(self, far: Vec<Far>) -> Self {
        VolumeParts { far, ..self }
    }

    /// The instants inside the period at which this volume can be cut. A volume that is not additive can
    /// be cut nowhere, one over slices only between two of them.
    pub fn cuts(&self) -> &[Timestamp] {
        &self.cuts
    }

    /// Some neighbouring parts alone, cut where they meet. Part 0 ends at the first cut.
    pub(crate) fn between(&self, parts: Range<usize>) -> VolumeParts {
        let start = self.start_of(parts.start);
        let cuts = self.cuts.get(parts.start..parts.end.saturating_sub(1)).unwrap_or_default().into();
        let sums = self.sums.get(parts.clone()).unwrap_or_default().to_vec();
        let far = self.far.iter().filter(|far| far.is_known(&parts, start));
        let far = far.map(|far| Far { part: far.part - parts.start, ..far.clone() }).collect();
        VolumeParts { cuts, sums, divisor: self.divisor, far, may_be_negative: self.may_be_negative }
    }

    /// The volume of neighbouring parts together, rounded once. Part 0 ends at the first cut.
    ///
    /// # Errors
    /// [`Overflow`] if it is larger than a bill can hold.
    pub fn volume(&self, parts: Range<usize>) -> Result<Decimal, Overflow> {
        let mut sum = Exact::default();
        self.sums.get(parts.clone()).unwrap_or_default().iter().for_each(|part| sum.merge(part));
        let start = self.start_of(parts.start);
        self.far.iter().filter(|far| far.is_known(&parts, start)).for_each(|far| sum.merge(&far.rise));
        sum.divided_by(self.divisor.max(1), VOLUME_PLACES)
    }

    /// The volume of all parts together.
    ///
    /// # Errors
    /// [`Overflow`] if it is larger than a bill can hold.
    pub(super) fn whole(&self) -> Result<Decimal, Overflow> {
        self.volume(0..self.sums.len())
    }

    /// Where a part begins; the first one begins where the whole does.
    fn start_of(&self, part: usize) -> Option<Timestamp> {
        part.checked_sub(1).and_then(|cut| self.cuts.get(cut)).copied()
    }
}

impl Far {
    /// Whether parts that begin then know it.
    fn is_known(&self, parts: &Range<usize>, start: Option<Timestamp>) -> bool {
        parts.contains(&self.part) && start.is_none_or(|start| start <= self.known_until)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PARTS: usize = 5;

    fn exact(value: i64) -> Exact {
        let mut sum = Exact::default();
        sum.add(value.into(), 1);
        sum
    }

    proptest! {
        #[test]
        fn some_parts_alone_are_what_they_are_among_the_others(
            sums in prop::collection::vec(-99_i64..99, PARTS),
            far in prop::collection::vec((0..PARTS, 0_i64..60, 1_i64..99), 0..4),
            mut ends in prop::array::uniform4(0..=PARTS),
        ) {
            let cuts = (1..).map(|cut| Timestamp::from_micros(10 * cut)).take(PARTS - 1).collect();
            let far = far.into_iter().map(|(part, known_until, rise)| {
                Far { part, known_until: Timestamp::from_micros(known_until), rise: exact(rise) }
            });
            let whole = VolumeParts::new(cuts, sums.into_iter().map(exact).collect(), 1).with_far(far.collect());
            ends.sort_unstable();
            let [start, first, last, end] = ends;
            let some = whole.between(start..end);
            prop_assert_eq!(some.cuts().len(), (end - start).saturating_sub(1));
            prop_assert_eq!(some.volume(first - start..last - start), whole.volume(first..last));
        }
    }
}
