//! For how much of the time that a resource is known to exist it was charged.

use super::story::Story;
use crate::aggregate::Aggregate::{Increase, Integral, MaxPerSlice, Sum, Uptime};

/// Hours charged and hours known, if it is told.
#[track_caller]
fn short(story: Story) -> Option<(i64, i64)> {
    let short = story.outcome().unwrap().short?;
    Some((short.charged_us / 3_600_000_000, short.known_us / 3_600_000_000))
}

#[test]
fn what_was_charged_for_less_than_half_of_its_time_is_told() {
    // semantics 3: known from 00:00 to 05:00, held for 2 h, and what is held behind the last counts, too: 2 + 1.
    assert_eq!(short(Story::of(Integral).sample("00:00", "1", "").sample("05:00", "1", "")), None);
    assert_eq!(
        short(Story::of(Integral).lasting("48:00").sample("00:00", "1", "").sample("10:00", "1", "")),
        Some((4, 10))
    );
    assert_eq!(short(Story::of(MaxPerSlice).sample("00:00", "1", "").sample("05:00", "1", "")), Some((2, 5)));
    assert_eq!(
        short(Story::of(Integral).max_gap("48:00").lasting("48:00").sample("00:00", "1", "").sample("10:00", "1", "")),
        None
    );
    // Whatever its samples say.
    assert_eq!(short(Story::of(MaxPerSlice).sample("00:00", "1", "a=1").sample("05:00", "1", "a=2")), Some((2, 5)));
    // Exactly half is no less.
    assert_eq!(short(Story::of(MaxPerSlice).sample("00:00", "1", "").sample("04:00", "1", "")), None);
}

#[test]
fn a_single_announcement_means_existence_until_the_end() {
    // semantics 3: the recorded volumes have one sample, their creation: 1 slice of 6 h.
    let created = "event_type=volume.create.end";
    assert_eq!(short(Story::of(MaxPerSlice).sample("00:10", "1", created)), Some((1, 5)));
    // What was polled once may be gone, and so may be what is told by an audit.
    assert_eq!(short(Story::of(MaxPerSlice).sample("00:10", "1", "")), None);
    assert_eq!(short(Story::of(MaxPerSlice).sample("00:10", "1", "event_type=volume.exists")), None);
    // A deletion ends it.
    let story = Story::of(MaxPerSlice).sample("00:10", "1", created);
    assert_eq!(short(story.sample("00:20", "1", "event_type=volume.delete.end")), None);
    // What was known before the period counts from its start.
    assert_eq!(short(Story::of(Uptime).sample("-01:00", "1", "event_type=compute.instance.create.end")), Some((1, 6)));
}

#[test]
fn a_stopped_resource_is_not_charged_for_short() {
    // semantics 3: the state is not billable, but its samples cover the time.
    let story =
        (0..6).fold(Story::of(Uptime), |story, hour| story.sample(&format!("0{hour}:00"), "1", "state=stopped"));
    assert_eq!(short(story), None);
}

#[test]
fn time_that_another_entry_charges_is_not_missing() {
    // semantics 4 (match): ssd for one hour, then something else for five.
    let story = Story::of(Integral).matching("type", "ssd").sample("00:00", "1", "type=ssd");
    assert_eq!(
        short(story.sample("01:00", "1", "type=hdd").sample("05:00", "1", "type=ssd event_type=x.delete.end")),
        None
    );
}

#[test]
fn only_aggregates_over_time_have_a_life() {
    for aggregate in [Sum, Increase] {
        assert_eq!(
            short(Story::of(aggregate).sample("00:00", "1", "").sample("05:00", "1", "event_type=x.create.end")),
            None
        );
    }
}

#[test]
fn nothing_is_known_behind_what_ended_by_itself() {
    // semantics 3: announced, and another's from 01:00 on: 1 h of 1 h.
    let created = "event_type=volume.create.end";
    let story = Story::of(Integral).unlimited().sample("00:00", "1", created);
    assert_eq!(short(story.taken_over("01:00")), None);
    // A hold of a limited time is no end: 1 h of 6 h; and behind what no event announces nothing is known: 4 h of 8 h.
    assert_eq!(short(Story::of(Integral).max_gap("01:00").sample("00:00", "1", created)), Some((1, 6)));
    let story = Story::of(Integral).unlimited().lasting("48:00").sample("00:00", "1", "");
    assert_eq!(short(story.sample("08:00", "1", "")), None);
}
