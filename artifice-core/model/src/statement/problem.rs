//! Why usage cannot be charged.

use std::collections::{BTreeSet, HashSet};

use crate::decimal::Decimal;
use crate::money::Currency;
use crate::time::Timestamp;

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
    /// The price changes where the usage was not cut.
    #[error(
        "the price of '{service}' at '{location}' changes at {at}, inside the period, and only changes at the beginning of \
         a day are foreseen; bill the time before and after it apart"
    )]
    Change {
        /// The service's internal name.
        service: String,
        /// The location.
        location: String,
        /// The first instant of the new price.
        at: Timestamp,
    },
    /// Rounding each line makes much of a difference. No bill is refused for it.
    #[error(
        "the {lines} lines of {} at '{location}' come to {}, each of them rounded, and together to {}; \
         `main.lines: service` makes one line of them, rounded once",
        named(.service, .name), money(*.currency, *.rounded), money(*.currency, *.exact)
    )]
    Drift {
        /// The service's internal name.
        service: String,
        /// What people call it.
        name: String,
        /// The location.
        location: String,
        /// How many lines.
        lines: usize,
        /// The statement's currency.
        currency: Currency,
        /// The sum of the rounded lines.
        rounded: Decimal,
        /// The sum, rounded.
        exact: Decimal,
    },
}

impl Problem {
    /// Whether a bill is refused for it.
    pub fn refuses(&self) -> bool {
        !matches!(self, Problem::Free { .. } | Problem::Drift { .. })
    }
}

fn named(service: &str, name: &str) -> String {
    if service == name { format!("'{service}'") } else { format!("'{service}' ({name})") }
}

fn money(currency: Currency, amount: Decimal) -> String {
    format!("{currency} {}", amount.to_fixed(currency.digits()))
}

fn list(resources: &[String]) -> String {
    const SHOWN: usize = 5;
    let mut text = resources.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if resources.len() > SHOWN {
        text.push_str(&format!(" and {} more", resources.len() - SHOWN));
    }
    text
}

/// Services and their locations.
pub(super) type Told = HashSet<(String, String)>;

/// Those of which it is told already why they have no price: it does not fit, or it changes where nothing was cut.
pub(super) fn told(problems: &BTreeSet<Problem>) -> Told {
    let told = problems.iter().filter_map(|problem| match problem {
        Problem::Unit { service, location, .. } | Problem::Change { service, location, .. } => {
            Some((service.clone(), location.clone()))
        }
        _ => None,
    });
    told.collect()
}

/// One problem for each service and location, with all its resources.
pub(super) fn joined(problems: BTreeSet<Problem>) -> Vec<Problem> {
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
