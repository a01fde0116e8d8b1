//! `integral`, and what `uptime` shares with it.

use super::story::Story;
use crate::aggregate::Aggregate::{Integral, Uptime};

#[test]
fn a_sample_holds_until_the_next_one() {
    // semantics 3: 4 × 0.5 h + 2 × 1.5 h + 0 × 2 h.
    let story = Story::of(Integral).sample("00:00", "4", "").sample("00:30", "2", "").sample("02:00", "0", "");
    story.gives(&["disk at here: 5 GB·hour"]);
}

#[test]
fn a_sample_holds_no_longer_than_the_gap() {
    // semantics 3: max_gap is 2 h by default: 3 × 2 h, and after the hole 3 × 2 h again.
    Story::of(Integral).sample("00:00", "3", "").sample("03:00", "3", "").gives(&["disk at here: 12 GB·hour"]);
}

#[test]
fn a_next_sample_at_exactly_the_gap_leaves_no_hole() {
    // semantics 3: 3 × 2 h + 5 × 2 h.
    Story::of(Integral).sample("00:00", "3", "").sample("02:00", "5", "").gives(&["disk at here: 16 GB·hour"]);
}

#[test]
fn a_sample_holds_no_longer_than_the_period() {
    // semantics 3: 3 × 0.5 h; what it holds after that is the next period's, which looks back: 3 × 1.5 h.
    let story = Story::of(Integral).sample("05:30", "3", "");
    story.clone().gives(&["disk at here: 1.5 GB·hour"]);
    story.next().gives(&["disk at here: 4.5 GB·hour"]);
}

#[test]
fn an_entry_may_have_its_own_gap() {
    // semantics 3: 6 × 0.5 h twice.
    let story = Story::of(Integral).max_gap("00:30").sample("00:00", "6", "").sample("03:00", "6", "");
    story.gives(&["disk at here: 6 GB·hour"]);
}

#[test]
fn the_last_sample_before_the_period_holds_into_it() {
    // semantics 3: seen 30 minutes before, held for 2 hours: 4 × 1.5 h.
    Story::of(Integral).sample("-00:30", "4", "").gives(&["disk at here: 6 GB·hour"]);
}

#[test]
fn a_look_back_ends_at_the_first_sample() {
    // semantics 3: 4 × 1 h + 1 × 2 h.
    Story::of(Integral).sample("-00:30", "4", "").sample("01:00", "1", "").gives(&["disk at here: 6 GB·hour"]);
}

#[test]
fn only_the_last_of_the_samples_before_counts() {
    // semantics 3: the 9 ended at −00:30 already: 4 × 1.5 h.
    let story = Story::of(Integral).sample("-01:00", "9", "").sample("-00:30", "4", "");
    story.gives(&["disk at here: 6 GB·hour"]);
}

#[test]
fn a_sample_exactly_the_gap_before_the_start_is_in_reach_and_holds_nothing() {
    // semantics 3: it lies within max_gap before start, and its hold ends where the period starts.
    Story::of(Integral).sample("-02:00", "4", "").gives(&["disk at here: 0 GB·hour"]);
}

#[test]
fn a_microsecond_beyond_the_gap_is_out_of_reach() {
    // semantics 3: no sample in reach.
    Story::of(Integral).sample("-02:00:00.000001", "4", "").gives_nothing();
    Story::of(Uptime).sample("-02:00:00.000001", "1", "").gives_nothing();
}

#[test]
fn a_microsecond_within_the_gap_holds_for_a_microsecond() {
    // semantics 3: 3 600 000 000 × 1 µs / 1 h.
    Story::of(Integral).sample("-01:59:59.999999", "3600000000", "").gives(&["disk at here: 1 GB·hour"]);
}

#[test]
fn a_sample_on_the_start_leaves_the_one_before_without_time() {
    // semantics 1 and 3: 2 × 2 h; the 9 held until 00:00.
    Story::of(Integral).sample("-00:10", "9", "").sample("00:00", "2", "").gives(&["disk at here: 4 GB·hour"]);
}

#[test]
fn a_sample_stamped_exactly_at_the_end_holds_only_in_the_next_period() {
    // semantics 1: 5 × 1 h before, 7 × 2 h after.
    let story = Story::of(Integral).sample("05:00", "5", "").sample("06:00", "7", "");
    story.clone().gives(&["disk at here: 5 GB·hour"]);
    story.next().gives(&["disk at here: 14 GB·hour"]);
}

