//! What becomes a line.

use std::sync::Arc;

use super::Metered;
use crate::decimal::Decimal;
use crate::rate::{Charged, Tariff};
use crate::time::Period;

/// A part of a usage that becomes a line.
pub(super) struct Item<'m> {
    pub metered: &'m Metered,
    pub period: Period,
    pub volume: Decimal,
    pub tariff: Option<Arc<Tariff>>,
    pub charged: Option<Charged>,
}
