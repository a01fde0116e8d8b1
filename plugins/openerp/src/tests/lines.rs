//! What the ERP can keep of a line, and what becomes of it otherwise.

use artifice_plugin_api::{Decimal, Fraction, Line, ROption, RSlice, Timestamp};

use crate::document::lines::{Billed, Charged};
use crate::masters::Precision;
use crate::settings::Precision as Policy;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// A line of so many hours, at a rate for something that is so many hours.
fn line(quantity: &str, rate: &str, hours: u128, cost: &str) -> Charged {
    let at = Timestamp { micros: 0 };
    Charged::of(&Line {
        section: "Compute".into(),
        location: "akl-1".into(),
        service: "m1.nano".into(),
        name: "Nano".into(),
        resource_id: "03bd".into(),
        resource_name: "web".into(),
        meter: "instance".into(),
        aggregate: "uptime".into(),
        start: at,
        end: at,
        quantity: decimal(quantity),
        unit: "hour".into(),
        rate: ROption::RSome(decimal(rate)),
        rate_unit: "day".into(),
        factor: Fraction::new(1, hours).into(),
        cost: decimal(cost),
        taxes: RSlice::EMPTY,
        extra: RSlice::EMPTY,
    })
}

fn billed(line: &Charged, digits: u8, flipped: bool) -> Billed {
    let precision = Precision { price: digits, quantity: digits };
    line.billed(precision, 2, Policy::CostLine, flipped).unwrap()
}

fn of(quantity: &str, price: &str, is_cost: bool) -> Billed {
    Billed { quantity: decimal(quantity), price: decimal(price), is_cost }
}

#[test]
fn a_line_is_quantity_times_price_in_the_rates_unit() {
    assert_eq!(billed(&line("36", "1.20", 24, "1.80"), 2, false), of("1.5", "1.20", false));
}

#[test]
fn what_the_erp_would_round_is_billed_as_its_cost() {
    let long = line("174.026781", "0.05", 1, "8.70");
    assert_eq!(billed(&long, 2, false), of("1", "8.70", true));
    assert_eq!(billed(&long, 6, false), of("174.026781", "0.05", false));
    assert_eq!(billed(&line("1000", "0.00012", 1, "0.12"), 2, false), of("1", "0.12", true));
    // A third of a day is no decimal number.
    assert_eq!(billed(&line("8", "3", 24, "1"), 6, false), of("1", "1", true));
    // Ten hours were free.
    assert_eq!(billed(&line("20", "1", 1, "10"), 6, false), of("1", "10", true));
}

#[test]
fn or_it_is_refused_with_the_precision_that_is_missing() {
    let precision = Precision { price: 2, quantity: 2 };
    let refused = |line: Charged| line.billed(precision, 2, Policy::Refuse, false).unwrap_err().to_string();
    assert!(refused(line("174.026781", "0.05", 1, "8.70")).contains("Product Unit of Measure"));
    assert!(refused(line("1000", "0.00012", 1, "0.12")).contains("Product Price"));
}

#[test]
fn what_goes_back_is_positive_in_a_credit_note() {
    assert_eq!(billed(&line("-36", "1.20", 24, "-1.80"), 2, true), of("1.5", "1.20", false));
    assert_eq!(billed(&line("-1000", "0.00012", 1, "-0.12"), 2, true), of("1", "0.12", true));
}
