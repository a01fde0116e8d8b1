//! Periods that are not over, and what a command is for.

use std::time::SystemTime;

use artifice_model::time::HOUR_US;
use artifice_model::{Calendar, Timestamp};
use std::fs;
use std::process::Command;
use std::thread;

use artifice_tests::samples::sample;
use artifice_tests::{Cloud, Vm, Volume};
use serde_json::json;

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    Timestamp::from_micros(since.as_micros().try_into().unwrap())
}

fn volume_at(at: Timestamp) -> String {
    format!("{}\n", sample("demo", "disk", "volume.size", "gauge", "GB", at, json!(1)))
}

#[test]
fn what_may_still_change_is_not_billed() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm-1").active("2013-08-05", 10));
    let until_tomorrow = format!("--from 2013-08-01 --to {}", now().plus(24 * HOUR_US));

    cloud.bill(&until_tomorrow).refused().says("--accept-incomplete").says_one_line();
    assert!(!cloud.has_ledger());
    cloud.bill(&format!("--dry-run {until_tomorrow}")).refused();
    let billed = cloud.bill(&format!("--accept-incomplete {until_tomorrow}")).done();
    assert_eq!(billed.bill_of("demo").total(), "0.50");
}

#[test]
fn how_late_metering_may_be_is_configured() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm-1").active("2013-08-05", 10));
    let until_an_hour_ago = format!("--from 2013-08-01 --to {}", now().plus(-HOUR_US));

    cloud.bill(&until_an_hour_ago).refused().says("metering may come in until");
    cloud.set("main", "{invoice:object: billing.csv_invoice:Csv, settle: 30m}");
    cloud.bill(&until_an_hour_ago).done().bill_of("demo");
}

#[test]
fn bill_asks_for_a_period() {
    let cloud = Cloud::new();
    for arguments in [
        "",
        "--from 2013-08-01",
        "--to 2013-08-01",
        "--month 2013-08 --from 2013-08-01 --to 2013-09-01",
        "--month 2013-13",
        "--month August",
        "--from 2013-09-01 --to 2013-08-01",
        "--from 2013-08-01 --to 2013-08-01",
        "--from 2013-08-01T00:00:00 --to 2013-09-01",
    ] {
        let refused = cloud.bill(arguments).refused();
        assert!(!refused.err.is_empty() && refused.out.is_empty(), "{refused:?}");
        assert!(!cloud.has_ledger(), "{arguments}");
    }
}

#[test]
fn usage_takes_the_current_month_up_to_now() {
    let cloud = Cloud::new();
    let before = now();
    cloud.meter(volume_at(before.plus(-1000)));

    let bill = cloud.usage("").done().bill_of("demo");

    let month = Calendar::new("UTC").unwrap().month_of(before).unwrap();
    assert_eq!(bill.0["period"]["start"], month.start().to_string());
    let end: Timestamp = bill.0["period"]["end"].as_str().unwrap().parse().unwrap();
    assert!(before <= end && end <= now(), "{end}");
}

#[test]
fn one_section_may_be_looked_at() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm-1").active("2013-08-05", 10));
    cloud.meter(Volume::of("demo", "disk").sized(10, "2013-08-05", 10));
    let usage = |more: &str| cloud.run(&format!("usage --format json --month 2013-08 {more}")).done();

    assert_eq!(usage("").bill_of("demo").all("section"), ["Block storage", "Compute"]);
    assert_eq!(usage("-s Compute").bill_of("demo").all("section"), ["Compute"]);
    assert_eq!(usage("-s Compute").bill_of("demo").total(), "0.50");
    assert_eq!(usage("--section Network").bills().len(), 0);
    let mut both = cloud.command("usage --format json --month 2013-08 -s Compute -s");
    let both = artifice_tests::Ran::of(both.arg("Block storage")).done();
    assert_eq!(both.bill_of("demo").total(), "1.50");
}

#[test]
fn a_dry_run_stores_nothing() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm-1").active("2013-08-05", 10));

    cloud.bill("--dry-run --month 2013-08").done().says("nothing was stored").bill_of("demo");
    cloud.run("bill --dry-run --month 2013-08").done();

    assert!(!cloud.has_ledger());
    assert!(!cloud.path("invoices").exists());
}

