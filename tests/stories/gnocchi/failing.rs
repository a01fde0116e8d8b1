//! Something is not as it was asked for, or not there: whom it concerns is named, and nothing of them is billed.

use artifice_tests::Cloud;
use artifice_tests::gnocchi::{BILLING, Faults, Gnocchi, HIGH, LOW, Resource, polled};
use artifice_tests::openstack::{Identity, OpenStack};

use super::{BEGIN, DEMO, END, OCTOBER, OTHER, cloud, lines, vm};

/// Two tenants with a machine each.
fn two() -> (Cloud, Gnocchi) {
    let (cloud, gnocchi) = cloud();
    gnocchi.has(vm(DEMO, 1, &BILLING)).has(vm(OTHER, 2, &BILLING));
    (cloud, gnocchi)
}

#[test]
fn an_error_about_one_tenant_is_that_tenants() {
    let (cloud, gnocchi) = two();
    let says = r#"{"code": 500, "title": "Internal Server Error", "description": "sack is locked"}"#;
    gnocchi.faults(Faults { error_for: Some((DEMO, 500, says)), ..Faults::default() });
    let billed = cloud.bill(OCTOBER).failed().says("Gnocchi: POST http://127.0.0.1:").says("sack is locked");
    assert_eq!((billed.failures(), cloud.statements().len()), (vec![DEMO.to_owned()], 1));
    gnocchi.faults(Faults::default());
    cloud.bill(OCTOBER).done();
    assert_eq!(cloud.statements().len(), 2);
}

#[test]
fn answers_that_were_not_asked_for_bill_nobody() {
    let (cloud, gnocchi) = two();
    for (faults, says) in [
        (
            Faults { ignores_projects: true, ..Faults::default() },
            "a resource of a078ca7bdb8f4782a9b7191ff87ea5c5, though those of de16eb57a84d401ca8845473bb1ea1d1 were asked for",
        ),
        (
            Faults { other_granule: Some(3600), ..Faults::default() },
            "a measure of 3600.0 s, though those of 300 s were asked for; nothing of it is billed",
        ),
    ] {
        gnocchi.faults(faults);
        let billed = cloud.bill(OCTOBER).failed().says(says);
        assert_eq!((billed.failures().len(), cloud.statements().len()), (2, 0));
    }
}

#[test]
fn what_is_not_there_is_told_apart() {
    let (cloud, gnocchi) = two();
    // A metric that is gone when it is asked for is no usage;
    gnocchi.has(Resource::of(DEMO, "volume", 7).metric("volume.size", "GB", &BILLING, polled(BEGIN, END, |_| 1)));
    gnocchi.faults(Faults { deleted: Some("volume.size"), ..Faults::default() });
    assert_eq!(lines(&cloud.usage(OCTOBER).done().bill_of(DEMO)), ["m1.small vm-1 744"]);
    // a method that is not kept is another one where that serves,
    gnocchi.faults(Faults::default());
    gnocchi.has(Resource::of(DEMO, "volume", 8).metric("volume.size", "GB", &LOW, polled("2013-10-05", END, |_| 1)));
    cloud.write("rates.csv", "* | m1.small | hour | 1\n* | volume.size | GiB per hour | 1\n");
    let usage = cloud.usage(OCTOBER).done();
    assert_eq!(lines(&usage.bill_of(DEMO)), ["volume.size  744", "volume.size  648", "m1.small vm-1 744"]);
    // and an address at which nothing of it is, is no Gnocchi's.
    gnocchi.faults(Faults { no_such_path: true, ..Faults::default() });
    cloud.usage(OCTOBER).refused().says("is source.url right, and is that Gnocchi's v1 API?");
    gnocchi.faults(Faults { refuses: true, ..Faults::default() });
    let refused = cloud.usage(OCTOBER).refused().says("it refuses source.username or its password");
    refused.says_not("sesame");
}

#[test]
fn metrics_of_one_name_may_be_kept_differently() {
    let (cloud, gnocchi) = two();
    // Whichever is looked at first: one is kept for 30 days, one by hours, one with what the others lack.
    for (number, policy) in [(3, &HIGH), (4, &LOW), (5, &BILLING), (6, &HIGH)] {
        gnocchi.has(
            Resource::of(DEMO, "volume", number)
                .started("2013-10-05")
                .with("display_name", &format!("data-{number}"))
                .with("volume_type", "ssd")
                .metric("volume.size", "GB", policy, polled("2013-10-05", END, |_| i64::from(number))),
        );
    }
    let usage = cloud.usage(OCTOBER).done().says_not("nothing of volume.size");
    let expected =
        ["data-3 1944", "data-4 2592", "data-5 3240", "data-6 3888"].map(|line| format!("volume.size.ssd {line}"));
    assert_eq!(lines(&usage.bill_of(DEMO))[..4], expected);
}

#[test]
fn a_sum_has_no_substitute_unless_somebody_says_so() {
    let (cloud, gnocchi) = two();
    cloud.set("meters", "[{meter: image.download, section: Images, aggregate: sum}]");
    cloud.write("rates.csv", "* | image.download | GB | 1\n");
    let image = Resource::of(DEMO, "image", 5).metric(
        "image.download",
        "B",
        &LOW,
        polled("2013-10-05", "2013-10-06", |_| 1_000_000),
    );
    gnocchi.has(image);
    let says = "Gnocchi keeps of image.download (metric 00000005-0000-4000-8000-000000000005, archive policy ceilometer-low) mean";
    cloud.usage(OCTOBER).failed().says(says).says("(sum)").says("source.aggregation");
    gnocchi.serve(&cloud, ", aggregation: {image.download: mean}");
    assert_eq!(lines(&cloud.usage(OCTOBER).done().bill_of(DEMO)), ["image.download  288000000"]);
}

#[test]
fn who_sees_one_project_bills_nobody_else_without_a_word() {
    let (cloud, openstack) = (Cloud::new(), OpenStack::new(Identity::V3));
    openstack.project(DEMO, "demo").project(OTHER, "other");
    let gnocchi = Gnocchi::behind(&openstack);
    gnocchi.has(vm(DEMO, 1, &BILLING)).has(vm(OTHER, 2, &BILLING));
    openstack.serve(&cloud);
    cloud.set("source", "{kind: gnocchi}").set("meters", "gnocchi").write("rates.csv", super::RATES);
    gnocchi.faults(Faults { sees_only: Some(OTHER), ..Faults::default() });
    let says = "shows billing (Default) only resources of the project a078ca7bdb8f4782a9b7191ff87ea5c5, though there are 2 tenants";
    cloud.bill(OCTOBER).refused().says(says);
    assert!(!cloud.has_ledger() || cloud.statements().is_empty());
    assert_eq!(lines(&cloud.usage(&format!("{OCTOBER} -t other")).done().bill_of(OTHER)), ["m1.small vm-2 744"]);
    let says = "nothing of the tenant de16eb57a84d401ca8845473bb1ea1d1, and does not show that user everything";
    cloud.bill(&format!("{OCTOBER} -t demo")).failed().says(says);
}
