//! What counts the units of a month.

use super::{Rules, at, costs, d, flat, hours, january, price, tiers, usage};
use crate::Period;
use crate::exact::Ratio;
use crate::rate::{Price, Scheme};
use crate::statement::{Draft, Lines, Metered, Usage};

/// 20 units of a price with a cap of 8 behind 5 of another price.
#[test]
fn a_cap_is_for_a_resource_an_entry_a_place_and_a_month_under_whatever_price() {
    let mut capped = flat("a", "1");
    capped.1.cap = Some(d("8"));
    let before = |change: fn(&mut Usage)| {
        let mut usage = usage("vm", "a", january(1, 11), "5", "hour");
        change(&mut usage);
        Rules::of(vec![flat("a", "1"), flat("b", "1")]).draft(january(1, 11), vec![usage.into()]).0
    };
    let left = |before: &Draft| {
        let rules = Rules::of(vec![capped.clone()]).after(before);
        costs(&rules.draft(january(11, 32), vec![hours("vm", "a", january(11, 32), "20")]).0).concat()
    };
    assert_eq!(left(&before(|_| ())), "3.00");
    assert_eq!(left(&before(|usage| usage.resource_id = "other".to_owned())), "8.00");
    assert_eq!(left(&before(|usage| usage.entry = "other".to_owned())), "8.00");
    assert_eq!(left(&before(|usage| usage.location = "other".to_owned())), "8.00");
    assert_eq!(left(&before(|usage| usage.service = "b".to_owned())), "8.00");
    let december = Period::new(at("2025-12-31T00:00:00Z"), january(1, 2).start()).unwrap();
    let mut earlier = before(|_| ());
    earlier.lines[0].usage.period = december;
    assert_eq!(left(&earlier), "8.00");
    earlier.lines[0].usage.period = january(1, 2);
    earlier.lines[0].cost = Some(d("9"));
    assert_eq!(left(&earlier), "0.00", "never below 0");
}

#[test]
fn free_units_are_those_that_the_month_has_not_had_free_under_whatever_price() {
    let free = |units: &str| {
        let (service, price) = flat("a", "1");
        vec![(service, Price { free: d(units), ..price })]
    };
    let (first, _) = Rules::of(free("10")).draft(january(1, 11), vec![hours("vm", "a", january(1, 11), "12")]);
    assert_eq!((costs(&first), first.lines[0].free()), (vec!["2.00".to_owned()], d("10").into()));
    for (units, expected) in [("15", "1.00"), ("10", "6.00"), ("3", "6.00")] {
        let second = Rules::of(free(units)).after(&first);
        let (second, _) = second.draft(january(11, 32), vec![hours("vm", "a", january(11, 32), "6")]);
        assert_eq!(costs(&second), [expected], "{units} free");
    }
}

#[test]
fn positions_and_totals_are_those_of_the_page() {
    let graduated = price("a", "hour", Scheme::Graduated(tiers(&[("10", "1", "0"), ("", "0.1", "0")])));
    let volume = price("a", "hour", Scheme::Volume(tiers(&[("10", "1", "0"), ("", "0.1", "0")])));
    let half = |units: &str| vec![hours("vm", "a", january(1, 11), units)];
    let rest = |units: &str| vec![hours("vm", "a", january(11, 32), units)];
    let of = |price: &Price| Rules::of(vec![("a".to_owned(), price.clone())]);
    // The position is what was charged, flat prices included: 8 of them, then 2 at 1 and 2 at 0.1.
    let (flat_first, _) = Rules::of(vec![flat("a", "7")]).draft(january(1, 11), half("8"));
    assert_eq!(costs(&of(&graduated).after(&flat_first).draft(january(11, 32), rest("4")).0), ["2.20"]);
    // What was free is not charged: the position is 3.
    let free = Price { free: d("5"), ..graduated.clone() };
    let (free_first, _) = of(&free).draft(january(1, 11), half("8"));
    assert_eq!(costs(&of(&graduated).after(&free_first).draft(january(11, 32), rest("8")).0), ["7.10"]);
    // A volume price looks at all units, free ones included, minus all that it gives free: 8 + 4 − 2 = 10.
    let two_free = Price { free: d("2"), ..volume.clone() };
    assert_eq!(costs(&of(&two_free).after(&free_first).draft(january(11, 32), rest("4")).0), ["4.00"]);
    assert_eq!(costs(&of(&two_free).after(&free_first).draft(january(11, 32), rest("4.000001")).0), ["0.40"]);
    assert_eq!(costs(&of(&volume).after(&free_first).draft(january(11, 32), rest("4")).0), ["0.40"]);
    // Of what ends later nothing is in the total, but it was charged: the position is behind it.
    let (later, _) = of(&volume).draft(january(11, 32), rest("9"));
    assert_eq!(costs(&of(&volume).after(&later).draft(january(1, 11), half("4")).0), ["4.00"]);
    assert_eq!(costs(&of(&graduated).after(&later).draft(january(1, 11), half("4")).0), ["1.30"]);
    // A package that was begun is not begun again.
    let package = price("a", "hour", Scheme::Package { size: d("5"), amount: d("3") });
    let (begun, _) = of(&package).draft(january(1, 11), half("6"));
    assert_eq!(costs(&begun), ["6.00"]);
    assert_eq!(costs(&of(&package).after(&begun).draft(january(11, 32), rest("4")).0), ["0.00"]);
    assert_eq!(costs(&of(&package).after(&begun).draft(january(11, 32), rest("4.5")).0), ["3.00"]);
}

