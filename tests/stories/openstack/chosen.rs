//! Who of the tenants is billed.

use artifice_tests::openstack::{Faults, Identity, OpenStack, Project};
use artifice_tests::{Cloud, Vm};

use super::{AUGUST, DEMO, OTHER, running};

const CORP: &str = "c0000000000000000000000000000001";
const CLOSED: &str = "c0000000000000000000000000000002";
const DELETED: &str = "5e1f0000000000000000000000000001";

/// A cloud with demo and other, corp of the domain `corp` with a tag, closed that is disabled, and the samples of a
/// project that Keystone does not know any more.
fn many() -> (Cloud, OpenStack) {
    let (cloud, openstack) = running(Identity::V3);
    let corp =
        Project { domain: "id-of-corp".to_owned(), tags: vec!["billable".to_owned()], ..Project::new(CORP, "corp-1") };
    openstack.project_as(corp).project_as(Project { enabled: false, ..Project::new(CLOSED, "closed") });
    for tenant in [CORP, CLOSED, DELETED] {
        openstack.meter(Vm::of(tenant, &format!("vm-of-{tenant}")).active("2013-08-05", 10));
    }
    (cloud, openstack)
}

/// Who is billed with `tenants:` like this, in the order of their ids.
fn billed(tenants: &str) -> Vec<String> {
    let (cloud, openstack) = many();
    cloud.set("openstack", &openstack.section(&format!(", tenants: {tenants}")));
    let ran = cloud.usage(AUGUST).done();
    ran.bills().iter().map(|bill| bill.tenant().to_owned()).collect()
}

#[test]
fn tenants_are_chosen_by_id_name_tag_and_domain() {
    for (tenants, expected) in [
        ("{}", vec![DELETED, DEMO, OTHER, CORP, CLOSED]),
        ("{include: {tag: billable}}", vec![CORP]),
        ("{include: {domain: corp}}", vec![CORP]),
        ("{include: {domain: id-of-corp}}", vec![CORP]),
        ("{include: [demo, 5e1f0000000000000000000000000001]}", vec![DELETED, DEMO]),
        (
            "{exclude: {id: [5e1f0000000000000000000000000001, a078ca7bdb8f4782a9b7191ff87ea5c5]}, disabled: leave_out}",
            vec![DEMO, CORP],
        ),
        ("{include: {domain: [corp, default]}, exclude: {name: 'corp-*'}}", vec![DEMO, OTHER, CLOSED]),
    ] {
        assert_eq!(billed(tenants), expected, "{tenants}");
    }
}

#[test]
fn who_is_left_out_is_not_even_asked_about_nor_billed_when_asked_for() {
    let (cloud, openstack) = many();
    cloud.set("openstack", &openstack.section(", tenants: {exclude: [demo]}"));
    openstack.asked();
    let billed = cloud.bill(AUGUST).done();
    assert_eq!(billed.bills().len(), 4);
    assert!(!openstack.asked_with("q.value").contains(&DEMO.to_owned()));
    let refused = cloud.bill(&format!("-t demo {AUGUST}")).failed().says("openstack.tenants leaves it out");
    assert_eq!(refused.failures(), ["demo"]);
    cloud.bill(&format!("-t {DEMO} {AUGUST}")).failed();
    assert_eq!(cloud.statements().len(), 4);
}

#[test]
fn of_whom_nobody_knows_whether_they_are_meant_it_is_told() {
    let (cloud, openstack) = many();
    cloud.set("openstack", &openstack.section(", tenants: {include: {tag: billable}}"));
    let first = cloud.bill(AUGUST).done().says("1 tenant with samples not billed").says(DELETED);
    assert_eq!(first.bills().len(), 1);
    // Who was billed before goes on to be billed, also when Keystone has forgotten it.
    openstack.delete_project(CORP);
    openstack.meter(Vm::of(CORP, "vm-last").active("2013-09-01", 4));
    assert_eq!(cloud.bill("--month 2013-09").done().bill_of(CORP).total(), "0.20");
    // And who is asked for.
    assert_eq!(cloud.bill(&format!("-t {DELETED} {AUGUST}")).done().bill_of(DELETED).total(), "0.50");
}

#[test]
fn where_domains_have_no_names_that_is_told_and_ids_do() {
    let (cloud, openstack) = many();
    openstack.faults(Faults { no_domains: true, ..Faults::default() });
    cloud.set("openstack", &openstack.section(", tenants: {include: {domain: corp}}"));
    let shown = cloud.usage(AUGUST).done().says("Keystone does not tell billing what its domains are called");
    assert!(shown.bills().is_empty());
    cloud.set("openstack", &openstack.section(", tenants: {include: {domain: id-of-corp}}"));
    cloud.usage(AUGUST).done().bill_of(CORP);
}

#[test]
fn all_of_a_thousand_projects_have_their_names() {
    let (cloud, openstack) = running(Identity::V3);
    for number in 0..1007 {
        openstack.project(&format!("f{number:031}"), &format!("project-{number}"));
    }
    let last = format!("f{:031}", 1006);
    openstack.meter(Vm::of(&last, "vm").active("2013-08-05", 2));
    cloud.run("config check --online").done().says("1009 tenants to be billed");
    let billed = cloud.bill(&format!("-t project-1006 {AUGUST}")).done();
    assert_eq!(billed.bill_of(&last).total(), "0.10");
    assert_eq!(cloud.files("invoices"), ["project-1006-2013-08-01-2013-09-01.csv"]);
    // Without a limit, Keystone would have stopped at the thousandth.
    let pages = openstack.asked().into_iter().filter(|asked| asked == "GET /v3/projects").count();
    assert_eq!(pages, 3 + 3);
}
