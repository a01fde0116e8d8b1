//! An invoice and its adjustments together always say what one fresh invoice would.

use std::collections::{BTreeMap, BTreeSet};

use artifice_model::adjust::{Adjustment, BilledStatement, adjustment};
use artifice_model::aggregate::Aggregate;
use artifice_model::rate::{Card, Cards, Minimum, Names, Price, PriceList, Scheme, TaxRule, Tiers, Validity};
use artifice_model::statement::{Charging, Draft, Line, StatementId, Usage};
use artifice_model::{Calendar, Decimal, Period, Tenant};
use proptest::prelude::*;

use crate::charging::{d, flat, nzd, place, plain};

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

fn whole(metered: &Metered) -> Draft {
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
        aggregate: Aggregate::Uptime,
    });
    let prices = PriceList { cards: cards(), table: None };
    let (names, calendar) = (Names::default(), Calendar::new("UTC").unwrap());
    let charging = Charging { prices: Some(&prices), ..plain(&names, &calendar) };
    let tenant = Tenant { id: "demo".into(), name: None };
    let (draft, problems) = Draft::new(tenant, period(), usage.map(Into::into).collect(), charging).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    draft
}

/// A flat price, one in tiers with free units, one that is 0; a minimum that some rounds reach; a tax.
fn cards() -> Cards {
    let tiers = Tiers { ending: vec![(d("20"), d("1.7")), (d("60"), d("0.9"))], beyond: d("0.333") };
    let mut small = flat("m1.small", "0");
    small.price = Price { scheme: Scheme::Graduated(tiers), free: d("5"), ..Price::clone(&small.price) }.into();
    let minimum = Minimum { amount: d("40"), origin: "card".to_owned() };
    let card = Card {
        currency: nzd(),
        valid: Validity::default(),
        prices: vec![flat("m1.nano", "0.0511"), small, flat("volume.size", "0")],
        minimum: Some((minimum, place())),
        taxes: vec![TaxRule { name: "GST".to_owned(), percent: d("15"), sections: vec!["*".to_owned()] }],
    };
    Cards::new(vec![card], &Names::default()).unwrap()
}

/// A statement as the ledger has it.
fn stored(id: &str, draft: &Draft, corrects: &[Option<StatementId>]) -> BilledStatement {
    let usage = draft.usage.iter().cloned().zip(corrects.iter().cloned()).collect();
    BilledStatement { id: id.into(), usage, lines: draft.lines.clone(), taxes: draft.taxes.clone() }
}

fn sum(all: impl Iterator<Item = Option<Decimal>>) -> Decimal {
    all.fold(Decimal::ZERO, |sum, amount| sum.checked_add(amount.unwrap()).unwrap())
}

/// What some statements together say a resource used of a service, and what that costs.
fn said(billed: &[BilledStatement], resource: &str, service: &str) -> (Decimal, Decimal) {
    let is = |usage: &Usage| usage.resource_id == resource && usage.service == service;
    let usage = billed.iter().flat_map(|statement| &statement.usage).map(|(usage, _)| usage);
    let lines = billed.iter().flat_map(|statement| &statement.lines);
    (
        sum(usage.filter(|usage| is(usage)).map(|usage| Some(usage.volume))),
        sum(lines.filter(|line| is(&line.usage)).map(|line: &Line| line.cost)),
    )
}

proptest! {
    #[test]
    fn an_invoice_and_its_adjustments_say_what_a_fresh_invoice_would(rounds in three_rounds()) {
        let mut billed: Vec<BilledStatement> = Vec::new();
        let mut total = Decimal::ZERO;
        for (number, metered) in rounds.iter().enumerate() {
            let fresh = whole(metered);
            let (id, draft, corrects) = if number == 0 {
                ("invoice".to_owned(), fresh.clone(), vec![None; fresh.usage.len()])
            } else {
                let Adjustment { draft, corrects, gone } = adjustment(&fresh, &billed).unwrap();
                prop_assert!(gone.is_empty(), "{:?}", gone);
                (format!("adjustment {number}"), draft, corrects)
            };
            prop_assert!(draft.adds_up());
            prop_assert_eq!(draft.taxes.iter().map(|tax| Some(tax.base)).collect::<Vec<_>>(),
                draft.taxes.iter().map(|_| draft.subtotal).collect::<Vec<_>>());
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
                total = total.checked_add(draft.total.unwrap()).unwrap();
            }

            for resource in 0..4 {
                for service in SERVICES {
                    let resource = format!("resource {resource}");
                    let alone = said(&[stored("", &fresh, &vec![None; fresh.usage.len()])], &resource, service);
                    prop_assert_eq!(said(&billed, &resource, service), alone, "{} {}", resource, service);
                }
            }
            prop_assert_eq!(total, fresh.total.unwrap());
            // And now there is nothing left to adjust.
            prop_assert!(adjustment(&fresh, &billed).unwrap().draft.lines.is_empty());
        }
    }

    #[test]
    fn what_metering_has_nothing_of_any_more_stays_as_it_was_billed(rounds in three_rounds(), lost in 0_u8..4) {
        let [before, ..] = rounds;
        let fresh = whole(&before);
        let invoice = stored("invoice", &fresh, &vec![None; fresh.usage.len()]);
        let rest: Metered = before.iter().filter(|((resource, _), _)| *resource != lost).map(|(k, v)| (*k, *v)).collect();

        let Adjustment { draft, gone, .. } = adjustment(&whole(&rest), std::slice::from_ref(&invoice)).unwrap();

        prop_assert!(draft.lines.is_empty());
        // Also where others have changed: then taxes are on these, and on nothing else.
        let more: Metered = rest.iter().map(|(key, volume)| (*key, volume + 1_000_000)).collect();
        let Adjustment { draft, .. } = adjustment(&whole(&more), std::slice::from_ref(&invoice)).unwrap();
        prop_assert!(draft.taxes.iter().all(|tax| Some(tax.base) == draft.subtotal), "{:?}", draft);
        let used = before.iter().any(|((resource, _), volume)| *resource == lost && *volume > 0);
        prop_assert_eq!(gone, if used { BTreeSet::from([format!("resource {lost}")]) } else { BTreeSet::new() });
    }
}

#[test]
fn a_unit_that_has_changed_is_an_error_that_names_both() {
    let metered = Metered::from([((0, 0), 5_000_000)]);
    let before = whole(&metered);
    let mut now = before.clone();
    now.usage[0].unit = "GB·hour".to_owned();
    let invoice = stored("invoice", &before, &[None]);

    let error = adjustment(&now, &[invoice]).unwrap_err().to_string();

    assert!(error.contains("billed in hour") && error.contains("metered in GB·hour"), "{error}");
}
