//! Resources that are only announced when they change are charged until somebody says, or shows, that they are no more.

use artifice_model::Timestamp;
use artifice_tests::samples::sample;
use artifice_tests::{Bill, Cloud, Ran};
use serde_json::{Value, json};

const JULY: &str = "--month 2013-07";
const AUGUST: &str = "--month 2013-08";

fn cloud() -> Cloud {
    let cloud = Cloud::new();
    cloud.set("meters", "notifications");
    cloud.write("rates.csv", "* | volume.size | GB per hour | 0.01\n* | ip.floating | ip per hour | 1\n");
    cloud
}

/// A sample of a volume of 10 GB.
fn volume(tenant: &str, at: &str, metadata: Value) -> String {
    gauge(tenant, "volume.size", "GB", 10, at, metadata)
}

fn gauge(tenant: &str, meter: &str, unit: &str, value: i64, at: &str, metadata: Value) -> String {
    let at: Timestamp = at.parse().unwrap();
    let mut sample = sample(tenant, "thing", meter, "gauge", unit, at, json!(value));
    sample["resource_metadata"] = metadata;
    format!("{sample}\n")
}

/// The quantities of all tenants, in their order.
fn quantities(ran: &Ran) -> Vec<(String, String)> {
    let of = |bill: &Bill| {
        let line = bill.lines()[0].as_object().unwrap().clone();
        let quantity = line.get("quantity").or_else(|| line.get("volume")).unwrap();
        (bill.tenant().to_owned(), quantity.as_str().unwrap().to_owned())
    };
    ran.bills().iter().map(of).collect()
}

fn is(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(tenant, quantity)| ((*tenant).to_owned(), (*quantity).to_owned())).collect()
}

#[test]
fn an_audit_after_the_deletion_brings_nothing_back() {
    let cloud = cloud();
    cloud.meter(volume("demo", "2013-07-05T00:00:00", json!({"event_type": "volume.create.end"})));
    cloud.meter(volume("demo", "2013-07-10T00:00:00", json!({"event_type": "volume.delete.end"})));
    // The audit of the day of the deletion comes later, and so may an update of another host's.
    cloud.meter(volume("demo", "2013-07-11T00:05:00", json!({"event_type": "volume.exists", "status": "deleted"})));
    cloud.meter(volume("demo", "2013-07-11T00:06:00", json!({"event_type": "volume.update.end"})));
    assert_eq!(quantities(&cloud.bill(JULY).done()), is(&[("demo", "1200")]));
    assert_eq!(cloud.bill(AUGUST).done().bills().len(), 0);
    // Restored, it is charged again.
    cloud.meter(volume("demo", "2013-08-30T00:00:00", json!({"event_type": "volume.restore.end"})));
    assert_eq!(quantities(&cloud.bill(AUGUST).done()), is(&[("demo", "480")]));
}

#[test]
fn samples_that_name_no_event_hold_for_two_hours_and_a_bill_of_them_is_held() {
    let cloud = cloud();
    for at in ["2013-07-05T00:00:00", "2013-07-05T00:00:03", "2013-07-09T23:59:50", "2013-07-10T00:00:00"] {
        cloud.meter(volume("demo", at, json!({"volume_type": "ssd"})));
    }
    let told = "the entry volume.size has `max_gap: unlimited`, but no sample names its event (`event_type`) of 1 resource (thing)";
    let shown = cloud.usage(JULY).done().says(told).says("poll the meter");
    // 2 h and 3 s, and 2 h and 10 s, of 10 GB.
    assert_eq!(quantities(&shown), is(&[("demo", "40.036111")]));
    cloud
        .bill(JULY)
        .failed()
        .says("is held, because the entry volume.size has max_gap: unlimited")
        .says("poll the meter");
    assert_eq!(cloud.statuses(), ["held"]);
    cloud.run("statement release 1").done();
    cloud.bill(JULY).done();
    assert_eq!(cloud.usage(AUGUST).done().says_not("names its event").bills().len(), 0);
    // One that does shows that somebody announces.
    cloud.meter(volume("demo", "2013-09-01T00:00:00", json!({"event_type": "volume.create.end"})));
    cloud.meter(volume("demo", "2013-09-02T00:00:00", json!({})));
    assert_eq!(quantities(&cloud.bill("--month 2013-09").done()), is(&[("demo", "260")]));
}

