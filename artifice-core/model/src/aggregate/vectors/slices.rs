//! `max_per_slice` and `exists_per_slice`.

use super::story::Story;
use crate::aggregate::Aggregate::{ExistsPerSlice, MaxPerSlice};

#[test]
fn a_slice_counts_its_largest_value() {
    // semantics 3: max(v) × h(slice) = 5 × 1.
    let story = Story::of(MaxPerSlice).sample("00:10", "3", "").sample("00:30", "5", "").sample("00:50", "4", "");
    story.gives(&["disk at here: 5 GB·hour"]);
}

#[test]
fn a_slice_without_a_sample_counts_nothing() {
    // semantics 3: Σ over slices that hold a sample: 2 + 3, although two hours lie between them.
    Story::of(MaxPerSlice).sample("00:10", "2", "").sample("03:10", "3", "").gives(&["disk at here: 5 GB·hour"]);
}

#[test]
fn a_sample_on_a_slice_boundary_belongs_to_the_later_slice() {
    // semantics 1 and 3: slices are half-open too: max(2, 1) × 1 + 7 × 1.
    let story = Story::of(MaxPerSlice).sample("00:00", "2", "").sample("00:59:59.999999", "1", "");
    story.sample("01:00", "7", "").gives(&["disk at here: 9 GB·hour"]);
}

#[test]
fn a_sample_stamped_exactly_at_the_end_belongs_to_the_next_period() {
    // semantics 1: [start, end).
    let story = Story::of(MaxPerSlice).sample("05:59:59.999999", "4", "").sample("06:00", "9", "");
    story.clone().gives(&["disk at here: 4 GB·hour"]);
    story.next().gives(&["disk at here: 9 GB·hour"]);
}

#[test]
fn the_last_slice_is_clipped_to_the_end_of_the_period() {
    // semantics 3: 10 × 1 + 10 × 0.5.
    let story = Story::of(MaxPerSlice).lasting("02:30").sample("01:15", "10", "").sample("02:15", "10", "");
    story.gives(&["disk at here: 15 GB·hour"]);
}

#[test]
fn the_last_slice_is_whole_where_the_period_is_a_multiple() {
    // semantics 3: nothing to clip: 10 × 1.
    Story::of(MaxPerSlice).lasting("03:00").sample("02:59", "10", "").gives(&["disk at here: 10 GB·hour"]);
}

#[test]
fn slices_are_cut_from_the_periods_start_and_not_from_the_clock() {
    // semantics 3: from 00:40, the hours end at 01:40, 02:40, …: 01:05 and 01:35 lie in one of them.
    let start = "2013-08-01T00:40:00Z".parse::<crate::Timestamp>().unwrap();
    let period = crate::Period::new(start, start.plus(6 * crate::time::HOUR_US)).unwrap();
    let story = Story::of(MaxPerSlice).during(period).sample("00:25", "3", "").sample("00:55", "3", "");
    story.gives(&["disk at here: 3 GB·hour"]);
}

#[test]
fn slices_of_a_quarter_of_an_hour_count_a_quarter_each() {
    // semantics 3: (8 + 4 + 4) × 0.25; the slice from 00:45 on holds none.
    let story = Story::of(MaxPerSlice).slice("00:15").sample("00:05", "8", "").sample("00:15", "4", "");
    story.sample("00:44", "4", "").gives(&["disk at here: 4 GB·hour"]);
}

#[test]
fn slices_of_four_hours_leave_two_in_a_period_of_six() {
    // semantics 3: 3 × 4 + 5 × 2.
    let story = Story::of(MaxPerSlice).slice("04:00").sample("03:59", "3", "").sample("04:00", "5", "");
    story.gives(&["disk at here: 22 GB·hour"]);
}

#[test]
fn a_slice_wider_than_the_period_is_the_period() {
    // semantics 3: clipped to the end: 2 × 6.
    Story::of(MaxPerSlice).slice("24:00").sample("05:00", "2", "").gives(&["disk at here: 12 GB·hour"]);
}

