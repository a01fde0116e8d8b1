//! Tiers, packages and free units cost what counting unit by unit does; a split, what two bills would.

use std::sync::Arc;

use artifice_model::aggregate::{Aggregate, VolumeParts};
use artifice_model::exact::{Exact, Ratio};
use artifice_model::rate::{
    Card, Cards, MonthUnits, Names, Price, PriceList, Scheme, Tariff, TaxRule, Tiers, Validity,
};
use artifice_model::statement::{BilledLine, Charging, Draft, Metered, Usage};
use artifice_model::units::Unit;
use artifice_model::{Calendar, Decimal, Period, Tenant, Timestamp};
use proptest::prelude::*;

use crate::charging::{d, flat, nzd, plain};

const SERVICE: &str = "m1.nano";

fn period(from: &str, to: &str) -> Period {
    Period::new(from.parse().unwrap(), to.parse().unwrap()).unwrap()
}

fn january() -> Period {
    period("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")
}

/// Whole hours of one resource each.
fn usage(period: Period, hours: &[u16]) -> Vec<Metered> {
    let used = hours.iter().enumerate().map(|(number, hours)| Usage {
        resource_id: format!("{number:03}"),
        // So that lines do not stand in the order in which units are counted.
        resource_name: format!("{:03}", 999 - number),
        entry: "instance".to_owned(),
        meter: "instance".to_owned(),
        section: "Compute".to_owned(),
        service: SERVICE.to_owned(),
        location: "akl".to_owned(),
        period,
        volume: i64::from(*hours).into(),
        unit: "hour".to_owned(),
        aggregate: Some(Aggregate::Uptime),
    });
    used.map(Into::into).collect()
}

/// How many coins each unit costs, and how: prices in whole coins, so that nothing is rounded.
#[derive(Debug, Clone)]
enum Coins {
    Graduated(Vec<(u16, u8)>, u8),
    Volume(Vec<(u16, u8)>, u8),
    Package(u16, u8),
    Flat(u8),
}

fn coins() -> impl Strategy<Value = Coins> {
    let tiers = || {
        let steps = prop::collection::btree_map(1_u16..300, any::<u8>(), 0..4);
        (steps.prop_map(|steps| steps.into_iter().collect::<Vec<_>>()), any::<u8>())
    };
    prop_oneof![
        tiers().prop_map(|(ending, beyond)| Coins::Graduated(ending, beyond)),
        tiers().prop_map(|(ending, beyond)| Coins::Volume(ending, beyond)),
        (1_u16..50, any::<u8>()).prop_map(|(size, amount)| Coins::Package(size, amount)),
        any::<u8>().prop_map(Coins::Flat),
    ]
}

impl Coins {
    fn scheme(&self) -> Scheme {
        let money = |coins: &u8| Decimal::new(i128::from(*coins), 2).unwrap();
        let tiers = |ending: &[(u16, u8)], beyond: &u8| Tiers {
            ending: ending.iter().map(|(to, coins)| (i64::from(*to).into(), money(coins).into())).collect(),
            beyond: money(beyond).into(),
        };
        match self {
            Coins::Graduated(ending, beyond) => Scheme::Graduated(tiers(ending, beyond)),
            Coins::Volume(ending, beyond) => Scheme::Volume(tiers(ending, beyond)),
            Coins::Package(size, amount) => Scheme::Package { size: i64::from(*size).into(), amount: money(amount) },
            Coins::Flat(amount) => Scheme::Flat(money(amount)),
        }
    }

    /// What each resource's hours cost, in coins: by counting every single hour of the month.
    fn counted(&self, hours: &[u16], free: u16) -> Vec<i64> {
        let tier = |ending: &[(u16, u8)], beyond: &u8, unit: i64| {
            i64::from(ending.iter().find(|(to, _)| unit <= i64::from(*to)).map_or(*beyond, |(_, coins)| *coins))
        };
        let total: i64 = hours.iter().map(|hours| i64::from(*hours)).sum();
        let charged_in_all = (total - i64::from(free)).max(0);
        let (mut given, mut charged) = (0, 0_i64);
        let mut costs = Vec::new();
        for hours in hours {
            let mut cost = 0;
            for _ in 0..*hours {
                if given < free {
                    given += 1;
                    continue;
                }
                charged += 1;
                cost += match self {
                    Coins::Graduated(ending, beyond) => tier(ending, beyond, charged),
                    Coins::Volume(ending, beyond) => tier(ending, beyond, charged_in_all),
                    Coins::Package(size, amount) if (charged - 1) % i64::from(*size) == 0 => i64::from(*amount),
                    Coins::Package(..) => 0,
                    Coins::Flat(amount) => i64::from(*amount),
                };
            }
            costs.push(cost);
        }
        costs
    }
}

fn card(scheme: Scheme, free: u16, valid: Validity) -> Card {
    let mut entry = flat(SERVICE, "0");
    entry.price = Arc::new(Price { scheme, free: i64::from(free).into(), ..Price::clone(&entry.price) });
    let tax = |name: &str, percent: &str, section: &str| TaxRule {
        name: name.to_owned(),
        percent: d(percent),
        sections: vec![section.to_owned()],
    };
    let taxes = vec![tax("GST", "15", "*"), tax("Levy", "0.7", "Comp*"), tax("Other", "3", "Network")];
    Card { currency: nzd(), valid, prices: vec![entry], minimum: None, taxes }
}