#[test]
fn a_volume_that_was_given_away_has_one_owner_at_a_time() {
    let cloud = cloud();
    cloud.meter(volume("old", "2013-07-01T00:00:00", json!({"event_type": "volume.create.end"})));
    cloud.meter(volume("new", "2013-07-11T00:00:00", json!({"event_type": "volume.attach.end"})));
    cloud.meter(volume("new", "2013-08-21T00:00:00", json!({"event_type": "volume.delete.end"})));
    assert_eq!(quantities(&cloud.usage(JULY).done()), is(&[("new", "5040"), ("old", "2400")]));
    assert_eq!(quantities(&cloud.usage(AUGUST).done()), is(&[("new", "4800")]));
    // Whoever is asked about.
    assert_eq!(quantities(&cloud.usage(&format!("-t old {JULY}")).done()), is(&[("old", "2400")]));
    assert_eq!(quantities(&cloud.usage(&format!("-t new {JULY}")).done()), is(&[("new", "5040")]));
    assert_eq!(cloud.usage(&format!("-t old {AUGUST}")).done().bills().len(), 0);
    // Whoever reads it can work out the 10 days.
    let taken = |arguments: &str| {
        let line = cloud.usage(&format!("{arguments} {JULY} --explain")).done().bills()[0].lines()[0].clone();
        line["explained"]["samples"]["taken"].clone()
    };
    assert_eq!((taken("-t old"), taken("-t new")), (json!("2013-07-11T00:00:00Z"), Value::Null));
    let out = cloud.run(&format!("usage -t old {JULY} --explain")).done().out;
    assert!(out.contains("owner    another tenant was seen with it at 2013-07-11T00:00:00Z, which ends"), "{out}");
    assert!(out.contains("gaps     none: what is announced holds until the next sample"), "{out}");
}

#[test]
fn an_address_that_an_administrator_deletes_ends() {
    let cloud = cloud();
    let created = json!({"event_type": "floatingip.create.end"});
    cloud.meter(gauge("demo", "ip.floating", "ip", 1, "2013-07-03T00:00:00", created));
    // The deletion comes under the project of who deletes it.
    let deleted = json!({"event_type": "floatingip.delete.end"});
    cloud.meter(gauge("admin", "ip.floating", "ip", 1, "2013-07-04T00:00:00", deleted));
    assert_eq!(quantities(&cloud.bill(JULY).done()), is(&[("demo", "24")]));
    assert_eq!(cloud.bill(AUGUST).done().bills().len(), 0);
}

#[test]
fn what_nobody_has_heard_of_for_long_is_told_by_name() {
    let cloud = cloud();
    cloud.meter(volume("demo", "2013-07-20T00:00:00", json!({"event_type": "volume.create.end"})));
    cloud.usage(JULY).done().says_not("nobody has heard");
    let told =
        "has announced the end, 1 resource (thing (last heard of at 2013-07-20T00:00:00Z)) of which nobody has heard";
    cloud.usage(AUGUST).done().says(told).says("`stale_after`");
    cloud.set("main", "{invoice:object: billing.csv_invoice:Csv, stale_after: 60d}");
    cloud.usage(AUGUST).done().says_not("nobody has heard");
}

#[test]
fn a_late_deletion_before_the_period_is_given_back() {
    let cloud = cloud();
    cloud.meter(volume("demo", "2013-07-05T00:00:00", json!({"event_type": "volume.create.end"})));
    cloud.bill(AUGUST).done();
    cloud.meter(volume("demo", "2013-07-10T00:00:00", json!({"event_type": "volume.delete.end"})));
    let adjusted = cloud.bill(&format!("--adjust {AUGUST}")).done().says_not("stays as it was");
    assert_eq!(adjusted.bill_of("demo").total(), "-74.40");
}

#[test]
fn a_tenant_whose_usage_is_all_nothing_has_no_statement() {
    let cloud = cloud();
    cloud.set("main", "{invoice:object: billing.csv_invoice:Csv, zero_lines: show}");
    cloud.set("fees", "[{name: Support, amount: 25.00}]");
    cloud.meter(volume(
        "demo",
        "2013-07-05T00:00:00",
        json!({"event_type": "volume.create.end", "status": "deleting"}),
    ));
    cloud.meter(volume("other", "2013-07-05T00:00:00", json!({"event_type": "volume.delete.end"})));
    assert_eq!(cloud.bill(JULY).done().bills().len(), 0);
    assert!(cloud.statements().is_empty());
}
