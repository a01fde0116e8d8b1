//! Where a sample was: hosts, datacenters, and notifications in the middle of something.

use super::story::Story;
use crate::aggregate::Aggregate::{Count, Integral, MaxPerSlice, Sum, Uptime};

const MID: &str = "host=conductor.openstack event_type=compute.instance.update";

#[test]
fn a_host_is_mapped_to_its_datacenter() {
    // semantics 4: exact names and `*` patterns; an unmapped host is its own; no host is the region.
    let story = Story::of(Sum).datacenter("akl-*", "auckland").datacenter("c9", "wellington");
    let story = story.sample("00:10", "1", "host=akl-1").sample("00:20", "2", "host=akl-2");
    let story = story.sample("00:30", "4", "host=c9").sample("00:40", "8", "host=c99").sample("00:50", "16", "");
    story.gives(&["disk at auckland: 3 GB", "disk at wellington: 4 GB", "disk at c99: 8 GB", "disk at here: 16 GB"]);
}

#[test]
fn a_move_within_a_datacenter_is_none() {
    // semantics 3 and 4: one location, one usage: 3 h.
    let story = Story::of(Uptime).datacenter("c*", "akl").sample("00:00", "1", "host=c1");
    story.sample("01:00", "1", "host=c2").gives(&["disk at akl: 3 hour"]);
}

#[test]
fn a_host_of_none_is_missing() {
    // semantics 2: `None` and an empty text are the absence of a host, and that is the region.
    let story = Story::of(Sum).sample("00:10", "1", "host=None").sample("00:20", "2", "host=");
    story.gives(&["disk at here: 3 GB"]);
}

#[test]
fn a_notification_in_the_middle_takes_the_host_of_the_sample_before() {
    // semantics 4: 1 + 2 at c1 although the conductor sent the second.
    let story = Story::of(Sum).sample("00:10", "1", "host=c1").sample("00:20", "2", MID);
    story.sample("00:30", "4", "host=c2").gives(&["disk at c1: 3 GB", "disk at c2: 4 GB"]);
}

#[test]
fn several_notifications_in_a_row_take_the_last_host_that_was_known() {
    // semantics 4: the previous sample that isn't such a one.
    let story = Story::of(Sum).sample("00:10", "1", "host=c1").sample("00:20", "2", MID).sample("00:30", "4", MID);
    story.gives(&["disk at c1: 7 GB"]);
}

#[test]
fn a_notification_at_the_beginning_takes_the_host_of_the_sample_after() {
    // semantics 4: else of the next that isn't.
    let story = Story::of(Sum).sample("00:10", "1", MID).sample("00:20", "2", MID).sample("00:30", "4", "host=c1");
    story.sample("00:40", "8", "host=c2").gives(&["disk at c1: 7 GB", "disk at c2: 8 GB"]);
}

#[test]
fn notifications_of_two_services_at_the_beginning_both_take_the_next_host() {
    // semantics 3 and 4: small 1 + 4, large 2, all at c1.
    let story = Story::of(Sum).sample("00:10", "1", &format!("{MID} flavor=small"));
    let story = story.sample("00:20", "2", &format!("{MID} flavor=large"));
    let story = story.sample("00:30", "4", "host=c1 flavor=small");
    story.gives(&["small at c1: 5 GB", "large at c1: 2 GB"]);
}

#[test]
fn notifications_alone_are_nowhere_in_particular() {
    // semantics 4: else none, which is the region.
    Story::of(Sum).sample("00:10", "1", MID).sample("00:20", "2", MID).gives(&["disk at here: 3 GB"]);
}

#[test]
fn the_absence_of_a_host_is_carried_as_well() {
    // semantics 4: the host or its absence: the 2 is at the region although c1 follows.
    let story = Story::of(Sum).sample("00:10", "1", "").sample("00:20", "2", MID).sample("00:30", "4", "host=c1");
    story.gives(&["disk at here: 3 GB", "disk at c1: 4 GB"]);
}

