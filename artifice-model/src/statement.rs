//! Usage, lines and statements: one document for one tenant and period.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Evidence, Parts};
use crate::decimal::Decimal;
use crate::exact::Overflow;
use crate::money::Currency;
use crate::rate::{CostError, Names, PriceError, PriceQuery, PriceSource, cost};
use crate::time::Period;

/// Who pays: a project of Keystone's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tenant {
    /// Keystone's id.
    pub id: String,
    /// What people call it, if anybody knows.
    pub name: Option<String>,
}

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

/// A usage as metering gives it, with what charging and explaining it need beside its volume.
#[derive(Debug, Clone)]
pub struct Metered {
    /// What was used.
    pub usage: Usage,
    /// Its volume in parts, for prices that change inside the period.
    pub parts: Parts,
    /// The samples it rests on.
    pub evidence: Evidence,
}

impl From<Usage> for Metered {
    fn from(usage: Usage) -> Self {
        Metered { usage, parts: Parts::default(), evidence: Evidence::default() }
    }
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

/// Why a usage cannot be charged as it should. A preview shows it; most refuse a bill.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Problem {
    /// There are no prices at all.
    #[error("no prices are configured; name a rates file in rates.file")]
    NoPrices,
    /// Nobody says what it costs.
    #[error("no rate for {} at '{location}', used by {}; add a row for it to the rates, or set rates.missing: zero", named(.service, .name), list(.resources))]
    NoRate {
        /// The service's internal name.
        service: String,
        /// What people call it.
        name: String,
        /// The location.
        location: String,
        /// Ids of the resources that used it.
        resources: Vec<String>,
    },
    /// Nobody says what it costs, and so it costs nothing (`rates.missing: zero`). No bill is refused for it.
    #[error("no rate for {} at '{location}', used by {}: it costs nothing, because of rates.missing: zero", named(.service, .name), list(.resources))]
    Free {
        /// The service's internal name.
        service: String,
        /// What people call it.
        name: String,
        /// The location.
        location: String,
        /// Ids of the resources that used it.
        resources: Vec<String>,
    },
    /// The price is per something else.
    #[error("the rate at {origin} does not fit {} at '{location}': {why}", named(.service, .name))]
    Unit {
        /// The service's internal name.
        service: String,
        /// What people call it.
        name: String,
        /// The location.
        location: String,
        /// Where the price stands.
        origin: String,
        /// Names both units.
        why: String,
    },
    /// The price is in other money than the statement.
    #[error(
        "the rate at {origin} for '{service}' is in {found}, the statement in {expected}; a statement has one currency"
    )]
    Currency {
        /// The service's internal name.
        service: String,
        /// Where the price stands.
        origin: String,
        /// The price's currency.
        found: Currency,
        /// The statement's currency.
        expected: Currency,
    },
}

impl Problem {
    /// Whether a bill is refused for it.
    pub fn refuses(&self) -> bool {
        !matches!(self, Problem::Free { .. })
    }
}

fn named(service: &str, name: &str) -> String {
    if service == name { format!("'{service}'") } else { format!("'{service}' ({name})") }
}

fn list(resources: &[String]) -> String {
    const SHOWN: usize = 5;
    let mut text = resources.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if resources.len() > SHOWN {
        text.push_str(&format!(" and {} more", resources.len() - SHOWN));
    }
    text
}

/// Why there is no draft.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// A price list could not be asked.
    #[error(transparent)]
    Price(#[from] PriceError),
    /// An amount is too large.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

/// How usage is charged.
#[derive(Clone, Copy)]
pub struct Charging<'a> {
    /// The statement's currency.
    pub currency: Currency,
    /// What people call the services.
    pub names: &'a Names,
    /// The prices, if any are configured.
    pub prices: Option<&'a dyn PriceSource>,
    /// Whether what has no price costs nothing (`rates.missing: zero`).
    pub missing_is_zero: bool,
    /// Whether a usage of 0 makes a line (`main.zero_lines: show`).
    pub zero_lines: bool,
}

