//! `increase`, `sum` and `count`.

use super::story::Story;
use crate::aggregate::Aggregate::{Count, Increase, Sum};
use crate::aggregate::AggregateError;
use crate::exact::Overflow;

#[test]
fn a_counter_counts_what_it_went_up() {
    // semantics 3: (130 − 100) + (130 − 130) + (190 − 130).
    let story = Story::of(Increase).sample("00:10", "100", "").sample("00:20", "130", "");
    story.sample("00:30", "130", "").sample("00:40", "190", "").gives(&["disk at here: 90 GB"]);
}

#[test]
fn a_single_sample_of_a_counter_is_a_usage_of_zero() {
    // semantics 3: it is the baseline and contributes nothing.
    Story::of(Increase).sample("00:10", "100", "").gives(&["disk at here: 0 GB"]);
}

#[test]
fn the_last_sample_before_the_period_is_the_baseline() {
    // semantics 3: 100 − 70; the 10 before it is the period's before.
    let story = Story::of(Increase).sample("-01:00", "10", "").sample("-00:10", "70", "");
    story.sample("00:10", "100", "").gives(&["disk at here: 30 GB"]);
}

#[test]
fn a_baseline_exactly_the_gap_before_the_start_counts() {
    // semantics 3: within max_gap before start, whatever the distance to the next sample: 100 − 70.
    Story::of(Increase).sample("-02:00", "70", "").sample("01:00", "100", "").gives(&["disk at here: 30 GB"]);
}

#[test]
fn a_baseline_beyond_the_gap_does_not_count() {
    // semantics 3: the first inside is the baseline then: 105 − 100.
    let story = Story::of(Increase).sample("-02:00:00.000001", "70", "");
    story.sample("00:00", "100", "").sample("00:10", "105", "").gives(&["disk at here: 5 GB"]);
}

#[test]
fn an_unlimited_baseline_may_be_of_last_year() {
    // semantics 3: the look-back is unbounded: 100 − 70.
    let story = Story::of(Increase).unlimited().sample("-8760:00", "70", "");
    story.sample("05:00", "100", "").gives(&["disk at here: 30 GB"]);
}

#[test]
fn a_counter_without_a_sample_inside_gives_no_usage() {
    // semantics 3: increase needs at least one sample inside the period.
    Story::of(Increase).sample("-00:10", "70", "").sample("06:00", "100", "").gives_nothing();
}

#[test]
fn a_counter_that_went_down_was_reset_and_counts_from_zero() {
    // semantics 3: (150 − 100) + 30 + (45 − 30).
    let story = Story::of(Increase).sample("00:10", "100", "").sample("00:20", "150", "");
    story.sample("00:30", "30", "").sample("00:40", "45", "").gives(&["disk at here: 95 GB"]);
}

#[test]
fn a_counter_reset_over_the_start_of_the_period_counts_from_zero() {
    // semantics 3: d = 30 − 100 is negative: 30.
    Story::of(Increase).sample("-00:10", "100", "").sample("00:10", "30", "").gives(&["disk at here: 30 GB"]);
}

#[test]
fn a_counter_reset_to_zero_counts_nothing_until_it_rises() {
    // semantics 3: 0, then 7 − 0.
    let story = Story::of(Increase).sample("00:10", "100", "").sample("00:20", "0", "");
    story.sample("00:30", "7", "").gives(&["disk at here: 7 GB"]);
}

#[test]
fn a_hole_inside_the_period_loses_nothing_of_a_counter() {
    // semantics 3: max_gap bounds only the look-back: 100 − 40 over five hours.
    Story::of(Increase).sample("00:10", "40", "").sample("05:10", "100", "").gives(&["disk at here: 60 GB"]);
}

#[test]
fn an_increase_across_the_end_belongs_to_the_next_period() {
    // semantics 1 and 3: the later sample makes it: 40 → 100 is stamped at the end.
    let story = Story::of(Increase).sample("05:00", "10", "").sample("05:30", "40", "").sample("06:00", "100", "");
    story.clone().gives(&["disk at here: 30 GB"]);
    story.next().gives(&["disk at here: 60 GB"]);
}

#[test]
fn a_counter_knows_no_deletion() {
    // semantics 3: an increase is not an aggregate over time: what went through before the deletion counts.
    let story = Story::of(Increase).sample("00:10", "100", "");
    story.sample("00:20", "130", "event_type=compute.instance.delete.end").gives(&["disk at here: 30 GB"]);
}

#[test]
fn a_counter_keeps_fractions() {
    // semantics 2 and 3: 0.3 − 0.1 is 0.2, which binary floating point would miss.
    Story::of(Increase).sample("00:10", "0.1", "").sample("00:20", "0.3", "").gives(&["disk at here: 0.2 GB"]);
}

