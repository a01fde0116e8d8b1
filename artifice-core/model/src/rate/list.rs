//! The operator's own price list: rate cards, and a rates file beside or instead of them.

use super::cards::Cards;
use super::price::{PriceError, PriceQuery, PriceSource, Quote, Terms};
use super::table::RateTable;
use crate::money::Currency;
use crate::time::Timestamp;

/// Rate cards and a rates file. The file is asked only where no card has a price.
#[derive(Debug, Clone, Default)]
pub struct PriceList {
    /// The cards.
    pub cards: Cards,
    /// The file.
    pub table: Option<RateTable>,
}

impl PriceSource for PriceList {
    fn price(&self, query: &PriceQuery<'_>) -> Result<Quote, PriceError> {
        let quote = self.cards.price(query)?;
        match &self.table {
            Some(table) if quote.price.is_none() => Ok(Quote { price: table.price(query)?.price, ..quote }),
            _ => Ok(quote),
        }
    }

    fn terms(&self, currency: Currency, at: Timestamp) -> Terms {
        self.cards.terms(currency, at)
    }
}
