//! Order of arrival and repetition.

use super::story::Story;
use crate::aggregate::Aggregate::{Count, Increase, Last, Sum};

const UUID: &str = "451df5bc-007e-11e3-a072-080027880ca6";

#[test]
fn the_order_of_arrival_never_matters() {
    // semantics 2: newest first, as the recorded samples are: (130 − 100) + (160 − 130).
    let story = Story::of(Increase).sample("00:30", "160", "").sample("00:20", "130", "").sample("00:10", "100", "");
    story.gives(&["disk at here: 60 GB"]);
}

#[test]
fn a_message_that_repeats_another_counts_once() {
    // semantics 2: equal in message id, timestamp and volume: 5 + 7.
    let story = Story::of(Sum).message(UUID, "00:10", "5", "").message("m", "00:20", "7", "");
    story.message(UUID, "00:10", "5", "").message("m", "00:20", "7.0", "").gives(&["disk at here: 12 GB"]);
}

#[test]
fn a_message_repeated_three_times_counts_once() {
    // semantics 2.
    let story = (0..3).fold(Story::of(Count), |story, _| story.message(UUID, "00:10", "5", ""));
    story.gives(&["disk at here: 1 1"]);
}

#[test]
fn a_message_at_another_time_or_with_another_value_is_no_repetition() {
    // semantics 2: all three must be equal.
    let story = Story::of(Sum).message("m", "00:10", "5", "").message("m", "00:10:00.000001", "5", "");
    story.message("m", "00:10", "6", "").gives(&["disk at here: 16 GB"]);
}

#[test]
fn samples_without_an_id_are_all_kept() {
    // semantics 2: an empty id is none.
    Story::of(Sum).sample("00:10", "5", "").sample("00:10", "5", "").gives(&["disk at here: 10 GB"]);
}

#[test]
fn of_repetitions_the_first_in_order_counts() {
    // semantics 2: the metadata differs: `host=a` comes before `host=b`, whichever arrived first.
    let story = Story::of(Sum).message("m", "00:10", "5", "host=b").message("m", "00:10", "5", "host=a");
    story.gives(&["disk at a: 5 GB"]);
}

#[test]
fn at_one_instant_a_sample_without_an_id_comes_first() {
    // semantics 2: message id or empty, before volume.
    Story::of(Last).message("a", "00:10", "1", "").sample("00:10", "9", "").gives(&["disk at here: 1 GB"]);
}

#[test]
fn message_ids_compare_as_bytes() {
    // semantics 2: `B` (0x42) is before `a` (0x61), `10` before `9`; a UUID compares as its text.
    let last = |one: &str, other: &str| Story::of(Last).message(one, "00:10", "9", "").message(other, "00:10", "1", "");
    last("B", "a").gives(&["disk at here: 1 GB"]);
    last("10", "9").gives(&["disk at here: 1 GB"]);
    last(UUID, "5").gives(&["disk at here: 1 GB"]);
    last("4", UUID).gives(&["disk at here: 1 GB"]);
    last(UUID, "é").gives(&["disk at here: 1 GB"]);
    last(&UUID.to_uppercase(), UUID).gives(&["disk at here: 1 GB"]);
}

#[test]
fn at_one_instant_of_one_message_volumes_compare_as_numbers() {
    // semantics 2: −1 < 9 < 10: the last is 10; the increase is 9 + 1 after the baseline −1.
    let story = |aggregate| {
        let story = Story::of(aggregate).message("m", "00:10", "10", "").message("m", "00:10", "9", "");
        story.message("m", "00:10", "-1", "")
    };
    story(Last).gives(&["disk at here: 10 GB"]);
    story(Increase).gives(&["disk at here: 11 GB"]);
}

#[test]
fn samples_equal_in_all_else_compare_by_their_metadata() {
    // semantics 2: sorted `key=value` lines in UTF-8 bytes: `a=2…` after `a=1…`, `flavor=é` after `flavor=z`.
    let last = |one, other| Story::of(Last).sample("00:10", "1", one).sample("00:10", "1", other);
    last("flavor=new a=2", "flavor=old a=1").gives(&["new at here: 1 GB"]);
    last("flavor=é", "flavor=z").gives(&["é at here: 1 GB"]);
    last("", "flavor=old").gives(&["old at here: 1 GB"]);
}

#[test]
fn metadata_compares_with_its_keys_sorted() {
    // semantics 2: `b=1 a=9` is `a=9, b=1` and comes after `a=1, b=9`, although it is written the other way round.
    let story = Story::of(Last).sample("00:10", "1", "b=1 a=9 flavor=late");
    story.sample("00:10", "1", "flavor=early b=9 a=1").gives(&["late at here: 1 GB"]);
}

#[test]
fn repetitions_of_a_counter_are_no_resets() {
    // semantics 2 and 3: 100, 150, and both once more: 150 − 100.
    let story = Story::of(Increase).message("a", "00:10", "100", "").message("b", "00:20", "150", "");
    story.message("a", "00:10", "100", "").message("b", "00:20", "150", "").gives(&["disk at here: 50 GB"]);
}

#[test]
fn samples_of_one_instant_in_different_zones_are_of_one_instant() {
    // semantics 1 and 2: an offset is converted before anything is compared.
    let at = |text: &str| text.parse::<crate::Timestamp>().unwrap();
    assert_eq!(at("2013-08-05T05:17:40.283000"), at("2013-08-05T07:17:40.283+02:00"));
}
