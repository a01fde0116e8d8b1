//! What lines, drafts and months say of themselves.

use std::sync::Arc;

use super::{Rules, at, costs, d, flat, hours, january, usage};
use crate::rate::{Days, TaxRule, Working};
use crate::statement::{Draft, InMonths, Line, MINIMUM, Rate, Usage};
use crate::{Calendar, Period};

/// A line of `a` at akl in January, without a price.
fn line(change: impl FnOnce(&mut Line)) -> Line {
    let usage = usage("vm", "a", january(1, 32), "1", "hour");
    let (name, parts) = ("a".to_owned(), Vec::new());
    let mut line = Line { usage, name, rate: None, cost: Some(d("0")), working: None, evidence: None, parts };
    change(&mut line);
    line
}

/// A line for what nobody has metered.
fn of_the_whole(section: &str, service: &str) -> Line {
    line(|line| {
        let Usage { meter, location, resource_id, .. } = &mut line.usage;
        [meter, location, resource_id].into_iter().for_each(String::clear);
        (line.usage.section, line.usage.service) = (section.to_owned(), service.to_owned());
    })
}

fn by_month(line: &mut Line) {
    line.working = Some(Arc::new(Working { by_month: true, ..Working::default() }));
}

#[test]
fn a_line_goes_by_the_month_by_its_working_or_without_one_where_it_has_a_cost_and_no_rate() {
    let rate = Rate { amount: d("1"), per: "hour".to_owned(), origin: String::new() };
    assert!(!line(|_| ()).goes_by_month());
    assert!(!line(|line| line.cost = None).goes_by_month());
    assert!(line(|line| line.cost = Some(d("1"))).goes_by_month());
    assert!(!line(|line| (line.cost, line.rate) = (Some(d("1")), Some(rate.clone()))).goes_by_month());
    let priced = line(|line| {
        by_month(line);
        (line.cost, line.rate) = (Some(d("1")), Some(rate));
    });
    assert!(priced.goes_by_month());
}

#[test]
fn what_nobody_has_metered_is_of_the_whole_and_one_name_is_the_minimum_s() {
    let says = |line: &Line| (line.is_of_the_whole(), line.is_minimum());
    assert_eq!(says(&of_the_whole("Fees", "Care")), (true, false));
    assert_eq!(says(&of_the_whole(MINIMUM, MINIMUM)), (true, true));
    assert_eq!(says(&of_the_whole(MINIMUM, "Care")), (true, false));
    let metered = line(|line| (line.usage.section, line.usage.service) = (MINIMUM.to_owned(), MINIMUM.to_owned()));
    assert_eq!(says(&metered), (false, false));
    let set: [fn(&mut Usage); 3] = [
        |usage| usage.meter = "instance".to_owned(),
        |usage| usage.location = "akl".to_owned(),
        |usage| usage.resource_id = "vm".to_owned(),
    ];
    for set in set {
        let mut one = of_the_whole(MINIMUM, MINIMUM);
        set(&mut one.usage);
        assert_eq!(says(&one), (false, false), "{one:?}");
    }
}

#[test]
fn sums_agree_with_lines_and_taxes_or_are_unknown_with_them() {
    let period = january(1, 32);
    let tax = TaxRule { name: "GST".to_owned(), percent: d("10"), sections: vec!["*".to_owned()] };
    let mut rules = Rules::of(vec![flat("a", "1")]);
    rules.cards[0].taxes = vec![tax];
    let (draft, _) = rules.draft(period, vec![hours("vm", "a", period, "5")]);
    assert_eq!((draft.subtotal, draft.total, draft.adds_up()), (Some(d("5")), Some(d("5.5")), true));
    let changes: [fn(&mut Draft); 6] = [
        |draft| draft.subtotal = Some(d("4")),
        |draft| draft.total = Some(d("5")),
        |draft| draft.total = None,
        |draft| draft.taxes[0].amount = d("0.4"),
        |draft| draft.lines[0].cost = Some(d("6")),
        |draft| draft.lines[0].cost = None,
    ];
    for change in changes {
        let mut wrong = draft.clone();
        change(&mut wrong);
        assert!(!wrong.adds_up(), "{wrong:?}");
    }
    // Without a cost there is no sum.
    let (unknown, _) = rules.draft(period, vec![hours("vm", "x", period, "5")]);
    assert_eq!((unknown.subtotal, unknown.total, unknown.adds_up()), (None, None, true));
    // What takes a statement back has used nothing.
    let back = draft.negated().unwrap();
    assert_eq!((back.usage.len(), back.total, costs(&back)), (0, Some(d("-5.5")), vec!["-5.00".to_owned()]));
}

#[test]
fn a_usage_of_zero_is_no_line_unless_it_is_wanted_beside_others() {
    let period = january(1, 32);
    let all = |volume: &str| vec![hours("1", "a", period, "0"), hours("2", "a", period, volume)];
    for (zero_lines, volume, expected) in
        [(false, "3", &["3.00"][..]), (true, "3", &["0.00", "3.00"]), (true, "0", &[]), (false, "0", &[])]
    {
        let rules = Rules { zero_lines, ..Rules::of(vec![flat("a", "1")]) };
        let (draft, problems) = rules.draft(period, all(volume));
        assert_eq!((costs(&draft), draft.usage.len()), (expected.iter().map(|&cost| cost.to_owned()).collect(), 2));
        assert!(problems.is_empty());
    }
}

#[test]
fn months_meet_where_one_goes_on_from_the_other() {
    let utc = Calendar::new("UTC").unwrap();
    let of = |lines: Vec<Line>| InMonths::of(&lines, &utc);
    let counting = || line(by_month);
    let plain = || line(|_| ());
    let minimum = || of_the_whole(MINIMUM, MINIMUM);
    let by_day = line(|line| {
        *line = of_the_whole("Fees", "Care");
        let days = Some(Days { used: 1, of: 31, amount: d("31") });
        line.working = Some(Arc::new(Working { days, ..Working::default() }));
    });
    let december = |line: Line| {
        let period = Period::new(at("2025-12-30T00:00:00Z"), at("2026-01-02T00:00:00Z")).unwrap();
        Line { usage: Usage { period, ..line.usage.clone() }, ..line }
    };
    let elsewhere = |line: Line| Line { usage: Usage { location: "wlg".to_owned(), ..line.usage.clone() }, ..line };
    for (one, other, expected) in [
        (counting(), counting(), true),
        (counting(), plain(), true),
        (plain(), plain(), false),
        (counting(), elsewhere(counting()), false),
        (counting(), december(counting()), false),
        (minimum(), plain(), true),
        (by_day.clone(), plain(), true),
        (minimum(), december(plain()), false),
        (minimum(), minimum(), false),
    ] {
        let (one, other) = (of(vec![one]), of(vec![other]));
        assert_eq!((one.meets(&other), other.meets(&one)), (expected, expected), "{one:?} {other:?}");
    }
    // Some of a place's lines, or one of its places, is enough.
    assert!(of(vec![plain(), counting(), plain()]).meets(&of(vec![plain()])));
    assert_eq!([counting(), plain(), minimum(), by_day].map(|line| of(vec![line]).counts()), [true, false, true, true]);
}
