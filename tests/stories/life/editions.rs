//! What is adjusted goes on by the rules that its invoice was made by.

use artifice_tests::{Cloud, Vm};

use super::{AUGUST, listed, shown};

const ADJUST: &str = "--adjust --month 2013-08";

/// A machine that was seen once.
fn seen(tenant: &str, id: &str, at: &str) -> String {
    Vm::of(tenant, id).active(at, 0).replace("stopped", "active")
}

#[test]
fn an_adjustment_aggregates_as_its_invoice_did_whatever_is_configured_today() {
    let cloud = Cloud::new();
    let meters = "[{meter: instance, section: Compute, service: m1.nano, aggregate: uptime, max_gap: 1h}]";
    cloud.set("meters", meters);
    // A sample, and the next one five hours later: with a gap of an hour that is an hour each.
    cloud.meter(seen("demo", "vm", "2013-08-05")).meter(seen("demo", "vm", "2013-08-05T05:00:00"));
    cloud.bill(AUGUST).done();
    let billed = listed(&cloud);
    cloud.set("meters", "[{meter: instance, section: Other, service: m1.small, aggregate: uptime, max_gap: 9h}]");

    // Nobody heard of anything new.
    cloud.bill(ADJUST).done().says("nothing to adjust");
    cloud.meter(seen("demo", "vm", "2013-08-10"));
    // Another tenant is billed by what is configured today, in the same run's source.
    cloud.meter(seen("new", "vm-of-new", "2013-08-20"));
    cloud.bill("-t new --month 2013-08").done();
    let adjusted = cloud.bill(ADJUST).done();

    assert_eq!(listed(&cloud)[..1], billed);
    let (bill, none) = (adjusted.bill_of("demo"), adjusted.bills().len());
    assert_eq!((bill.all("service"), bill.all("quantity"), none), (vec!["m1.nano"], vec!["1"], 1));
    let rules = |number| shown(&cloud, number)["rules"].clone();
    assert_eq!(rules(1), rules(3));
    assert_ne!(rules(1), rules(2));
    assert_eq!(rules(1)["edition"], "second");
    assert_eq!(rules(1)["entries"][0]["max_gap"]["micros"], 3_600_000_000_i64);
}

#[test]
fn a_credit_keeps_the_rules_of_what_it_takes_back() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 24));
    cloud.bill(AUGUST).done();
    cloud.set("datacenters", "{akl-*: auckland}");
    cloud.run("statement void 1 --reason mistake").done();
    assert_eq!(shown(&cloud, 1)["rules"], shown(&cloud, 2)["rules"]);
}

#[test]
fn what_a_statement_was_made_by_is_never_changed() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 24));
    cloud.bill(AUGUST).done();
    let mut client = cloud.db();
    for change in ["rules = NULL", "rules = '{}'", "tenant_label = 'other'"] {
        let refusal = client.run(&format!("UPDATE statement SET {change}")).unwrap_err();
        assert!(refusal.contains("statement_content_stays"), "{change}: {refusal}");
    }
    for sql in ["DELETE FROM ledger", "UPDATE ledger SET ledger_id = ledger_id", "DELETE FROM idle"] {
        assert!(client.run(sql).is_err() || sql.contains("idle"), "{sql}");
    }
}
