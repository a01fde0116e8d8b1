//! Something fails on the way: whom it concerns is named, nothing of them is stored, and the same
//! command bills them later.

use std::time::Duration;

use artifice_tests::openstack::{Faults, Identity, OpenStack};
use artifice_tests::{Cloud, Vm};

use super::{AUGUST, DEMO, OTHER, running};

/// These fail, saying this, and nothing of them is stored; once nothing is wrong any more they are billed.
#[track_caller]
fn fail(cloud: &Cloud, openstack: &OpenStack, faults: Faults, failing: &[&str], says: &str) {
    openstack.faults(faults);
    let billed = cloud.bill(AUGUST).failed().says(says);
    assert_eq!(billed.failures(), failing);
    let billed: Vec<String> = billed.bills().iter().map(|bill| bill.tenant().to_owned()).collect();
    assert_eq!((billed.len() + failing.len(), cloud.statements().len()), (2, billed.len()));
    for tenant in failing {
        assert!(!cloud.ledger().contains(&format!("vm-of-{tenant}")), "{tenant}");
    }
    openstack.faults(Faults::default());
    let billed = cloud.bill(AUGUST).done();
    assert_eq!(billed.bills().len(), 2);
    assert!(billed.bills().iter().all(|bill| bill.total() == "0.50" && bill.status() == "committed"));
    assert_eq!((cloud.statements().len(), cloud.files("invoices").len()), (2, 2));
}

#[track_caller]
fn one_fails(error: (&'static str, u16, &'static str), says: &str) {
    let (cloud, openstack) = running(Identity::V3);
    fail(&cloud, &openstack, Faults { error_for: Some(error), ..Faults::default() }, &[error.0], says);
}

#[track_caller]
fn both_fail(faults: Faults, says: &str) {
    let (cloud, openstack) = running(Identity::V3);
    fail(&cloud, &openstack, faults, &[DEMO, OTHER], says);
}

#[test]
fn an_error_about_one_tenant_is_that_tenants() {
    let says =
        r#"{"error_message": {"faultcode": "Server", "faultstring": "dictionary keys changed", "debuginfo": null}}"#;
    one_fails((DEMO, 500, says), "tenant demo (931dc699f9934021bb4a2b1088ba4d3b): Ceilometer: GET http://127.0.0.1:");
    one_fails((OTHER, 500, says), "500 Internal Server Error: dictionary keys changed");
}

#[test]
fn a_tenant_that_may_not_be_seen_is_that_tenants_failure() {
    let says = r#"{"error_message": {"faultcode": "Client", "faultstring": "Not Authorized to access project 931dc699f9934021bb4a2b1088ba4d3b", "debuginfo": null}}"#;
    one_fails((DEMO, 401, says), "401 Unauthorized: Not Authorized to access project 931dc699f9934021bb4a2b1088ba4d3b");
}

#[test]
fn a_page_of_html_is_described_in_a_line() {
    let page = "<html>\n<head><title>Oops</title></head>\n</html>";
    one_fails((DEMO, 500, page), &format!("500 Internal Server Error: a page of HTML of {} bytes", page.len()));
}

#[test]
fn a_sample_that_is_none_is_that_tenants_with_its_place() {
    let sample = r#"[{"counter_name": "instance", "counter_volume": "1", "project_id": "931dc699f9934021bb4a2b1088ba4d3b",
        "resource_id": "vm", "timestamp": "2013-08-05T00:00:00"}]"#;
    one_fails((DEMO, 200, sample), "&limit=5000:1:2: the volume \"1\" is not a number");
}

#[test]
fn answers_that_are_no_samples_fail_everybody_by_name() {
    let answers = |body| Faults { answers: Some(body), ..Faults::default() };
    both_fail(answers("<html>It works!</html>"), "found `<` where a sample");
    both_fail(answers("[{\"counter_name\": "), "truncated");
    both_fail(answers("{\"meters\": 5}"), "not a sample as Ceilometer writes it");
}

