//! What Gnocchi does not keep any more.

use artifice_tests::gnocchi::{BILLING, HIGH, LOW, Resource, polled};

use super::{DEMO, END, OCTOBER, OTHER, cloud, lines, vm};

/// What is said of a month's first day, of which Ceilometer's own policy keeps nothing when the month ends.
const LOST: &str = "the source has nothing of cpu any more from 2013-10-01T00:00:00Z to 2013-10-02T00:00:00Z";

#[test]
fn a_month_whose_first_day_is_not_kept_is_told_and_held() {
    let (cloud, gnocchi) = cloud();
    gnocchi.has(vm(DEMO, 1, &LOW)).has(vm(OTHER, 2, &BILLING));

    let usage = cloud.usage(OCTOBER).done().says(LOST).says("a bill of it is held");
    assert_eq!(lines(&usage.bill_of(DEMO)), ["m1.small vm-1 720"]);

    let billed = cloud.bill(OCTOBER).failed().says("is held, because").says(LOST);
    assert_eq!((billed.failures(), cloud.files("invoices").len()), (vec![DEMO.to_owned()], 1));
    let held = cloud.statements().into_iter().find(|statement| statement["status"] == "held").unwrap();
    cloud.run(&format!("statement release {}", held["number"])).done();
    assert_eq!(cloud.bill(OCTOBER).done().bill_of(DEMO).total(), "36.00");
}

#[test]
fn what_is_dropped_after_a_bill_is_not_given_back_unseen() {
    let (cloud, gnocchi) = cloud();
    gnocchi.has(vm(DEMO, 1, &BILLING));
    cloud.bill(OCTOBER).done();

    // A week later, by a policy that keeps 30 days.
    let (other, later) = super::cloud();
    let values = polled("2013-09-30T20:00", "2013-11-08", |number| number);
    later.has(
        Resource::of(DEMO, "instance", 1)
            .with("display_name", "vm-1")
            .with("flavor_name", "m1.small")
            .metric("cpu", "ns", &LOW, values),
    );
    drop(other);
    later.serve(&cloud, "");
    let lost = "the source has nothing of cpu any more from 2013-10-01T00:00:00Z to 2013-10-09T00:00:00Z";
    cloud.bill(&format!("{OCTOBER} --adjust")).failed().says("is held, because").says(lost);
}

#[test]
fn what_is_kept_longer_but_coarser_is_read() {
    let (cloud, gnocchi) = cloud();
    gnocchi.has(vm(DEMO, 1, &HIGH));
    let usage = cloud.usage(OCTOBER).done().says_not("nothing of cpu");
    assert_eq!(lines(&usage.bill_of(DEMO)), ["m1.small vm-1 744"]);

    // The five minutes of October are gone by the new year, the hours are not.
    let (cloud, gnocchi) = super::cloud();
    let values = polled("2013-09-30T20:00", "2014-01-01", |number| number);
    gnocchi
        .has(Resource::of(DEMO, "instance", 1).with("flavor_name", "m1.small").metric("cpu", "ns", &BILLING, values));
    let usage = cloud.usage(OCTOBER).done().says_not("nothing of cpu");
    assert_eq!(lines(&usage.bill_of(DEMO)), ["m1.small  744"]);

    // Who names a granularity gets no other one.
    gnocchi.serve(&cloud, ", granularity: 5m");
    cloud.usage(OCTOBER).done().says("the source has nothing of cpu any more from 2013-10-01T00:00:00Z to 2013-10-31T");
    gnocchi.serve(&cloud, ", granularity: 1m");
    cloud
        .usage(OCTOBER)
        .failed()
        .says("archive policy billing) with the granularity 300 s, 3600 s, and not as source.gran");
}

#[test]
fn what_may_be_lost_ends_where_something_would_be_kept() {
    let (cloud, gnocchi) = cloud();
    // Stopped from the middle of September to the 15th; of the days before the 6th nobody knows.
    let values = [polled("2013-09-01", "2013-09-14", |_| 1), polled("2013-10-15", "2013-11-05", |_| 2)].concat();
    gnocchi.has(
        Resource::of(DEMO, "instance", 1)
            .with("display_name", "vm-1")
            .with("flavor_name", "m1.small")
            .metric("cpu", "ns", &LOW, values),
    );
    let says = "the source has nothing of cpu any more from 2013-10-01T00:00:00Z to 2013-10-06T00:00:00Z";
    assert_eq!(lines(&cloud.usage(OCTOBER).done().says(says).bill_of(DEMO)), ["m1.small vm-1 408"]);
}

#[test]
fn what_gnocchi_knows_only_since_later_may_have_lost_something_too() {
    let (cloud, gnocchi) = cloud();
    // Brought over from elsewhere, with its measures.
    gnocchi.has(vm(DEMO, 1, &LOW).started("2013-12-01"));
    assert_eq!(lines(&cloud.usage(OCTOBER).done().says(LOST).bill_of(DEMO)), ["m1.small vm-1 720"]);
}

#[test]
fn a_tenant_of_whom_nothing_is_left_has_not_used_nothing() {
    let (cloud, gnocchi) = cloud();
    let values = polled("2013-09-30T20:00", "2013-12-15", |number| number);
    gnocchi.has(Resource::of(DEMO, "instance", 1).with("flavor_name", "m1.small").metric("cpu", "ns", &LOW, values));
    gnocchi.has(vm(OTHER, 2, &BILLING));
    let billed = cloud.bill(OCTOBER).failed();
    let billed =
        billed.says("Gnocchi keeps nothing of this tenant any more from 2013-10-01T00:00:00Z to 2013-11-01T00:00:00Z");
    assert_eq!((billed.failures(), cloud.statements().len()), (vec![DEMO.to_owned()], 1));
}

#[test]
fn what_was_not_measured_before_is_not_lost() {
    let (cloud, gnocchi) = cloud();
    // It began to be polled late, and is not polled any more, though nobody says that it has ended.
    for (number, from, to) in [(1, "2013-10-15", END), (2, "2013-09-20", "2013-09-25"), (3, "2013-10-01T12:00", END)] {
        let values = polled(from, to, |number| number);
        gnocchi.has(
            Resource::of(DEMO, "instance", number)
                .with("display_name", &format!("vm-{number}"))
                .with("flavor_name", "m1.small")
                .metric("cpu", "ns", &BILLING, values),
        );
    }
    let usage = cloud.usage(OCTOBER).done().says_not("nothing of cpu");
    assert_eq!(lines(&usage.bill_of(DEMO)), ["m1.small vm-1 408", "m1.small vm-3 732"]);
}
