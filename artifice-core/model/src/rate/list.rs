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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::position::Position;
    use crate::rate::{Card, CardPrice, Names, Price, Priced, RateRules, Validity};
    use crate::{Decimal, units::Unit};

    #[test]
    fn the_file_is_asked_where_no_card_has_a_price() {
        let currency = "NZD".parse().unwrap();
        let per = Unit::of_price("hour", 600_000_000).unwrap();
        let own = CardPrice {
            of: Priced::Service("s".to_owned()),
            location: "akl".to_owned(),
            tenants: Vec::new(),
            price: Price::flat(Decimal::ONE, per, currency, "card".to_owned()).into(),
            at: Position { file: "card".to_owned(), line: 1, column: 1 },
        };
        let until = Some(Timestamp::from_micros(9));
        let valid = Validity { from: None, until };
        let card = Card { currency, valid, prices: vec![own], minimum: None, taxes: Vec::new() };
        let rules = RateRules { currency, time_slice_us: 600_000_000, ignore_region: false };
        let table =
            RateTable::parse("rates", "akl | s | hour | 1\nwlg | s | hour | 1\nakl | b | day | 2", rules).unwrap();
        let all: Vec<_> =
            table.prices().iter().map(|(region, name, price)| format!("{region} {name} {}", price.per)).collect();
        assert_eq!(all, ["akl b day", "akl s hour", "wlg s hour"]);
        let list = PriceList { cards: Cards::new(vec![card], &Names::default()).unwrap(), table: Some(table) };
        assert!(!list.heeds_quantity() && !list.table.as_ref().unwrap().heeds_quantity());
        let asked = |location: &str, at: i64| {
            let (tenant, at, quantity) = (&"t".into(), Timestamp::from_micros(at), Decimal::ONE);
            let query = PriceQuery { tenant, location, service: "s", name: "s", unit: "hour", at, quantity };
            let quote = list.price(&query).unwrap();
            (quote.price.map_or(String::new(), |price| price.origin.clone()), quote.until)
        };
        assert_eq!(asked("akl", 0), ("card".to_owned(), until));
        assert_eq!(asked("akl", 9), ("rates:1:18".to_owned(), None));
        assert_eq!(asked("wlg", 0), ("rates:2:18".to_owned(), None));
        assert_eq!(asked("chc", 0), (String::new(), None));
    }
}
