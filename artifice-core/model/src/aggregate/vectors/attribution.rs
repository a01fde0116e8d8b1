//! Service, location and name belong to the sample: resizes and migrations.

use super::story::Story;
use crate::aggregate::Aggregate::{
    self, Count, ExistsPerSlice, Increase, Integral, Last, Max, MaxPerSlice, Mean, Min, Sum, Uptime,
};

/// Small until 01:30, then large: polled every half an hour from 00:00 to 02:30.
fn resized(aggregate: Aggregate) -> Story {
    changing(aggregate, "flavor=small", "flavor=large")
}

/// On host c1 until 01:30, then on c2.
fn migrated(aggregate: Aggregate) -> Story {
    changing(aggregate, "host=c1", "host=c2")
}

fn changing(aggregate: Aggregate, before: &str, after: &str) -> Story {
    let story = Story::of(aggregate).lasting("03:00");
    let story = story.sample("00:00", "10", before).sample("00:30", "12", before).sample("01:00", "16", before);
    story.sample("01:30", "15", after).sample("02:00", "20", after).sample("02:30", "26", after)
}

#[test]
fn a_resize_gives_each_service_the_hold_of_its_samples() {
    // semantics 3: the held sample: (10 + 12 + 16) × 0.5 h and (15 + 20 + 26) × 0.5 h; 1.5 h each of uptime.
    resized(Integral).gives(&["small at here: 19 GB·hour", "large at here: 30.5 GB·hour"]);
    resized(Uptime).gives(&["small at here: 1.5 hour", "large at here: 1.5 hour"]);
}

#[test]
fn a_migration_gives_each_location_the_hold_of_its_samples() {
    // semantics 3: as a resize.
    migrated(Integral).gives(&["disk at c1: 19 GB·hour", "disk at c2: 30.5 GB·hour"]);
    migrated(Uptime).gives(&["disk at c1: 1.5 hour", "disk at c2: 1.5 hour"]);
}

#[test]
fn a_slice_goes_to_the_service_of_its_last_sample() {
    // semantics 3: slices max 12 (small), max(16, 15) = 16 (large is last in it), max 26 (large).
    resized(MaxPerSlice).gives(&["small at here: 12 GB·hour", "large at here: 42 GB·hour"]);
    resized(ExistsPerSlice).gives(&["small at here: 1 hour", "large at here: 2 hour"]);
}

#[test]
fn a_slice_goes_to_the_location_of_its_last_sample() {
    // semantics 3: as a resize.
    migrated(MaxPerSlice).gives(&["disk at c1: 12 GB·hour", "disk at c2: 42 GB·hour"]);
    migrated(ExistsPerSlice).gives(&["disk at c1: 1 hour", "disk at c2: 2 hour"]);
}

#[test]
fn an_increase_goes_to_the_later_sample() {
    // semantics 3: small (12 − 10) + (16 − 12); large 15 − 16 (a dip), (20 − 15) + (26 − 20).
    resized(Increase).gives(&["small at here: 6 GB", "large at here: 10 GB"]);
    migrated(Increase).gives(&["disk at c1: 6 GB", "disk at c2: 10 GB"]);
}

#[test]
fn an_increase_over_a_migration_is_the_new_locations() {
    // semantics 3: 140 − 100 is made by the later sample; the baseline contributes nothing at its own place.
    let story = Story::of(Increase).sample("-00:10", "100", "host=c1").sample("00:10", "140", "host=c2");
    story.gives(&["disk at c2: 40 GB"]);
}

#[test]
fn deltas_and_counts_go_to_their_own_sample() {
    // semantics 3: the sample itself: 10 + 12 + 16 and 15 + 20 + 26; three each.
    resized(Sum).gives(&["small at here: 38 GB", "large at here: 61 GB"]);
    migrated(Sum).gives(&["disk at c1: 38 GB", "disk at c2: 61 GB"]);
    resized(Count).gives(&["small at here: 3 1", "large at here: 3 1"]);
    migrated(Count).gives(&["disk at c1: 3 1", "disk at c2: 3 1"]);
}

