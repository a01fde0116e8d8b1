//! The parts of a period add up to the whole: volume[a,c) = volume[a,b) + volume[b,c).
//!
//! That holds before rounding, so two things are checked: equality to the last digit where nothing
//! needs rounding (times are multiples of 3.6 s, so hours have three decimals, and values have at
//! most three), and equality up to the three roundings for times and values of any kind.
//!
//! Samples in the middle of something are left out: where they were is decided once, over the
//! whole period, and not in its parts.

use artifice_model::aggregate::Aggregate;
use num_bigint::BigInt;
use proptest::prelude::*;

use crate::series::{HOUR, Row, Rules, Usages, aggregated, rules, series_at, settled, went_down, without_zeros};

/// 3.6 s, a thousandth of an hour.
const STEP: i64 = HOUR / 1000;

/// Of which only volumes are compared: a part may end before the resource is renamed.
fn volumes(usages: Usages) -> Vec<((String, String), BigInt)> {
    without_zeros(usages).into_iter().map(|(of, (millionths, ..))| (of, millionths)).collect()
}

fn sum(one: Usages, other: Usages) -> Usages {
    other.into_iter().fold(one, |mut sum, (of, (millionths, unit, name))| {
        sum.entry(of).and_modify(|known| known.0 += &millionths).or_insert((millionths, unit, name));
        sum
    })
}

/// The whole and the sum of its two parts, where the period is cut at `cut`.
fn whole_and_parts(rules: Rules, cut: i64, rows: &[Row]) -> (Usages, Usages) {
    let samples = settled(rows.iter().map(Row::sample).collect());
    let whole = aggregated(rules, &samples);
    let before = aggregated(Rules { end: cut, ..rules }, &samples);
    let after = aggregated(Rules { start: cut, ..rules }, &samples);
    (whole, sum(before, after))
}

/// Values with at most three decimals.
fn in_thousandths(mut rows: Vec<Row>) -> Vec<Row> {
    for row in &mut rows {
        row.digits %= 1_000_000_000;
        row.scale = row.scale.min(3);
    }
    rows
}

/// Values of a counter: it rises, dips a little, and begins anew.
fn counting(mut rows: Vec<Row>) -> Vec<Row> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|place| rows[*place].at);
    let mut value = 1000_i64;
    for place in order {
        let row = &mut rows[place];
        value = match row.digits.rem_euclid(10) {
            0 => row.digits.rem_euclid(1000),
            1..=3 => value - value * row.digits.rem_euclid(100) / 1000,
            _ => value + row.digits.rem_euclid(100_000),
        };
        (row.digits, row.scale) = (value, row.scale.min(3));
    }
    rows
}

fn steps(times: std::ops::Range<i64>) -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(times.prop_map(|steps| steps * STEP), 0..20)
}

/// Times of which neighbours are at most `max_gap` apart, the first of them around the start.
fn close_together(max_gap: i64) -> impl Strategy<Value = Vec<i64>> {
    let gaps = prop::collection::vec(prop_oneof![4 => 0..=max_gap, 1 => Just(max_gap)], 0..20);
    (-2 * max_gap..=max_gap, gaps).prop_map(|(first, gaps)| {
        gaps.iter().fold(vec![first], |mut times, gap| {
            times.push(times[times.len() - 1] + gap);
            times
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn sums_and_holds_add_up_to_the_last_digit(
        rules in rules(),
        (end, cut) in (2_i64..12_000).prop_flat_map(|end| (Just(end * STEP), (1..end).prop_map(|cut| cut * STEP))),
        gap in prop::option::weighted(0.8, 1_i64..4000),
        rows in series_at(steps(-5000..12_500)).prop_map(in_thousandths),
    ) {
        for aggregate in [Aggregate::Sum, Aggregate::Integral, Aggregate::Uptime, Aggregate::Count] {
            let rules = Rules { aggregate, end, max_gap: gap.map(|gap| gap * STEP), ..rules };
            let (whole, parts) = whole_and_parts(rules, cut, &rows);
            prop_assert_eq!(volumes(whole), volumes(parts), "{:?}", aggregate);
        }
    }

    #[test]
    fn slices_add_up_where_the_cut_is_a_slice_boundary(
        rules in rules(),
        slice in (1_i64..1500).prop_map(|steps| steps * STEP),
        (slices, rest) in (1_i64..10, 1_i64..6000),
        rows in series_at(steps(-100..15_000)).prop_map(in_thousandths),
    ) {
        for aggregate in [Aggregate::MaxPerSlice, Aggregate::ExistsPerSlice] {
            let cut = slices * slice;
            let rules = Rules { aggregate, end: cut + rest * STEP, slice, ..rules };
            let (whole, parts) = whole_and_parts(rules, cut, &rows);
            prop_assert_eq!(volumes(whole), volumes(parts), "{:?}", aggregate);
        }
    }

    #[test]
    fn increases_add_up_where_neighbours_are_at_most_the_gap_apart(
        rules in rules(),
        (gap, rows) in (1_i64..3000).prop_flat_map(|gap| {
            let times = close_together(gap).prop_map(|times| times.into_iter().map(|at| at * STEP).collect());
            (Just(gap * STEP), series_at(times).prop_map(in_thousandths).prop_map(counting))
        }),
        (end, cut) in (2_i64..12_000).prop_flat_map(|end| (Just(end * STEP), (1..end).prop_map(|cut| cut * STEP))),
    ) {
        let rules = Rules { aggregate: Aggregate::Increase, end, max_gap: Some(gap), ..rules };
        let samples = settled(rows.iter().map(Row::sample).collect());
        let all = [rules, Rules { end: cut, ..rules }, Rules { start: cut, ..rules }];
        prop_assume!(!all.into_iter().any(|rules| went_down(rules, &samples)));
        let (whole, parts) = whole_and_parts(rules, cut, &rows);
        prop_assert_eq!(volumes(whole), volumes(parts));
    }

    #[test]
    fn parts_at_any_microsecond_add_up_to_their_roundings(
        rules in rules(),
        (end, cut) in (2..15 * HOUR).prop_flat_map(|end| (Just(end), 1..end)),
        rows in series_at(prop::collection::vec(-5 * HOUR..16 * HOUR, 0..20)),
    ) {
        for aggregate in [Aggregate::Sum, Aggregate::Integral, Aggregate::Uptime] {
            let rules = Rules { aggregate, end, ..rules };
            let (whole, parts) = whole_and_parts(rules, cut, &rows);
            // Each of the three volumes of a usage is within half a millionth of the exact one, so
            // whole and parts differ by at most 1.5 millionths; and both are whole millionths.
            let difference = sum(whole, parts.into_iter().map(|(of, (m, unit, name))| (of, (-m, unit, name))).collect());
            for (of, (millionths, ..)) in difference {
                prop_assert!(BigInt::from(-1) <= millionths && millionths <= BigInt::from(1), "{:?}: {}", of, millionths);
            }
        }
    }
}
