//! Fees by the day, and by the month.

use super::{Rules, at, costs, d, flat, hours, january, nzd, usage};
use crate::Period;
use crate::aggregate::{Evidence, VolumeParts};
use crate::rate::Validity;
use crate::statement::{Fee, FeePer, Metered};

fn by_day(uses: &[&str]) -> Fee {
    Fee {
        name: "Care".to_owned(),
        section: "Fees".to_owned(),
        amount: d("31"),
        currency: nzd(),
        per: FeePer::Month,
        by_day: true,
        tenants: Vec::new(),
        valid: Validity::default(),
        uses: uses.iter().map(|&text| text.to_owned()).collect(),
        origin: "fees".to_owned(),
    }
}

/// An hour of a machine, used on these days.
fn used(service: &str, period: Period, days: &[(&str, &str)]) -> Metered {
    let days = days.iter().map(|(from, until)| (at(from), at(until))).collect();
    let evidence = Evidence { days, ..Evidence::default() };
    Metered::new(usage("vm", service, period, "1", "hour"), VolumeParts::default(), Some(evidence.into()))
}

#[test]
fn a_fee_by_the_day_is_for_the_days_of_the_month_on_which_its_uses_were_used() {
    let first = ("2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z");
    let later = ("2026-01-31T00:00:00Z", "2026-02-02T00:00:00Z");
    let fee = |uses: &[&str], all: Vec<Metered>| {
        let rules = Rules { fees: vec![by_day(uses)], ..Rules::of(vec![flat("a", "0"), flat("b", "0")]) };
        let (draft, _) = rules.draft(january(1, 32), all);
        draft.lines.iter().find(|line| line.usage.service == "Care").map(|line| line.cost.unwrap().to_string())
    };
    let a = used("a", january(1, 32), &[first]);
    let b = used("b", january(1, 32), &[("2026-01-02T00:00:00Z", "2026-01-05T00:00:00Z"), later]);
    assert_eq!(fee(&[], vec![a.clone()]).as_deref(), Some("2"));
    // The 1st to the 4th, and the 31st; February is not January.
    assert_eq!(fee(&[], vec![a.clone(), b.clone()]).as_deref(), Some("5"));
    assert_eq!(fee(&["b"], vec![a.clone(), b.clone()]).as_deref(), Some("4"));
    assert_eq!(fee(&["Compute"], vec![a.clone()]).as_deref(), Some("2"));
    assert_eq!(fee(&["Network"], vec![a.clone(), b]), None);
    assert_eq!(fee(&[], vec![used("a", january(1, 32), &[])]), None, "no day, no fee");

    // Days of the month's other statements unite with them; the fee's line says what it is for.
    let rules = || Rules { fees: vec![by_day(&[])], ..Rules::of(vec![flat("a", "1")]) };
    let half = used("a", january(1, 11), &[first]);
    let (before, _) = rules().draft(january(1, 11), vec![half]);
    assert_eq!(costs(&before), ["1.00"], "the month does not end yet");
    let days = [("2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"), ("2026-01-20T00:00:00Z", "2026-01-21T00:00:00Z")];
    let (after, _) = rules().after(&before).draft(january(11, 32), vec![used("a", january(11, 32), &days)]);
    let line = after.lines.iter().find(|line| line.usage.service == "Care").unwrap();
    let working = line.working.as_deref().unwrap();
    let said = working.days.unwrap();
    assert_eq!((said.used, said.of, said.amount), (3, 31, d("31")));
    assert_eq!((line.cost, line.rate.as_ref().map(|rate| rate.amount)), (Some(d("3")), Some(d("3"))));
    assert_eq!((line.exact(), working.by_month), (Some(d("3").into()), true));

    // Who uses nothing in the statement that reaches the month's end pays nothing there.
    let unused = vec![hours("vm", "a", january(11, 32), "0")];
    assert!(rules().after(&before).draft(january(11, 32), unused).0.lines.is_empty());

    // Rounded once: 10 × 2 / 31.
    let odd = Fee { amount: d("10"), ..by_day(&[]) };
    let (draft, _) = Rules { fees: vec![odd], ..Rules::of(vec![flat("a", "0")]) }.draft(january(1, 32), vec![a]);
    assert_eq!(draft.lines.iter().find(|line| line.usage.service == "Care").unwrap().cost, Some(d("0.65")));
}

#[test]
fn a_fee_that_is_not_by_the_day_is_for_the_whole_month() {
    let fee = Fee { by_day: false, ..by_day(&["a"]) };
    let others = Fee { tenants: vec!["somebody".into()], name: "Theirs".to_owned(), ..fee.clone() };
    let rules = Rules { fees: vec![fee, others], ..Rules::of(vec![flat("a", "1"), flat("b", "1")]) };
    let (draft, problems) = rules.draft(january(1, 32), vec![hours("vm", "a", january(1, 32), "1")]);
    assert_eq!((costs(&draft), problems.len()), (vec!["1.00".to_owned(), "31.00".to_owned()], 0));
    let (draft, _) = rules.draft(january(1, 32), vec![hours("vm", "b", january(1, 32), "1")]);
    assert_eq!(costs(&draft), ["1.00"]);
}

#[test]
fn a_fee_in_other_money_is_a_problem() {
    let fee = Fee { by_day: false, currency: "EUR".parse().unwrap(), ..by_day(&[]) };
    let rules = Rules { fees: vec![fee], ..Rules::of(vec![flat("a", "1")]) };
    let (draft, problems) = rules.draft(january(1, 32), vec![hours("vm", "a", january(1, 32), "1")]);
    assert_eq!(costs(&draft), ["1.00", "?"]);
    let [problem] = &problems[..] else { panic!("{problems:?}") };
    assert!(
        problem.to_string().starts_with("the rate at fees for 'Care' is in EUR, the statement in NZD"),
        "{problem}"
    );
}
