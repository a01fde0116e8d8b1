//! Lines for a whole service, and where single lines drift away.

use super::{Rules, at, card, costs, d, flat, hours, in_parts, january, price, tiers, usage};
use crate::aggregate::Aggregate;
use crate::exact::Ratio;
use crate::rate::{Price, Scheme, Validity};
use crate::statement::{Line, Lines, Metered, Problem, Usage};

#[test]
fn a_line_for_a_service_is_for_one_section_location_unit_segment_and_price() {
    let mut rules = Rules::of(vec![flat("a", "0.004"), ("b".to_owned(), price("b", "GB", Scheme::Flat(d("1"))))]);
    rules.lines = Lines::Service;
    let period = january(1, 32);
    let with = |resource: &str, change: fn(&mut Usage)| {
        let mut usage = usage(resource, "a", period, "1", "hour");
        change(&mut usage);
        Metered::from(usage)
    };
    let all = vec![
        with("2", |_| ()),
        with("1", |usage| usage.entry = "other".to_owned()),
        with("3", |usage| usage.meter = "cpu".to_owned()),
        with("4", |usage| usage.aggregate = Some(Aggregate::Sum)),
        with("5", |usage| usage.location = "wlg".to_owned()),
        with("6", |usage| usage.section = "Other".to_owned()),
        with("7", |usage| (usage.service, usage.unit) = ("b".to_owned(), "GB".to_owned())),
        with("8", |usage| (usage.service, usage.unit) = ("b".to_owned(), "GiB".to_owned())),
    ];
    let (draft, problems) = rules.draft(period, all);
    assert!(problems.is_empty(), "{problems:?}");
    let said = |line: &Line| {
        let Usage { section, location, unit, volume, entry, meter, .. } = &line.usage;
        format!("{section} {location} {volume} {unit} '{entry}' '{meter}' '{}'", line.usage.aggregate_name())
    };
    assert_eq!(
        draft.lines.iter().map(said).collect::<Vec<_>>(),
        [
            "Compute akl 4 hour '' '' ''",
            "Compute akl 1 GB 'instance' 'instance' 'uptime'",
            "Compute akl 1 GiB 'instance' 'instance' 'uptime'",
            "Compute wlg 1 hour 'instance' 'instance' 'uptime'",
            "Other akl 1 hour 'instance' 'instance' 'uptime'",
        ]
    );
    // 4 × 0.004 = 0.016: to each 0.004, and the coins to the first two by id.
    let line = &draft.lines[0];
    let shares: Vec<_> =
        line.parts.iter().map(|part| (&*part.line.usage.resource_id, part.line.cost.unwrap().to_fixed(2))).collect();
    assert_eq!(line.cost, Some(d("0.02")));
    assert_eq!(shares, [("1", "0.01".into()), ("2", "0.01".into()), ("3", "0.00".into()), ("4", "0.00".into())]);
    assert!(line.usage.resource_id.is_empty() && line.usage.resource_name.is_empty() && line.evidence.is_none());
    assert_eq!((line.by_resource().count(), line.exact()), (4, Some(d("0.016").into())));
    assert_eq!(line.rate.as_ref().map(|rate| rate.amount), Some(d("0.004")));
    assert_eq!(line.working.as_ref().unwrap().price, None);
}

#[test]
fn a_line_for_a_service_says_the_arithmetic_of_its_resources() {
    let scheme = Scheme::Graduated(tiers(&[("10", "1", "5"), ("", "0.5", "0")]));
    let graduated = Price { free: d("2"), discount: d("50"), cap: Some(d("9")), ..price("a", "hour", scheme) };
    let rules = Rules { lines: Lines::Service, ..Rules::of(vec![("a".to_owned(), graduated)]) };
    let period = january(1, 32);
    let all = [("1", "4"), ("2", "10"), ("3", "40")].map(|(vm, volume)| hours(vm, "a", period, volume)).to_vec();
    let (draft, _) = rules.draft(period, all);
    // 2 at 1; 8 at 1 and 2 at 0.5; 40 at 0.5: halved, the first enters a tier, the last has its cap.
    let [line] = &draft.lines[..] else { panic!("{draft:?}") };
    let exact: Vec<_> = line.parts.iter().map(|part| part.exact.clone()).collect();
    assert_eq!(exact, ["6", "4.5", "9"].map(|cost| Ratio::from(d(cost))));
    assert_eq!((line.cost, line.rate.as_ref()), (Some(d("19.5")), None));
    let working = line.working.as_deref().unwrap();
    let steps: Vec<_> = working.steps.iter().map(|step| (step.units.exactly().unwrap(), step.price)).collect();
    assert_eq!(steps, [(d("10"), d("1")), (d("42"), d("0.5"))]);
    assert_eq!((line.free(), working.flats.len(), &working.cap), (d("2").into(), 1, &None));
    assert_eq!(working.price, Some(("hour".to_owned(), "price of a".to_owned())));
    let rates: Vec<_> = line.parts.iter().map(|part| part.line.rate.as_ref().map(|rate| rate.amount)).collect();
    assert_eq!(rates, [Some(d("1")), None, Some(d("0.5"))]);
}

