//! What an entry may say beside its aggregate: factor, offset, unit, match, service.

use super::story::Story;
use crate::aggregate::Aggregate::{Count, Increase, Integral, Last, Max, MaxPerSlice, Mean, Min, Sum, Uptime};
use crate::aggregate::AggregateError;
use crate::decimal::Decimal;

#[test]
fn a_factor_applies_to_each_value_before_aggregation() {
    // semantics 4 (factor, offset): 3 × 1/1024 × 2 h, rounded once: 0.005859375.
    Story::of(Integral).scaled("1/1024", "0").sample("00:00", "3", "").gives(&["disk at here: 0.005859 GB·hour"]);
    // 1024 samples of 1/3 each are 341.333…, and not 1024 times 0.333333.
    let story = (0..1024).fold(Story::of(Sum).scaled("1/3", "0"), |story, second| {
        story.sample(&format!("00:{:02}:{:02}", second / 60, second % 60), "1", "")
    });
    story.gives(&["disk at here: 341.333333 GB"]);
}

#[test]
fn an_offset_is_added_to_each_value_after_the_factor() {
    // semantics 4: (10 × 0.5 + 1) + (20 × 0.5 + 1).
    let story = |aggregate| Story::of(aggregate).scaled("0.5", "1").sample("00:10", "10", "").sample("00:20", "20", "");
    story(Sum).gives(&["disk at here: 17 GB"]);
    story(Max).gives(&["disk at here: 11 GB"]);
    story(Min).gives(&["disk at here: 6 GB"]);
    story(Mean).gives(&["disk at here: 8.5 GB"]);
    story(Last).gives(&["disk at here: 11 GB"]);
    // 6 × 10 min + 11 × 2 h
    story(Integral).gives(&["disk at here: 23 GB·hour"]);
    story(MaxPerSlice).gives(&["disk at here: 11 GB·hour"]);
}

#[test]
fn a_negative_factor_turns_values_around() {
    // semantics 4: 100 − 93 and 100 − 60, of which the larger.
    let story = Story::of(Max).scaled("-1", "100").sample("00:10", "93", "").sample("00:20", "60", "");
    story.gives(&["disk at here: 40 GB"]);
}

#[test]
fn a_code_is_not_a_quantity() {
    // semantics 4: `value: 1` replaces the sample's volume before factor and offset: (1 × 2 + 3) for two hours; what
    // is gone is 0 after them; the source's volume is not looked at, for plausibility neither.
    let story = Story::of(MaxPerSlice).with(|entry| entry.value = Some(Decimal::ONE)).scaled("2", "3");
    let story = story.sample("00:10", "7", "").sample("01:10", "-1", "").sample("02:10", "3", "status=deleted");
    story.clone().gives(&["disk at here: 10 GB·hour"]);
    assert!(story.volumes().unwrap()[0].evidence.implausible.is_empty());
    // Nor is its unit, when it changes: a thing is one thing in any.
    let story = Story::of(Integral).with(|entry| entry.value = Some(Decimal::ONE)).unit("GB").sample("00:00", "7", "");
    let story = story.unit("KiB").sample("01:00", "7", "");
    story.clone().gives(&["disk at here: 3 KiB·hour"]);
    assert_eq!(story.outcome().unwrap().units, None);
}

#[test]
fn a_counter_is_scaled_and_its_resets_are_the_same() {
    // semantics 3 and 4: ((150 − 100) + 30) / 8.
    let story = Story::of(Increase).scaled("1/8", "0").sample("00:10", "100", "").sample("00:20", "150", "");
    story.sample("00:30", "30", "").gives(&["disk at here: 10 GB"]);
}

#[test]
fn a_deletion_counts_zero_whatever_the_offset() {
    // semantics 3: counts 0; (4 + 1) × 1 h.
    let story = Story::of(Integral).scaled("1", "1").sample("00:00", "4", "");
    story.sample("01:00", "4", "event_type=volume.delete.end").gives(&["disk at here: 5 GB·hour"]);
}

#[test]
fn a_value_that_does_not_fit_is_an_error() {
    // semantics 3: overflow is an error.
    let huge = "99999999999999999999999999999999999999";
    let error = Story::of(Sum).scaled("10", "0").sample("00:10", huge, "").volumes().err();
    assert!(matches!(error, Some(AggregateError::Scaled { .. })), "{error:?}");
    let error = Story::of(Sum).scaled("1", huge).sample("00:10", huge, "").volumes().err();
    assert!(matches!(error, Some(AggregateError::Scaled { .. })), "{error:?}");
    // What was not charged need not fit, either.
    Story::of(Uptime).scaled("10", "0").sample("00:00", huge, "").gives(&["disk at here: 2 hour"]);
}

