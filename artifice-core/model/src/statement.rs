//! Usage, lines and statements: one document for one tenant and period.
//!
//! [`Draft::new`] makes of usage what a statement says: `stretch` cuts it where its price changes, `draft` charges
//! it, `months` counts what calendar months have had, `terms` adds fees, minimum charge and taxes.

mod again;
mod billed;
mod charging;
mod draft;
mod error;
mod fees;
mod in_months;
mod metered;
mod months;
mod problem;
mod rules;
mod stretch;
mod terms;

use std::sync::Arc;

use crate::aggregate::{Aggregate, Evidence, matches};
use crate::decimal::Decimal;
use crate::exact::{Overflow, Ratio};
use crate::money::Currency;
use crate::rate::Working;
use crate::tenant::Tenant;
use crate::time::Period;

pub use again::BilledWhole;
pub use billed::{BilledLine, StatementId};
pub use charging::Charging;
pub use error::DraftError;
pub use fees::{Fee, FeePer};
pub use in_months::InMonths;
pub use metered::Metered;
pub use problem::Problem;
pub use rules::{Edition, Lines, Rules, TaxRounding};

/// Section and service of the line for what a month lacks to its minimum.
const MINIMUM: &str = "Minimum charge";

/// A volume of one resource for one period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// The resource's id.
    pub resource_id: String,
    /// What people call the resource; empty if nobody knows.
    pub resource_name: String,
    /// The id of the entry that charges it.
    pub entry: String,
    /// The meter it was read from.
    pub meter: String,
    /// The part of the statement it stands in.
    pub section: String,
    /// What is priced.
    pub service: String,
    /// Where it was used.
    pub location: String,
    /// When.
    pub period: Period,
    /// How much, in `unit`, to 6 decimals.
    pub volume: Decimal,
    /// The volume's unit.
    pub unit: String,
    /// How the volume came about.
    pub aggregate: Aggregate,
}

/// A charged usage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What is charged.
    pub usage: Usage,
    /// What people call the service.
    pub name: String,
    /// The price, if there is one.
    pub rate: Option<Rate>,
    /// What it costs, in the statement's currency; `None` without a price.
    pub cost: Option<Decimal>,
    /// How the cost came about, if anybody knows.
    pub working: Option<Arc<Working>>,
    /// The samples that the volume rests on, if there are any and anybody knows.
    pub evidence: Option<Arc<Evidence>>,
}

impl Line {
    /// How much of its volume was free, in its unit.
    pub fn free(&self) -> Ratio {
        self.working.as_ref().map_or_else(Ratio::zero, |working| working.free.clone())
    }

    /// Whether its price, or its fee, goes by the month. (Older programs stored nothing of how a cost came about;
    /// what has a cost and no single rate was in tiers.)
    pub fn goes_by_month(&self) -> bool {
        let in_tiers = self.rate.is_none() && self.cost.is_some_and(|cost| !cost.is_zero());
        in_tiers || self.working.as_ref().is_some_and(|working| working.counts())
    }

    /// Whether nobody has metered it: a fee, or a minimum charge.
    pub fn is_of_the_whole(&self) -> bool {
        [&self.usage.meter, &self.usage.location, &self.usage.resource_id].iter().all(|text| text.is_empty())
    }

    /// Whether it is what a month lacked to its minimum.
    pub fn is_minimum(&self) -> bool {
        self.is_of_the_whole() && [&self.usage.section, &self.usage.service].iter().all(|text| *text == MINIMUM)
    }
}

/// The price a line was charged at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// What `per` costs.
    pub amount: Decimal,
    /// What one price buys.
    pub per: String,
    /// Where the price stands.
    pub origin: String,
}

/// A tax on some of a statement's lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tax {
    /// Its name.
    pub name: String,
    /// How many hundredths.
    pub percent: Decimal,
    /// The sum of the lines it applies to.
    pub base: Decimal,
    /// What it adds.
    pub amount: Decimal,
    /// The sections whose lines it applies to: patterns, in which `*` stands for anything.
    pub sections: Vec<String>,
}