#[test]
fn what_has_no_price_has_no_cost_in_a_line_for_a_service_either() {
    let rules = Rules { lines: Lines::Service, ..Rules::of(vec![flat("a", "1")]) };
    let period = january(1, 32);
    let (draft, problems) = rules.draft(period, vec![hours("1", "x", period, "1"), hours("2", "x", period, "2")]);
    assert_eq!((costs(&draft), draft.total), (vec!["?".to_owned()], None));
    assert!(matches!(&problems[..], [Problem::NoRate { resources, .. }] if *resources == ["1", "2"]), "{problems:?}");
}

#[test]
fn a_price_change_makes_two_lines_for_a_service() {
    let cut = at("2026-01-11T00:00:00Z");
    let validity = |from, until| Validity { from, until };
    let cards = vec![
        card(validity(None, Some(cut)), vec![flat("a", "1")]),
        card(validity(Some(cut), None), vec![flat("a", "2")]),
    ];
    let rules = Rules { cards, lines: Lines::Service, cuts: vec![cut], ..Rules::default() };
    let period = january(1, 32);
    let both = |vm: &str| in_parts(usage(vm, "a", period, "7", "hour"), &[cut], &["3", "4"]);
    let (draft, _) = rules.draft(period, vec![both("1"), both("2")]);
    let said: Vec<_> = draft.lines.iter().map(|line| (line.usage.period, line.usage.volume, line.cost)).collect();
    let expected = [(january(1, 11), d("6"), Some(d("6"))), (january(11, 32), d("8"), Some(d("16")))];
    assert_eq!(said, expected);
}

#[test]
fn more_than_ten_coins_of_rounding_are_told() {
    for (amount, count, told) in [("0.004", 26, false), ("0.004", 27, true), ("0.006", 26, false), ("0.006", 27, true)]
    {
        let period = january(1, 32);
        let all = (0..count).map(|vm| hours(&format!("{vm:02}"), "a", period, "1")).collect::<Vec<_>>();
        let (_, problems) = Rules::of(vec![flat("a", amount)]).draft(period, all.clone());
        assert_eq!(!problems.is_empty(), told, "{count} × {amount}: {problems:?}");
        assert!(problems.iter().all(|problem| matches!(problem, Problem::Drift { .. }) && !problem.refuses()));
        let by_service = Rules { lines: Lines::Service, ..Rules::of(vec![flat("a", amount)]) };
        assert!(by_service.draft(period, all).1.is_empty());
    }
    // Also where units are counted, and where prices of neighbours differ.
    let scheme = Scheme::Graduated(tiers(&[("20", "0.004", "0"), ("", "0.003", "0")]));
    let all: Vec<_> = (0..60).map(|vm| hours(&format!("{vm:02}"), "a", january(1, 32), "1")).collect();
    let (_, problems) = Rules::of(vec![("a".to_owned(), price("a", "hour", scheme))]).draft(january(1, 32), all);
    // 20 × 0.004 + 40 × 0.003 = 0.20.
    let [problem] = &problems[..] else { panic!("{problems:?}") };
    assert!(problem.to_string().contains("the 60 lines of 'a' at 'akl' come to NZD 0.00"), "{problem}");
    assert!(problem.to_string().contains("together to NZD 0.20; `main.lines"), "{problem}");
}
