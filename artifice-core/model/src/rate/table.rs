//! The rates file: what one unit of a service costs.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::cards::Priced;
use super::fit::Fit;
use super::pipe;
use super::price::{Price, PriceError, PriceQuery, PriceSource, Quote};
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

/// Prices by location and name: `region | name people read | what the price is per | price`. A service is found by what
/// people call it, or else by its internal name.
#[derive(Debug, Clone)]
pub struct RateTable {
    rules: RateRules,
    prices: HashMap<(String, String), Arc<Price>>,
    /// Which of a service's two names is looked for first: what people call it, or its internal name.
    service_first: bool,
    /// Names of the rows that people call some service by: these are no service's internal name.
    of_people: HashSet<String>,
}

/// The region that stands for every location.
const EVERYWHERE: &str = "*";

impl RateTable {
    /// Reads a rates file; `file` is what mistakes call it. All mistakes are reported.
    pub fn parse(file: &str, text: &str, rules: RateRules) -> Result<Self, Vec<Mistake>> {
        Self::parse_for(file, text, rules, None)
    }

    /// The same; a price that can never be one for what is charged is a mistake, too.
    pub fn parse_for(file: &str, text: &str, rules: RateRules, fit: Option<Fit<'_>>) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let mut prices = HashMap::new();
        for row in
            pipe::rows(file, text, ["region", "name people read", "what the price is per", "price"], &mut mistakes)
        {
            let [(region, _), (name, name_at), (per, per_at), (price, price_at)] = row.fields;
            let mut mistake = |at, what| mistakes.push(Mistake { at, what });
            let unit = Unit::of_written_price(&per, rules.time_slice_us).map_err(|why| why.to_string());
            let misfit = |unit: &Unit| fit?.misfit(&Priced::Name(name.clone()), unit);
            let unit = unit.and_then(|unit| misfit(&unit).map_or(Ok(unit), Err));
            let amount = price.parse::<Decimal>();
            if let Err(why) = &unit {
                mistake(per_at, why.clone());
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
                let price = Price::flat(amount, per, rules.currency, origin);
                prices.insert((region, name), Arc::new(price));
            }
        }
        let is_of_people = |name: &&String| fit.is_some_and(|fit| fit.names.services_called(name).next().is_some());
        let of_people = prices.keys().map(|(_, name)| name).filter(is_of_people).cloned().collect();
        if mistakes.is_empty() {
            Ok(RateTable { rules, prices, service_first: false, of_people })
        } else {
            Err(pipe::first(mistakes))
        }
    }
}

impl RateTable {
    /// Prices of one unit of the volume as it is billed, everywhere: (name, (amount, origin)).
    pub fn per_unit(prices: impl IntoIterator<Item = (String, (Decimal, String))>, rules: RateRules) -> Self {
        let price = |amount, origin| Arc::new(Price::flat(amount, Unit::of_the_volume(), rules.currency, origin));
        let entry = |(name, (amount, origin))| ((EVERYWHERE.to_owned(), name), price(amount, origin));
        let prices = prices.into_iter().map(entry).collect();
        RateTable { rules, prices, service_first: true, of_people: HashSet::new() }
    }

    /// All prices: region, name and price, in the order of name and region.
    pub fn prices(&self) -> Vec<(&str, &str, &Price)> {
        let mut all: Vec<_> =
            self.prices.iter().map(|((region, name), price)| (&**region, &**name, &**price)).collect();
        all.sort_by_key(|(region, name, _)| (*name, *region));
        all
    }
}

impl PriceSource for RateTable {
    fn price(&self, query: &PriceQuery<'_>) -> Result<Quote, PriceError> {
        let at = |region: &str, name: &str| self.prices.get(&(region.to_owned(), name.to_owned()));
        let by = |name: &str| {
            let exact = if self.rules.ignore_region { None } else { at(query.location, name) };
            exact.or_else(|| at(EVERYWHERE, name))
        };
        let price = if self.service_first {
            by(query.service).or_else(|| by(query.name))
        } else {
            by(query.name).or_else(|| by(query.service).filter(|_| !self.of_people.contains(query.service)))
        };
        Ok(Quote { price: price.cloned(), until: None })
    }
}
