//! Rounding, units, large and small numbers, long and short months.

use super::story::Story;
use crate::aggregate::Aggregate::{
    self, Count, ExistsPerSlice, Increase, Integral, Last, Max, MaxPerSlice, Mean, Min, Sum, Uptime,
};
use crate::aggregate::AggregateError;
use crate::exact::Overflow;
use crate::{Calendar, Period};

const CREATED: &str = "event_type=volume.create.end";

fn berlin(month: &str) -> Period {
    Calendar::new("Europe/Berlin").unwrap().month(month).unwrap()
}

#[test]
fn a_volume_is_rounded_half_away_from_zero_to_six_decimals() {
    // semantics 3: the digit after the sixth decides, and a 5 goes away from zero.
    for (value, rounded) in [
        ("0.0000005", "0.000001"),
        ("-0.0000005", "-0.000001"),
        ("0.0000004999999", "0"),
        ("-0.0000004999999", "0"),
        ("1.2345675", "1.234568"),
        ("-1.2345675", "-1.234568"),
        ("1.2345665", "1.234567"),
        ("2.9999995", "3"),
    ] {
        Story::of(Sum).sample("00:10", value, "").gives(&[&format!("disk at here: {rounded} GB")]);
    }
}

#[test]
fn a_sum_is_rounded_once_and_not_at_every_sample() {
    // semantics 3: 4 × 0.0000004 = 0.0000016; each alone would be 0.
    let story = (1..5).fold(Story::of(Sum), |story, hour| story.sample(&format!("0{hour}:00"), "0.0000004", ""));
    story.gives(&["disk at here: 0.000002 GB"]);
}

#[test]
fn a_second_of_uptime_is_a_fraction_of_an_hour() {
    // semantics 3: 1 / 3600 = 0.00027777…
    let story = Story::of(Uptime).sample("00:00", "1", "").sample("00:00:01", "1", "state=stopped");
    story.gives(&["disk at here: 0.000278 hour"]);
}

#[test]
fn a_volume_exactly_in_the_middle_goes_away_from_zero() {
    // semantics 3: 0.0018 s are 0.0000005 h.
    let held = |value| Story::of(Integral).sample("00:00", value, "").sample("00:00:00.0018", "0", "");
    held("1").gives(&["disk at here: 0.000001 GB·hour"]);
    held("-1").gives(&["disk at here: -0.000001 GB·hour"]);
    held("0.999").gives(&["disk at here: 0 GB·hour"]);
}

#[test]
fn tiny_numbers_are_not_lost_on_the_way() {
    // semantics 3: half a millionth rounds up, and 10⁻³⁸ less than that rounds down.
    let tiny = "0.00000000000000000000000000000000000001";
    let story = Story::of(Sum).sample("00:10", "0.0000005", "");
    story.clone().gives(&["disk at here: 0.000001 GB"]);
    story.sample("00:20", &format!("-{tiny}"), "").gives(&["disk at here: 0 GB"]);
}

#[test]
fn big_numbers_keep_every_digit() {
    // semantics 2 and 3: beyond 2⁵³ = 9 007 199 254 740 992, where binary floating point loses ones.
    let story = Story::of(Sum).sample("00:10", "9007199254740993", "").sample("00:20", "9007199254740993.000001", "");
    story.gives(&["disk at here: 18014398509481986.000001 GB"]);
    let story = Story::of(Increase).sample("00:10", "18446744073709551614", "");
    story.sample("00:20", "18446744073709551615", "").gives(&["disk at here: 1 GB"]);
}

#[test]
fn intermediate_results_may_be_larger_than_any_volume() {
    // semantics 3: 10³⁷ comes and goes; 10³⁷ × 7200 s is far beyond 128 bits of microseconds.
    let huge = "10000000000000000000000000000000000000";
    let story = Story::of(Integral).sample("00:00", huge, "").sample("01:00", &format!("-{huge}"), "");
    story.sample("02:00", "1.5", "").gives(&["disk at here: 3 GB·hour"]);
}

#[test]
fn the_largest_volume_has_twenty_two_digits() {
    // semantics 3: overflow is an error, and never a wrong number.
    let largest = "9999999999999999999999.999999";
    Story::of(Last).sample("00:10", largest, "").gives(&[&format!("disk at here: {largest} GB")]);
    for aggregate in [Sum, Max, Min, Last, Mean] {
        for value in ["10000000000000000000000", "-10000000000000000000000", "9999999999999999999999.9999995"] {
            let story = Story::of(aggregate).sample("00:10", value, "");
            assert_eq!(story.volumes().err(), Some(AggregateError::Overflow(Overflow)), "{aggregate:?} {value}");
        }
    }
}

#[test]
fn overflow_is_an_error_over_time_too() {
    // semantics 3: 5 × 10²¹ × 2 h = 10²².
    let value = "5000000000000000000000";
    for (aggregate, second) in [(Integral, "01:00"), (MaxPerSlice, "01:00")] {
        let story = Story::of(aggregate).sample("00:00", value, "").sample(second, value, "").lasting("02:00");
        assert_eq!(story.volumes().err(), Some(AggregateError::Overflow(Overflow)), "{aggregate:?}");
    }
    let story = Story::of(Integral).sample("00:00", value, "").lasting("01:59:59.999999");
    assert!(story.volumes().is_ok());
}

#[test]
fn every_aggregate_has_its_unit() {
    // semantics 3: the table's last column.
    for (aggregate, volume) in [
        (MaxPerSlice, "1 GB·hour"),
        (Integral, "2 GB·hour"),
        (Uptime, "2 hour"),
        (ExistsPerSlice, "1 hour"),
        (Max, "1 GB"),
        (Min, "1 GB"),
        (Mean, "1 GB"),
        (Last, "1 GB"),
        (Sum, "1 GB"),
        (Increase, "0 GB"),
        (Count, "1 1"),
    ] {
        Story::of(aggregate).sample("00:00", "1", "").gives(&[&format!("disk at here: {volume}")]);
    }
}

