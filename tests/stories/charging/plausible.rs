//! Readings that nobody should be billed for unseen.

use artifice_model::Timestamp;
use artifice_tests::samples::sample;
use artifice_tests::{Cloud, Counter};
use serde_json::json;

const AUGUST: &str = "--month 2013-08";
const JUMP: [u64; 3] = [1000, u64::MAX, 2000];

fn counter() -> Counter {
    Counter::of("demo", "nic", "network.outgoing.bytes")
}

fn jumping() -> Cloud {
    let cloud = Cloud::new();
    cloud.meter(counter().counts("2013-08-10T09:00:00", &JUMP));
    cloud
}

#[test]
fn a_jump_that_no_line_carries_is_told_and_its_bill_held() {
    let cloud = jumping();
    let reading = "18446744073709551615 at 2013-08-10T10:00:00Z";
    let told =
        format!("charges 1 implausible reading ({reading}, after 1000 at 2013-08-10T09:00:00Z, of resource nic)");
    let shown = cloud.usage(AUGUST).done().says(&told);
    assert_eq!(shown.bill_of("demo").total(), "1844674407.37");
    let why = format!(
        "statement 1 is held, because the entry network.outgoing.bytes reads {reading} (after 1000 at \
         2013-08-10T09:00:00Z) of resource nic, which is not plausible"
    );
    cloud.bill(AUGUST).failed().says(&why);
    assert_eq!(cloud.statuses(), ["held"]);
    assert!(cloud.run("statement explain 1").done().out.contains(&format!("{reading}, after 1000 at")));
    // Corrected, it is charged.
    cloud.run("statement void 1 --reason jump").done();
    cloud.set("meters", "[{meter: network.outgoing.bytes, section: Network, aggregate: increase, implausible: skip}]");
    cloud.meter(counter().counts("2013-08-10T12:00:00", &[1_000_002_000]));
    let billed = cloud.bill(AUGUST).done().says("leaves out 1 implausible reading (18446744073709551615 at");
    assert_eq!(billed.bill_of("demo").total(), "0.10");
}

#[test]
fn an_adjustment_is_held_only_for_readings_with_which_nothing_was_released() {
    let cloud = jumping();
    cloud.bill(AUGUST).failed();
    cloud.run("statement release 1").done();
    cloud.bill(AUGUST).done();
    cloud.meter(counter().counts("2013-08-10T12:00:00", &[100_000_002_000]));
    assert_eq!(cloud.bill(&format!("--adjust {AUGUST}")).done().bill_of("demo").total(), "10.00");
    cloud.meter(counter().counts("2013-08-10T13:00:00", &[u64::MAX - 7]));
    cloud.bill(&format!("--adjust {AUGUST}")).failed().says("reads 18446744073709551608 at 2013-08-10T13:00:00Z");
}

#[test]
fn a_size_below_zero_is_no_credit() {
    let cloud = Cloud::new();
    cloud.write("rates.csv", "* | storage.objects.size | GB per hour | 1\n");
    let at: Timestamp = "2013-08-05T00:00:00".parse().unwrap();
    let below = sample("demo", "account", "storage.objects.size", "gauge", "GB", at, json!(-5));
    cloud.meter(format!("{below}\n"));
    let shown =
        cloud.usage(AUGUST).done().says("charges 1 implausible reading (-5 at 2013-08-05T00:00:00Z of resource");
    assert_eq!(shown.bill_of("demo").total(), "-5.00");
    cloud.bill(AUGUST).failed().says("reads -5 at 2013-08-05T00:00:00Z of resource account, which is not plausible");
    cloud.run("statement void 1 --reason odd").done();
    cloud.set("meters", "[{meter: storage.objects.size, section: S, aggregate: max_per_slice, negative: allow}]");
    assert_eq!(cloud.bill(AUGUST).done().says_not("implausible").bill_of("demo").total(), "-5.00");
}

#[test]
fn while_a_statement_is_held_nothing_else_of_its_month_is_counted() {
    let cloud = Cloud::new();
    cloud.set("rates", "{cards: card.yaml}");
    cloud.write(
        "card.yaml",
        "prices:\n- {service: network.outgoing.bytes, per: GB, tiers: graduated, steps: [{to: 10, price: 1}, {price: 2}]}\n",
    );
    cloud.meter(counter().counts("2013-08-10T09:00:00", &JUMP));
    cloud.meter(counter().counts("2013-08-20T09:00:00", &[0, 1_000_000_000]));
    cloud.bill("--from 2013-08-01 --to 2013-08-15").failed().says("statement 1 is held");
    cloud.bill("--from 2013-08-15 --to 2013-09-01").failed().says("statement 1 is held");
    cloud.run("statement void 1 --reason jump").done();
    let billed = cloud.bill("--from 2013-08-15 --to 2013-09-01").done();
    assert_eq!(billed.bill_of("demo").total(), "1.00");
}

#[test]
fn a_late_reading_of_another_poller_is_no_reset() {
    let cloud = Cloud::new();
    let gigabytes = [1000, 1002, 1001, 1004].map(|gigabytes: u64| gigabytes * 1_000_000_000);
    cloud.meter(counter().counts("2013-08-10T09:00:00", &gigabytes));
    assert_eq!(cloud.bill(AUGUST).done().bill_of("demo").total(), "0.40");
    let explained = cloud.run("statement explain 1").done().out;
    assert!(explained.contains("it went down a little once, which is taken off"), "{explained}");
}

#[test]
fn a_counter_that_went_down_altogether_is_nothing_and_told() {
    let cloud = Cloud::new();
    cloud.meter(counter().counts("2013-08-10T09:00:00", &[1000, 950]));
    cloud
        .usage(AUGUST)
        .done()
        .says("charges nothing of 1 resource (nic), because what its counter read went down altogether");
}
