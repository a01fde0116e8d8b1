//! From one reading of a counter to the next.

use super::plausible::{is_reset, is_too_fast};
use crate::decimal::Decimal;
use crate::time::Timestamp;

/// What a counter came to, and from where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rise {
    pub since: Timestamp,
    pub before: Decimal,
    pub at: Timestamp,
    pub value: Decimal,
    /// Whether the counter began anew in between.
    pub is_reset: bool,
    /// How much it rose; `None` if that does not fit.
    pub amount: Option<Decimal>,
}

impl Rise {
    /// From one reading to the next; below a part of the first, the counter began anew.
    #[inline]
    pub fn new((since, before): (Timestamp, Decimal), (at, value): (Timestamp, Decimal), reset_below: Decimal) -> Self {
        // A counter goes up, nearly always.
        let may_be = value < before || before.is_negative();
        let is_reset = may_be && is_reset(value, before, reset_below);
        let amount = if is_reset { Some(value) } else { value.checked_sub(before) };
        Rise { since, before, at, value, is_reset, amount }
    }

    /// Whether that is more than `most` a second.
    #[inline]
    pub fn is_too_fast(&self, most: Decimal) -> bool {
        let us = self.at.micros().saturating_sub(self.since.micros());
        self.amount.is_none_or(|rise| is_too_fast(rise, most, us))
    }
}
