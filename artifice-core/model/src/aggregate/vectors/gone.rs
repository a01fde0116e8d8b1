//! What is gone, what comes back, and what nobody would announce the end of.

use super::story::{Story, at};
use crate::aggregate::Aggregate::{ExistsPerSlice, Integral, MaxPerSlice, Uptime};

const CREATED: &str = "event_type=volume.create.end";
const GONE: &str = "event_type=volume.delete.end";
const LATE: &str = "event_type=volume.update.end";

#[test]
fn what_is_gone_stays_gone_where_only_changes_are_announced() {
    // semantics 3, "Gone": 10 × 2 h; neither the late update nor the audit of the deleted volume brings it back.
    let story = Story::of(Integral).unlimited().sample("00:00", "10", CREATED).sample("02:00", "10", GONE);
    let story = story.sample("03:00", "10", LATE).sample("04:00", "10", "event_type=volume.exists status=available");
    story.clone().gives(&["disk at here: 20 GB·hour"]);
    // The look-back goes back to what says gone, however many came after it.
    story.next().gives_nothing();
}

#[test]
fn what_is_created_again_or_restored_counts_again() {
    // semantics 3, "Gone": until `.create` or `.restore`: 10 × (1 h + 2 h).
    for event in ["volume.create.start", "volume.restore.end"] {
        let story = Story::of(Integral).unlimited().sample("00:00", "10", CREATED).sample("01:00", "10", GONE);
        let story = story.sample("03:00", "10", LATE).sample("04:00", "10", &format!("event_type={event}"));
        story.clone().gives(&["disk at here: 30 GB·hour"]);
        story.next().gives(&["disk at here: 60 GB·hour"]);
    }
}

#[test]
fn where_somebody_polls_each_sample_speaks_for_itself() {
    // semantics 3: a finite max_gap: 10 × 1 h, gone, and 10 × 2 h more.
    let story = Story::of(Integral).sample("00:00", "10", "").sample("01:00", "10", GONE).sample("03:00", "10", LATE);
    story.gives(&["disk at here: 30 GB·hour"]);
}

#[test]
fn gone_may_be_a_state() {
    // semantics 3, "Gone": state `deleted` without case, or one of the entry's own.
    for state in ["deleted", "DELETED", "Shelved"] {
        let own = |story: Story| story.with(|entry| entry.gone = vec!["shelved".to_owned()]);
        let metadata = format!("status={state}");
        let story = own(Story::of(Integral)).sample("00:00", "4", "").sample("01:00", "4", &metadata);
        story.gives(&["disk at here: 4 GB·hour"]);
        let story = own(Story::of(MaxPerSlice)).sample("00:00", "4", "").sample("01:00", "4", &metadata);
        story.gives(&["disk at here: 4 GB·hour"]);
        let story = own(Story::of(ExistsPerSlice)).sample("00:00", "4", "").sample("01:00", "4", &metadata);
        story.gives(&["disk at here: 1 hour"]);
    }
    // Where the state is read the entry says.
    let read = crate::aggregate::Template::of_metadata(&["vm_state"]);
    let story = Story::of(Integral).with(|entry| entry.state = read).sample("00:00", "4", "");
    story.sample("01:00", "4", "status=deleted").gives(&["disk at here: 12 GB·hour"]);
}

#[test]
fn deleting_ends_the_hold_and_is_not_yet_gone() {
    // semantics 3, "Gone": 4 × 1 h, nothing while deleting, and again from 03:00 on: an error left it there.
    let story = Story::of(Integral).unlimited().sample("00:00", "4", CREATED);
    let story = story.sample("01:00", "4", "status=deleting event_type=volume.delete.start");
    story
        .sample("03:00", "4", "status=error_deleting event_type=volume.update.end")
        .gives(&["disk at here: 16 GB·hour"]);
    let story = Story::of(MaxPerSlice).sample("00:10", "4", "").sample("01:10", "4", "status=deleting");
    story.gives(&["disk at here: 4 GB·hour"]);
}

#[test]
fn a_transfer_that_is_deleted_is_no_deletion() {
    // semantics 3, "Gone": a cancelled transfer: 4 × 6 h.
    let story = Story::of(Integral).unlimited().sample("00:00", "4", CREATED);
    story.sample("01:00", "4", "event_type=volume.transfer.delete.end").gives(&["disk at here: 24 GB·hour"]);
    // Glance says `image.delete`.
    let story = Story::of(Integral).unlimited().sample("00:00", "4", "event_type=image.upload");
    story.sample("01:00", "4", "event_type=image.delete").gives(&["disk at here: 4 GB·hour"]);
}

