//! What is billed, and that it is billed once.

use artifice_tests::{Cloud, Counter, Vm, Volume};

const AUGUST: &str = "--month 2013-08";

#[test]
fn july_and_august_do_not_collide() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm-1").active("2013-07-31T20:00:00", 8));

    let july = cloud.bill("--month 2013-07").done().bill_of("demo");
    let august = cloud.bill(AUGUST).done().bill_of("demo");

    assert_eq!((july.all("quantity"), july.total()), (vec!["4"], "0.20"));
    assert_eq!((august.all("quantity"), august.total()), (vec!["4"], "0.20"));
    assert_eq!(cloud.files("invoices"), ["demo-2013-07-01-2013-08-01.csv", "demo-2013-08-01-2013-09-01.csv"]);
}

#[test]
fn two_meters_of_one_resource_are_both_billed() {
    let cloud = Cloud::new();
    cloud.meter(Counter::of("demo", "vm-1", "network.incoming.bytes").counts("2013-08-05", &[0, 50_000_000_000]));
    cloud.meter(Counter::of("demo", "vm-1", "network.outgoing.bytes").counts("2013-08-05", &[7, 3_000_000_007]));
    cloud.meter(Vm::of("demo", "vm-1").active("2013-08-05", 2));

    let bill = cloud.bill(AUGUST).done().bill_of("demo");

    assert_eq!(bill.all("resource_id"), ["vm-1", "vm-1", "vm-1"]);
    assert_eq!(bill.all("meter"), ["instance", "network.incoming.bytes", "network.outgoing.bytes"]);
    assert_eq!(bill.all("cost"), ["0.10", "1.00", "0.30"]);
    assert_eq!(bill.total(), "1.40");
}

#[test]
fn the_same_usage_is_refused_for_an_overlapping_range() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm-1").active("2013-08-10", 240));
    let august = cloud.bill(AUGUST).done().bill_of("demo");
    let before = cloud.ledger();

    for range in [
        "--from 2013-08-01 --to 2013-09-02",
        "--from 2013-07-01 --to 2013-09-01",
        "--from 2013-08-12 --to 2013-08-13",
        "--from 2013-07-15 --to 2013-08-15",
        "--from 2013-08-15 --to 2013-09-15",
        "--from 2013-08-12T00:00:00Z --to 2013-08-12T00:00:01Z",
    ] {
        let refused = cloud.bill(range).failed().says("overlaps statement 1").says(august.id());
        assert_eq!(refused.failures(), ["demo"], "{range}");
        assert_eq!(cloud.ledger(), before, "{range}");
        cloud.bill(&format!("--dry-run {range}")).failed().says("overlaps statement 1");
    }
    assert_eq!(cloud.files("invoices").len(), 1);
}

#[test]
fn a_range_inside_a_billed_one_is_refused_also_where_nothing_was_used() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm-1").active("2013-08-10", 24));
    cloud.bill(AUGUST).done();

    cloud.bill("--from 2013-08-20 --to 2013-08-21").failed().says("overlaps statement 1");
}

#[test]
fn billing_again_says_so_and_changes_nothing() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm-1").active("2013-08-10", 24));
    let first = cloud.bill(AUGUST).done().bill_of("demo");
    let before = cloud.ledger();

    // Late metering changes what August was, and not what was billed for it.
    cloud.meter(Vm::of("demo", "vm-2").active("2013-08-11", 24));
    for _ in 0..2 {
        let again =
            cloud.bill(AUGUST).done().says("billed for exactly this period before: statement 1").says(first.id());
        assert_eq!(again.bill_of("demo"), first);
    }
    cloud.run("bill --month 2013-08").done().says("nothing was changed");
    cloud.bill("--dry-run --month 2013-08").done();

    assert_eq!(cloud.ledger(), before);
    assert_eq!(cloud.files("invoices").len(), 1);
}

#[test]
fn the_period_is_half_open() {
    let cloud = Cloud::new();
    cloud.meter(Volume::of("demo", "at-the-start").sized(1, "2013-08-01", 1));
    cloud.meter(Volume::of("demo", "at-the-end").sized(1, "2013-09-01", 1));
    cloud.meter(Volume::of("demo", "just-before-the-end").sized(1, "2013-08-31T23:59:59.999999", 1));

    let august = cloud.bill("--from 2013-08-01 --to 2013-09-01").done().bill_of("demo");
    let september = cloud.bill("--month 2013-09").done().bill_of("demo");

    assert_eq!(august.all("resource_id"), ["at-the-start", "just-before-the-end"]);
    assert_eq!(september.all("resource_id"), ["at-the-end"]);
}

#[test]
fn months_begin_at_midnight_of_the_operators_timezone() {
    let cloud = Cloud::new();
    cloud.set("main", "{invoice:object: billing.csv_invoice:Csv, timezone: Pacific/Auckland}");
    cloud.meter(Volume::of("demo", "disk").sized(1, "2013-07-31T11:00:00", 2));

    let bill = cloud.bill(AUGUST).done().bill_of("demo");

    assert_eq!(bill.all("quantity"), ["1"]);
    assert_eq!(bill.0["period"]["start"], "2013-07-31T12:00:00Z");
    assert_eq!(bill.0["period"]["end"], "2013-08-31T12:00:00Z");
    assert_eq!(cloud.files("invoices"), ["demo-2013-08-01-2013-09-01.csv"]);
}

#[test]
fn periods_beside_one_another_add_up_to_the_whole() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm-1").active("2013-08-14T18:20:00", 12));
    let whole = cloud.usage(AUGUST).done().bill_of("demo");

    let first = cloud.bill("--from 2013-08-01 --to 2013-08-15").done().bill_of("demo");
    let second = cloud.bill("--from 2013-08-15 --to 2013-09-01").done().bill_of("demo");

    assert_eq!(whole.all("quantity"), ["12"]);
    assert_eq!((first.all("quantity"), second.all("quantity")), (vec!["5.666667"], vec!["6.333333"]));
}

#[test]
fn repeated_messages_and_their_order_change_nothing() {
    let samples = Vm::of("demo", "vm-1").active("2013-08-05", 48);
    let (forth, back) = (Cloud::new(), Cloud::new());
    forth.meter(samples.clone());
    let reversed: String = samples.lines().rev().flat_map(|line| [line, "\n", line, "\n"]).collect();
    back.meter(reversed);

    assert_eq!(forth.usage(AUGUST).done().out, back.usage(AUGUST).done().out);
}
