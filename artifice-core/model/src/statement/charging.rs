//! What charging goes by.

use super::billed::BilledLine;
use super::fees::Fee;
use super::rules::{Lines, TaxRounding};
use crate::calendar::Calendar;
use crate::decimal::Decimal;
use crate::money::Currency;
use crate::rate::{Names, PriceSource};
use crate::time::Timestamp;

/// How usage is charged.
#[derive(Clone, Copy)]
pub struct Charging<'a> {
    /// The statement's currency where no price says another.
    pub currency: Currency,
    /// What people call the services.
    pub names: &'a Names,
    /// The prices, if any are configured.
    pub prices: Option<&'a dyn PriceSource>,
    /// Whether what has no price costs nothing (`rates.missing: zero`).
    pub missing_is_zero: bool,
    /// Whether a usage of 0 makes a line (`main.zero_lines: show`).
    pub zero_lines: bool,
    /// Where months begin and end.
    pub calendar: &'a Calendar,
    /// The instants inside the period, in order, at which usage was cut.
    pub cuts: &'a [Timestamp],
    /// What is charged without metering.
    pub fees: &'a [Fee],
    /// What the tenant's live statements have billed already in the months of the period.
    pub earlier: &'a [BilledLine],
    /// For what there is a line.
    pub lines: Lines,
    /// Where taxes are rounded.
    pub tax_rounding: TaxRounding,
    /// The only sections that are wanted: then there is no minimum to be reached, and no fee of another one.
    /// All if empty.
    pub sections: &'a [String],
}

impl Charging<'_> {
    /// Whether a volume makes a line.
    pub(super) fn makes_line(&self, volume: Decimal) -> bool {
        self.zero_lines || !volume.is_zero()
    }
}
