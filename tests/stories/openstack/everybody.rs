//! Whoever may see everybody asks once for all; whoever may not, or wants a few, asks for each. The bill is the same.

use std::process::Child;

use artifice_tests::openstack::{Faults, Identity, OpenStack};
use artifice_tests::{Cloud, Counter, Ran, Vm, Volume};

use serde_json::Value;

use super::{AUGUST, DEMO, OTHER, running};

const MANY: u32 = 40;
/// How many of them have anything to be billed.
const BILLED: usize = 24;

fn id(number: u32) -> String {
    format!("{number:032x}")
}

/// A cloud of many tenants, every second of whom has a machine, and some a disk and traffic.
fn many() -> (Cloud, OpenStack) {
    of(MANY)
}

fn of(tenants: u32) -> (Cloud, OpenStack) {
    let (cloud, openstack) = (Cloud::new(), OpenStack::new(Identity::V3));
    let mut samples = String::new();
    for number in 0..tenants {
        let tenant = id(number);
        openstack.project(&tenant, &format!("name-{number}"));
        if number % 2 == 0 {
            samples += &Vm::of(&tenant, &format!("vm-{number}")).active("2013-08-05", 30 + number % 40);
        }
        if number % 5 == 0 {
            samples += &Volume::of(&tenant, &format!("disk-{number}")).sized(10, "2013-08-02", 100);
            let counts = Counter::of(&tenant, &format!("nic-{number}"), "network.outgoing.bytes");
            samples += &counts.counts("2013-08-11", &[0, 5, 3_000_000_000]);
        }
    }
    openstack.meter(samples);
    openstack.serve(&cloud);
    (cloud, openstack)
}

/// What was asked of Ceilometer: how often for statistics, and how often for samples.
fn asked(openstack: &OpenStack) -> (usize, usize) {
    let asked = openstack.asked();
    let of_meters = |asked: &&String| asked.starts_with("GET /v2/meters/");
    let statistics = asked.iter().filter(of_meters).filter(|asked| asked.ends_with("/statistics")).count();
    (statistics, asked.iter().filter(of_meters).count() - statistics)
}

/// The same as what is asked of a server that tells nobody who has samples, tenant by tenant.
#[track_caller]
fn same_as_one_by_one(cloud: &Cloud, openstack: &OpenStack, of_usage: &str, faults: Faults) -> Ran {
    openstack.faults(Faults { no_statistics: true, ..Faults::default() });
    let expected = cloud.usage(of_usage).done().json();
    openstack.faults(faults);
    openstack.asked();
    openstack.answered();
    let ran = cloud.run(&format!("-v usage --format json {of_usage}")).done();
    // Whoever is read by itself comes after those who are read together.
    let in_order = |mut shown: Value| {
        shown["tenants"].as_array_mut().unwrap().sort_by_key(|shown| shown["tenant"]["id"].to_string());
        shown
    };
    assert_eq!(in_order(ran.json()), in_order(expected));
    ran
}

#[test]
fn everybody_is_asked_about_once_a_meter_and_no_sample_is_moved_twice() {
    let (cloud, openstack) = many();
    let ran = same_as_one_by_one(&cloud, &openstack, AUGUST, Faults::default());
    let samples = openstack.answered();
    let requests = openstack.asked().iter().filter(|asked| asked.contains("/v2/")).count();
    // Three of the six meters have samples, and a request more asks which meters there are.
    let all = (0..MANY).step_by(2).map(|number| 31 + number).sum::<u32>() + (MANY / 5) * (100 + 3);
    assert_eq!(u32::try_from(samples).unwrap(), all);
    assert!(requests <= 6 + 6 + 3 + 1, "{requests}");
    ran.says(&format!("{requests} requests about metering were answered with {samples} samples"));
}

#[test]
fn of_a_thousand_projects_a_month_takes_a_dozen_requests() {
    let (cloud, openstack) = of(1_009);
    let shown = cloud.usage(AUGUST).done();
    assert_eq!(shown.bills().len(), 505 + 101);
    let (statistics, samples) = asked(&openstack);
    assert!(statistics <= 12 && samples <= 40, "{statistics} {samples}");
}

