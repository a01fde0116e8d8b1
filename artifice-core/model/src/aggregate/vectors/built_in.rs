//! The entries that charge when the configuration does not say otherwise.

use super::story::Story;
use crate::aggregate::Aggregate::{Increase, Integral, MaxPerSlice, Uptime};
use crate::aggregate::{Entry, MaxGap};
use crate::time::HOUR_US;

fn entry(meter: &str) -> Entry {
    Entry::built_in().into_iter().find(|entry| entry.meter == meter).unwrap()
}

#[test]
fn six_meters_are_charged() {
    // semantics 4: the table, with the parameters of semantics 3.
    let expected = [
        ("instance", "Compute", Uptime),
        ("volume.size", "Block storage", MaxPerSlice),
        ("storage.objects.size", "Object storage", MaxPerSlice),
        ("ip.floating", "Network", MaxPerSlice),
        ("network.incoming.bytes", "Network", Increase),
        ("network.outgoing.bytes", "Network", Increase),
    ];
    let entries = Entry::built_in();
    let known: Vec<_> =
        entries.iter().map(|entry| (entry.meter.as_str(), entry.section.as_str(), entry.aggregate)).collect();
    assert_eq!(known, expected);
    assert!(entries.iter().all(|entry| entry.id == entry.meter));
    assert!(entries.iter().all(|entry| entry.slice_us == HOUR_US && entry.max_gap == MaxGap::Micros(2 * HOUR_US)));
    // 35 days.
    assert!(entries.iter().all(|entry| entry.stale_after_us == 3_024_000_000_000));
}

#[test]
fn an_instance_is_charged_as_its_type() {
    // semantics 4: `instance_type`, else `flavor.name`, else `flavor_name`, else `instance`.
    for (metadata, service) in [
        ("instance_type=m1.tiny flavor.name=m1.small flavor_name=m1.large", "m1.tiny"),
        ("flavor.name=m1.small flavor_name=m1.large", "m1.small"),
        ("flavor_name=m1.large", "m1.large"),
        ("flavor=m1.huge", "instance"),
        ("", "instance"),
    ] {
        let story = Story::by(entry("instance")).unit("instance").sample("00:00", "1", metadata);
        story.gives(&[&format!("{service} at here: 2 hour")]);
    }
}

#[test]
fn a_type_of_none_is_missing() {
    // semantics 2: an empty or `None` value is missing.
    let story =
        Story::by(entry("instance")).sample("00:00", "1", "instance_type=None flavor.name= flavor_name=m1.tiny");
    story.gives(&["m1.tiny at here: 2 hour"]);
}

#[test]
fn other_meters_are_charged_as_themselves() {
    // semantics 4: one sample of 3 in one hour; a counter's first sample is its baseline.
    for (meter, volume) in [
        ("volume.size", "3 U·hour"),
        ("storage.objects.size", "3 U·hour"),
        // Neutron's status, not how many there are.
        ("ip.floating", "1 U·hour"),
        ("network.incoming.bytes", "0 U"),
        ("network.outgoing.bytes", "0 U"),
    ] {
        let story = Story::by(entry(meter)).unit("U").sample("00:30", "3", "instance_type=m1.tiny");
        story.gives(&[&format!("{meter} at here: {volume}")]);
    }
}

#[test]
fn the_hour_of_a_recorded_instance() {
    // semantics 3 and 4: built on c1 from 00:10 on, active from 00:11 on; deleted at 01:41: 1.5 h.
    let facts = |event: &str, host: &str, state: &str| {
        format!("event_type=compute.instance.{event} host={host} state={state} instance_type=m1.tiny display_name=web")
    };
    let story = Story::by(entry("instance")).unit("instance").datacenter("compute-*", "akl");
    let story = story.message("1", "00:10", "1", &facts("create.start", "api.openstack", "building"));
    let story = story.message("2", "00:11", "1", &facts("create.end", "compute-1", "active"));
    let story = story.message("3", "01:40", "1", &facts("delete.start", "conductor.openstack", "active"));
    let story = story.message("4", "01:41", "1", &facts("delete.end", "compute-1", "deleted"));
    story.gives(&["m1.tiny at akl: 1.5 hour (web)"]);
}

#[test]
fn the_traffic_of_an_instance_that_was_rebooted() {
    // semantics 3: (700 − 200) + 50 after the reboot + (90 − 50), in bytes.
    let story = Story::by(entry("network.outgoing.bytes")).unit("B").sample("-00:05", "200", "");
    let story = story.sample("00:05", "700", "").sample("00:15", "50", "").sample("00:25", "90", "");
    story.gives(&["network.outgoing.bytes at here: 590 B"]);
}

#[test]
fn where_an_instance_is_polled_its_processor_says_that_it_exists() {
    let polling = Entry::polling();
    let meters: Vec<_> = polling.iter().map(|entry| (entry.id.as_str(), entry.meter.as_str())).collect();
    let (first, others) = meters.split_first().unwrap();
    assert_eq!(*first, ("instance", "cpu"));
    assert!(others.len() == 5 && others.iter().all(|(id, meter)| id == meter));
}

#[test]
fn where_nobody_polls_what_is_announced_holds_until_it_changes() {
    // Counters, and the sizes of object storage, exist only where somebody polls.
    let limited = MaxGap::Micros(2 * HOUR_US);
    let expected = [
        ("instance", Uptime, MaxGap::Unlimited),
        ("volume.size", Integral, MaxGap::Unlimited),
        ("storage.objects.size", MaxPerSlice, limited),
        ("ip.floating", Integral, MaxGap::Unlimited),
        ("network.incoming.bytes", Increase, limited),
        ("network.outgoing.bytes", Increase, limited),
    ];
    let entries = Entry::notifications();
    let known: Vec<_> = entries.iter().map(|entry| (entry.meter.as_str(), entry.aggregate, entry.max_gap)).collect();
    assert_eq!(known, expected);
}
