//! An invoice and its adjustments together always say what one fresh invoice would.

use std::collections::{BTreeMap, BTreeSet};

use artifice_model::adjust::{Adjustment, BilledStatement, adjustment};
use artifice_model::aggregate::Aggregate;
use artifice_model::rate::{Card, Cards, Minimum, Names, Price, PriceList, Scheme, TaxRule, Tiers, Validity};
use artifice_model::statement::{Charging, Draft, Line, Lines, StatementId, TaxRounding, Usage};
use artifice_model::{Calendar, Decimal, Period, Tenant};
use proptest::prelude::*;

use crate::charging::{d, flat, nzd, plain};

const SERVICES: [&str; 3] = ["m1.nano", "m1.small", "volume.size"];

fn period() -> Period {
    // It reaches the end of a month.
    Period::new("2026-01-31T23:00:00Z".parse().unwrap(), "2026-02-01T00:00:00Z".parse().unwrap()).unwrap()
}

/// What each resource used of each service, in millionths; absent is nothing.
type Metered = BTreeMap<(u8, u8), u32>;

/// What metering says at first, after some samples came late, and after some more. A resource never
/// goes away, but what it used may be another service's.
fn three_rounds() -> impl Strategy<Value = [Metered; 3]> {
    let used = prop::collection::btree_map((0_u8..4, 0_u8..3), 0_u32..100_000_000, 1..8);
    (used.clone(), used.clone(), used).prop_map(|(first, second, third)| {
        let keep = |before: &Metered, mut now: Metered| {
            let there: BTreeSet<u8> = now.keys().map(|(resource, _)| *resource).collect();
            now.extend(before.iter().filter(|((resource, _), _)| !there.contains(resource)));
            now
        };
        let second = keep(&first, second);
        let third = keep(&second, third);
        [first, second, third]
    })
}

fn whole(metered: &Metered, (lines, tax_rounding): (Lines, TaxRounding)) -> Draft {
    let usage = metered.iter().map(|((resource, service), volume)| Usage {
        resource_id: format!("resource {resource}"),
        resource_name: String::new(),
        entry: "instance".to_owned(),
        meter: "instance".to_owned(),
        section: "Compute".to_owned(),
        service: SERVICES[usize::from(*service)].to_owned(),
        location: "akl".to_owned(),
        period: period(),
        volume: Decimal::new((*volume).into(), 6).unwrap(),
        unit: "hour".to_owned(),
        aggregate: Some(Aggregate::Uptime),
    });
    let prices = PriceList { cards: cards(), table: None };
    let (names, calendar) = (Names::default(), Calendar::new("UTC").unwrap());
    let charging = Charging { prices: Some(&prices), lines, tax_rounding, ..plain(&names, &calendar) };
    let tenant = Tenant { id: "demo".into(), name: None };
    let (draft, problems) = Draft::new(tenant, period(), usage.map(Into::into).collect(), charging).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    draft
}

/// A flat price, one in tiers with free units, one that is 0; a minimum that some rounds reach; a tax.
fn cards() -> Cards {
    let tiers =
        Tiers { ending: vec![(d("20"), d("1.7").into()), (d("60"), d("0.9").into())], beyond: d("0.333").into() };
    let mut small = flat("m1.small", "0");
    small.price = Price { scheme: Scheme::Graduated(tiers), free: d("5"), ..Price::clone(&small.price) }.into();
    let minimum = Minimum { amount: d("40"), origin: "card".to_owned() };
    let card = Card {
        currency: nzd(),
        valid: Validity::default(),
        prices: vec![flat("m1.nano", "0.0511"), small, flat("volume.size", "0")],
        minimum: Some(minimum),
        taxes: vec![tax("GST", "15", "*"), tax("Levy", "0.7", "Comp*")],
    };
    Cards::new(vec![card], &Names::default()).unwrap()
}

fn tax(name: &str, percent: &str, section: &str) -> TaxRule {
    TaxRule { name: name.to_owned(), percent: d(percent), sections: vec![section.to_owned()] }
}

fn rules() -> impl Strategy<Value = (Lines, TaxRounding)> {
    let lines = prop::sample::select(&[Lines::Resource, Lines::Service][..]);
    (lines, prop::sample::select(&[TaxRounding::Document, TaxRounding::Line][..]))
}

/// What a tax comes to on some lines, over integers: in hundredths of cents of a percent, each rounded or once.
fn expected(lines: &[Line], percent: i128, rounding: TaxRounding) -> Decimal {
    let cents: Vec<i128> = lines.iter().map(|line| line.cost.unwrap().mantissa_at(2).unwrap()).collect();
    let round = |value: i128| (value.abs() * 2 + 1000) / 2000 * value.signum();
    let amount = match rounding {
        TaxRounding::Document => round(cents.iter().sum::<i128>() * percent),
        TaxRounding::Line => cents.iter().map(|cents| round(cents * percent)).sum(),
    };
    Decimal::new(amount, 2).unwrap()
}

/// A statement as the ledger has it.
fn stored(id: &str, draft: &Draft, corrects: &[Option<StatementId>]) -> BilledStatement {
    let usage = draft.usage.iter().cloned().zip(corrects.iter().cloned()).collect();
    BilledStatement { id: id.into(), usage, lines: draft.lines.clone() }
}

fn sum(all: impl Iterator<Item = Option<Decimal>>) -> Decimal {
    all.fold(Decimal::ZERO, |sum, amount| sum.checked_add(amount.unwrap()).unwrap())
}

