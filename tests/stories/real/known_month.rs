//! A month of which every hour and byte was worked out by hand, in a real Ceilometer.

use std::sync::OnceLock;
use std::time::Duration;

use artifice_tests::real::{MANY, RealCloud};
use artifice_tests::{Bill, Cloud, Counter, Ran, Vm, Volume};

const AUGUST: &str = "--month 2013-08";

/// The shared cloud, with the month in it.
fn real() -> &'static RealCloud {
    static SEEDED: OnceLock<()> = OnceLock::new();
    let real = RealCloud::shared();
    SEEDED.get_or_init(|| real.ceilometer.meter(&month(real)));
    real
}

fn month(real: &RealCloud) -> String {
    let [demo, acme, mill] = ["demo", "acme", "mill"].map(|name| real.project(name));
    [
        // 100 hours as m1.nano; resized, 50 as m1.small.
        Vm::of(demo, "web").active("2013-08-05", 100),
        Vm::of(demo, "web").flavor("m1.small").active("2013-08-20", 50),
        // 240 hours of 20 GB.
        Volume::of(demo, "disk").sized(20, "2013-08-01", 240),
        // The whole month, and beyond it on both sides.
        Vm::of(acme, "mail").flavor("m1.small").active("2013-07-31T12:00:00", 24 * 40),
        // 4 GB, of which 1 before a restart.
        Counter::of(acme, "mail-tap", "network.outgoing.bytes")
            .counts("2013-08-10", &[5_000_000_000, 6_000_000_000, 0, 1_500_000_000, 3_000_000_000]),
        Vm::of(mill, "saw").active("2013-08-31T14:00:00", 5),
    ]
    .concat()
}

/// What each of the three is billed: quantities and costs, line by line.
#[track_caller]
fn as_worked_out(real: &RealCloud, ran: &Ran) {
    let lines = |name: &str| {
        let bill: Bill = ran.bill_of(real.project(name));
        let shown = |line: &serde_json::Value| {
            ["service", "quantity", "unit", "cost"].map(|key| line[key].as_str().unwrap().to_owned()).join(" ")
        };
        bill.0["lines"].as_array().unwrap().iter().map(shown).collect::<Vec<_>>()
    };
    assert_eq!(lines("demo"), ["volume.size 4800 GB·hour 48.00", "m1.nano 100 hour 5.00", "m1.small 50 hour 5.00"]);
    assert_eq!(lines("acme"), ["m1.small 744 hour 74.40", "network.outgoing.bytes 4000000000 B 0.40"]);
    assert_eq!(lines("mill"), ["m1.nano 5 hour 0.25"]);
}

#[test]
fn is_billed_as_it_was_worked_out() {
    let (real, cloud) = (real(), Cloud::new());
    real.serve(&cloud);
    cloud.run("config check --online").done();
    let ran = cloud.bill(AUGUST).done();
    as_worked_out(real, &ran);
    assert_eq!(cloud.statements().len(), 3, "nobody else had anything");
}

#[test]
fn is_the_same_whoever_says_in_which_way_as_whom_one_logs_in() {
    let real = real();
    for way in real.ways() {
        let cloud = Cloud::new();
        cloud.set("source", "{kind: ceilometer}");
        let ran = way.run(&cloud, &format!("bill --format json {AUGUST}"));
        assert_eq!(ran.status, Some(0), "{}: {}", way.name, ran.err);
        as_worked_out(real, &ran);
    }
}

#[test]
fn is_billed_with_tokens_of_ten_seconds() {
    let (real, cloud) = (real(), Cloud::new());
    real.serve(&cloud);
    let keystone = real.keystone.beside(Duration::from_secs(10));
    cloud.set("openstack", &real.section("billing", "").replace(&real.keystone.url(), &keystone.url()));
    as_worked_out(real, &cloud.bill(AUGUST).done());
}

#[test]
fn is_billed_where_the_server_forces_short_answers() {
    let (real, cloud) = (real(), Cloud::new());
    let ceilometer = real.ceilometer.beside(&real.keystone, 10);
    cloud.set("source", "{kind: ceilometer, limit: 50}");
    cloud.set("openstack", &real.section("billing", &format!(", ceilometer_url: '{}'", ceilometer.url())));
    as_worked_out(real, &cloud.bill(AUGUST).done());
}

#[test]
fn is_of_its_own_project_for_who_may_see_no_other() {
    let (real, cloud) = (real(), Cloud::new());
    cloud.set("source", "{kind: ceilometer}");
    cloud.set("openstack", &real.section("plain", ""));
    let ran = cloud.bill(AUGUST).done().says("Keystone lets plain see only the projects that it has a role in");
    assert_eq!(ran.bills().iter().map(Bill::tenant).collect::<Vec<_>>(), [real.project("demo")]);
}

#[test]
fn has_every_project_also_those_beyond_a_thousand() {
    let (real, cloud) = (real(), Cloud::new());
    real.serve(&cloud);
    for name in ["many-0".to_owned(), format!("many-{}", MANY - 1)] {
        cloud.usage(&format!("-t {name} {AUGUST}")).done();
    }
}

#[test]
fn stays_unbilled_where_ceilometer_dies_in_the_middle() {
    let (real, cloud) = (real(), Cloud::new());
    let ceilometer = real.ceilometer.beside(&real.keystone, 100);
    cloud.set("source", "{kind: ceilometer}");
    cloud.set("openstack", &real.section("billing", &format!(", timeout: 5s, ceilometer_url: '{}'", ceilometer.url())));
    let bill = cloud.command(&format!("bill --format json {AUGUST}")).spawn().unwrap();
    ceilometer.is_asked();
    ceilometer.kill();
    let ran = Ran::new("bill".to_owned(), bill.wait_with_output().unwrap());
    assert!([Some(1), Some(2)].contains(&ran.status), "{ran:?}");
    // Whoever was billed before was billed whole.
    real.serve(&cloud);
    cloud.bill(AUGUST).done();
    assert_eq!(cloud.statements().iter().filter(|it| it["status"] == "committed").count(), 3);
    as_worked_out(real, &cloud.bill(AUGUST).done());
}
