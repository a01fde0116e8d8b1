//! The rates file: what one unit of a service costs.

use std::collections::HashMap;

use super::{Price, PriceError, PriceQuery, PriceSource, pipe};
use crate::decimal::Decimal;
use crate::money::Currency;
use crate::position::Mistake;
use crate::units::Unit;

/// How a rates file is to be read.
#[derive(Debug, Clone, Copy)]
pub struct RateRules {
    /// The currency of its prices.
    pub currency: Currency,
    /// What a price per `duration` buys, in microseconds.
    pub time_slice_us: u64,
    /// Whether the region column is only for people, as it was in the original.
    pub ignore_region: bool,
}

/// Prices by location and name: `region | name people read | what the price is per | price`.
#[derive(Debug, Clone)]
pub struct RateTable {
    rules: RateRules,
    prices: HashMap<(String, String), Price>,
}

/// The region that stands for every location.
const EVERYWHERE: &str = "*";

impl RateTable {
    /// Reads a rates file; `file` is what mistakes call it. All mistakes are reported.
    pub fn parse(file: &str, text: &str, rules: RateRules) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let mut prices = HashMap::new();
        for row in
            pipe::rows(file, text, ["region", "name people read", "what the price is per", "price"], &mut mistakes)
        {
            let [(region, _), (name, name_at), (per, per_at), (price, price_at)] = row.fields;
            let mut mistake = |at, what| mistakes.push(Mistake { at, what });
            let unit = Unit::of_price(&per, rules.time_slice_us);
            let amount = price.parse::<Decimal>();
            if let Err(why) = &unit {
                mistake(per_at, why.to_string());
            }
            if let Err(why) = amount {
                mistake(price_at.clone(), format!("'{price}' is not a price: {why}; write it as 0.05"));
            }
            let region = if rules.ignore_region { EVERYWHERE.to_owned() } else { region };
            if prices.contains_key(&(region.clone(), name.clone())) {
                mistake(
                    name_at,
                    format!("'{name}' has a price for region '{region}' already; keep one of the two rows"),
                );
            } else if let (Ok(per), Ok(amount)) = (unit, amount) {
                let origin = price_at.to_string();
                prices.insert((region, name), Price { amount, per, currency: rules.currency, origin });
            }
        }
        mistakes.sort();
        if mistakes.is_empty() { Ok(RateTable { rules, prices }) } else { Err(mistakes) }
    }
}

impl PriceSource for RateTable {
    fn price(&self, query: &PriceQuery<'_>) -> Result<Option<Price>, PriceError> {
        let at = |region: &str| self.prices.get(&(region.to_owned(), query.name.to_owned()));
        let exact = if self.rules.ignore_region { None } else { at(query.location) };
        Ok(exact.or_else(|| at(EVERYWHERE)).cloned())
    }
}
