//! Hand-worked vectors of semantics 5: what single rules come to.

mod again;
mod days;
mod months;
mod problems;
mod said;
mod services;
mod stretches;
mod terms;

use std::sync::Arc;

use super::{BilledLine, Charging, Draft, Fee, Lines, Metered, Problem, TaxRounding, Usage};
use crate::aggregate::{Aggregate, VolumeParts};
use crate::exact::Exact;
use crate::position::Position;
use crate::rate::{Card, CardPrice, Cards, Names, Price, PriceList, Priced, Scheme, Tier, Tiers, Validity};
use crate::units::Unit;
use crate::{Calendar, Currency, Decimal, Period, Tenant, Timestamp};

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn nzd() -> Currency {
    "NZD".parse().unwrap()
}

/// Days of January 2026, half-open.
fn january(from: u32, to: u32) -> Period {
    let day = |day: u32| match day {
        32 => at("2026-02-01T00:00:00Z"),
        day => at(&format!("2026-01-{day:02}T00:00:00Z")),
    };
    Period::new(day(from), day(to)).unwrap()
}

fn usage(resource: &str, service: &str, period: Period, volume: &str, unit: &str) -> Usage {
    Usage {
        resource_id: resource.to_owned(),
        resource_name: format!("name of {resource}"),
        entry: "instance".to_owned(),
        meter: "instance".to_owned(),
        section: "Compute".to_owned(),
        service: service.to_owned(),
        location: "akl".to_owned(),
        period,
        volume: d(volume),
        unit: unit.to_owned(),
        aggregate: Some(Aggregate::Uptime),
    }
}

/// A usage that is the sum of what its parts are between cuts.
fn in_parts(usage: Usage, cuts: &[Timestamp], volumes: &[&str]) -> Metered {
    let sums = volumes.iter().map(|volume| {
        let mut sum = Exact::default();
        sum.add(d(volume), 1);
        sum
    });
    let parts = VolumeParts::new(Arc::from(cuts), sums.collect(), 1);
    let volume = parts.volume(0..volumes.len()).unwrap();
    Metered::new(Usage { volume, ..usage }, parts, None)
}

fn hours(resource: &str, service: &str, period: Period, volume: &str) -> Metered {
    usage(resource, service, period, volume, "hour").into()
}

fn price(service: &str, per: &str, scheme: Scheme) -> Price {
    let per = Unit::of_price(per, 600_000_000).unwrap();
    Price { scheme, ..Price::flat(Decimal::ZERO, per, nzd(), format!("price of {service}")) }
}

fn flat(service: &str, amount: &str) -> (String, Price) {
    (service.to_owned(), price(service, "hour", Scheme::Flat(d(amount))))
}

/// Tiers: where each but the last ends, what a unit costs, what entering does.
fn tiers(all: &[(&str, &str, &str)]) -> Tiers {
    let tier = |(_, price, flat): &(&str, &str, &str)| Tier { price: d(price), flat: d(flat) };
    let (last, ending) = all.split_last().unwrap();
    Tiers { ending: ending.iter().map(|one| (d(one.0), tier(one))).collect(), beyond: tier(last) }
}

fn card(valid: Validity, prices: Vec<(String, Price)>) -> Card {
    let place = Position { file: "card".to_owned(), line: 1, column: 1 };
    let price = |(service, price): (String, Price)| CardPrice {
        of: Priced::Service(service),
        location: "*".to_owned(),
        tenants: Vec::new(),
        price: price.into(),
        at: place.clone(),
    };
    let prices = prices.into_iter().map(price).collect();
    Card { currency: nzd(), valid, prices, minimum: None, taxes: Vec::new() }
}

/// What charging goes by in these vectors.
#[derive(Default)]
struct Rules {
    cards: Vec<Card>,
    fees: Vec<Fee>,
    earlier: Vec<BilledLine>,
    lines: Lines,
    rounding: TaxRounding,
    timezone: Option<&'static str>,
    missing_is_zero: bool,
    zero_lines: bool,
    cuts: Vec<Timestamp>,
}

impl Rules {
    fn of(prices: Vec<(String, Price)>) -> Self {
        Rules { cards: vec![card(Validity::default(), prices)], ..Rules::default() }
    }

    fn draft(&self, period: Period, metered: Vec<Metered>) -> (Draft, Vec<Problem>) {
        let tenant = Tenant { id: "demo".into(), name: None };
        self.charging(|charging| Draft::new(tenant, period, metered, charging).unwrap())
    }

    fn charging<T>(&self, charged: impl FnOnce(Charging<'_>) -> T) -> T {
        let (names, calendar) = (Names::default(), Calendar::new(self.timezone.unwrap_or("UTC")).unwrap());
        let prices = PriceList { cards: Cards::new(self.cards.clone(), &names).unwrap(), table: None };
        let charging = Charging {
            currency: nzd(),
            names: &names,
            prices: Some(&prices),
            missing_is_zero: self.missing_is_zero,
            zero_lines: self.zero_lines,
            calendar: &calendar,
            cuts: &self.cuts,
            fees: &self.fees,
            earlier: &self.earlier,
            lines: self.lines,
            tax_rounding: self.rounding,
            sections: &[],
        };
        charged(charging)
    }

    /// The same, behind what a statement has billed.
    fn after(mut self, draft: &Draft) -> Self {
        self.earlier.extend(draft.lines.iter().map(|line| BilledLine {
            tenant: draft.tenant.clone(),
            statement_id: "before".into(),
            number: 1,
            currency: draft.currency,
            line: line.clone(),
        }));
        self
    }
}

fn costs(draft: &Draft) -> Vec<String> {
    draft.lines.iter().map(|line| line.cost.map_or("?".to_owned(), |cost| cost.to_fixed(2))).collect()
}
