//! Fees for the days on which something was used.

use artifice_tests::{Cloud, Counter, Vm, Volume};
use serde_json::json;

const AUGUST: &str = "--month 2013-08";
const FIRST: &str = "--from 2013-08-01 --to 2013-08-16";
const SECOND: &str = "--from 2013-08-16 --to 2013-09-01";

fn cloud(fee: &str) -> Cloud {
    let cloud = Cloud::new();
    cloud.set("fees", &format!("[{{name: Care, amount: 31.00, prorate: day{fee}}}]"));
    cloud
}

fn fee(cloud: &Cloud, period: &str) -> Vec<String> {
    let bill = cloud.usage(period).done().bill_of("demo");
    let all = bill.lines().iter().filter(|line| line["service"] == "Care");
    all.map(|line| line["cost"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_fee_by_the_day_counts_the_local_days_on_which_something_was_used() {
    // semantics 5: the days in main.timezone in which a contribution other than 0 of what `uses` names lies.
    let cloud = cloud(", uses: [Compute]");
    // From the 5th at 22:00 to the 6th at 02:00: two days in UTC, one in Auckland (12 hours ahead).
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05T22:00:00", 4));
    // What `uses` does not name does not count.
    cloud.meter(Volume::of("demo", "v").sized(1, "2013-08-20", 30));
    assert_eq!(fee(&cloud, AUGUST), ["2.00"]);
    cloud.meter(Vm::of("demo", "other").active("2013-08-06T10:00:00", 20));
    assert_eq!(fee(&cloud, AUGUST), ["3.00"], "days unite");
    cloud.set("main", "{invoice:object: billing.csv_invoice:Csv, timezone: Pacific/Auckland}");
    assert_eq!(fee(&cloud, AUGUST), ["2.00"]);
    let explained = cloud.run(&format!("usage --explain --format json {AUGUST}")).done().bill_of("demo");
    let line = explained.lines().iter().find(|line| line["service"] == "Care").unwrap().clone();
    assert_eq!(line["explained"]["days"], json!({"used": 2, "of": 31, "amount": "31"}));
    assert_eq!((&line["quantity"], &line["rate"]), (&json!("1"), &json!("2")));
}

#[test]
fn nothing_is_no_day_and_every_kind_of_usage_is_one() {
    let fee_of = |samples: String| {
        let cloud = cloud("");
        cloud.meter(samples);
        fee(&cloud, AUGUST)
    };
    let counter =
        |values: &[u64]| Counter::of("demo", "nic", "network.outgoing.bytes").counts("2013-08-05T22:00:00", values);
    // A counter rises at its later reading; one that stands still adds nothing.
    assert_eq!(fee_of(counter(&[5, 7, 7, 7])), ["1.00"]);
    assert_eq!(fee_of(counter(&[5, 7, 7, 9])), ["2.00"]);
    assert_eq!(fee_of(Volume::of("demo", "v").sized(1, "2013-08-05T23:00:00", 2)), ["2.00"]);
    assert_eq!(fee_of(Volume::of("demo", "v").sized(1, "2013-08-05T23:00:00", 1)), ["1.00"]);
}

#[test]
fn the_days_of_a_month_unite_over_its_statements() {
    let cloud = cloud(", uses: [Compute]");
    for (from, hours) in [("2013-08-02", 30), ("2013-08-20", 30), ("2013-08-21T12:00:00", 2)] {
        cloud.meter(Vm::of("demo", &format!("vm {from}")).active(from, hours));
    }
    let first = cloud.bill(FIRST).done().bill_of("demo");
    assert!(!first.all("service").contains(&"Care"), "the month does not end yet");
    let second = cloud.bill(SECOND).done().bill_of("demo");
    // The 2nd, 3rd, 20th and 21st.
    let care = second.lines().iter().find(|line| line["service"] == "Care").unwrap().clone();
    assert_eq!(care["cost"], json!("4.00"));
    let explained = cloud.run("statement explain 2").done();
    assert!(explained.out.contains("days     31 × 4/31, for 4 of the month's 31 days"), "{}", explained.out);
    cloud.run("statement void 1 --reason x").failed().says("2");
    cloud.run("db verify").done();

    // By service, too.
    let cloud = self::cloud(", uses: [Compute]");
    cloud.set("main", "{invoice:object: billing.csv_invoice:Csv, lines: service}");
    for (vm, from) in [("a", "2013-08-02"), ("b", "2013-08-03"), ("a", "2013-08-20")] {
        cloud.meter(Vm::of("demo", vm).active(from, 3));
    }
    cloud.bill(FIRST).done();
    assert_eq!(cloud.bill(SECOND).done().bill_of("demo").all("cost"), ["0.15", "3.00"]);
}

#[test]
fn late_samples_of_another_day_raise_the_fee() {
    let cloud = cloud("");
    cloud.meter(Vm::of("demo", "vm").active("2013-08-02", 3));
    cloud.bill(AUGUST).done();
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 3));
    let adjusted = cloud.bill(&format!("--adjust {AUGUST}")).done().bill_of("demo");
    assert_eq!((adjusted.all("service"), adjusted.all("cost")), (vec!["m1.nano", "Care"], vec!["0.15", "1.00"]));
}

#[test]
fn late_samples_of_an_earlier_statement_raise_the_fee_of_the_month() {
    for lines in ["resource", "service"] {
        let cloud = cloud(", uses: [Compute]");
        cloud.set("main", &format!("{{invoice:object: billing.csv_invoice:Csv, lines: {lines}}}"));
        cloud.meter(Vm::of("demo", "vm").active("2013-08-02", 3)).meter(Vm::of("demo", "vm").active("2013-08-20", 3));
        cloud.bill(FIRST).done();
        assert_eq!(cloud.bill(SECOND).done().bill_of("demo").all("cost"), ["0.15", "2.00"]);
        cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 3));
        cloud.bill(&format!("--adjust {FIRST}")).done();
        let totals: Vec<_> = cloud.statements().iter().map(|statement| statement["total"].clone()).collect();
        assert_eq!(totals, [json!("0.15"), json!("2.15"), json!("0.15"), json!("1.00")], "{lines}");
        cloud.bill(&format!("--adjust {SECOND}")).done().says("nothing to adjust");
        cloud.run("db verify").done();
    }
}

#[test]
fn only_a_fee_per_month_is_charged_by_the_day() {
    let cloud = Cloud::new();
    cloud.set("fees", "[{name: A, amount: 1, per: period, prorate: day}, {name: B, amount: 1, prorate: week}]");
    cloud.usage(AUGUST).refused().says("`prorate: day` is for a fee per month").says("'week'");
}
