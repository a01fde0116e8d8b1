//! What a statement will say: prices, the month beside which it is worked out, corrections, bounds.

pub(crate) mod adjust;
pub(crate) mod bounds;
pub(crate) mod doubts;
pub(crate) mod following;
pub(crate) mod month;
pub(crate) mod prices;
pub(crate) mod rates;
mod unraised;
mod whole;

pub(crate) use whole::{Drafted, Whole};