#[test]
fn only_the_tenants_asked_for_are_billed() {
    let cloud = Cloud::new();
    for tenant in ["aroha", "bob", "carol"] {
        cloud.meter(Vm::of(tenant, "vm").active("2013-08-05", 10));
    }

    cloud.bill("--month 2013-08 -t bob").done();
    assert_eq!(cloud.files("invoices"), ["bob-2013-08-01-2013-09-01.csv"]);
    let rest = cloud.bill("--month 2013-08").done();
    assert_eq!(rest.bills().len(), 3);
    assert_eq!(cloud.files("invoices").len(), 3);
}

#[test]
fn a_message_that_comes_twice_with_other_metadata_counts_as_the_first_in_order_from_a_file_and_from_a_pipe() {
    // What decides is the whole metadata, here a key that nothing else reads: `a=1` comes before `a=2`.
    let says = |flavor: &str, a: &str| {
        let text = Vm::of("tenant", "vm").flavor(flavor).active("2013-08-05", 1);
        text.replace("\"resource_metadata\":{", &format!("\"resource_metadata\":{{\"a\":\"{a}\","))
    };
    let samples = says("m1.nano", "2") + &says("m1.small", "1") + &Vm::of("another", "vm").active("2013-08-05", 1);
    let cloud = Cloud::new();
    cloud.meter(samples.clone());
    let from_file = cloud.usage("--month 2013-08").done().out;
    assert!(from_file.contains("\"m1.small\""));

    let cloud = Cloud::new();
    cloud.set("source", "{kind: file, path: pipe}");
    let pipe = cloud.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let writer = thread::spawn(move || fs::write(pipe, samples).unwrap());
    assert_eq!(cloud.usage("--month 2013-08").done().out, from_file);
    writer.join().unwrap();
}

#[test]
fn a_name_that_no_database_can_keep_is_billed_like_any_other() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm-1").named("w\0eb\t\\N\r\n'\"").active("2013-08-05", 10));
    cloud.meter(Vm::of("demo", "vm-2").named("\0").active("2013-08-05", 10));

    let bill = cloud.bill("--month 2013-08").done().bill_of("demo");

    assert_eq!(bill.total(), "1.00");
    let shown = cloud.run("statement show 1 --format json").done().json();
    let mut names: Vec<&str> =
        shown["lines"].as_array().unwrap().iter().map(|line| line["resource_name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["w\u{FFFD}eb\t\\N\r\n'\"", "\u{FFFD}"]);
    cloud.run("statement regenerate 1").done();
}

#[test]
fn ids_that_no_database_can_keep_are_told_and_never_taken_for_others() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("n\0x", "vm-1").active("2013-08-05", 10));
    cloud.meter(Vm::of("n\u{FFFD}x", "vm-2").active("2013-08-05", 10));
    cloud.meter(Vm::of("third", "vm\0-3").active("2013-08-05", 10));

    let ran = cloud.bill("--month 2013-08").failed();

    assert_eq!(ran.failures(), ["n\0x", "third"]);
    assert_eq!(ran.bills().len(), 1);
    assert_eq!(ran.bill_of("n\u{FFFD}x").total(), "0.50");
    ran.says("the tenant 'n\u{FFFD}x' has a NUL character in it")
        .says("the resource 'vm\u{FFFD}-3' has a NUL character");
}

#[test]
fn half_a_character_is_what_a_nul_is() {
    let cloud = Cloud::new();
    let halves = |vm: Vm| vm.active("2013-08-05", 10).replace("HALF", "\\ud83d");
    cloud.meter(halves(Vm::of("demo", "vm-1").named("wHALFeb")));
    cloud.meter(halves(Vm::of("other", "vm-HALF")));

    let ran = cloud.bill("--month 2013-08").failed();

    assert_eq!(ran.failures(), ["other"]);
    ran.says("the resource 'vm-\u{FFFD}' has a NUL character in it, or half of one");
    let shown = cloud.run("statement show 1 --format json").done().json();
    assert_eq!(shown["lines"][0]["resource_name"], "w\u{FFFD}eb");
}