fn in_two_units(aggregate: Aggregate) -> Story {
    Story::of(aggregate).unit("GB").sample("00:10", "1", "").unit("MB").sample("00:20", "1000", "")
}

#[test]
fn two_units_of_one_family_are_converted_to_the_last() {
    // semantics 3: 1 GB, and then 1000 MB: each in MB, exactly.
    let in_mb = [
        (MaxPerSlice, "1000 MB·hour"),
        (Integral, "2166.666667 MB·hour"),
        (Max, "1000 MB"),
        (Min, "1000 MB"),
        (Mean, "1000 MB"),
        (Last, "1000 MB"),
        (Sum, "2000 MB"),
    ];
    for (aggregate, expected) in in_mb {
        let story = in_two_units(aggregate);
        story.clone().gives(&[&format!("disk at here: {expected}")]);
        let units = story.outcome().unwrap().units.unwrap();
        assert_eq!((&*units.0, &*units.1), ("GB", "MB"));
    }
    // 2 GiB after 2 GB: 2 × 2^30 − 2 × 10^9 bytes; and back to GB.
    let story = Story::of(Increase).unit("GB").sample("00:10", "2", "").unit("GiB").sample("00:20", "2", "");
    story.clone().gives(&["disk at here: 0.137355 GiB"]);
    story.clone().unit("GB").sample("00:30", "3", "").gives(&["disk at here: 1 GB"]);
    // One unit alone is none to be told, whatever else changes.
    let one = Story::of(Sum).sample("00:10", "1", "a=b").sample("00:20", "1", "a=c");
    assert_eq!(one.outcome().unwrap().units, None);
    // Parts are converted, too.
    story.cut("00:15").has_parts(&["0", "0.137355"]);
}

#[test]
fn units_of_two_kinds_in_one_sum_are_an_error() {
    // semantics 5: never a silent 1:1; the error names both and the instant.
    for aggregate in [MaxPerSlice, Integral, Max, Min, Mean, Last, Sum, Increase] {
        let story = Story::of(aggregate).unit("GB").sample("00:10", "1", "").unit("ip").sample("00:20", "1", "");
        let error = story.clone().volumes().unwrap_err();
        let AggregateError::Units { one, other, at } = error else { panic!("{aggregate:?}: {error}") };
        let known = (one.as_ref(), other.as_ref(), at.to_string());
        assert_eq!(known, ("GB", "ip", "2013-08-01T00:20:00Z".to_owned()), "{aggregate:?}");
        // The entry's unit overrides all.
        assert!(story.in_unit("GB").volumes().is_ok());
    }
}

#[test]
fn a_unit_that_is_not_in_the_volume_may_change() {
    // semantics 3: hours and numbers of samples are the same in any unit.
    in_two_units(Uptime).gives(&["disk at here: 2.166667 hour"]);
    in_two_units(ExistsPerSlice).gives(&["disk at here: 1 hour"]);
    in_two_units(Count).gives(&["disk at here: 2 1"]);
}

#[test]
fn a_unit_outside_the_reach_of_the_period_does_not_matter() {
    // semantics 3: neither the sample before max_gap nor the one at the end is considered.
    let story = Story::of(Integral).unit("MB").sample("-02:00:00.000001", "1", "").sample("06:00", "1", "");
    story.unit("GB").sample("00:00", "1", "").gives(&["disk at here: 2 GB·hour"]);
}

#[test]
fn the_unit_of_a_look_back_matters() {
    // semantics 3: it is considered.
    let story = Story::of(Integral).unit("ip").sample("-00:10", "1", "").unit("GB").sample("00:00", "1", "");
    assert!(matches!(story.volumes(), Err(AggregateError::Units { .. })));
}

#[test]
fn a_month_may_have_743_hours() {
    // semantics 1: Europe/Berlin, March 2013, 31 × 24 − 1; a duration is a difference of instants.
    let march = berlin("2013-03");
    Story::of(Uptime).during(march).unlimited().sample("-01:00", "1", CREATED).gives(&["disk at here: 743 hour"]);
    let story = Story::of(Integral).during(march).unlimited().sample("00:00", "0.5", CREATED);
    story.gives(&["disk at here: 371.5 GB·hour"]);
}

#[test]
fn a_month_may_have_745_hours() {
    // semantics 1: Europe/Berlin, October 2013, 31 × 24 + 1.
    let october = berlin("2013-10");
    let story = Story::of(Uptime).during(october).unlimited().sample("00:00", "1", CREATED);
    let story = story.sample("745:00", "1", CREATED);
    story.gives(&["disk at here: 745 hour"]);
    Story::of(MaxPerSlice).during(october).sample("744:59", "2", "").gives(&["disk at here: 2 GB·hour"]);
}

#[test]
fn the_last_day_of_a_month_of_743_hours_is_clipped() {
    // semantics 3: slices of 24 h: 30 × 24 + 23; one of 745 h has 31 × 24 and one hour.
    let polled_daily = |month, days| {
        let story = Story::of(ExistsPerSlice).during(berlin(month)).slice("24:00");
        (0..days).fold(story, |story, day| story.sample(&format!("{}:30", day * 24), "1", ""))
    };
    polled_daily("2013-03", 31).gives(&["disk at here: 743 hour"]);
    polled_daily("2013-10", 32).gives(&["disk at here: 745 hour"]);
    polled_daily("2013-10", 31).gives(&["disk at here: 744 hour"]);
}