#[test]
fn a_few_are_asked_for_one_by_one_and_only_for_what_they_have() {
    let (cloud, openstack) = many();
    let (two, three) = (id(2), id(3));
    same_as_one_by_one(&cloud, &openstack, &format!("-t {two} -t {three} {AUGUST}"), Faults::default());
    let values = openstack.asked_with("q.value");
    assert_eq!(openstack.answered(), 33);
    let (_, samples) = asked(&openstack);
    assert_eq!(samples, 1, "the one has a machine, the other one nothing");
    assert!(values.contains(&two));
}

#[test]
fn nothing_is_moved_twice_of_a_tenant_with_more_samples_than_an_answer_has() {
    let (cloud, openstack) = running(Identity::V3);
    openstack.meter(Vm::of(DEMO, "vm-long").active("2013-08-01", 740));
    openstack.meter(Volume::of(DEMO, "disk").sized(10, "2013-08-01", 740));
    cloud.set("source", "{kind: ceilometer, limit: 200}");
    let of_demo = format!("-t demo {AUGUST}");
    let ran = same_as_one_by_one(&cloud, &openstack, &of_demo, Faults::default());
    let (moved, all) = (openstack.answered(), 741 + 740 + 11);
    // Of a full answer the samples of the oldest second come again: one, or two.
    assert!((all..all + 30).contains(&moved), "{moved} of {all}");
    let (statistics, samples) = asked(&openstack);
    assert!(samples <= 14, "{samples}");
    ran.says(&format!("{} requests about metering were answered with {moved} samples", statistics + samples + 1));
}

#[test]
fn whoever_sees_the_own_project_alone_is_not_believed_to_see_everybody() {
    let (cloud, openstack) = running(Identity::V3);
    openstack.faults(Faults { narrowed_to: Some(DEMO), ..Faults::default() });
    let failed = cloud.bill(AUGUST).failed().says(&format!("Not Authorized to access project {OTHER}"));
    assert_eq!((failed.failures(), failed.bills().len()), (vec![OTHER.to_owned()], 1));
}

#[test]
fn whoever_may_see_everybody_no_longer_in_the_middle_bills_nobody_in_part() {
    let (cloud, openstack) = running(Identity::V3);
    let complete = cloud.usage(AUGUST).done().json();
    openstack.asked();
    for requests in 0..12 {
        openstack.faults(Faults { narrowed_to: Some(DEMO), narrowed_after: Some(requests), ..Faults::default() });
        let ran = cloud.usage(AUGUST);
        if ran.status == Some(0) {
            assert_eq!(ran.json(), complete, "after {requests}");
        } else {
            assert_eq!((ran.status, ran.failures()), (Some(1), vec![OTHER.to_owned()]), "after {requests}: {ran:?}");
        }
    }
}

#[test]
fn samples_that_do_not_come_with_everybodys_are_asked_for_by_tenant() {
    let (cloud, openstack) = many();
    let hides = id(10);
    let hides: &str = hides.leak();
    same_as_one_by_one(&cloud, &openstack, AUGUST, Faults { hides_among_all: Some(hides), ..Faults::default() });
    let values = openstack.asked_with("q.value");
    assert!(values.iter().any(|value| value == hides));
    assert!(!values.contains(&id(12)), "nobody else is");
}

#[test]
fn a_tenant_whose_samples_are_counted_and_never_come_has_no_bill() {
    let (cloud, openstack) = running(Identity::V3);
    openstack.faults(Faults { hides: Some(OTHER), ..Faults::default() });
    let failed = cloud.bill(AUGUST).failed().says("Ceilometer counts 11 samples of instance, and answers 0 of them");
    assert_eq!((failed.failures(), failed.bills().len()), (vec![OTHER.to_owned()], 1));
    let failed = cloud.bill(&format!("-t other {AUGUST}")).failed();
    failed.says("Ceilometer counts 11 samples of instance, and answers 0 of them");
}

#[test]
fn a_server_that_answers_the_oldest_first_loses_nothing() {
    let (cloud, openstack) = many();
    cloud.set("source", "{kind: ceilometer, limit: 50}");
    same_as_one_by_one(&cloud, &openstack, AUGUST, Faults { oldest_first: true, ..Faults::default() });
    let cuts = |cuts_at| Faults { oldest_first: true, cuts_at: Some(cuts_at), ..Faults::default() };
    cloud.set("source", "{kind: ceilometer}");
    same_as_one_by_one(&cloud, &openstack, AUGUST, cuts(64));

    // Nobody takes so short an answer for one that was cut, but for its count.
    openstack.faults(cuts(45));
    let failed =
        cloud.bill(AUGUST).failed().says("Ceilometer counts 100 samples of volume.size, and answers 45 of them");
    assert!(failed.failures().contains(&id(0)) && !failed.failures().contains(&id(2)));
}

