//! A volume in parts: what it was before, between and after the instants at which its price may change.

use std::ops::Range;
use std::sync::Arc;

use super::VOLUME_PLACES;
use crate::decimal::Decimal;
use crate::exact::{Exact, Overflow};
use crate::time::Timestamp;

/// What each part of the period adds to a volume, exact: rounding comes when it is known which parts are
/// charged together.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    cuts: Arc<[Timestamp]>,
    /// One more than there are cuts; none where nothing can be cut.
    sums: Vec<Exact>,
    divisor: u128,
    far: Vec<Far>,
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

impl Parts {
    /// Parts at `cuts`, in order, each adding `sums / divisor`: one more sum than cuts.
    pub fn new(cuts: Arc<[Timestamp]>, sums: Vec<Exact>, divisor: u128) -> Self {
        Parts { cuts, sums, divisor, far: Vec::new() }
    }

    /// The same, with rises that came from far.
    pub fn with_far(self, far: Vec<Far>) -> Self {
        Parts { far, ..self }
    }

    /// The instants inside the period at which this volume can be cut. A volume that is not additive can
    /// be cut nowhere, one over slices only between two of them.
    pub fn cuts(&self) -> &[Timestamp] {
        &self.cuts
    }

    /// The volume of neighbouring parts together, rounded once. Part 0 ends at the first cut.
    ///
    /// # Errors
    /// [`Overflow`] if it is larger than a bill can hold.
    pub fn volume(&self, parts: Range<usize>) -> Result<Decimal, Overflow> {
        let mut sum = Exact::default();
        self.sums.get(parts.clone()).unwrap_or_default().iter().for_each(|part| sum.merge(part));
        let start = parts.start.checked_sub(1).and_then(|cut| self.cuts.get(cut)).copied();
        let is_known = |far: &&Far| parts.contains(&far.part) && start.is_none_or(|start| start <= far.known_until);
        self.far.iter().filter(is_known).for_each(|far| sum.merge(&far.rise));
        sum.divided_by(self.divisor.max(1), VOLUME_PLACES)
    }
}
