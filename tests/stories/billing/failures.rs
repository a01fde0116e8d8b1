//! What cannot be billed, and that it stops nothing else.

use artifice_tests::{Cloud, Vm};
use serde_json::Value;

const AUGUST: &str = "--month 2013-08";

/// Three tenants; the one in the middle uses a flavor that has no price.
fn one_of_three_without_a_price() -> Cloud {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("aroha", "vm-a").active("2013-08-05", 10));
    cloud.meter(Vm::of("bob", "vm-b1").flavor("m1.huge").active("2013-08-05", 10));
    cloud.meter(Vm::of("bob", "vm-b2").flavor("m1.huge").active("2013-08-05", 10));
    cloud.meter(Vm::of("carol", "vm-c").active("2013-08-05", 10));
    cloud
}

#[test]
fn a_tenant_that_fails_does_not_stop_the_others() {
    let cloud = one_of_three_without_a_price();

    let billed = cloud.bill(AUGUST).failed();

    billed.bill_of("aroha");
    billed.bill_of("carol");
    assert_eq!(billed.failures(), ["bob"]);
    let billed = billed.says("tenant bob").says("no rate for 'm1.huge' at 'akl-1'").says("vm-b1, vm-b2");
    assert!(billed.json()["failed"][0]["error"].as_str().unwrap().contains("m1.huge"));
    assert_eq!(cloud.files("invoices").len(), 2);
    assert!(!cloud.ledger().contains("vm-b1"), "nothing of a tenant that fails is stored");
}

#[test]
fn a_tenant_is_billed_once_its_price_is_there_and_numbers_have_no_gaps() {
    let cloud = one_of_three_without_a_price();
    cloud.bill(AUGUST).failed();
    cloud.bill(AUGUST).failed();
    cloud.bill("--from 2013-08-05 --to 2013-08-06").failed();

    cloud.write("rates.csv", "* | m1.nano | hour | 0.05\n* | m1.huge | hour | 1\n");
    let bill = cloud.bill(AUGUST).done().bill_of("bob");

    assert_eq!(bill.total(), "20.00");
    let numbers: Vec<Option<u64>> = cloud.statements().iter().map(|statement| statement["number"].as_u64()).collect();
    assert_eq!(numbers, [Some(1), Some(2), Some(3)]);
}

#[test]
fn a_preview_shows_what_has_no_price_and_exits_1() {
    let cloud = one_of_three_without_a_price();

    let shown = cloud.usage(AUGUST).failed().says("no rate for 'm1.huge'");
    let bob = shown.bill_of("bob");

    assert_eq!(bob.all("quantity"), ["10", "10"]);
    let [line, _] = bob.lines() else { panic!("{bob:?}") };
    assert_eq!((&line["rate"], &line["cost"]), (&Value::Null, &Value::Null));
    assert_eq!(bob.0["total"], Value::Null);
    assert_eq!(shown.bill_of("aroha").total(), "0.50");
    cloud.run("usage --month 2013-08").failed().says("incomplete");
}

#[test]
fn a_missing_rate_may_mean_zero() {
    let cloud = one_of_three_without_a_price();
    cloud.set("rates", "{file: rates.csv, missing: zero}");

    let billed = cloud.bill(AUGUST).done();

    assert_eq!(billed.bill_of("bob").all("cost"), ["0.00", "0.00"]);
    assert_eq!(billed.bill_of("bob").total(), "0.00");
}

#[test]
fn a_rate_that_is_missing_and_means_zero_is_warned_of() {
    let cloud = one_of_three_without_a_price();
    cloud.set("rates", "{file: rates.csv, missing: zero}");
    cloud.bill(AUGUST).done().says("m1.huge");
}

#[test]
fn a_price_per_something_else_is_no_price() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm-1").active("2013-08-05", 10));
    cloud.write("rates.csv", "* | m1.nano | GB per month | 0.05\n");

    cloud.bill(AUGUST).failed().says("'hour'").says("'GB per month'").says("rates.csv:1:");
    assert_eq!(cloud.statements().len(), 0);
}

#[test]
fn a_tenant_whom_nobody_knows_is_named() {
    let cloud = one_of_three_without_a_price();

    for command in ["bill", "usage"] {
        let run = cloud.run(&format!("{command} --format json --month 2013-08 -t aroha -t nobody"));
        let run = run.failed().says("nobody").says("no such tenant");
        assert_eq!(run.failures(), ["nobody"]);
        run.bill_of("aroha");
        assert_eq!(run.bills().len(), 1, "{command}: only who was asked for");
    }
}

#[test]
fn a_tenant_without_usage_gets_no_statement() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm-1").active("2013-08-05", 10));

    let nothing = cloud.bill("--month 2013-05").done().says("nothing to bill");

    assert_eq!(nothing.json(), serde_json::json!({"tenants": [], "failed": []}));
    assert_eq!(cloud.usage("--month 2013-05").done().json(), nothing.json());
    assert_eq!(cloud.statements().len(), 0);
    assert!(cloud.files("invoices").is_empty());
    cloud.bill(AUGUST).done().bill_of("demo");
    cloud.bill("--month 2013-05 -t demo").done().says("nothing to bill");
}

#[test]
fn a_volume_of_zero_needs_no_price_and_makes_no_line() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm-1").flavor("m1.huge").active("2013-08-05", 0));
    cloud.meter(Vm::of("demo", "vm-2").active("2013-08-05", 1));

    assert_eq!(cloud.bill(AUGUST).done().bill_of("demo").all("resource_id"), ["vm-2"]);
}