#[test]
fn slices_that_do_not_divide_the_period_clip_to_microseconds() {
    // semantics 3: seven-minute slices: the ninth starts at 00:56 and has 4 minutes and 1 µs, 240.000001 s;
    // 3600 × 240.000001 / 3600 s.
    let story = Story::of(MaxPerSlice).lasting("01:00:00.000001").slice("00:07");
    story.sample("01:00", "3600", "").gives(&["disk at here: 240.000001 GB·hour"]);
}

#[test]
fn slices_see_neither_what_came_before_nor_the_gap() {
    // semantics 3: only integral, uptime and increase look back; max_gap is not theirs either.
    let story = Story::of(MaxPerSlice).unlimited().sample("-00:01", "5", "");
    story.clone().gives_nothing();
    story.sample("02:30", "1", "").gives(&["disk at here: 1 GB·hour"]);
}

#[test]
fn the_largest_of_negative_values_is_negative() {
    // semantics 3: max(−3, −2) × 1: the empty part of a slice is not a 0.
    Story::of(MaxPerSlice).sample("00:10", "-3", "").sample("00:20", "-2", "").gives(&["disk at here: -2 GB·hour"]);
}

#[test]
fn a_deletion_counts_zero_in_its_slice() {
    // semantics 3: max(5, 0) × 1 + max(0) × 1: the second slice's 9 belongs to the deletion.
    let story = Story::of(MaxPerSlice).sample("00:10", "5", "");
    let story = story.sample("00:20", "9", "event_type=volume.delete.end");
    story.sample("01:10", "9", "event_type=volume.delete.end").gives(&["disk at here: 5 GB·hour"]);
}

#[test]
fn a_slice_with_nothing_but_a_deletion_is_a_usage_of_zero() {
    // semantics 3: the sample is in reach and counts 0, which is not the absence of a sample.
    let story = Story::of(MaxPerSlice).sample("01:10", "9", "event_type=volume.delete.end");
    story.gives(&["disk at here: 0 GB·hour"]);
}

#[test]
fn a_deletion_is_more_than_a_negative_value() {
    // semantics 3: max(−3, 0) × 1.
    let story = Story::of(MaxPerSlice).sample("00:10", "-3", "");
    story.sample("00:20", "-7", "event_type=volume.delete.end").gives(&["disk at here: 0 GB·hour"]);
}

#[test]
fn existence_counts_the_hours_of_slices_that_hold_something() {
    // semantics 3: two slices of one hour, whatever the values.
    let story = Story::of(ExistsPerSlice).sample("00:10", "7", "").sample("00:20", "0", "");
    story.sample("04:59", "0.001", "").gives(&["disk at here: 2 hour"]);
}

#[test]
fn existence_does_not_look_at_values() {
    // semantics 3: any sample of a resource that is not gone, whatever its value: 0 and −1, too.
    Story::of(ExistsPerSlice).sample("00:10", "0", "").sample("01:10", "-1", "").gives(&["disk at here: 2 hour"]);
}

#[test]
fn existence_is_clipped_and_cut_like_any_slice() {
    // semantics 3: 4 + the last slice's 2 hours.
    let story = Story::of(ExistsPerSlice).slice("04:00").sample("00:00", "1", "").sample("05:59", "1", "");
    story.gives(&["disk at here: 6 hour"]);
}

#[test]
fn a_deletion_does_not_exist() {
    // semantics 3: it counts 0; the slice before holds a sample of what exists, and so does the one it shares.
    let story = Story::of(ExistsPerSlice).sample("00:10", "1", "").sample("01:10", "1", "");
    let story = story.sample("01:20", "1", "event_type=compute.instance.delete.end");
    story.sample("02:20", "1", "event_type=compute.instance.delete.end").gives(&["disk at here: 2 hour"]);
}

#[test]
fn no_sample_gives_no_usage_and_a_value_of_zero_gives_a_usage_of_zero() {
    // semantics 3: no sample in reach gives no usage at all, which is not a usage of 0.
    Story::of(MaxPerSlice).gives_nothing();
    Story::of(ExistsPerSlice).gives_nothing();
    Story::of(MaxPerSlice).sample("00:10", "0", "").gives(&["disk at here: 0 GB·hour"]);
}
