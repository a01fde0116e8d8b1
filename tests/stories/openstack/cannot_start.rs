//! A cloud that cannot be asked at all: nothing begins, and the same command does it all later.

use artifice_tests::Cloud;
use artifice_tests::openstack::{Faults, Identity, OpenStack, PASSWORD};

use super::{AUGUST, DEMO, running};

/// Bill, preview and dry run are refused in a line that says this, and leave nothing.
#[track_caller]
fn refused(cloud: &Cloud, says: &[&str]) {
    // That a ledger is made is told, too.
    cloud.run("db migrate").done();
    for command in ["bill -t demo", "bill", "usage -t demo", "bill --dry-run"] {
        let mut ran = cloud.run(&format!("{command} {AUGUST}")).refused().says_one_line();
        for text in says {
            ran = ran.says(text);
        }
        assert!(!ran.err.contains(PASSWORD) && !ran.err.contains("gAAAA"), "{ran:#?}");
        assert!(cloud.statements().is_empty() && cloud.files("invoices").is_empty(), "{command}");
    }
    cloud.run("config check").done();
    cloud.run("config check --online").refused().says(says[0]);
}

/// The same command as before, now that nothing is wrong any more.
#[track_caller]
fn finishes(cloud: &Cloud) {
    cloud.run("config check --online").done();
    assert_eq!(cloud.bill(&format!("-t demo {AUGUST}")).done().bill_of(DEMO).total(), "0.50");
    assert_eq!(cloud.bill(AUGUST).done().bills().len(), 2);
    assert_eq!(cloud.files("invoices").len(), 2);
}

/// Something is wrong with it for a while.
#[track_caller]
fn for_a_while(faults: Faults, says: &[&str]) {
    let (cloud, openstack) = running(Identity::V3);
    openstack.faults(faults);
    refused(&cloud, says);
    openstack.faults(Faults::default());
    finishes(&cloud);
}

#[test]
fn keystone_is_down() {
    let (cloud, mut openstack) = running(Identity::V3);
    openstack.keystone.stop();
    refused(&cloud, &["Keystone: GET http://127.0.0.1:", "cannot connect: Connection refused", "check the URL"]);
    openstack.keystone.start_again();
    finishes(&cloud);
}

#[test]
fn ceilometer_is_down() {
    let (cloud, mut openstack) = running(Identity::V3);
    openstack.ceilometer.stop();
    refused(&cloud, &["Ceilometer: GET http://127.0.0.1:", "cannot connect: Connection refused", "check the URL"]);
    openstack.ceilometer.start_again();
    finishes(&cloud);
}

#[test]
fn ceilometer_is_down_behind_a_balancer() {
    let says = ["Ceilometer: GET http://127.0.0.1:", "503 Service Unavailable: a page of HTML of 35 bytes"];
    for_a_while(Faults { leaves_after: Some(0), ..Faults::default() }, &says);
}

#[test]
fn the_password_is_wrong() {
    for identity in [Identity::V3, Identity::V2] {
        let (cloud, openstack) = running(identity);
        cloud.set("openstack", &openstack.section("").replace(PASSWORD, "not-the-password"));
        let says = "Keystone refuses to log in billing to service";
        refused(&cloud, &[says, "401 Unauthorized", "password, default_tenant, or a domain"]);
        openstack.serve(&cloud);
        finishes(&cloud);
    }
}

#[test]
fn the_domain_is_wrong() {
    let (cloud, openstack) = running(Identity::V3);
    cloud.set("openstack", &openstack.section(", user_domain: Elsewhere"));
    refused(&cloud, &["Keystone refuses to log in billing to service"]);
    openstack.serve(&cloud);
    finishes(&cloud);
}

#[test]
fn the_catalog_has_no_ceilometer_unless_its_address_is_configured() {
    let (cloud, openstack) = running(Identity::V3);
    openstack.faults(Faults { no_metering: true, ..Faults::default() });
    refused(&cloud, &["no metering service with the interface public", "openstack.ceilometer_url"]);
    cloud.set("ceilometer", &format!("{{host: '{}/'}}", openstack.ceilometer.url()));
    finishes(&cloud);
}

#[test]
fn the_region_is_wrong() {
    let (cloud, openstack) = running(Identity::V3);
    cloud.set("openstack", &openstack.section(", region: Moon"));
    refused(&cloud, &["no metering service with the interface public in the region Moon (it has it in RegionOne)"]);
    cloud.set("openstack", &openstack.section(", region: RegionOne, interface: internal"));
    finishes(&cloud);
}

#[test]
fn the_cloud_has_moved_to_gnocchi() {
    let says = ["410 Gone: This telemetry installation is configured to use Gnocchi", "keeps its metering in Gnocchi"];
    for_a_while(Faults { gone: true, ..Faults::default() }, &says);
    for_a_while(Faults { gone: true, ..Faults::default() }, &["; its catalog names no Gnocchi"]);
    let gnocchi = Some("http://127.0.0.1:8041");
    for_a_while(
        Faults { gone: true, gnocchi, ..Faults::default() },
        &["; its catalog has it at http://127.0.0.1:8041"],
    );
}

#[test]
fn ceilometer_takes_no_token() {
    let says = ["refuses the token that Keystone has just given", "401 Unauthorized"];
    for_a_while(Faults { refuses_tokens: true, ..Faults::default() }, &says);
}

#[test]
fn the_versions_are_asked_for_at_the_wrong_place() {
    let (cloud, openstack) = running(Identity::V3);
    let section = |url: String| openstack.section("").replace(&openstack.keystone.url(), &url);
    cloud.set("openstack", &section(format!("{}/v2.0", openstack.keystone.url())));
    refused(&cloud, &["it has no v2.0 there: write openstack.authentication_url without a version"]);
    cloud.set("openstack", &section(format!("{}/nowhere", openstack.keystone.url())));
    refused(&cloud, &["404 Not Found", "is openstack.authentication_url right?"]);
    cloud.set("openstack", &section(openstack.keystone.url().replace("http:", "https:")));
    refused(&cloud, &["cannot connect: "]);
    cloud.set("openstack", &section(format!("{}/v3/", openstack.keystone.url())));
    finishes(&cloud);
}

#[test]
fn what_is_stored_is_finished_while_the_cloud_cannot_be_reached() {
    let (cloud, mut openstack) = (Cloud::new(), OpenStack::new(Identity::V3));
    openstack.project(DEMO, "demo").meter(artifice_tests::Vm::of(DEMO, "vm").active("2013-08-05", 10));
    openstack.serve(&cloud);
    let erp = artifice_tests::Erp::of(&cloud, "{at: commit, does: refuse}");
    cloud.bill(&format!("-t demo {AUGUST}")).failed().says("the next `artifice bill` sends it");
    openstack.keystone.stop();

    let erp = erp.with("", 0);
    cloud.bill(&format!("-t {DEMO} {AUGUST}")).done().says("is finished now");

    erp.has_each_statement_once(1);
    cloud.bill("--month 2013-09").refused().says("cannot connect");
}
