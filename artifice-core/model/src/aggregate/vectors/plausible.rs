//! Readings that nobody should charge unseen.

use super::story::{Story, at};
use crate::aggregate::Aggregate::{Increase, Integral, Last, MaxPerSlice, Sum};
use crate::aggregate::{Implausible, MaxRate};

/// The instants of the readings that are charged though they are implausible.
fn odd(story: Story) -> Vec<Implausible> {
    story.volumes().unwrap().into_iter().flat_map(|volume| volume.evidence.implausible.some).collect()
}

fn skipping(story: Story) -> Story {
    story.with(|entry| entry.plausible.skip = true)
}

#[test]
fn a_level_below_zero_is_charged_and_told() {
    // semantics 3, "Implausible readings": charged as it is, unless the entry says `negative: allow`.
    for aggregate in [MaxPerSlice, Integral, Last] {
        let story = Story::of(aggregate).sample("00:10", "5", "").sample("00:20", "-5", "");
        let expected = [Implausible { at: at("00:20"), value: "-5".parse().unwrap(), before: None }];
        assert_eq!(odd(story.clone()), expected, "{aggregate:?}");
        assert!(odd(story.with(|entry| entry.plausible.negative = true)).is_empty());
    }
    Story::of(MaxPerSlice).sample("00:10", "-5", "").gives(&["disk at here: -5 GB·hour"]);
    // What is not charged is not judged, nor what counts 0.
    assert!(odd(Story::of(Integral).matching("a", "b").sample("00:10", "-5", "")).is_empty());
    assert!(odd(Story::of(Integral).sample("00:10", "1", "").sample("00:20", "-5", "status=deleted")).is_empty());
    // Deltas give back.
    assert!(odd(Story::of(Sum).sample("00:10", "-5", "")).is_empty());
}

#[test]
fn a_level_below_zero_may_be_left_out() {
    // semantics 3: `implausible: skip`: as if nobody had sent it: 5 × 2 h, also from before the period.
    let story =
        skipping(Story::of(Integral)).sample("-00:30", "5", "").sample("-00:10", "-7", "").sample("01:00", "-7", "");
    story.clone().gives(&["disk at here: 7.5 GB·hour"]);
    let left_out = story.outcome().unwrap().left_out;
    assert_eq!((left_out.count, left_out.some[0].at), (1, at("01:00")));
}

#[test]
fn what_a_left_out_reading_announces_is_true() {
    // semantics 3: the restored volume's own −1 is left out; from 03:00 on it is charged again: 10 × (1 h + 3 h).
    let story = skipping(Story::of(Integral)).unlimited().sample("00:00", "10", "event_type=volume.create.end");
    let story = story.sample("01:00", "10", "event_type=volume.delete.end");
    let story = story.sample("02:00", "-1", "event_type=volume.restore.end");
    story.sample("03:00", "10", "event_type=volume.update.end").gives(&["disk at here: 40 GB·hour"]);
}

#[test]
fn a_counter_that_rose_faster_than_any_line_carries_is_told() {
    // semantics 3: 125 GB a second for what counts bytes: 450 000 GB an hour, and not one byte more.
    let story = |to: &str| Story::of(Increase).unit("GB").sample("00:10", "1", "").sample("01:10", to, "");
    assert!(odd(story("450001")).is_empty());
    let expected = Implausible {
        at: at("01:10"),
        value: "450001.000000001".parse().unwrap(),
        before: Some((at("00:10"), "1".parse().unwrap())),
    };
    assert_eq!(odd(story("450001.000000001")), [expected]);
    story("450001.000000001").gives(&["disk at here: 450000 GB"]);
    assert!(odd(story("450002").with(|entry| entry.plausible.max_rate = MaxRate::Unlimited)).is_empty());
    // Judged before factor, and over a second at least.
    assert_eq!(odd(story("450002").scaled("1/1000", "0")).len(), 1);
    assert!(odd(story("450001").scaled("1000", "0")).is_empty());
    let quick = |to: &str| Story::of(Increase).unit("GB").sample("00:10", "1", "").sample("00:10:00.1", to, "");
    assert_eq!((odd(quick("126")).len(), odd(quick("126.1")).len()), (0, 1));
    // What does not count bytes is not judged, unless the entry has a rate.
    let packets = Story::of(Increase).unit("packet").sample("00:10", "1", "").sample("00:20", "999999999999999", "");
    assert!(odd(packets.clone()).is_empty());
    let rate = MaxRate::PerSecond("10".parse().unwrap(), None);
    assert_eq!(odd(packets.with(|entry| entry.plausible.max_rate = rate)).len(), 1);
}

