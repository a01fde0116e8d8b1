//! Whom a bill is for.

use artifice_tests::Vm;
use artifice_tests::openstack::{Faults, Identity};

use super::{AUGUST, DEMO, OTHER, running};

const DELETED: &str = "5e1f0000000000000000000000000001";

#[test]
fn everybody_is_billed_and_documents_have_their_names() {
    for identity in [Identity::V3, Identity::V2] {
        let (cloud, _openstack) = running(identity);
        let billed = cloud.bill(AUGUST).done();
        assert_eq!(billed.bill_of(DEMO).0["tenant"]["name"], "demo");
        assert_eq!(billed.bill_of(OTHER).total(), "0.50");
        assert_eq!(cloud.files("invoices"), ["demo-2013-08-01-2013-09-01.csv", "other-2013-08-01-2013-09-01.csv"]);
    }
}

#[test]
fn a_tenant_is_found_by_name_by_id_and_once_by_both() {
    let (cloud, _openstack) = running(Identity::V3);
    for arguments in ["-t demo", &format!("-t {DEMO}"), &format!("-t demo -t {DEMO}")] {
        let shown = cloud.usage(&format!("{arguments} {AUGUST}")).done();
        assert_eq!((shown.bills().len(), shown.bill_of(DEMO).total()), (1, "0.50"), "{arguments}");
    }
}

#[test]
fn a_tenant_that_nobody_knows_is_named_and_the_others_are_billed() {
    let (cloud, openstack) = running(Identity::V3);
    let billed = cloud.bill(&format!("-t dmeo -t demo {AUGUST}")).failed();
    billed.bill_of(DEMO);
    assert_eq!(billed.failures(), ["dmeo"]);
    billed.says("tenant dmeo: no such tenant, neither in the source nor in the ledger");
    openstack.project(DELETED, "dmeo").meter(Vm::of(DELETED, "vm").active("2013-08-05", 2));
    assert_eq!(cloud.bill(&format!("-t dmeo -t demo {AUGUST}")).done().bill_of(DELETED).total(), "0.10");
}

#[test]
fn two_projects_of_one_name_are_told_apart_by_id() {
    let (cloud, openstack) = running(Identity::V3);
    openstack.project(DELETED, "demo");
    cloud.bill(&format!("-t demo {AUGUST}")).failed().says("several tenants have this name").says(DELETED);
    assert!(cloud.statements().is_empty());
    cloud.bill(&format!("-t {DEMO} {AUGUST}")).done().bill_of(DEMO);
}

#[test]
fn the_last_month_of_a_deleted_project_is_billed() {
    for identity in [Identity::V3, Identity::V2] {
        let (cloud, openstack) = running(identity);
        openstack.meter(Vm::of(DELETED, "vm-left").active("2013-08-01", 3));
        assert_eq!(cloud.bill(AUGUST).done().bill_of(DELETED).total(), "0.15");
    }
}

#[test]
fn a_deleted_project_is_billed_by_its_id_where_nobody_lists_it() {
    let (cloud, openstack) = running(Identity::V3);
    openstack.meter(Vm::of(DELETED, "vm-left").active("2013-08-01", 3));
    openstack.faults(Faults { no_statistics: true, ..Faults::default() });

    let warned = cloud.bill(AUGUST).done().says("Ceilometer cannot say who has samples");
    assert_eq!(warned.bills().len(), 2);

    assert_eq!(cloud.bill(&format!("-t {DELETED} {AUGUST}")).done().bill_of(DELETED).total(), "0.15");
}

#[test]
fn a_project_that_was_billed_and_deleted_is_still_known_by_its_name() {
    let (cloud, openstack) = running(Identity::V3);
    cloud.bill(AUGUST).done();
    openstack.delete_project(DEMO);
    openstack.meter(Vm::of(DEMO, "vm-last").active("2013-09-01", 4));
    openstack.faults(Faults { no_statistics: true, ..Faults::default() });

    let september = cloud.bill("-t demo --month 2013-09").done();

    assert_eq!(september.bill_of(DEMO).total(), "0.20");
    assert_eq!(cloud.files("invoices").last().unwrap(), "other-2013-08-01-2013-09-01.csv");
    assert!(cloud.files("invoices").contains(&"demo-2013-09-01-2013-10-01.csv".to_owned()));
}

#[test]
fn a_new_project_with_the_name_of_a_deleted_one_is_the_one_that_is_meant() {
    let (cloud, openstack) = running(Identity::V3);
    cloud.bill(AUGUST).done();
    openstack.delete_project(DEMO);
    openstack.project(DELETED, "demo").meter(Vm::of(DELETED, "vm-new").active("2013-08-20", 6));
    assert_eq!(cloud.bill(&format!("-t demo {AUGUST}")).done().bill_of(DELETED).total(), "0.30");
}