#[test]
fn what_is_gone_when_the_period_begins_gives_no_usage() {
    // semantics 3, "Gone": not even one of 0, whatever is heard of it inside the period.
    let gone = "status=deleted";
    Story::of(Uptime).sample("-00:10", "1", gone).sample("00:10", "1", gone).gives_nothing();
    let story = Story::of(Integral).unlimited().sample("-03:00", "1", GONE).sample("-00:10", "1", LATE);
    story.clone().sample("00:10", "1", LATE).gives_nothing();
    assert!(story.clone().outcome().unwrap().is_gone);
    // What is polled as gone long before is not looked at; what comes back counts: 1 × 5 h.
    story.sample("01:00", "1", CREATED).gives(&["disk at here: 5 GB·hour"]);
}

#[test]
fn only_what_names_its_event_holds_without_an_end() {
    // semantics 3, "Unlimited is for announcements": 4 × 2 h, and from 04:00 on 4 × 2 h; main.max_gap where that is
    // finite: 4 × 1 h twice.
    let story = Story::of(Integral).unlimited().sample("00:00", "4", "").sample("04:00", "4", "");
    story.clone().gives(&["disk at here: 16 GB·hour"]);
    story.clone().with(|entry| entry.unannounced_us /= 2).gives(&["disk at here: 8 GB·hour"]);
    let outcome = story.outcome().unwrap();
    assert_eq!((outcome.announced, outcome.unannounced), (0, 2));
    // It ends the hold before it like any sample: 4 × 1 h + 4 × 2 h; and what was before the period, too.
    let story = Story::of(Integral).unlimited().sample("00:00", "4", CREATED).sample("01:00", "4", "");
    story.gives(&["disk at here: 12 GB·hour"]);
    let story = Story::of(Integral).unlimited().sample("-09:00", "4", CREATED).sample("-05:00", "4", "");
    story.gives_nothing();
}

#[test]
fn a_gap_behind_what_holds_for_a_limited_time_is_one() {
    let story = Story::of(Integral).unlimited().sample("00:00", "4", "").sample("05:00", "4", "");
    assert_eq!(story.volumes().unwrap()[0].evidence.gaps.count, 1);
    let story = Story::of(Integral).unlimited().sample("00:00", "4", CREATED).sample("05:00", "4", CREATED);
    assert_eq!(story.volumes().unwrap()[0].evidence.gaps.count, 0);
}

#[test]
fn a_hold_without_an_end_ends_where_another_has_the_resource() {
    // semantics 3: 10 × 2 h, then somebody else's; back from 04:00 on for an hour.
    let story = Story::of(Integral).unlimited().sample("00:00", "10", CREATED).taken_over("02:00");
    story.clone().gives(&["disk at here: 20 GB·hour"]);
    let back = story.sample("04:00", "10", "event_type=volume.attach.end").taken_over("05:00");
    back.clone().gives(&["disk at here: 30 GB·hour"]);
    back.cut("03:00").has_parts(&["20", "10"]);
    // A hold that has an end of its own needs no other.
    let story = Story::of(Integral).sample("00:00", "10", CREATED).taken_over("01:00");
    story.gives(&["disk at here: 20 GB·hour"]);
}

#[test]
fn what_another_has_had_before_the_period_gives_no_usage() {
    // semantics 3: at what lies before the period, too; at the same instant the takeover comes after.
    let story = |taken: &str| Story::of(Integral).unlimited().sample("-09:00", "10", CREATED).taken_over(taken);
    story("-03:00").gives_nothing();
    story("00:00").gives_nothing();
    story("-09:00").gives_nothing();
    story("-09:30").gives(&["disk at here: 60 GB·hour"]);
}

#[test]
fn what_was_not_heard_of_for_long_is_told() {
    // semantics 3: `stale_after` before the period's end; not where it is gone, or holds for a limited time.
    let hours = |hours: i64| move |entry: &mut crate::aggregate::Entry| entry.stale_after_us = hours * 3_600_000_000;
    let story = Story::of(Integral).unlimited().sample("-30:00", "1", CREATED);
    assert_eq!(story.clone().with(hours(36)).outcome().unwrap().unheard, Some(at("-30:00")));
    assert_eq!(story.clone().with(hours(37)).outcome().unwrap().unheard, None);
    assert_eq!(story.clone().taken_over("01:00").with(hours(1)).outcome().unwrap().unheard, None);
    assert_eq!(story.sample("00:10", "1", GONE).with(hours(1)).outcome().unwrap().unheard, None);
    let story = Story::of(Integral).max_gap("99:00").sample("-30:00", "1", CREATED);
    assert_eq!(story.with(hours(1)).outcome().unwrap().unheard, None);
}

#[test]
fn a_deletion_out_of_reach_is_not_looked_at() {
    // semantics 3: max_gap is 2 h; what is heard of it inside the period is a usage of 0.
    let gone = "status=deleted";
    let story = Story::of(Uptime).sample("-03:00", "1", gone).sample("00:10", "1", gone);
    story.clone().gives(&["disk at here: 0 hour"]);
    assert!(!story.outcome().unwrap().is_gone);
}