#[test]
fn deltas_are_added_up() {
    // semantics 3: 5 + 7 − 2; neither what is before nor what is stamped at the end.
    let story = Story::of(Sum).sample("-00:01", "100", "").sample("00:00", "5", "").sample("00:10", "7", "");
    story.sample("00:20", "-2", "").sample("06:00", "100", "").gives(&["disk at here: 10 GB"]);
}

#[test]
fn a_sum_that_comes_to_zero_is_a_usage_of_zero() {
    // semantics 3: no samples give none.
    Story::of(Sum).sample("00:10", "2", "").sample("00:20", "-2", "").gives(&["disk at here: 0 GB"]);
    Story::of(Sum).sample("-00:10", "2", "").gives_nothing();
}

#[test]
fn a_sum_knows_no_deletion() {
    // semantics 3: only aggregates over time do: 5 + 1.
    let story = Story::of(Sum).sample("00:10", "5", "");
    story.sample("00:20", "1", "event_type=image.delete.end").gives(&["disk at here: 6 GB"]);
}

#[test]
fn a_count_is_the_number_of_samples_whatever_they_say() {
    // semantics 3: unit 1; what is gone is left out.
    let story = Story::of(Count).sample("00:10", "0", "").sample("00:20", "-7.5", "");
    let story = story.sample("00:30", "9", "event_type=image.delete.end").sample("06:00", "1", "");
    story.gives(&["disk at here: 2 1"]);
}

#[test]
fn a_count_of_nothing_is_no_usage() {
    // semantics 3: no sample in reach.
    Story::of(Count).gives_nothing();
    Story::of(Count).unlimited().sample("-00:10", "1", "").gives_nothing();
}

#[test]
fn a_small_dip_is_a_late_reading_and_taken_off() {
    // semantics 3: two pollers: (1002 − 1000) + (1001 − 1002) + (1004 − 1001).
    let story = Story::of(Increase).sample("00:10", "1000", "").sample("00:20", "1002", "");
    let story = story.sample("00:30", "1001", "").sample("00:40", "1004", "");
    story.clone().gives(&["disk at here: 4 GB"]);
    let volumes = story.volumes().unwrap();
    assert_eq!((volumes[0].evidence.dips, volumes[0].evidence.resets), (1, 0));
}

#[test]
fn exactly_nine_tenths_is_no_reset() {
    // semantics 3: reset where v[i] < 0.9 × v[i−1]: 90 is not, 80.9 after 90 is: −10 + 80.9; and with 0.5 neither is.
    let story = Story::of(Increase).sample("00:10", "100", "").sample("00:20", "90", "").sample("00:30", "80.9", "");
    story.clone().gives(&["disk at here: 70.9 GB"]);
    story.with(|entry| entry.reset_below = "0.5".parse().unwrap()).gives(&["disk at here: 0 GB"]);
}

#[test]
fn a_counter_that_went_down_altogether_is_charged_as_nothing() {
    // semantics 3: a sum below 0 (each usage by itself) is 0, and told: small −5, large 12.
    let story = Story::of(Increase).sample("00:10", "100", "flavor=small").sample("00:20", "95", "flavor=small");
    let story = story.sample("00:30", "107", "flavor=large");
    story.clone().gives(&["small at here: 0 GB", "large at here: 12 GB"]);
    let outcome = story.cut("00:15").outcome().unwrap();
    assert_eq!(outcome.below_zero, 1);
    let small = outcome.volumes.iter().find(|volume| volume.volume.is_zero()).unwrap();
    assert_eq!(small.evidence.exact, "-5");
    assert!((0..2).all(|part| small.parts.volume(part..part + 1).unwrap().is_zero()));
}

#[test]
fn what_is_gone_counts_as_it_is_for_counters_and_deltas() {
    // semantics 3, "Gone": counts as it is in sum and increase.
    let gone = "event_type=compute.instance.delete.end state=deleted";
    Story::of(Increase).sample("00:10", "100", "").sample("00:20", "130", gone).gives(&["disk at here: 30 GB"]);
    Story::of(Increase).sample("-00:10", "100", gone).sample("00:20", "130", gone).gives(&["disk at here: 30 GB"]);
    Story::of(Sum).sample("00:10", "1", "").sample("00:20", "2", gone).gives(&["disk at here: 3 GB"]);
}

#[test]
fn a_counter_that_stays_has_neither_dips_nor_resets() {
    let volumes = Story::of(Increase).sample("00:10", "5", "").sample("00:20", "5", "").volumes().unwrap();
    assert_eq!((volumes[0].evidence.dips, volumes[0].evidence.resets), (0, 0));
}

#[test]
fn a_rise_that_does_not_fit_is_an_error() {
    // semantics 3: overflow is an error, and never a wrong number: from −9 × 10³⁷ to 9 × 10³⁷.
    let far = format!("9{}", "0".repeat(37));
    let story = Story::of(Increase).sample("00:10", &format!("-{far}"), "").sample("00:20", &far, "");
    assert_eq!(story.volumes().err(), Some(AggregateError::Overflow(Overflow)));
}
