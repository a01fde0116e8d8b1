//! Looking at prices: what there is, and what a usage would cost.

use std::sync::Arc;

use artifice_model::exact::Ratio;
use artifice_model::rate::{Charged, MonthUnits, Names, Price, PriceQuery, Priced, Tariff, Validity};
use artifice_model::units::Mismatch;
use artifice_model::{Decimal, TenantId, Timestamp};

use crate::Engine;
use crate::backend::{deadlines, document};
use crate::draft::prices::Prices;
use crate::error::EngineError;

/// A price of the operator's files.
#[derive(Debug, Clone)]
pub struct ListedPrice {
    /// What it is for.
    pub of: Priced,
    /// Where: a location, or a pattern with `*`.
    pub location: String,
    /// For whom, by id; for everybody if empty.
    pub tenants: Vec<TenantId>,
    /// When.
    pub valid: Validity,
    /// The price.
    pub price: Price,
}

/// A usage that nobody has metered.
#[derive(Debug, Clone)]
pub struct Supposed {
    /// Whose; anybody's if it is empty.
    pub tenant: TenantId,
    /// Where.
    pub location: String,
    /// What is priced.
    pub service: String,
    /// When.
    pub at: Timestamp,
    /// How much.
    pub volume: Decimal,
    /// In which unit.
    pub unit: String,
}

/// What a supposed usage would cost, as the first of its month.
#[derive(Debug, Clone)]
pub struct Quoted {
    /// The price that holds.
    pub price: Arc<Price>,
    /// The cost; or, if the unit does not fit, why there is none.
    pub charged: Result<Charged, Mismatch>,
}

impl Engine {
    /// The names, and all prices of the operator's files, in their order. None if the backend's price list
    /// decides.
    pub fn rates(&self) -> Result<(Names, Option<Vec<ListedPrice>>), EngineError> {
        let own = self.config().load_prices()?;
        if self.config().rates.source == crate::config::PricesFrom::Backend {
            return Ok((own.names, None));
        }
        let list = own.list.unwrap_or_default();
        let of_cards = list.cards.prices().map(|(price, valid)| ListedPrice {
            of: price.of.clone(),
            location: price.location.clone(),
            tenants: price.tenants.clone(),
            valid,
            price: Price::clone(&price.price),
        });
        let mut all: Vec<ListedPrice> = of_cards.collect();
        all.extend(list.table.iter().flat_map(|table| table.prices()).map(|(region, name, price)| ListedPrice {
            of: Priced::Name(name.to_owned()),
            location: region.to_owned(),
            tenants: Vec::new(),
            valid: Validity::default(),
            price: price.clone(),
        }));
        Ok((own.names, Some(all)))
    }

    /// What a usage would cost; `None` if it has no price. Asks the backend where its price list decides.
    pub async fn quote(&self, supposed: Supposed) -> Result<Option<Quoted>, EngineError> {
        let prices = self.load_prices(|| self.backend_for_prices())?;
        let quoting = document::blocking(deadlines::PRICES, move |_| quote(&prices, &supposed));
        let failed = |why: String| EngineError::Price { why };
        quoting.await.map_err(failed)?.map_err(failed)
    }
}

fn quote(prices: &Prices, supposed: &Supposed) -> Result<Option<Quoted>, String> {
    let Some(source) = prices.source() else { return Ok(None) };
    let query = PriceQuery {
        tenant: &supposed.tenant,
        location: &supposed.location,
        service: &supposed.service,
        name: prices.names.of(&supposed.service),
        unit: &supposed.unit,
        at: supposed.at,
        quantity: supposed.volume,
    };
    let quote = source.price(&query).map_err(|error| error.to_string())?;
    let Some(price) = quote.price else { return Ok(None) };
    let charged = match Tariff::new(price.clone(), &supposed.unit) {
        Ok(tariff) => {
            let mut month = MonthUnits::default();
            month.total = month.total.plus(&Ratio::from(supposed.volume).times(tariff.unit().size()));
            let too_large = |error| format!("{error}; the price is {}", price.origin);
            Ok(tariff.charge(supposed.volume, &mut month, &Ratio::zero()).map_err(too_large)?)
        }
        Err(mismatch) => Err(mismatch),
    };
    Ok(Some(Quoted { price, charged }))
}