#[test]
fn a_sample_after_the_period_is_never_seen() {
    // semantics 1: not even the look-back of a period that ended before.
    Story::of(Integral).unlimited().sample("06:00", "7", "").sample("40:00", "7", "").gives_nothing();
}

#[test]
fn unlimited_holds_until_the_end() {
    // semantics 3: resources that are only announced when they change: 10 × 5 h.
    let story = Story::of(Integral).unlimited().sample("01:00", "10", "event_type=volume.create.end");
    story.gives(&["disk at here: 50 GB·hour"]);
}

#[test]
fn unlimited_looks_back_as_far_as_there_are_samples() {
    // semantics 3: created a year (8760 h) before: 10 × 6 h.
    let story = Story::of(Integral).unlimited().sample("-8760:00", "10", "event_type=volume.create.end");
    story.gives(&["disk at here: 60 GB·hour"]);
}

#[test]
fn a_deletion_ends_the_hold_before_it_and_counts_zero() {
    // semantics 3: 4 × 0.25 h; the deletion's own 4 counts 0.
    let story = Story::of(Integral).unlimited().sample("00:00", "4", "");
    story.sample("00:15", "4", "event_type=volume.delete.end").gives(&["disk at here: 1 GB·hour"]);
}

#[test]
fn a_deletion_before_the_period_gives_no_usage() {
    // semantics 3: what is gone when the period begins gives no usage.
    let story = Story::of(Integral).unlimited().sample("-10:00", "4", "");
    story.sample("-01:00", "4", "event_type=volume.delete.end").gives_nothing();
}

#[test]
fn what_is_seen_after_a_deletion_counts_again() {
    // semantics 3: 4 × 1 h, nothing for 1 h, 4 × 2 h.
    let story = Story::of(Integral).sample("00:00", "4", "").sample("02:00", "4", "");
    story.sample("01:00", "4", "event_type=volume.delete.end").gives(&["disk at here: 12 GB·hour"]);
}

#[test]
fn only_the_end_of_a_deletion_is_one() {
    // semantics 3: `.delete.start` is a sample like others: 4 × 1 h + 4 × 2 h.
    let story = Story::of(Integral).sample("00:00", "4", "");
    story.sample("01:00", "4", "event_type=volume.delete.start").gives(&["disk at here: 12 GB·hour"]);
}

#[test]
fn of_two_samples_at_one_instant_the_last_in_order_holds() {
    // semantics 2 and 3: order by volume: the 3 holds for no time, then 5 × 2 h.
    Story::of(Integral).sample("00:00", "5", "").sample("00:00", "3", "").gives(&["disk at here: 10 GB·hour"]);
}

#[test]
fn a_negative_value_is_held_like_any_other() {
    // semantics 3: −1.5 × 2 h.
    Story::of(Integral).sample("00:00", "-1.5", "").gives(&["disk at here: -3 GB·hour"]);
}

#[test]
fn thirds_of_an_hour_add_up_to_whole_hours() {
    // semantics 3: rounded once: 3 × (1 × 20 min) is 1 h; three rounded thirds would be 0.999999.
    let story = Story::of(Integral).sample("00:00", "1", "").sample("00:20", "1", "").sample("00:40", "1", "");
    story.sample("01:00", "0", "").gives(&["disk at here: 1 GB·hour"]);
}

#[test]
fn uptime_counts_hours_and_not_values() {
    // semantics 3: v = 1 whatever the sample's volume, 0 included: 1 h + 2 h.
    Story::of(Uptime).sample("00:00", "0", "").sample("01:00", "8", "").gives(&["disk at here: 3 hour"]);
}

#[test]
fn uptime_lives_on_the_look_back_alone() {
    // semantics 3: 2 h from −00:45 on, of which 1.25 h lie inside.
    Story::of(Uptime).sample("-00:45", "1", "").gives(&["disk at here: 1.25 hour"]);
}

#[test]
fn uptime_ends_with_a_deletion_whatever_the_state() {
    // semantics 3: 30 minutes.
    let story = Story::of(Uptime).sample("00:00", "1", "state=active");
    let story = story.sample("00:30", "1", "state=active event_type=compute.instance.delete.end");
    story.gives(&["disk at here: 0.5 hour"]);
}

#[test]
fn uptime_of_polling_every_ten_minutes_is_the_whole_period() {
    // semantics 3: 36 samples hold 10 minutes each.
    let story = (0..36).fold(Story::of(Uptime), |story, tens| {
        story.sample(&format!("{:02}:{:02}", tens / 6, tens % 6 * 10), "1", "state=active")
    });
    story.gives(&["disk at here: 6 hour"]);
}