/// What some statements together say a resource used of a service, and what that costs.
fn said(billed: &[BilledStatement], resource: &str, service: &str) -> (Decimal, Decimal) {
    let is = |usage: &Usage| usage.resource_id == resource && usage.service == service;
    let usage = billed.iter().flat_map(|statement| &statement.usage).map(|(usage, _)| usage);
    let lines = billed.iter().flat_map(|statement| &statement.lines).flat_map(Line::by_resource);
    (
        sum(usage.filter(|usage| is(usage)).map(|usage| Some(usage.volume))),
        sum(lines.filter(|line| is(&line.usage)).map(|line: &Line| line.cost)),
    )
}

proptest! {
    #[test]
    fn an_invoice_and_its_adjustments_say_what_a_fresh_invoice_would(rounds in three_rounds(), rules in rules()) {
        let mut billed: Vec<BilledStatement> = Vec::new();
        let mut subtotal = Decimal::ZERO;
        for (number, metered) in rounds.iter().enumerate() {
            let fresh = whole(metered, rules);
            let (id, draft, corrects) = if number == 0 {
                ("invoice".to_owned(), fresh.clone(), vec![None; fresh.usage.len()])
            } else {
                let Adjustment { draft, corrects, gone } = adjustment(&fresh, &billed).unwrap();
                prop_assert!(gone.is_empty(), "{:?}", gone);
                (format!("adjustment {number}"), draft, corrects)
            };
            prop_assert!(draft.adds_up() && draft.taxes_agree());
            // semantics 5: every document's tax is its rate × its own lines.
            for (tax, thousandths) in draft.taxes.iter().zip([150, 7]) {
                let on: Vec<Line> = draft.lines.iter().filter(|line| tax.is_on(&line.usage.section)).cloned().collect();
                prop_assert_eq!(tax.amount, expected(&on, thousandths, rules.1));
                prop_assert_eq!(tax.base, sum(on.iter().map(|line| line.cost)));
            }
            prop_assert_eq!(draft.taxes.len(), if draft.lines.is_empty() { 0 } else { 2 });
            prop_assert_eq!(draft.usage.len(), corrects.len());
            // What is corrected was there, and is named by whoever billed it first.
            for (usage, root) in draft.usage.iter().zip(&corrects) {
                let first = billed.iter().find(|statement| {
                    statement.usage.iter().any(|(other, corrects)| corrects.is_none()
                        && (&other.resource_id, &other.service) == (&usage.resource_id, &usage.service))
                });
                prop_assert_eq!(root.as_ref(), first.map(|statement| &statement.id));
            }
            // Without lines nothing is stored.
            if number == 0 || !draft.lines.is_empty() {
                billed.push(stored(&id, &draft, &corrects));
                subtotal = subtotal.checked_add(draft.subtotal.unwrap()).unwrap();
            }

            for resource in 0..4 {
                for service in SERVICES {
                    let resource = format!("resource {resource}");
                    let alone = said(&[stored("", &fresh, &vec![None; fresh.usage.len()])], &resource, service);
                    prop_assert_eq!(said(&billed, &resource, service), alone, "{} {}", resource, service);
                }
            }
            prop_assert_eq!(subtotal, fresh.subtotal.unwrap());
            // And now there is nothing left to adjust.
            prop_assert!(adjustment(&fresh, &billed).unwrap().draft.lines.is_empty());
        }
    }

    #[test]
    fn what_metering_has_nothing_of_any_more_stays_as_it_was_billed(
        rounds in three_rounds(), lost in 0_u8..4, rules in rules(),
    ) {
        let [before, ..] = rounds;
        let fresh = whole(&before, rules);
        let invoice = stored("invoice", &fresh, &vec![None; fresh.usage.len()]);
        let rest: Metered = before.iter().filter(|((resource, _), _)| *resource != lost).map(|(k, v)| (*k, *v)).collect();

        let Adjustment { draft, gone, .. } = adjustment(&whole(&rest, rules), std::slice::from_ref(&invoice)).unwrap();

        prop_assert!(draft.lines.is_empty());
        // Also where others have changed: then taxes are on these, and on nothing else.
        let more: Metered = rest.iter().map(|(key, volume)| (*key, volume + 1_000_000)).collect();
        let Adjustment { draft, .. } = adjustment(&whole(&more, rules), std::slice::from_ref(&invoice)).unwrap();
        prop_assert!(draft.taxes_agree(), "{:?}", draft);
        let lost_lines = draft.lines.iter().flat_map(Line::by_resource);
        let is_lost = |line: &&Line| line.usage.resource_id == format!("resource {lost}");
        // (Its share of a line for all may be another one now.)
        prop_assert!(lost_lines.filter(is_lost).all(|line| line.usage.volume.is_zero()), "{:?}", draft);
        let used = before.iter().any(|((resource, _), volume)| *resource == lost && *volume > 0);
        prop_assert_eq!(gone, if used { BTreeSet::from([format!("resource {lost}")]) } else { BTreeSet::new() });
    }
}

#[test]
fn a_unit_that_has_changed_is_an_error_that_names_both() {
    let metered = Metered::from([((0, 0), 5_000_000)]);
    let before = whole(&metered, Default::default());
    let mut now = before.clone();
    now.usage[0].unit = "GB·hour".to_owned();
    let invoice = stored("invoice", &before, &[None]);

    let error = adjustment(&now, &[invoice]).unwrap_err().to_string();

    assert!(error.contains("billed in hour") && error.contains("metered in GB·hour"), "{error}");
}
