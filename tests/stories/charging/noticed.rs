//! Usage that nothing charges, and resources that are charged for short, are told and never silent.

use artifice_model::Timestamp;
use artifice_tests::openstack::{Identity, OpenStack};
use artifice_tests::samples::sample;
use artifice_tests::{Cloud, Vm};
use serde_json::json;

const AUGUST: &str = "--month 2013-08";

fn gauge(tenant: &str, resource: &str, meter: &str, at: &str, metadata: serde_json::Value) -> String {
    let at: Timestamp = at.parse().unwrap();
    let mut sample = sample(tenant, resource, meter, "gauge", "GB", at, json!(1));
    sample["resource_metadata"] = metadata;
    format!("{sample}\n")
}

#[test]
fn meters_that_nothing_charges_are_told_once_for_all_tenants_and_for_each_if_asked() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 10));
    for hour in ["01", "02", "03"] {
        cloud.meter(gauge("demo", "vm", "vcpus", &format!("2013-08-05T{hour}:00:00"), json!({})));
    }
    cloud.meter(gauge("demo", "vm", "vcpus", "2013-09-05T00:00:00", json!({})));
    // Tenants of whom nothing is charged at all.
    cloud.meter(gauge("other", "image", "image.size", "2013-08-05T00:00:00", json!({})));
    cloud.meter(gauge("third", "vm", "vcpus", "2013-08-05T00:00:00", json!({})));

    let all = "warning: there is metering that nothing charges: vcpus (4 samples of 2 tenants (demo, third)); to charge it, \
               add an entry to `meters:`; each with -v";
    let other = "warning: tenant other: there is metering that nothing charges: image.size (1 sample);";
    for command in ["usage", "bill --dry-run"] {
        let ran = cloud.run(&format!("{command} {AUGUST}")).done().says(all).says(other);
        assert_eq!(ran.err.matches("nothing charges").count(), 2, "{ran:#?}");
    }
    let each = cloud.run(&format!("-v usage {AUGUST}")).done().says(other);
    for line in [
        "tenant demo: there is metering that nothing charges: vcpus (3 samples);",
        "tenant third: there is metering that nothing charges: vcpus (1 sample);",
    ] {
        assert_eq!(each.err.matches(line).count(), 1, "{each:#?}");
    }
    let json = cloud.run(&format!("--log-format json usage {AUGUST}")).done();
    for line in json.err.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let message = line["fields"]["message"].as_str().unwrap();
        assert!(line["level"] == "WARN" || !message.contains("nothing charges"), "{line}");
    }
    cloud.run(&format!("-q usage {AUGUST}")).done().says_not("nothing charges");
    cloud.bill(AUGUST).done().says(all).says(other);
    cloud
        .usage(&format!("-t demo {AUGUST}"))
        .done()
        .says("tenant demo: there is metering that nothing charges: vcpus (3 samples);")
        .says_not("image.size");
    // Of some sections nobody can say what the others charge.
    cloud.usage(&format!("-s Compute {AUGUST}")).done().says_not("nothing charges");
}

#[test]
fn a_running_cloud_is_asked_which_meters_there_are() {
    let (cloud, openstack) = (Cloud::new(), OpenStack::new(Identity::V3));
    openstack.project("demo", "Demo");
    openstack.meter(Vm::of("demo", "vm").active("2013-08-05", 10));
    openstack.meter(gauge("demo", "vm", "vcpus", "2013-08-05T00:00:00", json!({})));
    openstack.serve(&cloud);
    cloud.bill(AUGUST).done().says("tenant Demo: there is metering that nothing charges: vcpus; to charge it");
}

#[test]
fn samples_that_no_entry_takes_are_told() {
    let cloud = Cloud::new();
    cloud.set(
        "meters",
        "[{id: fast, meter: volume.size, section: Block storage, service: fast, aggregate: last, match: {type: ssd}}, \
          {id: slow, meter: volume.size, section: Block storage, service: slow, aggregate: last, match: {type: hdd}}, \
          {id: gpu, meter: gpu, section: Compute, service: 'gpu {metadata.model}', aggregate: last}]",
    );
    cloud.write("rates.csv", "* | fast | GB | 1\n* | slow | GB | 1\n");
    cloud.meter(gauge("demo", "a", "volume.size", "2013-08-05T00:00:00", json!({"type": "ssd"})));
    cloud.meter(gauge("demo", "b", "volume.size", "2013-08-05T00:00:00", json!({"type": "tape"})));
    cloud.meter(gauge("demo", "c", "gpu", "2013-08-05T00:00:00", json!({"model": "None"})));
    let billed = cloud
        .bill(AUGUST)
        .done()
        .says("no entry of the meter volume.size accepts 1 sample of 1 resource (b), so they are not charged")
        .says("the entry gpu finds no service in 1 sample of 1 resource (c), so they are not charged");
    assert_eq!(billed.bill_of("demo").total(), "1.00");
}

#[test]
fn what_is_charged_for_less_than_half_of_its_time_is_told() {
    let cloud = Cloud::new();
    cloud.write("rates.csv", "* | volume.size | GB per hour | 0.01\n");
    cloud.meter(gauge("demo", "a", "volume.size", "2013-08-05T00:00:00", json!({})));
    cloud.meter(gauge("demo", "a", "volume.size", "2013-08-05T20:00:00", json!({})));
    cloud.meter(gauge("demo", "b", "volume.size", "2013-08-05T20:00:00", json!({})));
    cloud
        .bill(AUGUST)
        .done()
        .says("the entry volume.size charges 1 resource (a (2 h of 20 h)) for less than half of the time")
        .says("`max_gap: unlimited`, as `meters: notifications` does");
    // An entry that is one already is told something else.
    cloud.set("meters", "[{meter: volume.size, section: Block storage, aggregate: integral}]");
    let ran =
        cloud.usage("--month 2013-08").done().says("are further apart than its `max_gap`; give it `unlimited` if");
    assert!(!ran.err.contains("aggregate: integral"), "{ran:?}");
}
