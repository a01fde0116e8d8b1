//! What a volume costs at a price.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::price::{Price, Scheme, Tier, Tiers};
use super::working::{Cap, Flat, Step, Working};
use crate::decimal::{Decimal, pow10};
use crate::exact::{Overflow, Ratio};
use crate::limits::{MAX_WHOLE_DIGITS, VOLUME_PLACES};
use crate::units::{Mismatch, Unit};

/// A price, made ready for volumes of one unit.
#[derive(Debug, Clone)]
pub struct Tariff {
    price: Arc<Price>,
    /// The volumes' unit.
    unit: Unit,
    /// How many of the price's units one of the volume's is.
    conversion: Ratio,
    /// What is left of the price after the discount.
    kept: Ratio,
    /// For flat prices: what the mantissa of a volume is multiplied with and divided by to be an amount of
    /// the smallest coins. None where 128 bits are not enough.
    quick: Option<(i128, i128)>,
    /// The working of flat prices, which is always the same.
    plain: Arc<Working>,
}

/// How many units of a service at a location a tenant had in a calendar month so far. All are in the
/// smallest of their kind, so that volumes in different units add up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthUnits {
    /// The units that were charged, under whatever price.
    pub charged: Ratio,
    /// The units that were given free, under whatever price.
    pub free: Ratio,
    /// All units up to the end of the statement's period.
    pub total: Ratio,
    /// What was charged for entering tiers, by the units behind which they begin.
    pub flats: BTreeMap<Ratio, Ratio>,
}

impl Default for MonthUnits {
    fn default() -> Self {
        let flats = BTreeMap::new();
        MonthUnits { charged: Ratio::zero(), free: Ratio::zero(), total: Ratio::zero(), flats }
    }
}

impl MonthUnits {
    /// Takes note of what was charged for entering tiers, by volumes of `unit`.
    pub fn add_flats(&mut self, flats: &[Flat], unit: &Unit) {
        for Flat { bound, amount } in flats {
            let all = self.flats.entry(bound.clone().times(unit.size())).or_insert_with(Ratio::zero);
            *all = all.clone().plus(&(*amount).into());
        }
    }
}

/// What a volume costs, and how that came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charged {
    /// The cost, rounded to the currency's minor unit.
    pub cost: Decimal,
    /// What one unit costs (one block, of packages), before discount and free units; `None` where several
    /// prices apply.
    pub rate: Option<Decimal>,
    /// The arithmetic.
    pub working: Arc<Working>,
}

impl Tariff {
    /// A price for volumes in `unit`.
    ///
    /// # Errors
    /// [`Mismatch`] if they cannot be expressed in what the price is per.
    pub fn new(price: Arc<Price>, unit: &str) -> Result<Self, Mismatch> {
        let unit = Unit::of_volume(unit);
        let per = price.per.clone().or_of(&unit);
        let price = if per == price.per { price } else { Arc::new(Price { per, ..Price::clone(&price) }) };
        let conversion = unit.in_terms_of(&price.per)?;
        let hundred = Ratio::new(100, 1);
        let kept = hundred.clone().minus(&price.discount.into()).over(&hundred);
        let plain = Arc::new(Working::flat(conversion.clone(), &price));
        let mut tariff = Tariff { price, unit, conversion, kept, quick: None, plain };
        tariff.quick = tariff.quick_factors();
        Ok(tariff)
    }

    /// The price.
    pub fn price(&self) -> &Arc<Price> {
        &self.price
    }

    /// The volumes' unit.
    pub fn unit(&self) -> &Unit {
        &self.unit
    }

    fn quick_factors(&self) -> Option<(i128, i128)> {
        let Scheme::Flat(amount) = self.price.scheme else { return None };
        if self.price.counts() {
            return None;
        }
        let coins = Decimal::new(pow10(self.price.currency.digits())?, 0).ok()?;
        let parts = Decimal::new(pow10(VOLUME_PLACES)?, 0).ok()?;
        let each = self.conversion.clone().times(&amount.into()).times(&self.kept);
        each.times(&coins.into()).over(&parts.into()).small()
    }

