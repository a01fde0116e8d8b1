//! Usage, lines and statements: one document for one tenant and period.
//!
//! [`Draft::new`] makes of usage what a statement says: `stretch` cuts it where its price changes, `draft` charges
//! it, `months` counts what calendar months have had, `terms` adds fees, minimum charge and taxes.

mod again;
mod billed;
mod charging;
mod days;
mod draft;
mod error;
mod fees;
mod in_months;
mod metered;
mod months;
mod part;
mod problem;
mod rules;
mod service;
mod stretch;
mod taxes;
mod terms;
#[cfg(test)]
mod vectors;

use std::sync::Arc;

use crate::aggregate::{Aggregate, Evidence};
use crate::decimal::Decimal;
use crate::exact::{Overflow, Ratio};
use crate::money::Currency;
use crate::rate::{Flat, Working};
use crate::tenant::Tenant;
use crate::time::Period;

pub use again::BilledWhole;
pub use billed::{BilledLine, StatementId};
pub use charging::Charging;
pub use error::DraftError;
pub use fees::{Fee, FeePer};
pub use in_months::InMonths;
pub use metered::Metered;
pub(crate) use part::shares;
pub use problem::Problem;
pub use rules::{Edition, Lines, Rules, TaxRounding};
pub(crate) use service::{settled, together};
pub use taxes::agree as taxes_agree;

/// Section and service of the line for what a month lacks to its minimum.
pub const MINIMUM: &str = "Minimum charge";

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
    /// How the volume came about; `None` in a line for several usages of which it is not the same.
    pub aggregate: Option<Aggregate>,
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
    /// Whose usage it is, where it is for all usage of a service (`main.lines: service`); else nothing.
    pub parts: Vec<Part>,
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

    /// What was charged for entering tiers. (Of a stored line only its explanation knows.)
    pub fn flats(&self) -> Vec<Flat> {
        self.working.as_ref().map(|working| working.new_flats()).unwrap_or_default()
    }

    /// What it costs before it is rounded, if it has a price.
    pub fn exact(&self) -> Option<Ratio> {
        self.working.as_ref()?.exact(self.usage.volume, self.rate.as_ref().map(|rate| rate.amount))
    }

    /// What it says of single resources: itself, or its parts.
    pub fn by_resource(&self) -> impl Iterator<Item = &Line> {
        let own = self.parts.is_empty().then_some(self);
        own.into_iter().chain(self.parts.iter().map(|part| &part.line))
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
    /// Where the taxes are rounded.
    pub tax_rounding: TaxRounding,
}

/// What of a line falls to one resource, where the line is for all usage of a service (`main.lines: service`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// As a line of its own; its cost is its share of the line's cost.
    pub line: Line,
    /// What it costs before anything is rounded.
    pub exact: Ratio,
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
            (line.working, line.evidence, line.parts) = (None, None, Vec::new());
        }
        for tax in &mut draft.taxes {
            (tax.base, tax.amount) = (minus(tax.base)?, minus(tax.amount)?);
        }
        draft.add_up()?;
        Ok(draft)
    }

    /// Whether subtotal and total agree with the lines and taxes. Checked before storing and after reading.
    pub fn adds_up(&self) -> bool {
        adds_up(&self.lines, &self.taxes, (self.subtotal, self.total))
    }
}

/// Whether lines and taxes come to a subtotal and a total, which are `None` if a line has no cost.
pub fn adds_up(lines: &[Line], taxes: &[Tax], sums: (Option<Decimal>, Option<Decimal>)) -> bool {
    let Ok(subtotal) = sum(lines.iter().map(|line| line.cost)) else { return false };
    let Ok(taxes) = sum(taxes.iter().map(|tax| Some(tax.amount))) else { return false };
    sums == (subtotal, subtotal.zip(taxes).and_then(|(subtotal, taxes)| subtotal.checked_add(taxes)))
}

impl Usage {
    /// How the volume came about, by name; empty where it is not the same for all of it.
    pub fn aggregate_name(&self) -> &'static str {
        self.aggregate.map_or("", Aggregate::name)
    }

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