impl Draft {
    /// Charges a tenant's usage. What cannot be charged stands without a cost, and is among the problems.
    pub fn new(
        tenant: Tenant,
        period: Period,
        metered: Vec<Metered>,
        charging: Charging<'_>,
    ) -> Result<(Draft, Vec<Problem>), DraftError> {
        let mut usage: Vec<Usage> = metered.into_iter().map(|metered| metered.usage).collect();
        usage.sort_by(|a, b| a.order().cmp(&b.order()));
        let mut problems = BTreeSet::new();
        let mut lines = Vec::with_capacity(usage.len());
        for usage in usage.iter().filter(|usage| charging.zero_lines || !usage.volume.is_zero()) {
            lines.push(charge(&tenant, usage, charging, &mut problems)?);
        }
        let currency = charging.currency;
        let mut draft =
            Draft { tenant, period, currency, usage, lines, subtotal: None, taxes: Vec::new(), total: None };
        draft.add_up()?;
        Ok((draft, joined(problems)))
    }

    /// Works out subtotal and total from the lines and taxes.
    pub(crate) fn add_up(&mut self) -> Result<(), Overflow> {
        self.subtotal = sum(self.lines.iter().map(|line| line.cost))?;
        let all = self.taxes.iter().map(|tax| Some(tax.amount)).chain([self.subtotal]);
        self.total = sum(all)?;
        Ok(())
    }

    /// What takes this back: the same lines and taxes, with the opposite signs. It has no usage of its own.
    pub fn negated(&self) -> Result<Draft, Overflow> {
        let minus = |value: Decimal| Decimal::ZERO.checked_sub(value).ok_or(Overflow);
        let mut draft = Draft { usage: Vec::new(), ..self.clone() };
        for line in &mut draft.lines {
            line.usage.volume = minus(line.usage.volume)?;
            line.cost = line.cost.map(minus).transpose()?;
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

fn charge(
    tenant: &Tenant,
    usage: &Usage,
    charging: Charging<'_>,
    problems: &mut BTreeSet<Problem>,
) -> Result<Line, DraftError> {
    let name = charging.names.of(&usage.service).to_owned();
    let query = PriceQuery {
        tenant: &tenant.id,
        location: &usage.location,
        service: &usage.service,
        name: &name,
        unit: &usage.unit,
        at: usage.period.start(),
    };
    let price = match charging.prices {
        Some(prices) => prices.price(&query)?,
        None => None,
    };
    let (service, location) = (usage.service.clone(), usage.location.clone());
    let cost = match &price {
        None if usage.volume.is_zero() => Some(Decimal::ZERO),
        None if charging.missing_is_zero => {
            problems.insert(Problem::Free {
                service,
                name: name.clone(),
                location,
                resources: vec![usage.resource_id.clone()],
            });
            Some(Decimal::ZERO)
        }
        None if charging.prices.is_none() => {
            problems.insert(Problem::NoPrices);
            None
        }
        None => {
            problems.insert(Problem::NoRate {
                service,
                name: name.clone(),
                location,
                resources: vec![usage.resource_id.clone()],
            });
            None
        }
        Some(price) if price.currency != charging.currency => {
            let (found, expected) = (price.currency, charging.currency);
            problems.insert(Problem::Currency { service, origin: price.origin.clone(), found, expected });
            None
        }
        Some(price) => match cost(usage.volume, &usage.unit, price) {
            Ok(cost) => Some(cost),
            Err(CostError::Overflow(overflow)) => return Err(overflow.into()),
            Err(CostError::Unit(why)) => {
                let origin = price.origin.clone();
                problems.insert(Problem::Unit { service, name: name.clone(), location, origin, why: why.to_string() });
                None
            }
        },
    };
    // A price that does not fit is no price: the line shows none.
    let rate = price.filter(|_| cost.is_some()).map(|price| Rate {
        amount: price.amount,
        per: price.per.to_string(),
        origin: price.origin,
    });
    Ok(Line { usage: usage.clone(), name, rate, cost })
}

/// One problem for each service and location, with all its resources.
fn joined(problems: BTreeSet<Problem>) -> Vec<Problem> {
    let mut all: Vec<Problem> = Vec::new();
    for problem in problems {
        match (all.last_mut(), &problem) {
            (
                Some(Problem::NoRate { service: s, location: l, resources, .. }),
                Problem::NoRate { service, location, resources: more, .. },
            )
            | (
                Some(Problem::Free { service: s, location: l, resources, .. }),
                Problem::Free { service, location, resources: more, .. },
            ) if s == service && l == location => resources.extend(more.iter().cloned()),
            _ => all.push(problem),
        }
    }
    all
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
