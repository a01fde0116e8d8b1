//! Prices for places at which nothing can be.

use artifice_model::aggregate::{Template, matches};

use super::{Config, OwnPrices};

impl Config {
    /// The locations that prices name and that no sample can have, each with where it stands: hosts, mostly, in a
    /// configuration that does not map them.
    pub fn unreachable(&self, prices: &OwnPrices) -> Vec<(String, String)> {
        let own = |template: &Template| template.constant().map(str::to_owned);
        let constants: Option<Vec<String>> =
            self.entries.iter().filter_map(|entry| entry.location.as_ref()).map(own).collect();
        // Where anything may be a location nobody can tell.
        let (Some(mut all), Some(list)) = (constants, &prices.list) else { return Vec::new() };
        if !self.locations.is_region_alone() {
            return Vec::new();
        }
        all.push(self.locations.region().to_owned());
        let is_reachable = |pattern: &str| all.iter().any(|location| matches(pattern, location));
        let of_table = list.table.iter().flat_map(|table| table.prices());
        let of_table = of_table.map(|(region, _, price)| (region.to_owned(), price.origin.clone()));
        let of_cards = list.cards.prices().map(|(price, _)| (price.location.clone(), price.at.to_string()));
        let mut found: Vec<(String, String)> =
            of_table.chain(of_cards).filter(|(location, _)| !is_reachable(location)).collect();
        found.sort();
        found.dedup_by(|later, first| later.0 == first.0);
        found
    }
}