fn draft(period: Period, metered: Vec<Metered>, cards: Vec<Card>) -> Draft {
    let (names, calendar) = (Names::default(), Calendar::new("UTC").unwrap());
    let prices = PriceList { cards: Cards::new(cards, &names).unwrap(), table: None };
    let charging = Charging { prices: Some(&prices), ..plain(&names, &calendar) };
    let tenant = Tenant { id: "demo".into(), name: None };
    let (draft, problems) = Draft::new(tenant, period, metered, charging).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    draft
}

#[test]
fn a_month_whose_last_hour_comes_twice_loses_no_usage() {
    // Clocks in Newfoundland went from 2009-11-01 00:01 (-02:30) back to 23:01 (-03:30) of the day before: the period
    // begins in October, and after its end.
    let period = period("2009-11-01T03:00:00Z", "2009-11-02T00:00:00Z");
    let (names, calendar) = (Names::default(), Calendar::new("America/St_Johns").unwrap());
    let prices = vec![card(Scheme::Package { size: 2.into(), amount: d("1") }, 0, Validity::default())];
    let prices = PriceList { cards: Cards::new(prices, &names).unwrap(), table: None };
    let charging = Charging { prices: Some(&prices), ..plain(&names, &calendar) };
    let tenant = Tenant { id: "demo".into(), name: None };
    let (draft, problems) = Draft::new(tenant, period, usage(period, &[5]), charging).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(costs(&draft), [300]);
}

/// The costs of a draft's lines in coins, by resource.
fn costs(draft: &Draft) -> Vec<i64> {
    let mut lines: Vec<_> = draft.lines.iter().collect();
    lines.sort_by_key(|line| &line.usage.resource_id);
    let coins = |cost: Decimal| i64::try_from(cost.mantissa_at(2).unwrap()).unwrap();
    lines.iter().map(|line| coins(line.cost.unwrap())).collect()
}

fn hours() -> impl Strategy<Value = Vec<u16>> {
    prop::collection::vec(1_u16..200, 1..6)
}

