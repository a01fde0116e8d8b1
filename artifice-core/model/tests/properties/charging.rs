//! What the properties of rating are tried with.

use artifice_model::position::Position;
use artifice_model::rate::{CardPrice, Names, Price, Priced};
use artifice_model::statement::{Charging, Lines, TaxRounding};
use artifice_model::units::Unit;
use artifice_model::{Calendar, Currency, Decimal};

pub fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub fn nzd() -> Currency {
    "NZD".parse().unwrap()
}

pub fn place() -> Position {
    Position { file: "card".to_owned(), line: 1, column: 1 }
}

/// A price for everybody, everywhere, per hour.
pub fn flat(service: &str, amount: &str) -> CardPrice {
    let per = Unit::of_price("hour", 600_000_000).unwrap();
    CardPrice {
        of: Priced::Service(service.to_owned()),
        location: "*".to_owned(),
        tenants: Vec::new(),
        price: Price::flat(d(amount), per, nzd(), service.to_owned()).into(),
        at: place(),
    }
}

/// Charging in NZD, with nothing but defaults.
pub fn plain<'a>(names: &'a Names, calendar: &'a Calendar) -> Charging<'a> {
    Charging {
        currency: nzd(),
        names,
        prices: None,
        missing_is_zero: false,
        zero_lines: false,
        calendar,
        cuts: &[],
        fees: &[],
        earlier: &[],
        lines: Lines::Resource,
        tax_rounding: TaxRounding::Document,
        sections: &[],
    }
}
