//! The states in which an instance is charged.

use super::story::Story;
use crate::aggregate::Aggregate::Uptime;
use crate::aggregate::Entry;

#[track_caller]
fn two_hours_in(metadata: &str, hours: &str) {
    Story::of(Uptime).sample("00:00", "1", metadata).gives(&[&format!("disk at here: {hours} hour")]);
}

#[test]
fn five_states_are_billable() {
    // semantics 4.
    for state in ["active", "paused", "rescued", "resized", "verify_resize"] {
        two_hours_in(&format!("state={state}"), "2");
    }
}

#[test]
fn other_states_are_a_usage_of_zero() {
    // semantics 3 and 4: v is 0, but there is a sample.
    for state in ["stopped", "suspended", "shelved_offloaded", "error", "building", "deleted", "activex"] {
        two_hours_in(&format!("state={state}"), "0");
    }
}

#[test]
fn states_are_read_without_case() {
    // semantics 4: Nova writes `ACTIVE` in one message and `active` in another.
    for state in ["ACTIVE", "Active", "VERIFY_Resize"] {
        two_hours_in(&format!("state={state}"), "2");
    }
    two_hours_in("state=STOPPED", "0");
}

#[test]
fn a_status_stands_in_for_a_missing_state() {
    // semantics 4: metadata `state`, else `status`.
    two_hours_in("status=ACTIVE", "2");
    two_hours_in("status=SHUTOFF", "0");
    two_hours_in("state=None status=SHUTOFF", "0");
    two_hours_in("state= status=SHUTOFF", "0");
}

#[test]
fn a_state_goes_before_a_status() {
    // semantics 4.
    two_hours_in("state=active status=SHUTOFF", "2");
    two_hours_in("state=stopped status=ACTIVE", "0");
}

#[test]
fn without_state_and_status_existence_is_billable() {
    // semantics 4: with neither; `None` is missing (semantics 2).
    two_hours_in("", "2");
    two_hours_in("state=None status=None", "2");
}

#[test]
fn uptime_stops_and_starts_with_the_state() {
    // semantics 3: active 1 h, stopped 1 h, paused 0.5 h, error to the end.
    let story = Story::of(Uptime).unlimited().sample("00:00", "1", "state=active");
    let story = story.sample("01:00", "1", "state=stopped").sample("02:00", "1", "state=paused");
    story.sample("02:30", "1", "state=error").gives(&["disk at here: 1.5 hour"]);
}

#[test]
fn an_entry_may_have_states_of_its_own() {
    // semantics 4: an entry has an aggregate and its parameters.
    let entry = Entry { states: vec!["stopped".to_owned()], ..Entry::new("disk", "Compute", Uptime) };
    let story = Story::by(entry).sample("00:00", "1", "state=Stopped").sample("01:00", "1", "state=active");
    story.gives(&["disk at here: 1 hour"]);
}