#[test]
fn the_reading_after_a_jump_is_compared_with_the_last_that_was_kept() {
    // semantics 3, `implausible: skip`: 2000 − 1000, and 500 more.
    let story = Story::of(Increase).unit("B").sample("00:00", "1000", "");
    let story =
        story.sample("01:00", "18446744073709551615", "").sample("02:00", "2000", "").sample("03:00", "2500", "");
    skipping(story.clone()).gives(&["disk at here: 1500 B"]);
    assert_eq!(skipping(story.clone()).outcome().unwrap().left_out.count, 1);
    // Else it is charged as it is: 2^64 − 1 − 1000, the reset to 2000, and 500.
    story.gives(&["disk at here: 18446744073709553115 B"]);
    // A jump before the period is no baseline.
    let story = Story::of(Increase).unit("B").sample("-01:00", "1000", "").sample("-00:10", "18446744073709551615", "");
    skipping(story.sample("00:10", "1700", "")).gives(&["disk at here: 700 B"]);
}

#[test]
fn a_rate_is_of_counters_alone() {
    let rate = MaxRate::PerSecond("10".parse().unwrap(), Some("B".to_owned()));
    let story = Story::of(Sum).with(|entry| entry.plausible.max_rate = rate).unit("packet");
    story.sample("00:10", "99999", "").gives(&["disk at here: 99999 packet"]);
}

#[test]
fn what_is_not_charged_as_it_is_is_not_left_out() {
    // semantics 3: a refused, gone or leaving resource's level is none, and ends the hold before it: 5 × 1 h.
    let left_out = |story: Story| story.outcome().unwrap().left_out.count;
    for metadata in ["a=c", "a=b status=deleted", "a=b status=deleting"] {
        let story = Story::of(Integral).matching("a", "b").sample("00:00", "5", "a=b").sample("01:00", "-5", metadata);
        let story = skipping(story);
        assert_eq!(left_out(story.clone()), 0, "{metadata}");
        story.gives(&["disk at here: 5 GB·hour"]);
    }
    // What is leaving still has a level that counts where time does not.
    let last = |metadata| skipping(Story::of(Last).sample("00:00", "5", "").sample("01:00", "-5", metadata));
    assert_eq!((left_out(last("status=deleting")), left_out(last("status=deleted"))), (1, 0));
    // A code is no level.
    let code = skipping(Story::of(Last)).with(|entry| entry.value = Some(1.into())).sample("00:00", "-5", "");
    assert_eq!(left_out(code.clone()), 0);
    code.gives(&["disk at here: 1 GB"]);
}

#[test]
fn jumps_in_a_row_are_all_left_out_and_units_are_not_compared() {
    let story = Story::of(Increase).unit("B").sample("00:00", "1000", "").sample("01:00", "18446744073709551615", "");
    let story = skipping(story.sample("02:00", "18446744073709551614", "").sample("03:00", "2000", ""));
    assert_eq!(story.clone().outcome().unwrap().left_out.count, 2);
    story.gives(&["disk at here: 1000 B"]);
    // semantics 3: of two readings in different units nobody can say how far they are apart.
    let story = Story::of(Increase).unit("GB").sample("00:00", "1", "").unit("MB");
    let story = skipping(story.sample("01:00", "999999999999", ""));
    assert_eq!(story.clone().outcome().unwrap().left_out.count, 0);
    story.gives(&["disk at here: 999999998999 MB"]);
}
