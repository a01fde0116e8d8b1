//! Volumes in parts, where a price may change inside the period.

use super::story::Story;
use crate::aggregate::Aggregate::{
    Count, ExistsPerSlice, Increase, Integral, Last, Max, MaxPerSlice, Mean, Min, Sum, Uptime,
};

#[test]
fn a_hold_is_cut_where_the_price_changes() {
    // semantics 5: split at that instant: 4 × 1.5 h, then 4 × 0.5 h.
    Story::of(Integral).cut("01:30").sample("00:00", "4", "").has_parts(&["6", "2"]);
    // 1 h 20 min in three parts: 30 min, 20 min, 30 min.
    let story =
        Story::of(Uptime).cut("01:00").cut("01:20").sample("00:30", "1", "").sample("01:50", "1", "state=stopped");
    story.has_parts(&["0.5", "0.333333", "0.5"]);
}

#[test]
fn what_was_looked_back_for_is_cut_as_well() {
    // semantics 3 and 5: from −00:30 on for 2 h: 1 h before the cut, 0.5 h after it.
    Story::of(Integral).cut("01:00").sample("-00:30", "2", "").has_parts(&["2", "1"]);
}

#[test]
fn a_sample_at_the_cut_is_behind_it() {
    // semantics 1: half-open.
    for aggregate in [Sum, Count] {
        let story = Story::of(aggregate).cut("01:00").sample("00:59:59.999999", "1", "").sample("01:00", "1", "");
        story.has_parts(&["1", "1"]);
    }
    Story::of(Integral).cut("01:00").sample("01:00", "3", "").has_parts(&["0", "6"]);
}

#[test]
fn an_increase_belongs_to_the_part_of_its_later_sample() {
    // semantics 3 and 5: 100 → 130 before the cut, 130 → 190 after it.
    let story = Story::of(Increase).cut("01:00").sample("00:10", "100", "").sample("00:50", "130", "");
    story.sample("01:10", "190", "").has_parts(&["30", "60"]);
}

#[test]
fn a_part_has_no_baseline_beyond_the_gap() {
    // semantics 3 and 5: the segment from 03:00 alone would look back to 01:00 only: 100 is no baseline there,
    // and 190 is the first in it; the last segment gets what is missing from the whole, 90.
    let story = Story::of(Increase).cut("03:00").sample("00:59:59.999999", "100", "").sample("03:10", "190", "");
    story.clone().gives(&["disk at here: 90 GB"]);
    story.has_parts(&["0", "0"]);
    Story::of(Increase).cut("03:00").sample("01:00", "100", "").sample("03:10", "190", "").has_parts(&["0", "90"]);
    // What comes later in the same part has its own baseline.
    let story = Story::of(Increase).cut("03:00").sample("00:30", "100", "").sample("03:10", "190", "");
    story.sample("03:20", "200", "").has_parts(&["0", "10"]);
}

#[test]
fn slices_are_cut_only_between_two_of_them() {
    // semantics 5: slice functions only where the instant is a slice boundary of the period.
    for (aggregate, parts) in [(MaxPerSlice, ["5", "7"]), (ExistsPerSlice, ["1", "1"])] {
        let story = Story::of(aggregate).cut("02:00").cut("02:30").sample("01:10", "5", "").sample("02:10", "7", "");
        story.has_parts(&parts);
    }
}

#[test]
fn what_is_not_additive_is_not_cut() {
    // semantics 5: it takes the price valid just before the period's end.
    for aggregate in [Max, Min, Mean, Last] {
        let volumes = Story::of(aggregate).cut("02:00").sample("01:10", "5", "").volumes().unwrap();
        assert!(volumes[0].parts.cuts().is_empty(), "{aggregate:?}");
    }
}

#[test]
fn service_and_location_are_decided_before_the_split() {
    // semantics 4: the sample in the middle of something takes the host of the one before it, once for the
    // whole period, though that lies in another part.
    let story = Story::of(Integral).max_gap("24:00").cut("03:00").sample("00:00", "1", "host=c1");
    let story = story.sample("04:00", "1", "host=api event_type=volume.attach.start");
    story.clone().gives(&["disk at c1: 6 GB·hour"]);
    story.has_parts(&["3", "3"]);
}

#[test]
fn parts_are_scaled_like_the_whole() {
    // semantics 5: 1/3 × 1 h and 1/3 × 1 h.
    Story::of(Integral).scaled("1/3", "0").cut("01:00").sample("00:00", "1", "").has_parts(&["0.333333", "0.333333"]);
}

#[test]
fn a_part_may_be_below_zero_where_a_level_may() {
    // semantics 5, "Below 0": not of deltas, whatever the entry says of levels.
    for (aggregate, allowed, expected) in
        [(Integral, true, true), (Integral, false, false), (MaxPerSlice, true, true), (Sum, true, false)]
    {
        let story = Story::of(aggregate).cut("01:00").sample("00:10", "5", "");
        let volumes = story.with(|entry| entry.plausible.negative = allowed).volumes().unwrap();
        assert_eq!(volumes[0].parts.may_be_negative(), expected, "{aggregate:?}");
    }
}
