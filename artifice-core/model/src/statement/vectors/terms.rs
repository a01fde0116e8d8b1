//! Minimum and taxes.

use super::{Rules, at, card, costs, d, flat, hours, january};
use crate::Period;
use crate::rate::{Card, Minimum, TaxRule, Validity};
use crate::statement::{BilledLine, Draft, TaxRounding};

#[test]
fn a_tax_is_rounded_once_or_for_each_line_and_listed_also_where_it_is_0() {
    for (rounding, expected) in [(TaxRounding::Document, "0.05"), (TaxRounding::Line, "0.06")] {
        let mut rules = Rules { rounding, ..Rules::of(vec![flat("a", "0.1")]) };
        let tax = |name: &str, section: &str| TaxRule {
            name: name.to_owned(),
            percent: d("15"),
            sections: vec![section.to_owned()],
        };
        rules.cards[0].taxes = vec![tax("GST", "Comp*"), tax("Other", "Network")];
        let all = ["1", "2", "3"].map(|vm| hours(vm, "a", january(1, 32), "1")).to_vec();
        let (draft, _) = rules.draft(january(1, 32), all);
        // 15 % of 0.10 are 0.015, of 0.30 are 0.045.
        let taxes: Vec<_> = draft.taxes.iter().map(|tax| (tax.base.to_fixed(2), tax.amount.to_fixed(2))).collect();
        assert_eq!(taxes, [("0.30".to_owned(), expected.to_owned()), ("0.00".to_owned(), "0.00".to_owned())]);
        assert!(draft.adds_up() && draft.taxes_agree());
        let credit = draft.negated().unwrap();
        assert_eq!((credit.taxes[0].amount.to_fixed(2), credit.taxes_agree()), (format!("-{expected}"), true));
        let other = if rounding == TaxRounding::Line { TaxRounding::Document } else { TaxRounding::Line };
        assert!(!Draft { tax_rounding: other, ..draft }.taxes_agree());
    }
}

#[test]
fn of_several_minimums_the_largest_counts() {
    let minimum = |amount: &str| {
        let minimum = Minimum { amount: d(amount), origin: format!("minimum of {amount}") };
        Card { minimum: Some(minimum), ..card(Validity::default(), Vec::new()) }
    };
    let mut rules = Rules::of(vec![flat("a", "1")]);
    rules.cards.extend(["5", "20", "10"].map(minimum));
    let (draft, _) = rules.draft(january(1, 32), vec![hours("vm", "a", january(1, 32), "8")]);
    assert_eq!(costs(&draft), ["8.00", "12.00"]);
    assert_eq!(draft.lines[1].rate.as_ref().unwrap().origin, "minimum of 20");
}

fn with_minimum(amount: &str) -> Rules {
    let mut rules = Rules::of(vec![flat("a", "1")]);
    rules.cards[0].minimum = Some(Minimum { amount: d(amount), origin: String::new() });
    rules
}

#[test]
fn minimum_and_taxes_are_those_that_hold_just_before_the_period_s_end() {
    let period = january(1, 32);
    let terms = |valid: Validity| {
        let mut rules = Rules::of(vec![flat("a", "1")]);
        let tax = TaxRule { name: "GST".to_owned(), percent: d("15"), sections: vec!["*".to_owned()] };
        let minimum = Some(Minimum { amount: d("10"), origin: String::new() });
        rules.cards.push(Card { minimum, taxes: vec![tax], ..card(valid, Vec::new()) });
        let (draft, _) = rules.draft(period, vec![hours("vm", "a", period, "4")]);
        (costs(&draft).len(), draft.taxes.len())
    };
    assert_eq!(terms(Validity { from: None, until: Some(period.end()) }), (2, 1));
    assert_eq!(terms(Validity { from: Some(period.end()), until: None }), (1, 0));
    assert_eq!(terms(Validity { from: None, until: Some(period.end().plus(-1)) }), (1, 0));
}

#[test]
fn a_month_has_reached_what_its_statements_in_the_same_money_have_billed() {
    let used = |from, to, volume| vec![hours("vm", "a", january(from, to), volume)];
    let (before, _) = Rules::of(vec![flat("a", "1")]).draft(january(1, 11), used(1, 11, "3"));
    let lacks = |change: fn(&mut BilledLine)| {
        let mut rules = with_minimum("10").after(&before);
        rules.earlier.iter_mut().for_each(change);
        costs(&rules.draft(january(11, 32), used(11, 32, "2")).0).concat()
    };
    assert_eq!(lacks(|_| ()), "2.005.00");
    assert_eq!(lacks(|billed| billed.currency = "EUR".parse().unwrap()), "2.008.00");
    assert_eq!(
        lacks(|billed| billed.line.usage.period =
            Period::new(at("2025-12-30T00:00:00Z"), at("2026-01-02T00:00:00Z")).unwrap()),
        "2.008.00"
    );
}