proptest! {
    #[test]
    fn tiers_packages_and_free_units_cost_what_counting_unit_by_unit_does(
        coins in coins(), hours in hours(), free in 0_u16..150,
    ) {
        let card = card(coins.scheme(), free, Validity::default());
        let draft = draft(january(), usage(january(), &hours), vec![card]);
        prop_assert_eq!(costs(&draft), coins.counted(&hours, free));
    }

    #[test]
    fn a_second_statement_of_the_month_goes_on_where_the_first_one_ended(
        coins in coins(), first in hours(), second in hours(), free in 0_u16..150,
    ) {
        // A `volume` price of the first statement cannot know the second one's units.
        prop_assume!(!matches!(coins, Coins::Volume(..)));
        let card = || vec![card(coins.scheme(), free, Validity::default())];
        let half = period("2026-01-01T00:00:00Z", "2026-01-16T00:00:00Z");
        let rest = period("2026-01-16T00:00:00Z", "2026-02-01T00:00:00Z");
        let one = draft(half, usage(half, &first), card());
        let earlier: Vec<BilledLine> = one.lines.iter().map(|line| BilledLine {
            tenant: one.tenant.clone(),
            statement_id: "first".into(),
            number: 1,
            currency: one.currency,
            line: line.clone(),
        }).collect();
        let (names, calendar) = (Names::default(), Calendar::new("UTC").unwrap());
        let prices = PriceList { cards: Cards::new(card(), &names).unwrap(), table: None };
        let charging = Charging { prices: Some(&prices), earlier: &earlier, ..plain(&names, &calendar) };
        let tenant = Tenant { id: "demo".into(), name: None };
        let (other, _) = Draft::new(tenant, rest, usage(rest, &second), charging).unwrap();

        let both: Vec<u16> = first.iter().chain(&second).copied().collect();
        let counted = coins.counted(&both, free);
        prop_assert_eq!([costs(&one), costs(&other)].concat(), counted);
    }

    #[test]
    fn more_units_never_cost_less_in_graduated_tiers_and_packages(
        coins in coins(), hours in 0_u16..400, more in 0_u16..200, free in 0_u16..150,
    ) {
        prop_assume!(!matches!(coins, Coins::Volume(..)));
        let total = |hours: u16| {
            let card = card(coins.scheme(), free, Validity::default());
            draft(january(), usage(january(), &[hours]), vec![card]).subtotal.unwrap()
        };
        prop_assert!(total(hours) <= total(hours + more));
    }

    #[test]
    fn subtotal_taxes_and_total_agree(price in 0_u32..10_000_000, micros in prop::collection::vec(1_u32..100_000_000, 1..6)) {
        let scheme = Scheme::Flat(Decimal::new(price.into(), 6).unwrap());
        let mut metered = usage(january(), &vec![1; micros.len()]);
        for (metered, micros) in metered.iter_mut().zip(&micros) {
            metered.usage.volume = Decimal::new((*micros).into(), 6).unwrap();
        }
        let draft = draft(january(), metered, vec![card(scheme, 0, Validity::default())]);

        // semantics 5, over integers: millionths of a millionth of a dollar, rounded half away from zero.
        let round = |value: i128, by: i128| (value * 2 + by) / (by * 2);
        let coins: Vec<i128> = micros.iter().map(|micros| round(i128::from(*micros) * i128::from(price), 10_i128.pow(10))).collect();
        let subtotal: i128 = coins.iter().sum();
        let taxes = [round(subtotal * 15, 100), round(subtotal * 7, 1000), 0];
        let in_coins = |amount: Decimal| amount.mantissa_at(2).unwrap();
        prop_assert_eq!(draft.subtotal.map(in_coins), Some(subtotal));
        prop_assert_eq!(draft.taxes.iter().map(|tax| in_coins(tax.amount)).collect::<Vec<_>>(), taxes);
        prop_assert_eq!(draft.taxes.iter().map(|tax| in_coins(tax.base)).collect::<Vec<_>>(), [subtotal, subtotal, 0]);
        prop_assert_eq!(draft.total.map(in_coins), Some(subtotal + taxes.iter().sum::<i128>()));
    }

    #[test]
    fn the_short_way_of_a_flat_price_costs_what_exact_fractions_do(
        volume in -10_i64.pow(17)..10_i64.pow(17), price in -10_i64.pow(12)..10_i64.pow(12), scale in 0_u32..20,
        discount in 0_i64..=100, units in prop::sample::select(&[
            ("hour", "hour"), ("hour", "month"), ("hour", "duration"), ("GB·hour", "GiB per month"), ("B", "TB"),
        ][..]),
    ) {
        let per = Unit::of_price(units.1, 420_000_000).unwrap();
        let flat = Price::flat(Decimal::new(price.into(), scale).unwrap(), per, nzd(), String::new());
        let tariff = Tariff::new(Price { discount: discount.into(), ..flat }.into(), units.0).unwrap();
        let volume = Decimal::new(volume.into(), 6).unwrap();
        prop_assert_eq!(tariff.flat(volume), tariff.charge(volume, &mut MonthUnits::default(), &Ratio::zero()));
    }

    #[test]
    fn splitting_at_a_change_of_a_flat_price_costs_what_two_bills_would(
        before in 1_000_000_i64..1_000_000_000_000, after in 1_000_000_i64..1_000_000_000_000, prices in [0_u32..100_000, 0_u32..100_000],
    ) {
        // Microseconds of uptime before and after the change.
        let cut: Timestamp = "2026-01-10T00:00:00Z".parse().unwrap();
        let parts = |micros: &[i64]| -> Vec<Exact> {
            micros.iter().map(|micros| { let mut sum = Exact::default(); sum.add(Decimal::ONE, *micros); sum }).collect()
        };
        let volume = |micros: &[i64]| {
            let mut sum = Exact::default();
            parts(micros).iter().for_each(|part| sum.merge(part));
            sum.divided(3_600_000_000, 6).unwrap()
        };
        let price = |price: u32| Scheme::Flat(Decimal::new(price.into(), 5).unwrap());
        let cards = || vec![
            card(price(prices[0]), 0, Validity { from: None, until: Some(cut) }),
            card(price(prices[1]), 0, Validity { from: Some(cut), until: None }),
        ];
        let one = |period: Period, volume: Decimal, parts: VolumeParts| {
            let mut metered = usage(period, &[1]);
            metered[0].usage.volume = volume;
            metered[0].parts = parts;
            let (names, calendar) = (Names::default(), Calendar::new("UTC").unwrap());
            let prices = PriceList { cards: Cards::new(cards(), &names).unwrap(), table: None };
            let cuts = [cut];
            let charging = Charging { prices: Some(&prices), cuts: &cuts, ..plain(&names, &calendar) };
            let tenant = Tenant { id: "demo".into(), name: None };
            Draft::new(tenant, period, metered, charging).unwrap().0
        };
        let whole = one(january(), volume(&[before, after]), VolumeParts::new(Arc::new([cut]), parts(&[before, after]), 3_600_000_000));
        let first = one(Period::new(january().start(), cut).unwrap(), volume(&[before]), VolumeParts::default());
        let second = one(Period::new(cut, january().end()).unwrap(), volume(&[after]), VolumeParts::default());

        prop_assert_eq!(whole.lines.len(), 2);
        prop_assert_eq!(whole.lines[0].cost, first.lines[0].cost);
        // The last part takes the stored volume minus the others: at most a millionth of an hour away.
        let rest = volume(&[before, after]).checked_sub(volume(&[before])).unwrap();
        prop_assert_eq!(whole.lines[1].usage.volume, rest);
        if rest == volume(&[after]) {
            prop_assert_eq!(whole.lines[1].cost, second.lines[0].cost);
        }
        let all = whole.lines[0].usage.volume.checked_add(whole.lines[1].usage.volume);
        prop_assert_eq!(all, Some(volume(&[before, after])));
    }
}
