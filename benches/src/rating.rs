//! (h) Rating alone: a million usages at prices of a card with 1,000 entries, against a bare multiply and add over
//! the same volumes and prices.
//!
//! The subject makes a whole draft: it sorts the usages, finds the price of each, rounds each cost, and makes each
//! line with all its texts. Once at flat prices, once in graduated tiers with free units, which are counted in exact
//! fractions.

use std::sync::Arc;

use artifice_model::aggregate::Aggregate;
use artifice_model::position::Position;
use artifice_model::rate::{Card, CardPrice, Cards, Names, Price, PriceList, Priced, Scheme, TaxRule, Tiers, Validity};
use artifice_model::statement::{Charging, Draft, Lines, Metered, Problem, TaxRounding, Usage};
use artifice_model::time::HOUR_US;
use artifice_model::units::Unit;
use artifice_model::{Calendar, Currency, Decimal, Period, Tenant};

use crate::harness::timed;
use crate::memory;
use crate::report::{Measure, Row};
use crate::samples::START;

const USAGES: u32 = 1_000_000;
const ENTRIES: u32 = 1000;
/// A month of 30 days.
const PERIOD_US: i64 = 30 * 24 * HOUR_US;

pub fn flat() -> Vec<Row> {
    vec![measured("flat prices", |amount| (Scheme::Flat(amount), Decimal::ZERO))]
}

pub fn tiers() -> Vec<Row> {
    vec![measured("graduated tiers with free units", |amount| {
        let ending = vec![(Decimal::from(1000), amount.into()), (Decimal::from(100_000), Decimal::ONE.into())];
        (Scheme::Graduated(Tiers { ending, beyond: amount.into() }), Decimal::from(10))
    })]
}

fn measured(name: &str, scheme: fn(Decimal) -> (Scheme, Decimal)) -> Row {
    let currency: Currency = "NZD".parse().unwrap();
    let (names, calendar) = (Names::default(), Calendar::new("UTC").unwrap());
    let prices = PriceList { cards: Cards::new(vec![card(currency, scheme)], &names).unwrap(), table: None };
    let charging = Charging {
        currency,
        names: &names,
        prices: Some(&prices),
        missing_is_zero: false,
        zero_lines: false,
        calendar: &calendar,
        cuts: &[],
        fees: &[],
        earlier: &[],
        lines: Lines::Resource,
        tax_rounding: TaxRounding::Document,
        sections: &[],
    };
    let usages = usages();
    let bare: Vec<(i128, i128)> =
        usages.iter().enumerate().map(|(n, one)| (one.usage.volume.mantissa(), i128::from(price_of(n)))).collect();
    let (reference, sum) = timed(|| bare.iter().fold(0_i128, |sum, (volume, price)| sum + volume * price));
    assert!(std::hint::black_box(sum) > 0);
    let before = memory::forget_peak();
    let tenant = Tenant { id: "tenant".into(), name: None };
    let period = Period::new(START, START.plus(PERIOD_US)).unwrap();
    let (subject, (draft, problems)) = timed(|| Draft::new(tenant, period, usages, charging).unwrap());
    let peak = memory::peak_bytes().map(|peak| peak.saturating_sub(before));
    // That rounding a million lines makes a difference is told.
    let is_told = |problem: &Problem| matches!(problem, Problem::Drift { .. });
    assert!(problems.iter().all(is_told) && draft.adds_up());
    assert_eq!(draft.lines.len(), usize::try_from(USAGES).unwrap());

    let rate = |seconds: f64| Measure::new(f64::from(USAGES) / seconds, "usages/s");
    Row::new("h", format!("1 M usages, 1,000 entries, {name}"), rate(subject.as_secs_f64()))
        .against("multiply and add", rate(reference.as_secs_f64()), None)
        .with_peak(peak)
}

/// The price of a usage, in millionths.
fn price_of(number: usize) -> u32 {
    let service = u32::try_from(number).unwrap() % ENTRIES;
    10_000 + service * 37
}

fn card(currency: Currency, scheme: fn(Decimal) -> (Scheme, Decimal)) -> Card {
    let per = Unit::of_price("hour", 600_000_000).unwrap();
    let entry = |service: u32| {
        let amount = Decimal::new(price_of(usize::try_from(service).unwrap()).into(), 6).unwrap();
        let (scheme, free) = scheme(amount);
        let at = Position { file: "card.yaml".to_owned(), line: usize::try_from(service).unwrap() + 3, column: 5 };
        let price = Price { scheme, free, ..Price::flat(amount, per.clone(), currency, at.to_string()) };
        let of = Priced::Service(format!("service-{service}"));
        CardPrice { of, location: "*".to_owned(), tenants: Vec::new(), price: Arc::new(price), at }
    };
    let tax = TaxRule { name: "GST".to_owned(), percent: Decimal::from(15), sections: vec!["*".to_owned()] };
    let prices = (0..ENTRIES).map(entry).collect();
    Card { currency, valid: Validity::default(), prices, minimum: None, taxes: vec![tax] }
}

fn usages() -> Vec<Metered> {
    let period = Period::new(START, START.plus(PERIOD_US)).unwrap();
    let usage = |number: u32| Usage {
        resource_id: format!("{number:032x}"),
        resource_name: format!("web-{number}"),
        entry: "instance".to_owned(),
        meter: "instance".to_owned(),
        section: "Compute".to_owned(),
        service: format!("service-{}", number % ENTRIES),
        location: "auckland".to_owned(),
        period,
        volume: Decimal::new(i128::from(number % 7_200_000) * 100 + 1, 6).unwrap(),
        unit: "hour".to_owned(),
        aggregate: Some(Aggregate::Uptime),
    };
    (0..USAGES).map(usage).map(Into::into).collect()
}