#[test]
fn the_absence_of_a_host_is_taken_from_the_next_sample_as_well() {
    // semantics 4: the next that isn't such a one has none, and nobody looks further.
    let story = Story::of(Sum).sample("00:10", "1", MID).sample("00:20", "2", "").sample("00:30", "4", "host=c1");
    story.gives(&["disk at here: 3 GB", "disk at c1: 4 GB"]);
}

#[test]
fn what_exists_or_ended_knows_its_host() {
    // semantics 4: events in `.exists` and `.end` say where, and so does a sample without an event.
    for event in ["compute.instance.exists", "compute.instance.create.end", "compute.instance.delete.end", "None"] {
        let story = Story::of(Sum).sample("00:10", "1", "host=c1");
        let story = story.sample("00:20", "1", &format!("host=c2 event_type={event}"));
        story.gives(&["disk at c1: 1 GB", "disk at c2: 1 GB"]);
    }
}

#[test]
fn what_only_begins_does_not_know_its_host() {
    // semantics 4: every other event, however much it looks like one of the two.
    for event in
        ["compute.instance.resize.start", "compute.instance.resize.prep", "exists", "end", "x.exists.y", "x.END"]
    {
        let story = Story::of(Count).sample("00:10", "1", "host=c1");
        let story = story.sample("00:20", "1", &format!("host=api.openstack event_type={event}"));
        story.gives(&["disk at c1: 2 1"]);
    }
}

#[test]
fn the_look_back_tells_where_a_notification_was() {
    // semantics 4: it is among the samples that aggregation considers: c1 from −00:30 to 01:00 and for 2 h more.
    let story = Story::of(Uptime).sample("-00:30", "1", "host=c1").sample("01:00", "1", MID);
    story.sample("03:00", "0", "host=c2 state=stopped").gives(&["disk at c1: 3 hour", "disk at c2: 0 hour"]);
}

#[test]
fn a_look_back_out_of_reach_tells_nothing() {
    // semantics 4: it is not considered, so the notification takes the next: 1 h and 2 h at c2.
    let story = Story::of(Uptime).sample("-02:00:00.000001", "1", "host=c1").sample("01:00", "1", MID);
    story.sample("02:00", "1", "host=c2").gives(&["disk at c2: 3 hour"]);
}

#[test]
fn an_aggregate_that_does_not_look_back_is_told_nothing_by_what_was_before() {
    // semantics 4: for max_per_slice the sample before the period is not considered.
    let story = Story::of(MaxPerSlice).sample("-00:10", "5", "host=c1").sample("00:10", "5", MID);
    story.sample("01:10", "5", "host=c2").gives(&["disk at c2: 10 GB·hour"]);
}

#[test]
fn what_comes_after_the_period_tells_nothing() {
    // semantics 4: only samples inside: the host at the end's instant is the next period's.
    let story = Story::of(Integral).sample("05:00", "5", MID).sample("06:00", "5", "host=c1");
    story.gives(&["disk at here: 5 GB·hour"]);
}

#[test]
fn a_look_back_may_be_a_notification_itself() {
    // semantics 4: it takes the next host that is known: 5 × 1 h + 5 × 2 h.
    let story = Story::of(Integral).sample("-00:30", "5", MID).sample("01:00", "5", "host=c1");
    story.gives(&["disk at c1: 15 GB·hour"]);
}

#[test]
fn a_notification_still_tells_its_service_its_state_and_its_value() {
    // semantics 4: it says nothing of the location, and only of that: large is stopped after 1 h at c1.
    let story = Story::of(Uptime).sample("00:00", "1", "host=c1 flavor=small");
    let story = story.sample("01:00", "1", &format!("{MID} flavor=large"));
    let story = story.sample("01:30", "1", &format!("{MID} flavor=large state=stopped"));
    story.gives(&["small at c1: 1 hour", "large at c1: 0.5 hour"]);
}

#[test]
fn a_slice_whose_last_sample_is_a_notification_stays_where_it_was() {
    // semantics 3 and 4: the last sample's location is c1's: max(5, 6) × 1 h.
    let story = Story::of(MaxPerSlice).sample("00:10", "5", "host=c1").sample("00:20", "6", MID);
    story.gives(&["disk at c1: 6 GB·hour"]);
}