#[test]
fn a_connection_that_breaks_and_one_that_does_not_end() {
    let (cloud, openstack) = running(Identity::V3);
    openstack.faults(Faults { truncated: true, ..Faults::default() });
    cloud.bill(AUGUST).refused().says("the connection broke: ").says("run the command again");
    assert!(cloud.statements().is_empty());

    cloud.set("main", "{invoice:object: billing.csv_invoice:Csv, memory: 16MB}");
    let endless = Faults { endless: true, answers: Some("[                "), ..Faults::default() };
    fail(&cloud, &openstack, endless, &[DEMO, OTHER], "the answer is longer than 2000000 bytes");
}

#[test]
fn a_service_that_goes_away_while_everybody_is_read_leaves_nothing() {
    let (cloud, openstack) = running(Identity::V3);
    // Seven requests say who has what: the first once more, because after it none has shown several tenants.
    for requests in 0..8 {
        openstack.faults(Faults { leaves_after: Some(requests), ..Faults::default() });
        let ran = cloud.bill(AUGUST).says("503 Service Unavailable");
        assert!(ran.status == Some(2) || (ran.status == Some(1) && requests == 7), "{ran:?}");
        assert!(cloud.statements().is_empty());
    }
    openstack.faults(Faults::default());
    assert_eq!(cloud.bill(AUGUST).done().bills().len(), 2);
}

#[test]
fn a_service_that_goes_away_fails_those_that_remain_without_waiting_for_it_again() {
    let (cloud, openstack) = running(Identity::V3);
    cloud.set("main", "{invoice:object: billing.csv_invoice:Csv, workers: 1}");
    // Who has samples is asked once in vain, and six requests are the first tenant's; one more asks which meters it has.
    let goes = |requests| Faults { no_statistics: true, leaves_after: Some(requests), ..Faults::default() };
    fail(&cloud, &openstack, goes(7), &[OTHER], "503 Service Unavailable");

    let (cloud, openstack) = running(Identity::V3);
    cloud.set("main", "{invoice:object: billing.csv_invoice:Csv, workers: 1}");
    for number in 0..20 {
        let tenant = format!("f{number:031}");
        openstack.project(&tenant, &format!("name-{number}")).meter(Vm::of(&tenant, "vm").active("2013-08-05", 1));
    }
    openstack.faults(goes(8));
    openstack.asked();
    let failed = cloud
        .bill(AUGUST)
        .failed()
        .says("tenant name-19 (f0000000000000000000000000000019): not collected: Ceilometer: GET");
    assert_eq!((failed.bills().len(), failed.failures().len()), (1, 21));
    // Four tries for the one that it failed at.
    let asked = openstack.asked().iter().filter(|asked| asked.contains("/v2/")).count();
    assert_eq!(asked, 8 + 4);
}

#[test]
fn a_service_that_is_too_slow_is_given_up_at_the_second_time() {
    let (cloud, openstack) = running(Identity::V3);
    cloud.set("openstack", &openstack.section("").replace("timeout: 30s", "timeout: 1s"));
    openstack.faults(Faults { slow: Duration::from_secs(3), ..Faults::default() });
    cloud.bill(AUGUST).refused().says("no complete answer within 1 s").says("openstack.timeout");
    assert!(cloud.statements().is_empty());
    openstack.faults(Faults::default());
    assert_eq!(cloud.bill(AUGUST).done().bills().len(), 2);
}

#[test]
fn a_token_that_runs_out_is_renewed() {
    for identity in [Identity::V3, Identity::V2] {
        let (cloud, openstack) = running(identity);
        openstack.faults(Faults { token_lasts: Some(3), ..Faults::default() });
        assert_eq!(cloud.bill(AUGUST).done().bills().len(), 2);
        assert!(openstack.asked().iter().filter(|asked| asked.starts_with("POST")).count() > 3);
    }
}

#[test]
fn a_token_that_is_never_good_enough_is_not_renewed_for_ever() {
    let (cloud, openstack) = running(Identity::V3);
    openstack.faults(Faults { token_lasts: Some(0), ..Faults::default() });
    cloud.bill(AUGUST).refused().says("GET http://").says("401 Unauthorized");
    assert_eq!(openstack.asked().len(), 5);
    openstack.faults(Faults::default());
    assert_eq!(cloud.bill(AUGUST).done().bills().len(), 2);
}
