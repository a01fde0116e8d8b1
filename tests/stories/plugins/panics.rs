//! A backend that panics does not take the run down.

use artifice_tests::{Cloud, Erp, Vm};

const AUGUST: &str = "--month 2013-08";
const TENANTS: [&str; 3] = ["aroha", "bob", "carol"];

fn cloud() -> Cloud {
    let cloud = Cloud::new();
    for tenant in TENANTS {
        cloud.meter(Vm::of(tenant, "vm").active("2013-08-05", 24));
    }
    cloud
}

#[test]
fn a_panic_in_a_document_is_that_tenants_failure_and_nobody_elses() {
    for at in ["lines", "totals", "commit"] {
        let cloud = cloud();
        let erp = Erp::of(&cloud, &format!("{{at: {at}, does: panic, first: 1, tenant: bob}}"));

        let ran = cloud.bill(AUGUST).ended_whatever_it_said(1);

        let ran = ran.says(&format!("the backend panicked in {at}: told to panic")).says("report this to its author");
        assert_eq!((ran.bills().len(), ran.failures()), (2, vec!["bob".to_owned()]), "{at}");
        ran.bill_of("carol");
        cloud.bill(AUGUST).done();
        erp.has_each_statement_once(3);
    }
}

#[test]
fn a_panic_after_the_commit_is_found_out_at_once() {
    let cloud = cloud();
    let erp = Erp::of(&cloud, "{at: committed, does: panic, tenant: bob}");

    let ran = cloud.bill(AUGUST).ended_whatever_it_said(0);

    assert_eq!(ran.bills().len(), 3);
    erp.has_each_statement_once(3);
    assert_eq!((erp.calls("find"), erp.calls("commit")), (1, 3));
}

#[test]
fn a_panic_in_drop_changes_nothing() {
    for at in ["drop_invoice", "drop_backend"] {
        let cloud = cloud();
        let erp = Erp::of(&cloud, &format!("{{at: {at}, does: panic}}"));

        let ran = cloud.bill(AUGUST).ended_whatever_it_said(0).says("the backend panicked in drop: told to panic");

        assert_eq!(ran.bills().len(), 3);
        erp.has_each_statement_once(3);
        cloud.bill(AUGUST).ended_whatever_it_said(0);
    }
}

#[test]
fn a_panic_in_a_document_and_again_in_its_drop_is_one_tenants_failure() {
    let cloud = cloud();
    let erp = Erp::of(
        &cloud,
        "{at: lines, does: panic, first: 1, tenant: bob}, {at: drop_invoice, does: panic, first: 1, tenant: bob}",
    );

    let ran = cloud.bill(AUGUST).ended_whatever_it_said(1);

    assert_eq!(ran.failures(), ["bob"]);
    cloud.bill(AUGUST).done();
    erp.has_each_statement_once(3);
}

#[test]
fn a_backend_that_panicked_is_made_anew_for_the_next_tenant() {
    let cloud = cloud();
    let erp = Erp::of(&cloud, "{at: open, does: panic, first: 1, tenant: bob}");

    let ran = cloud.bill(AUGUST).ended_whatever_it_said(1);

    // Its state is not to be trusted any more, but that is not the next tenant's fault.
    let ran = ran.says("the backend panicked in open: told to panic");
    assert_eq!((ran.bills().len(), ran.failures().len()), (2, 1));
    assert_eq!(erp.calls("open"), 3);
    cloud.bill(AUGUST).done();
    erp.has_each_statement_once(3);
}

#[test]
fn a_panic_while_it_is_asked_leaves_the_statement_in_doubt() {
    let cloud = cloud();
    let faults = "{at: committed, does: time_out, first: 1, tenant: carol}, {at: find, does: panic, first: 1}";
    let erp = Erp::of(&cloud, faults);

    let ran = cloud.bill(AUGUST).ended_whatever_it_said(1).says("is in doubt").says("the backend panicked in find");

    assert!(ran.failures().contains(&"carol".to_owned()));
    cloud.bill(AUGUST).done();
    erp.has_each_statement_once(3);
    assert_eq!(erp.calls("commit"), 3);
}

#[test]
fn a_panic_at_the_start_is_an_error_at_the_start() {
    let cloud = cloud();
    Erp::of(&cloud, "{at: new, does: panic}");

    let ran = cloud.bill(AUGUST).ended_whatever_it_said(2);

    ran.says("test.misbehaving:Erp: the backend panicked in new: told to panic");
    assert!(!cloud.has_ledger());
    cloud.run("config check").ended_whatever_it_said(2).says("panicked in new");
    // Listing backends makes none.
    cloud.run("plugin list").done();
}

#[test]
fn a_panic_when_asked_for_its_health_is_its_answer() {
    let cloud = cloud();
    Erp::of(&cloud, "{at: health, does: panic}");
    cloud.run("config check --online").ended_whatever_it_said(1).says("the backend panicked in health");
}

#[test]
fn a_panic_while_a_document_is_written_again_is_an_error() {
    let cloud = cloud();
    let erp = Erp::of(&cloud, "{at: rewrite, does: panic}");
    cloud.bill(AUGUST).done();

    cloud.run("statement regenerate 1").ended_whatever_it_said(1).says("the backend panicked in rewrite");

    erp.has_each_statement_once(3);
}
