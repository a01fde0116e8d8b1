//! How a line's cost came about: kept with the line, for whoever asks where it comes from.

use serde::{Deserialize, Serialize};

use super::price::{Price, Scheme};
use crate::decimal::Decimal;
use crate::exact::Ratio;

/// The arithmetic of a cost: volume, minus what is free, times the conversion, times the price, minus the
/// discount, rounded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Working {
    /// How much of the volume was free, in its unit. The ledger keeps it apart: the month's next line needs it.
    #[serde(skip, default = "Ratio::zero")]
    pub free: Ratio,
    /// How many of the price's units one of the volume's is.
    #[serde(rename = "c", default = "one", skip_serializing_if = "is_one")]
    pub conversion: Ratio,
    /// The units by their prices, in order, where the price is not a flat one.
    #[serde(rename = "s", default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// Of how many units a block is, where the steps count blocks.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub block: Option<Decimal>,
    /// How many hundredths were taken off.
    #[serde(rename = "d", default, skip_serializing_if = "is_zero")]
    pub discount: Decimal,
    /// What the price is per, and where it stands, where the line itself does not say it because it has no
    /// single price.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub price: Option<(String, String)>,
    /// What was billed for it before, where the line is only the difference.
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub billed: Option<Billed>,
}

/// What was billed before for what a line corrects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Billed {
    /// How much, in the line's unit.
    #[serde(rename = "v")]
    pub volume: Decimal,
    /// For how much money.
    #[serde(rename = "c")]
    pub cost: Decimal,
}

/// Some units at one price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// How many; blocks, of packages.
    #[serde(rename = "u")]
    pub units: Ratio,
    /// What one costs.
    #[serde(rename = "p")]
    pub price: Decimal,
}

impl Step {
    /// What they cost, exactly.
    pub fn cost(&self) -> Ratio {
        self.units.clone().times(&self.price.into())
    }
}

impl Default for Working {
    fn default() -> Self {
        Working {
            free: Ratio::zero(),
            conversion: one(),
            steps: Vec::new(),
            block: None,
            discount: Decimal::ZERO,
            price: None,
            billed: None,
        }
    }
}

impl Working {
    /// The working of a price, as far as it does not depend on a volume.
    pub(super) fn flat(conversion: Ratio, price: &Price) -> Self {
        let block = match price.scheme {
            Scheme::Package { size, .. } => Some(size),
            _ => None,
        };
        Working { conversion, block, discount: price.discount, ..Working::default() }
    }

    /// Whether the cost depends on other units of the month.
    pub fn counts(&self) -> bool {
        !self.steps.is_empty() || !self.free.is_zero()
    }

    /// Whether it says nothing that is not plain.
    pub fn is_plain(&self) -> bool {
        *self == Working { free: self.free.clone(), ..Working::default() }
    }
}

fn one() -> Ratio {
    Ratio::new(1, 1)
}

fn is_zero(decimal: &Decimal) -> bool {
    decimal.is_zero()
}

fn is_one(ratio: &Ratio) -> bool {
    *ratio == one()
}
