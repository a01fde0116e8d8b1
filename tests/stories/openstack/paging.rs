//! Ceilometer answers the newest samples up to a limit, and does not say that there are more.

use artifice_tests::openstack::{Faults, Identity};
use artifice_tests::{Counter, Vm, Volume};

use super::{AUGUST, DEMO, running};

#[test]
fn hundreds_of_samples_are_read_whatever_the_limit() {
    let (cloud, openstack) = running(Identity::V3);
    openstack.meter(Vm::of(DEMO, "vm-long").active("2013-08-01", 700));
    openstack.meter(Volume::of(DEMO, "disk").sized(10, "2013-08-01", 700));
    openstack.meter(Counter::of(DEMO, "nic", "network.outgoing.bytes").counts("2013-07-31", &[0, 5, 2_000_000_000]));
    let expected = cloud.usage(&format!("-t demo {AUGUST}")).done().json();
    assert!(expected.to_string().contains("\"700\"") && expected.to_string().contains("\"7000\""), "{expected}");
    for limit in [20, 99, 100, 101, 701] {
        cloud.set("source", &format!("{{kind: ceilometer, limit: {limit}}}"));
        assert_eq!(cloud.usage(&format!("-t demo {AUGUST}")).done().json(), expected, "limit {limit}");
    }
}

#[test]
fn a_server_that_obeys_no_limit_of_ours_but_its_own_is_seen_through() {
    let (cloud, openstack) = running(Identity::V3);
    openstack.meter(Vm::of(DEMO, "vm-long").active("2013-08-01", 98));
    // 100 with the other machine's eleven would look like its default limit; so do these.
    openstack.meter(Vm::of(DEMO, "vm-more").active("2013-08-10", 89));
    let shown = cloud.usage(&format!("-t demo {AUGUST}")).done();
    assert_eq!(shown.bill_of(DEMO).all("quantity"), ["98", "89", "10"]);
}

#[test]
fn a_server_that_cuts_answers_at_a_length_of_its_own_is_seen_through() {
    let (cloud, openstack) = running(Identity::V3);
    openstack.meter(Vm::of(DEMO, "vm-long").active("2013-08-01", 700));
    openstack.meter(Volume::of(DEMO, "disk").sized(10, "2013-08-01", 700));
    let expected = cloud.usage(&format!("-t demo {AUGUST}")).done().json();
    for cuts_at in [50, 64, 99, 640] {
        openstack.faults(Faults { cuts_at: Some(cuts_at), ..Faults::default() });
        assert_eq!(cloud.usage(&format!("-t demo {AUGUST}")).done().json(), expected, "cut at {cuts_at}");
    }
}

#[test]
fn more_samples_in_one_instant_than_the_limit_are_read_all_the_same() {
    let (cloud, openstack) = running(Identity::V3);
    cloud.set("source", "{kind: ceilometer, limit: 10}");
    for machine in 0..20 {
        openstack.meter(Vm::of(DEMO, &format!("vm-{machine:02}")).active("2013-08-07", 1));
    }
    let shown = cloud.usage(&format!("-t demo {AUGUST}")).done();
    assert_eq!(shown.bill_of(DEMO).lines().len(), 21);
}

#[test]
fn the_look_back_is_asked_for_where_a_meter_needs_it() {
    let (cloud, openstack) = running(Identity::V3);
    openstack.meter(Vm::of(DEMO, "vm-before").active("2013-07-31T23:00:00", 2));
    cloud.set("main", "{invoice:object: billing.csv_invoice:Csv, max_gap: unlimited}");
    let shown = cloud.usage(&format!("-t demo {AUGUST}")).done();
    assert!(shown.bill_of(DEMO).all("quantity").contains(&"1"), "{shown:#?}");
    let starts = openstack.asked_with("q.value");
    assert!(starts.contains(&"1970-01-01T00:00:00".to_owned()) && starts.contains(&"2013-08-01T00:00:00".to_owned()));
}

#[test]
fn samples_that_say_different_things_at_once_are_asked_for_again_and_ordered_by_all_they_say() {
    let (cloud, openstack) = running(Identity::V3);
    let one = Vm::of(DEMO, "vm-odd").active("2013-08-09", 1);
    let other = one.replace("m1.nano", "m1.small");
    openstack.meter(&one).meter(&other);
    let from_cloud = cloud.usage(&format!("-t demo {AUGUST}")).done().json();
    let samples = openstack.asked().iter().filter(|asked| *asked == "GET /v2/meters/instance").count();
    assert_eq!(samples, 2);

    cloud.set("source", "{kind: file, path: samples.ndjson}");
    cloud.meter(Vm::of(DEMO, &format!("vm-of-{DEMO}")).active("2013-08-05", 10)).meter(other).meter(one);
    let mut from_file = cloud.usage(&format!("-t {DEMO} {AUGUST}")).done().json();
    from_file["tenants"][0]["tenant"]["name"] = "demo".into();
    assert_eq!(from_cloud, from_file);
}

#[test]
fn a_server_that_ignores_the_project_bills_nobody_for_somebody_else() {
    let (cloud, openstack) = running(Identity::V3);
    openstack.faults(Faults { ignores: vec!["project_id"], no_statistics: true, ..Faults::default() });
    let failed = cloud.bill(AUGUST).failed();
    assert_eq!(failed.failures(), [DEMO, super::OTHER]);
    failed.says("does not obey the filter project_id, so nothing of it is billed");
    assert!(cloud.statements().is_empty() && cloud.files("invoices").is_empty());

    // Where everybody is asked about at once, there is no such filter.
    openstack.faults(Faults { ignores: vec!["project_id"], ..Faults::default() });
    let billed = cloud.bill(AUGUST).done();
    assert!(billed.bills().len() == 2 && billed.bills().iter().all(|bill| bill.total() == "0.50"));
}

#[test]
fn a_server_that_ignores_the_time_but_not_the_limit_is_an_error_and_not_a_part_of_a_bill() {
    let (cloud, openstack) = running(Identity::V3);
    cloud.set("source", "{kind: ceilometer, limit: 10}");
    let crowd: String =
        (0..40).map(|machine| Vm::of(DEMO, &format!("vm-{machine}")).active("2013-08-07", 30)).collect();
    openstack.meter(crowd);
    openstack.faults(Faults { ignores: vec!["timestamp"], ..Faults::default() });
    let says = "it does not obey the filter timestamp, so nobody knows what is missing";
    cloud.bill(&format!("-t demo {AUGUST}")).failed().says(says);
    assert!(cloud.statements().is_empty());

    // A limit that is never reached lets it be seen through: each sample counts in its own time.
    cloud.set("source", "{kind: ceilometer, limit: 2000}");
    let shown = cloud.usage(&format!("-t demo {AUGUST}")).done();
    let volumes = shown.bill_of(DEMO).all("quantity").iter().map(|volume| volume.parse::<u32>().unwrap()).sum::<u32>();
    assert_eq!(volumes, 40 * 30 + 10);
}
