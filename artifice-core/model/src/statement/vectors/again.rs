//! A billed statement, charged once more behind others.

use std::collections::BTreeSet;

use super::{Rules, at, card, costs, d, flat, hours, in_parts, january, nzd, price, tiers, usage};
use crate::Period;
use crate::aggregate::{Evidence, VolumeParts};
use crate::rate::{Minimum, Price, Scheme, Validity};
use crate::statement::{BilledWhole, Draft, Fee, FeePer, Line, Lines, Metered, Usage};
use crate::units::Unit;

/// Ten units at 1, the rest at 0.1.
fn graduated(service: &str) -> (String, Price) {
    (service.to_owned(), price(service, "hour", Scheme::Graduated(tiers(&[("10", "1", "0"), ("", "0.1", "0")]))))
}

fn billed(draft: &Draft) -> BilledWhole {
    let Draft { tenant, period, currency, lines, .. } = draft.clone();
    BilledWhole { tenant, period, currency, lines }
}

/// What a statement would say now, where `places` go on from others.
fn again(rules: &Rules, whole: BilledWhole, places: &[(&str, &str)]) -> Draft {
    let places: BTreeSet<_> =
        places.iter().map(|(location, service)| ((*location).to_owned(), (*service).to_owned())).collect();
    rules.charging(|charging| Draft::again(whole, &places, charging).unwrap())
}

/// What the first ten days had: six hours of `a`.
fn first() -> Draft {
    Rules::of(vec![flat("a", "0")]).draft(january(1, 11), vec![hours("vm", "a", january(1, 11), "6")]).0
}

fn elsewhere(metered: Metered) -> Metered {
    Metered { usage: Usage { location: "wlg".to_owned(), ..metered.usage.clone() }, ..metered }
}

#[test]
fn units_that_go_by_the_month_are_charged_anew_where_others_come_before_them() {
    let period = january(11, 32);
    let mut rules = Rules::of(vec![graduated("a"), flat("b", "1"), graduated("c")]);
    let all = vec![
        hours("vm", "a", period, "8"),
        hours("vm", "b", period, "5"),
        hours("vm", "c", period, "20"),
        elsewhere(hours("vm", "a", period, "8")),
    ];
    let whole = billed(&rules.draft(period, all).0);
    // Prices of today: those that hold just before the period's end count, and only where they are asked for.
    let [until, from] =
        [Validity { from: None, until: Some(period.end()) }, Validity { from: Some(period.end()), until: None }];
    rules.cards = vec![
        card(until, vec![graduated("a"), flat("b", "9"), flat("c", "9")]),
        card(from, vec![flat("a", "9"), flat("b", "9"), flat("c", "9")]),
    ];
    let places = [("akl", "a"), ("akl", "b")];
    let draft = again(&rules.after(&first()), whole, &places);
    // 4 × 1 + 4 × 0.1; what does not go by the month, or is not asked for, stays.
    assert_eq!(costs(&draft), ["4.40", "5.00", "11.00", "8.00"]);
    assert!(draft.lines[0].goes_by_month() && draft.usage.is_empty() && draft.adds_up());
    assert_eq!(draft.lines[0].rate, None, "it is at two prices now");
}

#[test]
fn units_at_other_prices_are_only_counted() {
    // At a flat price up to the 21st, in tiers behind it; a price in other money charges nothing.
    let change = Some(at("2026-01-21T00:00:00Z"));
    let cards = |amount: &str| {
        vec![
            card(Validity { from: None, until: change }, vec![flat("a", amount)]),
            card(Validity { from: change, until: None }, vec![graduated("a")]),
        ]
    };
    let period = january(11, 32);
    let rules = Rules { cards: cards("7"), cuts: change.into_iter().collect(), ..Rules::default() };
    let used = in_parts(usage("vm", "a", period, "0", "hour"), &rules.cuts, &["2", "5"]);
    let whole = billed(&rules.draft(period, vec![used]).0);
    assert_eq!(whole.lines.iter().map(|line| line.cost).collect::<Vec<_>>(), [Some(d("14")), Some(d("5"))]);
    let now = Rules { cards: cards("9"), ..Rules::default() }.after(&first());
    // 6 and 2 come before: 2 × 1 + 3 × 0.1.
    assert_eq!(costs(&again(&now, whole.clone(), &[("akl", "a")])), ["14.00", "2.30"]);
    let euros = |(service, price): (String, Price)| (service, Price { currency: "EUR".parse().unwrap(), ..price });
    let now = Rules::of(vec![euros(graduated("a"))]).after(&first());
    assert_eq!(costs(&again(&now, whole, &[("akl", "a")])), ["14.00", "5.00"]);
}

#[test]
fn a_line_for_a_service_is_divided_anew() {
    let rules = Rules { lines: Lines::Service, ..Rules::of(vec![graduated("a")]) };
    let period = january(11, 32);
    let whole = billed(&rules.draft(period, vec![hours("1", "a", period, "4"), hours("2", "a", period, "4")]).0);
    let draft = again(&rules.after(&first()), whole, &[("akl", "a")]);
    let [line] = &draft.lines[..] else { panic!("{draft:?}") };
    let parts: Vec<_> = line.parts.iter().map(|part| (part.line.cost, part.exact.clone())).collect();
    assert_eq!(line.cost, Some(d("4.4")));
    assert_eq!(parts, [(Some(d("4")), d("4").into()), (Some(d("0.4")), d("0.4").into())]);
}

