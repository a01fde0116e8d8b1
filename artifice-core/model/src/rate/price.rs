//! Prices, and where they come from.

use std::sync::Arc;

use crate::decimal::Decimal;
use crate::money::Currency;
use crate::tenant::TenantId;
use crate::time::Timestamp;
use crate::units::Unit;

/// What is asked of a price list.
#[derive(Debug, Clone, Copy)]
pub struct PriceQuery<'a> {
    /// The tenant who pays.
    pub tenant: &'a TenantId,
    /// Where the service was used.
    pub location: &'a str,
    /// The service's internal name.
    pub service: &'a str,
    /// What people call it.
    pub name: &'a str,
    /// The unit of the volume.
    pub unit: &'a str,
    /// When.
    pub at: Timestamp,
    /// How much, in the whole period.
    pub quantity: Decimal,
}

/// A price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// How units become money.
    pub scheme: Scheme,
    /// What one unit is.
    pub per: Unit,
    /// In which money.
    pub currency: Currency,
    /// So many units of a calendar month cost nothing.
    pub free: Decimal,
    /// So many hundredths are taken off.
    pub discount: Decimal,
    /// What a resource costs at most in a calendar month.
    pub cap: Option<Decimal>,
    /// Where it stands, for people: `rates.csv:12:40`.
    pub origin: String,
}

/// How units become money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scheme {
    /// Each unit costs the same.
    Flat(Decimal),
    /// Each unit costs what the tier says in which it lies, counted through the month.
    Graduated(Tiers),
    /// All units of a statement cost what the tier says that the month's total reaches.
    Volume(Tiers),
    /// Each started block costs the same, counted through the month.
    Package {
        /// Units of a block; above 0.
        size: Decimal,
        /// What a block costs.
        amount: Decimal,
    },
}

/// Prices by how many units came before. The last tier has no end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tiers {
    /// The tiers that end: the last unit of each, which still belongs to it. In order.
    pub ending: Vec<(Decimal, Tier)>,
    /// The tier beyond all of them.
    pub beyond: Tier,
}

/// A tier of a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tier {
    /// What one unit costs.
    pub price: Decimal,
    /// What is charged once when the month enters the tier; 0 if nothing is.
    pub flat: Decimal,
}

impl From<Decimal> for Tier {
    fn from(price: Decimal) -> Self {
        Tier { price, flat: Decimal::ZERO }
    }
}

impl Tiers {
    /// The tiers in order, each with the unit behind which it begins.
    pub(super) fn all(&self) -> impl Iterator<Item = (Decimal, Tier)> {
        let begins = [Decimal::ZERO].into_iter().chain(self.ending.iter().map(|(to, _)| *to));
        begins.zip(self.ending.iter().map(|(_, tier)| *tier).chain([self.beyond]))
    }

    /// Whether entering one of them costs something.
    pub fn have_flats(&self) -> bool {
        self.all().any(|(_, tier)| !tier.flat.is_zero())
    }
}

impl Price {
    /// The same amount for each unit, and nothing else.
    pub fn flat(amount: Decimal, per: Unit, currency: Currency, origin: String) -> Self {
        let (free, discount) = (Decimal::ZERO, Decimal::ZERO);
        Price { scheme: Scheme::Flat(amount), per, currency, free, discount, cap: None, origin }
    }

    /// Whether what a unit costs depends on the others of its month.
    pub fn counts(&self) -> bool {
        !matches!(self.scheme, Scheme::Flat(_)) || !self.free.is_zero() || self.cap.is_some()
    }
}

/// A price list's answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quote {
    /// The price that holds, if there is one.
    pub price: Option<Arc<Price>>,
    /// The first instant from which the answer may be another, if there is one.
    pub until: Option<Timestamp>,
}

/// What a price list says of a statement as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// The taxes, in their order.
    pub taxes: Vec<TaxRule>,
    /// What the lines of a month come to at least.
    pub minimum: Option<Minimum>,
}

/// A tax on the lines of some sections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxRule {
    /// Its name.
    pub name: String,
    /// How many hundredths.
    pub percent: Decimal,
    /// The sections whose lines it applies to: patterns, in which `*` stands for anything.
    pub sections: Vec<String>,
}

/// What the lines of a month come to at least.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Minimum {
    /// How much.
    pub amount: Decimal,
    /// Where it stands.
    pub origin: String,
}

/// A price list could not be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the price of '{service}' at '{location}' could not be read: {why}")]
pub struct PriceError {
    /// The service.
    pub service: String,
    /// The location.
    pub location: String,
    /// What went wrong, and what to do.
    pub why: String,
}

/// Where prices come from.
pub trait PriceSource: Send + Sync {
    /// The price that holds, if there is one.
    fn price(&self, query: &PriceQuery<'_>) -> Result<Quote, PriceError>;

    /// What holds for statements in `currency` as a whole, at an instant.
    fn terms(&self, currency: Currency, at: Timestamp) -> Terms {
        let _ = (currency, at);
        Terms::default()
    }

    /// Whether the answer depends on the quantity.
    fn heeds_quantity(&self) -> bool {
        false
    }
}