#[test]
fn a_user_who_may_not_list_projects_bills_those_of_its_own_and_those_with_samples() {
    let (cloud, openstack) = running(Identity::V3);
    openstack.meter(Vm::of(DELETED, "vm-left").active("2013-08-01", 3));
    openstack.faults(Faults { no_list: true, ..Faults::default() });
    let billed = cloud.bill(AUGUST).done().says("only the projects that it has a role in");
    assert_eq!(billed.bills().len(), 3);
}

#[test]
fn projects_come_in_pages_whose_links_lead_nowhere() {
    let (cloud, openstack) = running(Identity::V3);
    openstack.project(DELETED, "third").meter(Vm::of(DELETED, "vm").active("2013-08-01", 3));
    openstack.faults(Faults { page: Some(1), no_statistics: true, ..Faults::default() });
    assert_eq!(cloud.bill(AUGUST).done().bills().len(), 3);
}

#[test]
fn samples_of_nobody_are_counted_and_billed_to_nobody() {
    let (cloud, openstack) = running(Identity::V3);
    let nobody = Vm::of("x", "vm").active("2013-08-05", 4).replace("\"project_id\":\"x\"", "\"project_id\":null");
    assert!(nobody.contains("null"), "{nobody}");
    openstack.meter(nobody);
    let billed = cloud.bill(AUGUST).done().says("5 samples of charged meters belong to no tenant");
    assert_eq!(billed.bills().len(), 2);
}

#[test]
fn whoever_has_been_billed_is_not_asked_for_again() {
    let (cloud, openstack) = running(Identity::V3);
    cloud.bill(&format!("-t demo {AUGUST}")).done();
    openstack.asked();
    let billed = cloud.bill(AUGUST).done().says("was billed for exactly this period before");
    assert_eq!(billed.bills().len(), 2);
    assert!(!openstack.asked_with("q.value").contains(&DEMO.to_owned()));
    openstack.asked();
    cloud.bill(&format!("-t demo {AUGUST}")).done().says("was billed for exactly this period before");
    assert_eq!(openstack.asked(), ["GET /", "POST /v3/auth/tokens", "GET /v3/projects"]);
}

#[test]
fn documents_and_tables_of_two_projects_of_one_name_have_the_beginning_of_their_ids() {
    let (cloud, openstack) = running(Identity::V3);
    // Without regard to case, and as a file may be called.
    openstack.project(DELETED, "Demo").meter(Vm::of(DELETED, "vm-of-deleted").active("2013-08-05", 2));

    let billed = cloud.bill(AUGUST).done();

    let (one, other) = (format!("demo-{}", &DEMO[..8]), format!("Demo-{}", &DELETED[..8]));
    assert_eq!(billed.bill_of(DELETED).receipt(), format!("{other}-2013-08-01-2013-09-01.csv"));
    assert_eq!(billed.bill_of(DEMO).receipt(), format!("{one}-2013-08-01-2013-09-01.csv"));
    // Whose it is, the data say as they are.
    assert_eq!(billed.bill_of(DELETED).0["tenant"]["name"], "Demo");
    let table = cloud.run("statement list").done().out;
    assert!(table.contains(&one) && table.contains(&other) && !table.contains("demo ┆"), "{table}");
    // A name is decided once: what is made of the statement bears it, too.
    let number = cloud.statements().iter().position(|it| it["tenant"]["id"] == DELETED).unwrap() + 1;
    cloud.run(&format!("statement void {number} --reason mistake")).done();
    assert!(cloud.files("invoices").contains(&format!("{other}-2013-08-01-2013-09-01-2.csv")));
}

#[test]
fn a_name_that_another_project_gets_later_stays_on_the_documents_there_are() {
    let (cloud, openstack) = running(Identity::V3);
    cloud.bill(AUGUST).done();
    openstack.project(DELETED, "demo").meter(Vm::of(DELETED, "vm-of-deleted").active("2013-09-05", 2));
    let billed = cloud.bill("--month 2013-09").done();
    assert_eq!(billed.bill_of(DELETED).receipt(), format!("demo-{}-2013-09-01-2013-10-01.csv", &DELETED[..8]));
    assert!(cloud.files("invoices").contains(&"demo-2013-08-01-2013-09-01.csv".to_owned()));
    // In tables nobody is taken for another one.
    let table = cloud.run("statement list").done().out;
    assert!(table.contains(&format!("demo-{}", &DEMO[..8])), "{table}");
    cloud.run("statement regenerate 1").done();
}