#[test]
fn a_value_of_the_whole_period_goes_to_its_last_sample() {
    // semantics 3: over all six: max 26, min 10 (although it was small), mean 99 / 6, last 26.
    for (aggregate, volume) in [(Max, "26"), (Min, "10"), (Mean, "16.5"), (Last, "26")] {
        resized(aggregate).gives(&[&format!("large at here: {volume} GB")]);
        migrated(aggregate).gives(&[&format!("disk at c2: {volume} GB")]);
    }
}

#[test]
fn a_resize_and_back_is_one_usage_of_each() {
    // semantics 3: small 1 h + 2 h, large 1 h.
    let story = Story::of(Uptime).sample("00:00", "1", "flavor=small").sample("01:00", "1", "flavor=large");
    story.sample("02:00", "1", "flavor=small").gives(&["small at here: 3 hour", "large at here: 1 hour"]);
}

#[test]
fn a_resize_that_comes_with_a_migration_gives_two_usages_and_not_four() {
    // semantics 3: the pairs that were: (small, c1) for 1 h, (large, c2) for 2 h.
    let story = Story::of(Uptime).sample("00:00", "1", "flavor=small host=c1");
    let story = story.sample("01:00", "1", "flavor=large host=c2");
    story.gives(&["small at c1: 1 hour", "large at c2: 2 hour"]);
}

#[test]
fn a_look_back_holds_for_its_own_service() {
    // semantics 3: small from −00:30 until 00:30, large for 2 h.
    let story = Story::of(Uptime).sample("-00:30", "1", "flavor=small").sample("00:30", "1", "flavor=large");
    story.gives(&["small at here: 0.5 hour", "large at here: 2 hour"]);
}

#[test]
fn a_slice_that_ends_with_a_deletion_is_the_deletions() {
    // semantics 3: max(5, 0) × 1 h to the last sample of the slice.
    let story = Story::of(MaxPerSlice).sample("00:10", "5", "host=c1");
    story.sample("00:20", "5", "host=c2 event_type=volume.delete.end").gives(&["disk at c2: 5 GB·hour"]);
}

#[test]
fn a_name_comes_from_the_last_sample() {
    // semantics 3: renamed within the period.
    let story = Story::of(Uptime).sample("00:00", "1", "display_name=web").sample("01:00", "1", "display_name=www");
    story.gives(&["disk at here: 3 hour (www)"]);
}

#[test]
fn a_name_comes_from_the_last_sample_of_the_usages_own_group() {
    // semantics 3: the name at the time it was small stays with small.
    let story = Story::of(Uptime).sample("00:00", "1", "flavor=small display_name=web");
    let story = story.sample("01:00", "1", "flavor=large display_name=www");
    story.gives(&["small at here: 1 hour (web)", "large at here: 2 hour (www)"]);
}

#[test]
fn a_name_comes_from_the_last_sample_and_not_from_the_one_with_the_largest_value() {
    // semantics 3: max 9 was seen while it was called web.
    let story = Story::of(Max).sample("00:00", "9", "display_name=web").sample("01:00", "1", "display_name=www");
    story.gives(&["disk at here: 9 GB (www)"]);
}

#[test]
fn a_last_sample_without_a_name_leaves_the_usage_without_one() {
    // semantics 3: descriptions come from the last sample, and not from the last that has some.
    let story = Story::of(Uptime).sample("00:00", "1", "display_name=web").sample("01:00", "1", "");
    story.gives(&["disk at here: 3 hour"]);
}

#[test]
fn a_name_may_come_from_the_look_back_alone() {
    // semantics 3: it is the last sample of its group.
    Story::of(Uptime).sample("-01:00", "1", "display_name=web").gives(&["disk at here: 1 hour (web)"]);
}

#[test]
fn a_name_is_the_display_name_or_else_the_name() {
    // semantics 2: `None` is missing, so `name` stands in.
    let story = |metadata| Story::of(Count).sample("00:00", "1", metadata);
    story("display_name=web name=instance-01").gives(&["disk at here: 1 1 (web)"]);
    story("display_name=None name=instance-01").gives(&["disk at here: 1 1 (instance-01)"]);
    story("display_name= name=None").gives(&["disk at here: 1 1"]);
}