    /// What a volume costs at a flat price, if nothing in the month counts for it.
    ///
    /// # Errors
    /// [`Overflow`] if the cost is larger than a bill can hold.
    pub fn flat(&self, volume: Decimal) -> Result<Charged, Overflow> {
        let quick = || {
            let (numerator, denominator) = self.quick?;
            let product = volume.mantissa_at(VOLUME_PLACES)?.checked_mul(numerator)?;
            let magnitude =
                product.checked_abs()?.checked_mul(2)?.checked_add(denominator)? / denominator.checked_mul(2)?;
            let digits = self.price.currency.digits();
            let bounded = magnitude < pow10(MAX_WHOLE_DIGITS.checked_add(digits)?)?;
            let signed = magnitude.checked_mul(product.signum())?;
            bounded.then(|| Decimal::new(signed, digits.into()).ok())?
        };
        match (quick(), &self.price.scheme) {
            (Some(cost), Scheme::Flat(amount)) => {
                Ok(Charged { cost, rate: Some(*amount), working: self.plain.clone() })
            }
            _ => self.charge(volume, &mut MonthUnits::default(), &Ratio::zero()),
        }
    }

    /// What a volume costs, after what its month has had so far, and its resource has `spent`; the month has had
    /// it then.
    ///
    /// # Errors
    /// [`Overflow`] if the cost is larger than a bill can hold.
    pub fn charge(&self, volume: Decimal, month: &mut MonthUnits, spent: &Ratio) -> Result<Charged, Overflow> {
        let price = &self.price;
        let per = price.per.size();
        let units = Ratio::from(volume).times(self.unit.size());
        let free_of_month = Ratio::from(price.free).times(per);
        // Nobody gets back what was used up under another price; nobody gets units free that were not used.
        let left = free_of_month.clone().minus(&month.free).max(Ratio::zero());
        let free = units.clone().min(left).max(Ratio::zero());
        let charged = units.minus(&free);
        let (before, here) = (month.charged.clone().over(per), charged.clone().over(per));
        let mut flats = Vec::new();
        let (steps, rate) = match &price.scheme {
            Scheme::Flat(amount) => (vec![Step { units: here, price: *amount }], Some(*amount)),
            Scheme::Graduated(tiers) => {
                flats = tiers.entered(&before, &here);
                tiers.graduated(before, here)
            }
            Scheme::Volume(tiers) => {
                let total = month.total.clone().minus(&free_of_month).max(Ratio::zero()).over(per);
                let (bound, tier) = tiers.at(&total);
                // Once a month and tier, by whoever is charged first.
                let known = month.flats.get(&Ratio::from(bound).times(per)).is_some_and(|known| !known.is_zero());
                if !tier.flat.is_zero() && !known && here > Ratio::zero() {
                    flats.push((bound, tier.flat));
                }
                (vec![Step { units: here, price: tier.price }], Some(tier.price))
            }
            Scheme::Package { size, amount } => {
                let size = Ratio::from(*size);
                let started = |units: Ratio| units.over(&size).ceiling();
                let blocks = started(before.clone().plus(&here)).minus(&started(before));
                (vec![Step { units: blocks, price: *amount }], Some(*amount))
            }
        };
        let flat = |(bound, amount)| Flat { bound: Ratio::from(bound).over(&self.conversion), amount };
        let flats: Vec<Flat> = flats.into_iter().map(flat).collect();
        let cap = price.cap.map(|amount| Cap { amount, spent: spent.clone() });
        let sum = steps.iter().fold(Ratio::zero(), |sum, step| sum.plus(&step.cost()));
        let cost = flats.iter().fold(sum.times(&self.kept), |sum, flat| sum.plus(&flat.amount.into()));
        let cost = cap.as_ref().map_or(cost.clone(), |cap| cost.min(cap.left()));
        let cost = cost.rounded(price.currency.digits())?;
        month.free = month.free.clone().plus(&free);
        month.charged = month.charged.clone().plus(&charged);
        month.add_flats(&flats, &self.unit);
        let steps = if matches!(price.scheme, Scheme::Flat(_)) { Vec::new() } else { steps };
        let price = rate.is_none().then(|| (price.per.to_string(), price.origin.clone()));
        let free = free.over(self.unit.size());
        let working = Working { free, steps, flats, cap, price, ..Working::clone(&self.plain) };
        Ok(Charged { cost, rate, working: Arc::new(working) })
    }
}

impl Tiers {
    /// The tier in which the unit lies that ends at `position`, with where it begins: a tier's last unit is its own.
    fn at(&self, position: &Ratio) -> (Decimal, Tier) {
        let reached = self.all().take_while(|(begin, _)| begin.is_zero() || *position > Ratio::from(*begin));
        reached.last().unwrap_or((Decimal::ZERO, self.beyond))
    }

