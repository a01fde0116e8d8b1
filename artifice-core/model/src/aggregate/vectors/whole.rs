//! `max`, `min`, `mean` and `last`: one value for the whole period.

use super::story::Story;
use crate::aggregate::Aggregate::{self, Last, Max, Mean, Min};

const WHOLE: [Aggregate; 4] = [Max, Min, Mean, Last];

#[test]
fn the_whole_period_has_one_largest_smallest_mean_and_last_value() {
    // semantics 3: of 3, 8, 1, 4: max 8, min 1, mean 16 / 4, last 4; the unit is the samples'.
    for (aggregate, expected) in WHOLE.into_iter().zip(["8", "1", "4", "4"]) {
        let story = Story::of(aggregate).sample("00:10", "3", "").sample("00:20", "8", "");
        let story = story.sample("00:30", "1", "").sample("05:59", "4", "");
        story.gives(&[&format!("disk at here: {expected} GB")]);
    }
}

#[test]
fn a_mean_is_not_weighted_by_time() {
    // semantics 3: the plain mean: (10 + 0 + 2) / 3, although the 10 stands for almost six hours.
    let story = Story::of(Mean).sample("00:00", "10", "").sample("05:58", "0", "").sample("05:59", "2", "");
    story.gives(&["disk at here: 4 GB"]);
}

#[test]
fn a_mean_is_rounded_once() {
    // semantics 3: 2 / 3 and −2 / 3, half away from zero.
    let thirds = |value| Story::of(Mean).sample("00:10", value, "").sample("00:20", "0", "").sample("00:30", "0", "");
    thirds("2").gives(&["disk at here: 0.666667 GB"]);
    thirds("-2").gives(&["disk at here: -0.666667 GB"]);
    thirds("1").gives(&["disk at here: 0.333333 GB"]);
}

#[test]
fn the_whole_period_is_half_open_too() {
    // semantics 1: 100 is before, 200 is after.
    for aggregate in WHOLE {
        let story = Story::of(aggregate).sample("-00:00:00.000001", "100", "").sample("00:00", "5", "");
        story.sample("06:00", "200", "").gives(&["disk at here: 5 GB"]);
    }
}

#[test]
fn the_whole_period_does_not_look_back() {
    // semantics 3: only integral, uptime and increase do.
    for aggregate in WHOLE {
        Story::of(aggregate).unlimited().sample("-00:10", "5", "").gives_nothing();
        Story::of(aggregate).gives_nothing();
    }
}

#[test]
fn a_value_of_zero_is_a_usage_of_zero() {
    // semantics 3: a usage of 0 is a usage.
    for aggregate in WHOLE {
        Story::of(aggregate).sample("00:10", "0", "").gives(&["disk at here: 0 GB"]);
    }
}

#[test]
fn negative_values_have_a_largest_and_a_smallest() {
    // semantics 3: of −3 and −8: max −3, min −8, mean −5.5, last −8.
    for (aggregate, expected) in WHOLE.into_iter().zip(["-3", "-8", "-5.5", "-8"]) {
        let story = Story::of(aggregate).sample("00:10", "-3", "").sample("00:20", "-8", "");
        story.gives(&[&format!("disk at here: {expected} GB")]);
    }
}

#[test]
fn values_compare_as_numbers_and_not_as_texts() {
    // semantics 2: 10 is more than 9.5, and 0.10 is 0.1.
    let story = |aggregate| Story::of(aggregate).sample("00:10", "9.5", "").sample("00:20", "10", "");
    story(Max).gives(&["disk at here: 10 GB"]);
    story(Min).gives(&["disk at here: 9.5 GB"]);
    Story::of(Last).sample("00:10", "0.10", "").gives(&["disk at here: 0.1 GB"]);
}

#[test]
fn the_last_of_several_at_one_instant_is_the_last_in_order() {
    // semantics 2: by message id before volume.
    let story = Story::of(Last).message("b", "00:10", "1", "").message("a", "00:10", "9", "");
    story.gives(&["disk at here: 1 GB"]);
}

#[test]
fn what_is_gone_is_left_out_of_the_whole_period() {
    // semantics 3, "Gone": left out by max, min, mean and last: the 3 and the 9 are of what is gone.
    for aggregate in WHOLE {
        let story = Story::of(aggregate).sample("00:10", "5", "");
        let story = story.sample("00:20", "3", "event_type=volume.delete.end").sample("00:30", "9", "state=deleted");
        story.gives(&["disk at here: 5 GB"]);
        Story::of(aggregate).sample("00:20", "3", "event_type=volume.delete.end").gives_nothing();
    }
}
