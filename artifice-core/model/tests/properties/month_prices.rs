//! Caps, what entering tiers costs, and lines for a whole service: against loops over every unit.

use std::collections::BTreeMap;
use std::sync::Arc;

use artifice_model::aggregate::Aggregate;
use artifice_model::exact::Ratio;
use artifice_model::rate::{Card, Cards, Names, Price, PriceList, Scheme, Tier, Tiers, Validity};
use artifice_model::statement::{BilledLine, Charging, Draft, Line, Lines, Usage};
use artifice_model::{Calendar, Decimal, Period, Tenant};
use proptest::prelude::*;

use crate::charging::{flat, nzd, plain};

const SERVICE: &str = "m1.nano";
const RESOURCES: usize = 3;

/// What a month is made of: the statements' usage by resource, in whole hours, which may be below 0.
type Hours = Vec<[i16; RESOURCES]>;

/// A price whose amounts are whole coins, so that nothing is rounded.
#[derive(Debug, Clone)]
struct Coins {
    is_volume: bool,
    /// Behind which unit each tier begins, what one unit costs in it, and what entering it does.
    tiers: Vec<(u16, u8, u16)>,
    free: u16,
    cap: Option<u16>,
}

fn coins() -> impl Strategy<Value = Coins> {
    let tiers = prop::collection::btree_map(1_u16..200, (any::<u8>(), 0_u16..500), 0..4);
    let first = (any::<u8>(), 0_u16..500);
    let cap = prop::option::of(0_u16..20_000);
    (any::<bool>(), first, tiers, 0_u16..100, cap).prop_map(|(is_volume, (price, flat), tiers, free, cap)| {
        let beyond = tiers.into_iter().map(|(begin, (price, flat))| (begin, price, flat));
        Coins { is_volume, tiers: [(0, price, flat)].into_iter().chain(beyond).collect(), free, cap }
    })
}

fn money(coins: impl Into<i128>) -> Decimal {
    Decimal::new(coins.into(), 2).unwrap()
}

impl Coins {
    fn cards(&self) -> Cards {
        let tier = |(_, price, flat): &(u16, u8, u16)| Tier { price: money(*price), flat: money(*flat) };
        let ends = self.tiers.iter().skip(1).map(|(begin, ..)| Decimal::from(i64::from(*begin)));
        let ending = ends.zip(self.tiers.iter().map(tier)).collect();
        let tiers = Tiers { ending, beyond: self.tiers.last().map(tier).unwrap() };
        let scheme = if self.is_volume { Scheme::Volume(tiers) } else { Scheme::Graduated(tiers) };
        let mut price = flat(SERVICE, "0");
        let (free, cap) = (i64::from(self.free).into(), self.cap.map(money));
        price.price = Arc::new(Price { scheme, free, cap, ..Price::clone(&price.price) });
        let card =
            Card { currency: nzd(), valid: Validity::default(), prices: vec![price], minimum: None, taxes: Vec::new() };
        Cards::new(vec![card], &Names::default()).unwrap()
    }

    fn tier_at(&self, unit: i64) -> usize {
        self.tiers.iter().rposition(|(begin, ..)| unit > i64::from(*begin)).unwrap_or(0)
    }

    /// What each resource costs in each statement, in coins: by counting every single hour of the month.
    fn counted(&self, statements: &Hours) -> Vec<Vec<i64>> {
        let (mut given, mut charged, mut total) = (0, 0_i64, 0_i64);
        let mut spent = [0_i64; RESOURCES];
        let mut entered = BTreeMap::new();
        let mut all = Vec::new();
        for hours in statements {
            total += hours.iter().map(|hours| i64::from(*hours)).sum::<i64>();
            let reached = self.tier_at((total - i64::from(self.free)).max(0));
            let mut costs = Vec::new();
            for (resource, hours) in hours.iter().enumerate() {
                let (mut cost, before) = (0, charged);
                for _ in 0..hours.abs() {
                    if *hours < 0 {
                        // Back to where it came from.
                        let tier = if self.is_volume { reached } else { self.tier_at(charged) };
                        cost -= i64::from(self.tiers[tier].1);
                        if let Some((_, _, flat)) =
                            self.tiers.iter().find(|(begin, ..)| !self.is_volume && charged == i64::from(*begin) + 1)
                        {
                            cost -= i64::from(*flat);
                        }
                        charged -= 1;
                        continue;
                    }
                    if given < self.free {
                        given += 1;
                        continue;
                    }
                    if let Some((_, _, flat)) =
                        self.tiers.iter().find(|(begin, ..)| !self.is_volume && charged == i64::from(*begin))
                    {
                        cost += i64::from(*flat);
                    }
                    charged += 1;
                    let tier = if self.is_volume { reached } else { self.tier_at(charged) };
                    cost += i64::from(self.tiers[tier].1);
                }
                if self.is_volume && charged > before && entered.insert(reached, ()).is_none() {
                    cost += i64::from(self.tiers[reached].2);
                }
                let left = self.cap.map(|cap| (i64::from(cap) - spent[resource]).max(0));
                let cost = left.map_or(cost, |left| cost.min(left));
                spent[resource] += cost;
                costs.push(cost);
            }
            all.push(costs);
        }
        all
    }

