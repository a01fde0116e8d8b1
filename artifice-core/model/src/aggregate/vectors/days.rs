//! On which days something is used, where fees are charged by the day.

use super::story::{Story, at};
use crate::aggregate::Aggregate::{self, Increase, Integral, Last, Max, MaxPerSlice, Mean, Sum};

/// Three days.
fn three_days(aggregate: Aggregate) -> Story {
    let story = Story::of(aggregate).lasting("72:00").max_gap("24:00");
    ["00:00", "24:00", "48:00", "72:00"].into_iter().fold(story, Story::day)
}

/// Expects the only usage to be on these days, from the first hour of the first to the end of the last.
#[track_caller]
fn on(story: Story, expected: &[(&str, &str)]) {
    let [volume] = &story.volumes().unwrap()[..] else { panic!("not one usage") };
    let expected: Vec<_> = expected.iter().map(|(from, until)| (at(from), at(until))).collect();
    assert_eq!(volume.evidence.days, expected);
}

#[test]
fn a_hold_is_on_all_days_that_it_touches() {
    // From 01:00 for 24 hours; from midnight to midnight is one day.
    on(three_days(Integral).sample("01:00", "1", ""), &[("00:00", "48:00")]);
    on(three_days(Integral).sample("24:00", "1", ""), &[("24:00", "48:00")]);
    on(three_days(Integral).sample("23:59:59.999999", "1", "").sample("24:00", "0", ""), &[("00:00", "24:00")]);
    // What holds from before, and what holds to the end.
    let story = three_days(Integral).sample("-01:00", "1", "").sample("01:00", "0", "");
    on(story.sample("71:59", "1", ""), &[("00:00", "24:00"), ("48:00", "72:00")]);
}

#[test]
fn nothing_is_on_no_day() {
    on(three_days(Integral).sample("01:00", "0", ""), &[]);
    on(three_days(Integral).sample("-24:00", "1", ""), &[]);
    on(three_days(Sum).sample("01:00", "0", ""), &[]);
    on(Story::of(Integral).sample("01:00", "1", ""), &[]);
}

#[test]
fn a_slice_is_on_the_days_it_lies_in_and_a_delta_on_its_own() {
    on(three_days(MaxPerSlice).sample("23:59", "1", ""), &[("00:00", "24:00")]);
    on(three_days(MaxPerSlice).slice("16:00").sample("16:00", "1", ""), &[("00:00", "48:00")]);
    on(three_days(Sum).sample("24:00", "1", "").sample("71:00", "-1", ""), &[("24:00", "72:00")]);
}

#[test]
fn a_counter_is_used_on_the_day_on_which_it_is_seen_to_have_moved() {
    // Its first reading is no use, nor is a second one like it, nor a reset to nothing, which adds nothing.
    on(three_days(Increase).sample("01:00", "5", "").sample("25:00", "5", ""), &[]);
    on(three_days(Increase).sample("01:00", "5", "").sample("25:00", "7", ""), &[("24:00", "48:00")]);
    on(three_days(Increase).sample("01:00", "5", "").sample("49:00", "0", ""), &[]);
    on(three_days(Increase).sample("01:00", "5", "").sample("49:00", "3", ""), &[("48:00", "72:00")]);
}

#[test]
fn a_value_of_the_whole_period_is_of_its_last_sample_s_day() {
    for aggregate in [Max, Mean] {
        on(three_days(aggregate).sample("01:00", "0", "").sample("25:00", "7", ""), &[("24:00", "48:00")]);
        on(three_days(aggregate).sample("01:00", "0", "").sample("25:00", "0", ""), &[]);
    }
    for aggregate in [Max, Mean] {
        on(three_days(aggregate).sample("01:00", "7", "").sample("49:00", "0", ""), &[("48:00", "72:00")]);
    }
    // Also where the last ones say the same as those before, or something else.
    on(three_days(Last).sample("01:00", "7", "a=b").sample("49:00", "7", "a=c"), &[("48:00", "72:00")]);
    on(three_days(Last).sample("01:00", "7", "").sample("49:00", "0", ""), &[]);
}