impl Tax {
    /// The same tax on another sum, rounded once.
    ///
    /// # Errors
    /// [`Overflow`] if the amount is larger than a bill can hold.
    pub fn on(self, base: Decimal, currency: Currency) -> Result<Tax, Overflow> {
        let exact = Ratio::from(base).times(&self.percent.into()).over(&Ratio::new(100, 1));
        let amount = exact.rounded(currency.digits())?;
        assert!(amount.scale() <= currency.digits(), "a tax is rounded to what can be paid");
        Ok(Tax { base, amount, ..self })
    }

    /// Whether it applies to the lines of a section.
    pub fn is_on(&self, section: &str) -> bool {
        self.sections.iter().any(|pattern| matches(pattern, section))
    }
}

/// What a statement says, before it has an identity: the same for a preview and for a bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Who pays.
    pub tenant: Tenant,
    /// For which period.
    pub period: Period,
    /// In which money.
    pub currency: Currency,
    /// What was used, zero volumes included, in the order of the lines.
    pub usage: Vec<Usage>,
    /// What is charged, in order.
    pub lines: Vec<Line>,
    /// Σ of the lines' costs; `None` if one has none.
    pub subtotal: Option<Decimal>,
    /// The taxes, in the order of the rate cards.
    pub taxes: Vec<Tax>,
    /// Subtotal and taxes; `None` if a cost is missing.
    pub total: Option<Decimal>,
}

impl Draft {
    /// Works out subtotal and total from the lines and taxes.
    pub(crate) fn add_up(&mut self) -> Result<(), Overflow> {
        self.subtotal = sum(self.lines.iter().map(|line| line.cost))?;
        let all = self.taxes.iter().map(|tax| Some(tax.amount)).chain([self.subtotal]);
        self.total = sum(all)?;
        assert!(self.period.start() < self.period.end(), "a statement is for some time");
        assert!(self.adds_up(), "subtotal, taxes and total agree with the lines");
        Ok(())
    }

    /// What takes this back: the same lines and taxes, with the opposite signs. It has no usage of its own.
    pub fn negated(&self) -> Result<Draft, Overflow> {
        let minus = |value: Decimal| Decimal::ZERO.checked_sub(value).ok_or(Overflow);
        let mut draft = Draft { usage: Vec::new(), ..self.clone() };
        for line in &mut draft.lines {
            line.usage.volume = minus(line.usage.volume)?;
            line.cost = line.cost.map(minus).transpose()?;
            // What is taken back explains itself by what it takes back.
            (line.working, line.evidence) = (None, None);
        }
        for tax in &mut draft.taxes {
            (tax.base, tax.amount) = (minus(tax.base)?, minus(tax.amount)?);
        }
        draft.add_up()?;
        Ok(draft)
    }

    /// Whether subtotal, taxes and total agree with the lines. Checked before storing and after reading.
    pub fn adds_up(&self) -> bool {
        let Ok(subtotal) = sum(self.lines.iter().map(|line| line.cost)) else { return false };
        let Ok(taxes) = sum(self.taxes.iter().map(|tax| Some(tax.amount))) else { return false };
        let total = subtotal.zip(taxes).and_then(|(subtotal, taxes)| subtotal.checked_add(taxes));
        self.subtotal == subtotal && self.total == total
    }
}

impl Usage {
    /// The order of a statement's lines: by section, location, service, resource and time (semantics 6).
    pub(crate) fn order(&self) -> impl Ord + use<'_> {
        let Usage { section, location, service, resource_name, resource_id, period, entry, .. } = self;
        (section, location, service, resource_name, resource_id, period.start(), entry)
    }
}

/// The sum, or `None` if one of the amounts is unknown.
fn sum(amounts: impl Iterator<Item = Option<Decimal>>) -> Result<Option<Decimal>, Overflow> {
    let mut sum = Decimal::ZERO;
    for amount in amounts {
        let Some(amount) = amount else { return Ok(None) };
        sum = sum.checked_add(amount).ok_or(Overflow)?;
    }
    Ok(Some(sum))
}