fn care(name: &str, section: &str, by_day: bool, uses: &[&str]) -> Fee {
    Fee {
        name: name.to_owned(),
        section: section.to_owned(),
        amount: d("31"),
        currency: nzd(),
        per: FeePer::Month,
        by_day,
        tenants: Vec::new(),
        valid: Validity::default(),
        uses: uses.iter().map(|&text| text.to_owned()).collect(),
        origin: "fees".to_owned(),
    }
}

#[test]
fn a_fee_by_the_day_is_for_the_days_that_the_month_has_now() {
    let used = |period, days: &[(u32, u32)]| {
        let days = days.iter().map(|(from, until)| (january(*from, 32).start(), january(*until, 32).start())).collect();
        let evidence = Evidence { days, ..Evidence::default() };
        Metered::new(usage("vm", "a", period, "1", "hour"), VolumeParts::default(), Some(evidence.into()))
    };
    let period = january(11, 32);
    let rules = Rules { fees: vec![care("Care", "Fees", true, &[])], ..Rules::of(vec![flat("a", "1")]) };
    let whole = billed(&rules.draft(period, vec![used(period, &[(11, 13)])]).0);
    let (before, _) = Rules::of(vec![flat("a", "1")]).draft(january(1, 11), vec![used(january(1, 11), &[(1, 4)])]);
    // Today it costs twice as much, and others that are like it are for nothing that is used.
    let today = Fee { amount: d("62"), ..care("Care", "Fees", true, &[]) };
    let others = [
        care("Care", "Fees", false, &["none"]),
        care("Other", "Fees", true, &["none"]),
        care("Care", "Others", true, &["none"]),
    ];
    let fees = others.into_iter().chain([today]).collect();
    let now = Rules { fees, ..Rules::of(vec![flat("a", "1")]) }.after(&before);
    let draft = again(&now, whole.clone(), &[]);
    let fee = |draft: &Draft| -> Line { draft.lines.iter().find(|line| line.usage.service == "Care").unwrap().clone() };
    let line = fee(&draft);
    let days = line.working.as_ref().unwrap().days.unwrap();
    assert_eq!((line.cost, line.rate.map(|rate| rate.amount)), (Some(d("5")), Some(d("5"))));
    assert_eq!((days.used, days.of, days.amount), (5, 31, d("31")));
    assert!(line.working.unwrap().by_month);
    // Where it is no longer configured it stays.
    let line = fee(&again(&Rules::of(vec![flat("a", "1")]).after(&before), whole, &[]));
    assert_eq!(line.cost, Some(d("2")));
}

#[test]
fn a_fee_is_no_service_whatever_has_a_price_of_its_name() {
    let period = january(11, 32);
    let rules = Rules { fees: vec![care("Care", "Fees", false, &[])], ..Rules::of(vec![flat("a", "1")]) };
    let whole = billed(&rules.draft(period, vec![hours("vm", "a", period, "1")]).0);
    let (service, price) = flat("Care", "9");
    let now = Rules::of(vec![(service, Price { per: Unit::of_the_volume(), ..price })]);
    assert_eq!(costs(&again(&now, whole, &[("", "Care")])), ["1.00", "31.00"]);
}

#[test]
fn what_a_month_lacks_is_worked_out_anew() {
    let with = |amount: &str| {
        let minimum = Some(Minimum { amount: d(amount), origin: "card".to_owned() });
        let mut rules = Rules::of(vec![flat("a", "1")]);
        rules.cards[0].minimum = minimum;
        rules
    };
    let period = january(11, 32);
    let whole = billed(&with("20").draft(period, vec![hours("vm", "a", period, "8")]).0);
    let (before, _) =
        Rules::of(vec![flat("a", "1")]).draft(january(1, 11), vec![hours("vm", "a", january(1, 11), "7")]);
    assert_eq!(costs(&again(&with("20"), whole.clone(), &[])), ["8.00", "12.00"]);
    assert_eq!(costs(&again(&with("20").after(&before), whole.clone(), &[])), ["8.00", "5.00"]);
    assert_eq!(costs(&again(&with("15").after(&before), whole.clone(), &[])), ["8.00"]);
    // Where there is no minimum any more it stays; so it does where nothing was used, and where a line lies in two months.
    assert_eq!(costs(&again(&Rules::of(Vec::new()), whole.clone(), &[])), ["8.00", "12.00"]);
    let mut unused = whole.clone();
    unused.lines[0].usage.volume = d("0");
    unused.lines[0].cost = Some(d("0"));
    assert_eq!(costs(&again(&with("30"), unused, &[])), ["0.00", "12.00"]);
    let mut long = whole;
    long.lines[0].usage.period = Period::new(at("2025-12-31T00:00:00Z"), period.end()).unwrap();
    assert_eq!(costs(&again(&with("30"), long, &[])), ["8.00", "12.00"]);
}