#[test]
fn one_whose_samples_are_wrong_fails_alone() {
    let (cloud, openstack) = many();
    openstack.meter(
        Vm::of(&id(4), "odd").active("2013-08-06", 1).replace("\"counter_volume\":1", "\"counter_volume\":\"1\""),
    );
    let failed = cloud.bill(AUGUST).failed().says("everybody could not be read at once").says("is not a number");
    assert_eq!((failed.failures(), failed.bills().len()), (vec![id(4)], BILLED - 1));
}

#[test]
fn what_was_given_away_is_billed_the_same_whoever_is_asked_about() {
    let (cloud, openstack) = running(Identity::V3);
    cloud.set("meters", "notifications");
    // Seen once with each: nothing announces to the first one that it has it no longer. And another one.
    let seen = |tenant: &str, disk: &str, size: u32, at: &str| {
        let sample = Volume::of(tenant, disk).sized(size, at, 1);
        openstack.meter(sample.replace("\"host\":", "\"event_type\":\"volume.create.end\",\"host\":"));
    };
    seen(DEMO, "disk", 10, "2013-08-02");
    seen(OTHER, "disk", 10, "2013-08-12");
    seen(DEMO, "own", 20, "2013-08-21");
    let everybody = cloud.usage(AUGUST).done();
    assert_eq!(everybody.bill_of(DEMO).all("quantity"), ["2400", "5280", "10"]);
    openstack.asked();
    for (name, tenant) in [("demo", DEMO), ("other", OTHER)] {
        let alone = cloud.usage(&format!("-t {name} {AUGUST}")).done();
        assert_eq!(alone.bill_of(tenant), everybody.bill_of(tenant));
    }
    // Only what had several tenants is asked for by itself.
    let resources = openstack.asked_with("q.value").into_iter().filter(|value| value == "disk" || value == "own");
    assert_eq!(resources.collect::<Vec<_>>(), ["disk", "disk"]);
}

fn all_at_once(cloud: &Cloud, programs: usize) -> Vec<Ran> {
    let start = |_| cloud.command(&format!("bill --format json {AUGUST}")).spawn().unwrap();
    let running: Vec<Child> = (0..programs).map(start).collect();
    let end = |child: Child| Ran::new("one of several".to_owned(), child.wait_with_output().unwrap());
    running.into_iter().map(end).collect()
}

#[test]
fn of_several_programs_one_reads_everybody_and_the_others_wait_for_it() {
    for programs in [2, 4] {
        let (cloud, openstack) = many();
        cloud.run("db migrate").done();
        openstack.asked();

        for ran in all_at_once(&cloud, programs) {
            // Each tells of everybody, whoever of them did it.
            assert_eq!(ran.done().bills().len(), BILLED);
        }

        let (_, samples) = asked(&openstack);
        assert_eq!(samples, 3, "each meter was read once");
        assert_eq!(cloud.statements().len(), BILLED);
        assert_eq!(cloud.files("invoices").len(), BILLED);
    }
}

#[test]
fn whoever_dies_while_it_reads_everybody_leaves_that_to_the_next_one() {
    let (cloud, openstack) = many();
    cloud.run("db migrate").done();
    openstack.asked();
    openstack.stands_at(Some("/v2/meters/instance"));
    let mut stuck = cloud.command(&format!("bill --format json {AUGUST}")).spawn().unwrap();
    openstack.waits_for("/v2/meters/instance", 1);
    let other = cloud.command(&format!("bill --format json {AUGUST}")).spawn().unwrap();
    // The other one knows that it is being done once it has asked who has what.
    openstack.waits_for("/v2/meters/volume.size/statistics", 2);
    stuck.kill().unwrap();
    stuck.wait().unwrap();
    openstack.stands_at(None);
    let ran = Ran::new("the other one".to_owned(), other.wait_with_output().unwrap()).done();
    assert_eq!(ran.bills().len(), BILLED);
}
