//! The known month.

use artifice_tests::Cloud;
use artifice_tests::gnocchi::{BILLING, Faults, Gnocchi, Resource, polled};
use artifice_tests::openstack::{Identity, OpenStack};

use super::{BEGIN, DEMO, END, OCTOBER, OTHER, RATES, cloud, lines, vm};

/// Worked out by hand: 15 days of m1.small and 16 of m1.large; 3 hours of another m1.small; 100 GiB all month (744 h);
/// a counter of 8,928 readings of which 8,926 are 3 MB above the one before, and one begins anew; an address for 10 hours
/// whose value is an error's number.
const LINES: [&str; 6] = [
    "volume.size.ssd data 74400",
    "m1.large db-1 384",
    "m1.small batch-1 3",
    "m1.small db-1 360",
    "ip.floating  10",
    "network.outgoing.bytes tap1 26778000000",
];
/// 7.44 + 76.80 + 0.15 + 18.00 + 0.10 + 2.68.
const TOTAL: &str = "105.17";

fn known_month(gnocchi: &Gnocchi) {
    let db = Resource::of(DEMO, "instance", 1)
        .with("display_name", "db-1")
        .with("flavor_name", "m1.small")
        .since("2013-10-16", "flavor_name", "m1.large")
        // Nobody charges by that.
        .since("2013-10-20", "image_ref", "another")
        .metric("cpu", "ns", &BILLING, polled(BEGIN, END, |number| number * 75_000_000_000))
        .metric("vcpus", "vcpu", &BILLING, polled(BEGIN, END, |_| 1));
    let batch = Resource::of(DEMO, "instance", 2)
        .with("display_name", "batch-1")
        .with("flavor_name", "m1.small")
        .started("2013-10-05T06:00")
        .ended("2013-10-05T09:00")
        .metric("cpu", "ns", &BILLING, polled("2013-10-05T06:00", "2013-10-05T09:00", |_| 7));
    let port = Resource::of(DEMO, "instance_network_interface", 3)
        .called("instance-00000001-00000001-0000-4000-8000-000000000001-tap1")
        .with("name", "tap1")
        .with("instance_id", "00000001-0000-4000-8000-000000000001")
        .metric(
            "network.outgoing.bytes",
            "B",
            &BILLING,
            polled("2013-10-01", END, |number| (if number < 4000 { number } else { number - 4000 }) * 3_000_000),
        );
    let volume = Resource::of(DEMO, "volume", 4).with("display_name", "data").with("volume_type", "ssd").metric(
        "volume.size",
        "GB",
        &BILLING,
        polled(BEGIN, END, |_| 100),
    );
    let address = Resource::of(DEMO, "network", 5).started("2013-10-07").ended("2013-10-07T10:00").metric(
        "ip.floating",
        "ip",
        &BILLING,
        polled("2013-10-07", "2013-10-07T10:00", |_| 7),
    );
    gnocchi.has(db).has(batch).has(port).has(volume).has(address);
}

#[test]
fn the_known_month_is_billed_to_the_hour_and_the_byte() {
    let (cloud, gnocchi) = cloud();
    known_month(&gnocchi);
    gnocchi.has(vm(OTHER, 9, &BILLING));

    let usage = cloud.usage(OCTOBER).done().says("there is metering that nothing charges: vcpus");
    assert_eq!((lines(&usage.bill_of(DEMO)), usage.bill_of(DEMO).total()), (LINES.map(str::to_owned).into(), TOTAL));
    assert_eq!(lines(&usage.bill_of(OTHER)), ["m1.small vm-9 744"]);

    let billed = cloud.bill(OCTOBER).done();
    assert_eq!(billed.bill_of(DEMO).preview(), usage.bill_of(DEMO));
    let said = cloud.bill(OCTOBER).done();
    assert_eq!((said.bills().len(), cloud.statements().len()), (2, 2));
}

#[test]
fn a_gnocchi_of_the_catalog_is_asked_with_a_token_of_keystones() {
    let (cloud, openstack) = (Cloud::new(), OpenStack::new(Identity::V3));
    openstack.project(DEMO, "demo").project(OTHER, "other");
    let gnocchi = Gnocchi::behind(&openstack);
    known_month(&gnocchi);
    openstack.serve(&cloud);
    cloud.set("source", "{kind: gnocchi}").set("meters", "gnocchi").write("rates.csv", RATES);

    let billed = cloud.bill(&format!("{OCTOBER} -t demo")).done();
    assert_eq!((lines(&billed.bill_of(DEMO)), billed.bill_of(DEMO).total()), (LINES.map(str::to_owned).into(), TOTAL));
    openstack.revoke_tokens();
    cloud.usage(OCTOBER).done();
}

#[test]
fn it_takes_few_requests_however_many_metrics_and_pages_there_are() {
    let (cloud, gnocchi) = cloud();
    known_month(&gnocchi);
    for number in 100..160 {
        let day = polled("2013-10-05", "2013-10-06", |number| number);
        gnocchi.has(
            Resource::of(DEMO, "instance", number).with("flavor_name", "m1.small").metric("cpu", "ns", &BILLING, day),
        );
    }
    let tenant = format!("{OCTOBER} -t {DEMO}");
    let whole = cloud.usage(&tenant).done().bills();
    let asked = gnocchi.asked();
    let count = |path: &str| asked.iter().filter(|asked| asked.contains(path)).count();
    // All types, and four of them; and what is behind the longest page.
    assert_eq!((count("/v1/search/"), count("/v1/metric/")), (5 + 1, 4));
    // Once for each way of being kept that is read: last, max and mean; those of 62 machines in a few pieces.
    assert!(count("/v1/aggregates") <= 6, "{asked:?}");

    // However many it gives at a time, and wherever that cuts the revisions of one.
    for limit in [1000, 61, 7, 1] {
        gnocchi.faults(Faults { max_limit: Some(limit), ..Faults::default() });
        assert_eq!(cloud.usage(&tenant).done().bills(), whole, "{limit}");
        assert_eq!(cloud.usage(OCTOBER).done().bill_of(DEMO), whole[0], "{limit}");
    }
}

#[test]
fn a_volume_that_is_given_away_is_charged_to_each_for_its_time() {
    let (cloud, gnocchi) = cloud();
    let volume = Resource::of(DEMO, "volume", 4)
        .with("display_name", "data")
        .with("volume_type", "ssd")
        .given_to("2013-10-11", OTHER)
        .metric("volume.size", "GB", &BILLING, polled(BEGIN, END, |_| 10));
    gnocchi.has(volume);
    let usage = cloud.usage(OCTOBER).done();
    assert_eq!(lines(&usage.bill_of(DEMO)), ["volume.size.ssd data 2400"]);
    assert_eq!(lines(&usage.bill_of(OTHER)), ["volume.size.ssd data 5040"]);
}

#[test]
fn two_resources_of_one_name_are_two_lines() {
    let (cloud, gnocchi) = cloud();
    for (number, from, to) in [(1, BEGIN, "2013-10-11"), (2, "2013-10-11", END)] {
        let port = Resource::of(DEMO, "instance_network_interface", number).called("tap-of-two").metric(
            "network.outgoing.bytes",
            "B",
            &BILLING,
            polled(from, to, |number| number * 1000),
        );
        gnocchi.has(port);
    }
    let usage = cloud.usage(OCTOBER).done();
    let ids = usage.bill_of(DEMO).all("resource_id").join(" ");
    assert_eq!(ids, "00000001-0000-4000-8000-000000000001 00000002-0000-4000-8000-000000000002");
}
