//! How a line's cost came about: kept with the line, for whoever asks where it comes from.

use serde::{Deserialize, Serialize};

use super::price::{Price, Scheme};
use crate::decimal::Decimal;
use crate::exact::Ratio;

/// The arithmetic of a cost: volume, minus what is free, times the conversion, times the price, minus the
/// discount, and what entering tiers costs; at most what is left of the cap; rounded.
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
    /// What was charged for the tiers that the month entered. No discount is on it.
    #[serde(rename = "e", default, skip_serializing_if = "Vec::is_empty")]
    pub flats: Vec<Flat>,
    /// The cap, where the price has one.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Cap>,
    /// What the parts of a line for several resources cost together, exactly: each has an arithmetic of its own.
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<Ratio>,
    /// What of a month a fee is for.
    #[serde(rename = "y", default, skip_serializing_if = "Option::is_none")]
    pub days: Option<Days>,
    /// Whether the price counts the units of a month, also where this cost does not show it.
    #[serde(rename = "n", default, skip_serializing_if = "std::ops::Not::not")]
    pub by_month: bool,
    /// What the price is per, and where it stands, where the line itself does not say it because it has no
    /// single price.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub price: Option<(String, String)>,
    /// What was billed for it before, where the line is only the difference.
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub billed: Option<BilledBefore>,
}

/// What was billed before for what a line corrects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BilledBefore {
    /// How much, in the line's unit.
    #[serde(rename = "v")]
    pub volume: Decimal,
    /// For how much money.
    #[serde(rename = "c")]
    pub cost: Decimal,
    /// How much of it was free.
    #[serde(rename = "f", default = "Ratio::zero", skip_serializing_if = "Ratio::is_zero")]
    pub free: Ratio,
    /// What was charged for entering tiers.
    #[serde(rename = "e", default, skip_serializing_if = "Vec::is_empty")]
    pub flats: Vec<Flat>,
}

/// What entering a tier costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flat {
    /// Behind how many charged units of the month the tier begins, in the volume's unit.
    #[serde(rename = "b")]
    pub bound: Ratio,
    /// How much.
    #[serde(rename = "a")]
    pub amount: Decimal,
}

/// What a resource costs at most in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cap {
    /// How much.
    #[serde(rename = "a")]
    pub amount: Decimal,
    /// What its lines of the month cost before this one.
    #[serde(rename = "s", default = "Ratio::zero", skip_serializing_if = "Ratio::is_zero")]
    pub spent: Ratio,
}

impl Cap {
    /// What is left of it.
    pub fn left(&self) -> Ratio {
        Ratio::from(self.amount).minus(&self.spent).max(Ratio::zero())
    }
}

/// The days of a month that a fee is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Days {
    /// On how many something was used.
    #[serde(rename = "d")]
    pub used: u32,
    /// How many the month has.
    #[serde(rename = "m")]
    pub of: u32,
    /// What the whole month costs.
    #[serde(rename = "a")]
    pub amount: Decimal,
}

impl Days {
    /// What of an amount for the whole month falls to the days.
    pub fn part_of(&self, amount: Decimal) -> Ratio {
        Ratio::from(amount).times(&Ratio::new(self.used.into(), self.of.max(1).into()))
    }
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
            flats: Vec::new(),
            cap: None,
            sum: None,
            days: None,
            by_month: false,
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
        Working { conversion, block, discount: price.discount, by_month: price.counts(), ..Working::default() }
    }

    /// The volume that the cost is worked out from: where `volume` is only the difference, the whole.
    pub fn whole_volume(&self, volume: Decimal) -> Ratio {
        let billed = self.billed.as_ref().map_or(Decimal::ZERO, |billed| billed.volume);
        Ratio::from(volume).plus(&billed.into())
    }

    /// How much of the whole volume was free.
    pub fn whole_free(&self) -> Ratio {
        let billed = self.billed.as_ref().map_or_else(Ratio::zero, |billed| billed.free.clone());
        self.free.clone().plus(&billed)
    }

    /// What the whole costs before it is rounded; `None` where there is no price. `volume` and `rate` are the
    /// line's.
    pub fn exact(&self, volume: Decimal, rate: Option<Decimal>) -> Option<Ratio> {
        if let Some(sum) = &self.sum {
            return Some(sum.clone());
        }
        if let Some(days) = self.days {
            return Some(days.part_of(days.amount));
        }
        let cost = self.uncapped(volume, rate)?;
        Some(self.cap.as_ref().map_or(cost.clone(), |cap| cost.min(cap.left())))
    }

    /// The same without regard to the cap.
    pub fn uncapped(&self, volume: Decimal, rate: Option<Decimal>) -> Option<Ratio> {
        let hundred = Ratio::new(100, 1);
        let kept = hundred.clone().minus(&self.discount.into()).over(&hundred);
        let sum = if self.steps.is_empty() {
            let units = self.whole_volume(volume).minus(&self.whole_free()).times(&self.conversion);
            units.times(&rate?.into())
        } else {
            self.steps.iter().fold(Ratio::zero(), |sum, step| sum.plus(&step.cost()))
        };
        Some(self.flats.iter().fold(sum.times(&kept), |sum, flat| sum.plus(&flat.amount.into())))
    }

    /// Whether the cost depends on other units of the month.
    pub fn counts(&self) -> bool {
        self.by_month || !self.steps.is_empty() || !self.free.is_zero()
    }

    /// What was charged for entering tiers; where the line is only the difference, what that adds to what was
    /// billed before.
    pub fn new_flats(&self) -> Vec<Flat> {
        let before = self.billed.iter().flat_map(|billed| &billed.flats);
        let back = before.filter_map(|flat| {
            Some(Flat { bound: flat.bound.clone(), amount: Decimal::ZERO.checked_sub(flat.amount)? })
        });
        self.flats.iter().cloned().chain(back).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Unit;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn what_says_nothing_is_not_stored() {
        let stored = |working: &Working| {
            let text = serde_json::to_string(working).unwrap();
            let read: Working = serde_json::from_str(&text).unwrap();
            assert_eq!(read, Working { free: Ratio::zero(), ..working.clone() });
            text
        };
        let plain = Working { free: d("3").into(), ..Working::default() };
        assert_eq!(stored(&plain), "{}");
        assert!(plain.is_plain());
        let working = Working { conversion: d("2").into(), discount: d("5"), ..Working::default() };
        assert_eq!(stored(&working), r#"{"c":"2","d":"5"}"#);
        assert!(!working.is_plain());
    }

    #[test]
    fn a_cost_goes_by_the_month_by_its_price_its_steps_or_what_was_free() {
        let steps = vec![Step { units: Ratio::zero(), price: d("1") }];
        assert!(!Working::default().counts());
        assert!(Working { by_month: true, ..Working::default() }.counts());
        assert!(Working { steps, ..Working::default() }.counts());
        assert!(Working { free: d("1").into(), ..Working::default() }.counts());
    }

    #[test]
    fn a_price_is_in_the_working_of_its_lines() {
        let (per, nzd) = (Unit::of_price("hour", 600_000_000).unwrap(), "NZD".parse().unwrap());
        let flat = Price { discount: d("5"), ..Price::flat(d("2"), per, nzd, String::new()) };
        let working = Working::flat(d("2").into(), &flat);
        assert_eq!(working, Working { conversion: d("2").into(), discount: d("5"), ..Working::default() });
        let package = Price { scheme: Scheme::Package { size: d("7"), amount: d("3") }, ..flat };
        let working = Working::flat(d("2").into(), &package);
        assert_eq!((working.block, working.by_month), (Some(d("7")), true));
    }
}