#[test]
fn an_entry_s_unit_overrides_that_of_the_samples() {
    // semantics 4: also where they differ.
    let story = Story::of(MaxPerSlice).in_unit("GiB").unit("gigabyte").sample("00:10", "2", "").unit("GB");
    story.sample("01:10", "2", "").gives(&["disk at here: 4 GiB·hour"]);
    Story::of(Count).in_unit("request").sample("00:10", "1", "").gives(&["disk at here: 1 request"]);
}

#[test]
fn only_samples_that_match_are_charged() {
    // semantics 4 (match: metadata must equal, or be one of): 5 + 7.
    let story = Story::of(Sum).matching("type", "ssd nvme").sample("00:10", "5", "type=ssd");
    let story = story.sample("00:20", "7", "type=nvme").sample("00:30", "1", "type=SSD").sample("00:40", "1", "");
    story.clone().gives(&["disk at here: 12 GB"]);
    story.clone().matching("zone", "a").gives_nothing();
    story.sample("00:50", "9", "type=ssd zone=a").matching("zone", "a").gives(&["disk at here: 9 GB"]);
}

#[test]
fn a_sample_that_does_not_match_ends_the_hold_before_it() {
    // semantics 3: a sample holds until the next sample of its series: 4 × 1 h as ssd, then it is something else.
    let story = Story::of(Integral).max_gap("24:00").sample("00:00", "4", "type=ssd").sample("01:00", "4", "type=hdd");
    story.clone().matching("type", "ssd").gives(&["disk at here: 4 GB·hour"]);
    story.clone().matching("type", "hdd").gives(&["disk at here: 20 GB·hour"]);
    story.gives(&["disk at here: 24 GB·hour"]);
}

#[test]
fn a_sample_that_does_not_match_is_what_a_counter_read() {
    // semantics 3: each increase goes to the later sample: 30 as a, 20 and 50 as b.
    let story = Story::of(Increase).sample("00:10", "100", "net=a").sample("00:20", "130", "net=a");
    let story = story.sample("00:30", "150", "net=b").sample("00:40", "200", "net=b");
    story.clone().matching("net", "a").gives(&["disk at here: 30 GB"]);
    story.clone().matching("net", "b").gives(&["disk at here: 70 GB"]);
    story.gives(&["disk at here: 100 GB"]);
}

#[test]
fn slices_and_extremes_know_only_what_matches() {
    // semantics 3: 2 × 1 h: neither the larger value nor the second slice is one that matches.
    let story = |aggregate| {
        let story = Story::of(aggregate).matching("type", "ssd").sample("00:10", "2", "type=ssd");
        story.sample("00:20", "9", "type=hdd").sample("01:10", "9", "type=hdd")
    };
    story(MaxPerSlice).gives(&["disk at here: 2 GB·hour"]);
    for aggregate in [Max, Min, Mean, Last] {
        story(aggregate).gives(&["disk at here: 2 GB"]);
    }
}

#[test]
fn a_sample_without_a_service_is_not_charged() {
    // semantics 4: a service is the first alternative that exists; here none does in the second sample.
    let story = Story::of(Integral).charged_as(&["gpu {metadata.gpu}"]).sample("00:00", "1", "gpu=a100");
    let story = story.sample("01:00", "1", "").sample("01:30", "1", "gpu=None");
    let outcome = story.clone().outcome().unwrap();
    assert_eq!((outcome.volumes.len(), outcome.without_service), (1, 2));
    story.gives(&["gpu a100 at here: 1 GB·hour"]);
}

#[test]
fn a_sample_that_is_not_charged_says_where_the_resource_is() {
    // semantics 4: a notification in the middle takes the host of the sample before it.
    let story = Story::of(Integral).unlimited().matching("status", "in-use");
    let story = story.sample("00:00", "1", "status=available host=c1 event_type=volume.create.end");
    let story = story.sample("05:00", "1", "status=in-use host=api event_type=volume.attach.start");
    story.gives(&["disk at c1: 1 GB·hour"]);
}

#[test]
fn what_does_not_match_says_gone_all_the_same() {
    // semantics 3, "Gone": a sample that `match` leaves out still ends the hold and says gone: 1 h, and the late update
    // brings nothing back.
    let story = Story::of(Integral).unlimited().matching("status", "in-use");
    let story = story.sample("00:00", "1", "status=in-use event_type=volume.attach.end");
    let story = story.sample("01:00", "1", "status=x event_type=volume.delete.end");
    story.sample("02:00", "1", "status=in-use event_type=volume.update.end").gives(&["disk at here: 1 GB·hour"]);
}
