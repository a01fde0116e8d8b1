//! Minimum and taxes.

use super::{Rules, card, costs, d, flat, hours, january};
use crate::rate::{Card, Minimum, TaxRule, Validity};
use crate::statement::{Draft, TaxRounding};

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