#[test]
fn units_of_earlier_statements_are_converted() {
    let scheme = Scheme::Graduated(tiers(&[("2", "1", "4"), ("", "0.1", "8")]));
    let mut rules = Rules::of(vec![("a".to_owned(), price("a", "GB", scheme))]);
    let in_unit = |period, volume, unit| Metered::from(usage("nic", "a", period, volume, unit));
    let (first, _) = rules.draft(january(1, 11), vec![in_unit(january(1, 11), "1", "GiB")]);
    // 1.073741824 GB, and the first step.
    assert_eq!(costs(&first), ["5.07"]);
    rules = rules.after(&first);
    let (second, _) = rules.draft(january(11, 32), vec![in_unit(january(11, 32), "1000", "MB")]);
    // 0.926258176 at 1, 0.073741824 at 0.1, and the second step.
    assert_eq!(costs(&second), ["8.93"]);
    let bound = second.lines[0].flats();
    assert_eq!((bound[0].bound.clone(), bound[0].amount), (d("2000").into(), d("8")), "in the volume's unit");
}

#[test]
fn the_step_that_a_volume_price_reaches_is_charged_once_a_month_and_tier() {
    let scheme = Scheme::Volume(tiers(&[("10", "1", "5"), ("20", "0.5", "3"), ("", "0.1", "0")]));
    let rules = || Rules::of(vec![("a".to_owned(), price("a", "hour", scheme.clone()))]);
    let one = |from, to, volume| vec![hours("vm", "a", january(from, to), volume)];
    let (first, _) = rules().draft(january(1, 2), one(1, 2, "4"));
    let (again, _) = rules().after(&first).draft(january(2, 3), one(2, 3, "4"));
    let (second, _) = rules().after(&first).after(&again).draft(january(3, 4), one(3, 4, "4"));
    let after = || rules().after(&first).after(&again).after(&second);
    let (third, _) = after().draft(january(4, 5), one(4, 5, "1"));
    let (beyond, _) = after().after(&third).draft(january(5, 6), one(5, 6, "20"));
    let all: Vec<String> = [&first, &again, &second, &third, &beyond].into_iter().flat_map(costs).collect();
    assert_eq!(all, ["9.00", "4.00", "5.00", "0.50", "2.00"]);
}

#[test]
fn below_0_gives_back_and_takes_no_free_units() {
    let scheme = Scheme::Graduated(tiers(&[("10", "1", "5"), ("", "0.5", "3")]));
    let priced = |scheme| Rules::of(vec![("a".to_owned(), Price { free: d("2"), ..price("a", "hour", scheme) })]);
    let one = |from, to, volume| vec![hours("vm", "a", january(from, to), volume)];
    let (first, _) = priced(scheme.clone()).draft(january(1, 2), one(1, 2, "14"));
    // 12 are charged: 10 + 1, and both steps.
    assert_eq!(costs(&first), ["19.00"]);
    let (back, _) = priced(scheme.clone()).after(&first).draft(january(2, 3), one(2, 3, "-4"));
    // 2 at 0.5 and 2 at 1, and the second step.
    assert_eq!((costs(&back), back.lines[0].free()), (vec!["-6.00".to_owned()], Ratio::zero()));
    let (up, _) = priced(scheme.clone()).after(&first).after(&back).draft(january(3, 4), one(3, 4, "4"));
    assert_eq!(costs(&up), ["6.00"]);
    // Alone: nothing is free of it, and nothing was entered.
    assert_eq!(costs(&priced(scheme).draft(january(1, 2), one(1, 2, "-4")).0), ["-4.00"]);
}

#[test]
fn a_cap_is_of_what_a_line_for_a_service_is_made_of_before_it_is_rounded() {
    // 1 and 2 hours at 0.004, at most 0.007: 0.004 and 0.003 go into lines of 0.00; rounded, 0.007 is left of the second.
    let mut capped = flat("a", "0.004");
    capped.1.cap = Some(d("0.007"));
    let used = |section: &str, volume: &str| {
        Metered::from(Usage { section: section.to_owned(), ..usage("vm", "a", january(1, 32), volume, "hour") })
    };
    for (lines, expected) in [(Lines::Service, ["0.00", "0.00"]), (Lines::Resource, ["0.00", "0.01"])] {
        let rules = Rules { lines, ..Rules::of(vec![capped.clone()]) };
        let (draft, _) = rules.draft(january(1, 32), vec![used("Compute", "1"), used("Other", "2")]);
        assert_eq!(costs(&draft), expected, "{lines:?}");
    }
}
