//! Taxes: on the lines of one document, and on nothing else.
//!
//! Every document by itself has its rate × its own lines, an adjustment, too, because every ERP computes it so. Where
//! that is rounded the configuration says: once on the sum, or for each line.

use super::rules::TaxRounding;
use super::{Draft, Line, Tax};
use crate::aggregate::matches;
use crate::decimal::Decimal;
use crate::exact::{Overflow, Ratio};
use crate::money::Currency;

impl Tax {
    /// The same tax on other lines. What has no cost bears none.
    ///
    /// # Errors
    /// [`Overflow`] if a sum is larger than a bill can hold.
    pub fn on(self, lines: &[Line], currency: Currency, rounding: TaxRounding) -> Result<Tax, Overflow> {
        let (mut base, mut each) = (Decimal::ZERO, Decimal::ZERO);
        for line in lines.iter().filter(|line| self.is_on(&line.usage.section)) {
            let cost = line.cost.unwrap_or_default();
            base = base.checked_add(cost).ok_or(Overflow)?;
            if rounding == TaxRounding::Line {
                each = each.checked_add(self.of(cost, currency)?).ok_or(Overflow)?;
            }
        }
        let amount = match rounding {
            TaxRounding::Document => self.of(base, currency)?,
            TaxRounding::Line => each,
        };
        assert!(amount.scale() <= currency.digits(), "a tax is rounded to what can be paid");
        Ok(Tax { base, amount, ..self })
    }

    /// What it is of an amount, rounded.
    fn of(&self, amount: Decimal, currency: Currency) -> Result<Decimal, Overflow> {
        let exact = Ratio::from(amount).times(&self.percent.into()).over(&Ratio::new(100, 1));
        exact.rounded(currency.digits())
    }

    /// Whether it applies to the lines of a section.
    pub fn is_on(&self, section: &str) -> bool {
        self.sections.iter().any(|pattern| matches(pattern, section))
    }
}

impl Draft {
    /// Whether each tax is its percentage of the lines it is on.
    pub fn taxes_agree(&self) -> bool {
        agree(&self.taxes, &self.lines, self.currency, self.tax_rounding)
    }
}

/// Whether taxes are what they are on these lines. (A tax that says no section was stored before it was known.)
pub fn agree(taxes: &[Tax], lines: &[Line], currency: Currency, rounding: TaxRounding) -> bool {
    let known = taxes.iter().filter(|tax| !tax.sections.is_empty());
    known.cloned().all(|tax| tax.clone().on(lines, currency, rounding) == Ok(tax))
}