    /// The same by the model; the statements are days of January, and each goes on where the last one ended.
    fn charged(&self, statements: &Hours, lines: Lines) -> Vec<Draft> {
        let (names, calendar) = (Names::default(), Calendar::new("UTC").unwrap());
        let prices = PriceList { cards: self.cards(), table: None };
        let (mut earlier, mut all) = (Vec::new(), Vec::new());
        for (day, hours) in (1..).zip(statements) {
            let at = |day| format!("2026-01-{day:02}T00:00:00Z").parse().unwrap();
            let period = Period::new(at(day), at(day + 1)).unwrap();
            let usage = hours.iter().enumerate().map(|(resource, hours)| used(resource, period, *hours).into());
            let charging = Charging {
                prices: Some(&prices),
                earlier: &earlier,
                lines,
                zero_lines: true,
                ..plain(&names, &calendar)
            };
            let tenant = Tenant { id: "demo".into(), name: None };
            let (draft, problems) = Draft::new(tenant.clone(), period, usage.collect(), charging).unwrap();
            assert!(problems.is_empty(), "{problems:?}");
            earlier.extend(draft.lines.iter().map(|line| BilledLine {
                tenant: tenant.clone(),
                statement_id: "x".into(),
                number: 1,
                currency: nzd(),
                line: line.clone(),
            }));
            all.push(draft);
        }
        all
    }
}

fn used(resource: usize, period: Period, hours: i16) -> Usage {
    Usage {
        resource_id: format!("{resource}"),
        resource_name: String::new(),
        entry: "instance".to_owned(),
        meter: "instance".to_owned(),
        section: "Compute".to_owned(),
        service: SERVICE.to_owned(),
        location: "akl".to_owned(),
        period,
        volume: i64::from(hours).into(),
        unit: "hour".to_owned(),
        aggregate: Some(Aggregate::Uptime),
    }
}

/// The costs by resource, in coins.
fn costs(draft: &Draft) -> Vec<i64> {
    let mut lines: Vec<&Line> = draft.lines.iter().flat_map(Line::by_resource).collect();
    lines.sort_by_key(|line| &line.usage.resource_id);
    lines.iter().map(|line| i64::try_from(line.cost.unwrap().mantissa_at(2).unwrap()).unwrap()).collect()
}

fn exact(draft: &Draft) -> Ratio {
    draft.lines.iter().fold(Ratio::zero(), |sum, line| sum.plus(&line.exact().unwrap()))
}

fn hours(least: i16) -> impl Strategy<Value = Hours> {
    prop::collection::vec(prop::array::uniform3(least..150), 1..4)
}

proptest! {
    #[test]
    fn caps_and_entered_tiers_cost_what_counting_unit_by_unit_does(
        coins in coins(), hours in hours(0), lines in prop::sample::select(&[Lines::Resource, Lines::Service][..]),
    ) {
        let found: Vec<Vec<i64>> = coins.charged(&hours, lines).iter().map(costs).collect();
        prop_assert_eq!(found, coins.counted(&hours));
    }

    #[test]
    fn what_is_below_0_costs_what_it_takes_back_and_takes_no_free_units(coins in coins(), hours in hours(-50)) {
        let found: Vec<Vec<i64>> = coins.charged(&hours, Lines::Resource).iter().map(costs).collect();
        prop_assert_eq!(found, coins.counted(&hours));
    }

    #[test]
    fn one_line_for_a_service_costs_exactly_what_its_resources_do(
        coins in coins(), mut hours in hours(-20), micros in prop::array::uniform3(1_i128..1_000_000),
    ) {
        // A second statement would find other costs to cap, because these are rounded.
        hours.truncate(1);
        let drafts = [Lines::Resource, Lines::Service].map(|lines| {
            let (names, calendar) = (Names::default(), Calendar::new("UTC").unwrap());
            let prices = PriceList { cards: coins.cards(), table: None };
            let charging = Charging { prices: Some(&prices), lines, ..plain(&names, &calendar) };
            let period = Period::new("2026-01-01T00:00:00Z".parse().unwrap(), "2026-01-02T00:00:00Z".parse().unwrap());
            let usage = (0..).zip(micros).map(|(resource, micros)| {
                let usage = used(resource, period.unwrap(), 0);
                let volume = Decimal::new(i128::from(hours[0][resource]) * 1_000_000 + micros, 6).unwrap();
                Usage { volume, ..usage }.into()
            });
            Draft::new(Tenant { id: "demo".into(), name: None }, period.unwrap(), usage.collect(), charging).unwrap().0
        });
        let [by_resource, by_service] = &drafts;
        prop_assert_eq!(exact(by_resource), exact(by_service));
        let [line] = &by_service.lines[..] else { panic!("{by_service:?}") };
        // Rounded once; divided among the resources without a rest.
        prop_assert_eq!(line.cost, exact(by_resource).rounded(2).ok());
        let shares = line.parts.iter().try_fold(Decimal::ZERO, |sum, part| sum.checked_add(part.line.cost?));
        prop_assert_eq!(shares, line.cost);
        for part in &line.parts {
            let off = Ratio::from(part.line.cost.unwrap()).minus(&part.exact);
            let coin = Ratio::new(1, 100);
            prop_assert!(off <= coin && Ratio::zero().minus(&off) <= coin, "{:?}", part);
        }
        prop_assert_eq!(&by_resource.usage, &by_service.usage);
    }
}