    /// What it costs to enter the tiers in which the units behind `before` lie that are not in the one of the
    /// units before them; units below 0 give back what they leave.
    fn entered(&self, before: &Ratio, units: &Ratio) -> Vec<(Decimal, Decimal)> {
        let end = before.clone().plus(units);
        let has_begun = |begin: Decimal, position: &Ratio| *position > Ratio::from(begin);
        let flat = |(begin, tier): (Decimal, Tier)| match (has_begun(begin, before), has_begun(begin, &end)) {
            (false, true) => Some((begin, tier.flat)),
            (true, false) => Some((begin, Decimal::ZERO.checked_sub(tier.flat)?)),
            _ => None,
        };
        self.all().filter(|(_, tier)| !tier.flat.is_zero()).filter_map(flat).collect()
    }

    /// What the units behind `before` cost, tier by tier; and the price, if it is one for all.
    fn graduated(&self, before: Ratio, units: Ratio) -> (Vec<Step>, Option<Decimal>) {
        let end = before.clone().plus(&units);
        // Volumes below 0 give back what the units cost that they take away.
        let (from, to) = if units.is_negative() { (end, before) } else { (before, end) };
        let mut steps: Vec<Step> = Vec::new();
        let mut start = from.clone();
        let tiers = self.ending.iter().map(|(to, tier)| (Some(Ratio::from(*to)), tier.price));
        for (last, price) in tiers.chain([(None, self.beyond.price)]) {
            let stop = last.map_or(to.clone(), |last| last.min(to.clone()));
            if stop > start {
                let here = stop.clone().minus(&start);
                let units = if units.is_negative() { Ratio::zero().minus(&here) } else { here };
                steps.push(Step { units, price });
                start = stop;
            }
        }
        assert!(start == to, "every unit lies in a tier");
        let rate = match &steps[..] {
            [only] => Some(only.price),
            [] => Some(self.next(&from)),
            _ => None,
        };
        (steps, rate)
    }

    /// What the first unit behind `position` costs.
    fn next(&self, position: &Ratio) -> Decimal {
        let tier = self.ending.iter().find(|(to, _)| *position < Ratio::from(*to));
        tier.map_or(self.beyond.price, |(_, tier)| tier.price)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Currency;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn tariff(change: impl FnOnce(&mut Price)) -> Tariff {
        let (per, nzd) = (Unit::of_price("hour", 600_000_000).unwrap(), "NZD".parse::<Currency>().unwrap());
        let mut price = Price::flat(d("2"), per, nzd, "card".to_owned());
        change(&mut price);
        Tariff::new(price.into(), "hour").unwrap()
    }

    fn tiers(flat: &str) -> Tiers {
        let tier = |price, flat| Tier { price: d(price), flat: d(flat) };
        Tiers { ending: vec![(d("10"), tier("1", flat))], beyond: tier("0.1", "0") }
    }

    #[test]
    fn a_cost_has_at_most_twenty_two_digits() {
        let flat = tariff(|_| ());
        assert_eq!(flat.flat(d("4999999999999999999999.995")).unwrap().cost, d("9999999999999999999999.99"));
        for volume in ["5000000000000000000000", "-5000000000000000000000"] {
            assert_eq!(flat.flat(d(volume)), Err(Overflow), "{volume}");
        }
        assert_eq!(flat.flat(d("-1.5")).unwrap().cost, d("-3"));
        assert_eq!(flat.flat(d("0")).unwrap().cost, d("0"));
    }

    #[test]
    fn the_rate_of_no_units_is_that_of_the_next() {
        let graduated = tariff(|price| price.scheme = Scheme::Graduated(tiers("0")));
        let charge = |before: &str, volume: &str| {
            let mut month =
                MonthUnits { charged: Ratio::from(d(before)).times(graduated.unit().size()), ..MonthUnits::default() };
            graduated.charge(d(volume), &mut month, &Ratio::zero()).unwrap()
        };
        for (before, rate) in [("0", "1"), ("9.5", "1"), ("10", "0.1"), ("11", "0.1")] {
            let charged = charge(before, "0");
            assert_eq!(
                (charged.cost, charged.rate, &charged.working.price),
                (d("0"), Some(d(rate)), &None),
                "{before}"
            );
        }
        // Units at two prices have no single rate; then the working says what the price is per, and where it stands.
        let two = charge("9", "2");
        assert_eq!((two.cost, two.rate), (d("1.1"), None));
        assert_eq!(two.working.price, Some(("hour".to_owned(), "card".to_owned())));
    }

    #[test]
    fn what_is_free_enters_no_tier() {
        let volume = tariff(|price| (price.scheme, price.free) = (Scheme::Volume(tiers("5")), d("3")));
        let cost = |units: &str| volume.charge(d(units), &mut MonthUnits::default(), &Ratio::zero()).unwrap().cost;
        assert_eq!(["3", "4", "0"].map(cost), ["0", "6", "0"].map(d));
    }
}
