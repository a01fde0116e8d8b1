//! Where a charge comes from.

use artifice_tests::{Cloud, Counter, Ran, Vm};
use serde_json::json;

use super::cards::cloud;

const AUGUST: &str = "--month 2013-08";
const CARD: &str = "prices:
  - {service: m1.nano, per: day, price: 1.20}
  - service: network.outgoing.bytes
    per: GB
    free: 1
    discount: 10%
    tiers: graduated
    steps: [{to: 2, price: 1}, {price: 0.5}]
";

fn demo() -> Cloud {
    let cloud = cloud(CARD);
    let vm = Vm::of("demo", "vm-1").named("web");
    // Seen until noon, and again from the evening on; the last sample of the morning is sent twice.
    let morning = vm.active("2013-08-01T00:00:00", 11);
    let last = morning.lines().last().unwrap().to_owned();
    cloud.meter(morning + &last + "\n").meter(vm.active("2013-08-01T20:00:00", 2));
    let counter = Counter::of("demo", "nic-1", "network.outgoing.bytes");
    cloud.meter(counter.counts("2013-08-01", &[5_000_000_000, 7_000_000_000, 2_500_000_000]));
    cloud
}

#[test]
fn an_explanation_goes_from_the_samples_to_the_cent() {
    let cloud = demo();
    let preview = cloud.run("usage --explain --month 2013-08").done().out;
    cloud.bill(AUGUST).done();
    let explained = cloud.run("statement explain 1").done().out;
    for text in [
        "Line 1: Compute, m1.nano at akl-1, resource web, vm-1",
        "15 of meter instance, from 2013-08-01T00:00:00Z to 2013-08-01T22:00:00Z; 1 repetition dropped",
        "13 hour by uptime; the whole usage: 13 hour before it was rounded",
        "1.2 per day, ",
        "card.yaml:2:5",
        "1 hour = (1/24 ≈ 0.041666666667) × day",
        "13 × (1/24 ≈ 0.041666666667) × 1.2 = 0.65",
        "NZD 0.65, rounded once",
        "Line 2: Network, network.outgoing.bytes at akl-1, resource nic-1",
        "the counter was reset once",
        "4500000000 B by increase",
        "1000000000 B of 4500000000",
        "1 B = 0.000000001 × GB",
        "2 GB × 1 = 2",
        "1.5 GB × 0.5 = 0.75",
        "10 %",
        "NZD 2.48, rounded once",
    ] {
        assert!(explained.contains(text), "'{text}' is not in\n{explained}");
    }
    // A preview explains with the same words.
    let words =
        |text: &str| text.split_once("Line 1:").unwrap().1.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&preview), words(&explained));
    let one = cloud.run("statement explain 1 --line 2").done().out;
    assert!(one.starts_with("Line 2:") && !one.contains("Line 1:"), "{one}");
    cloud.run("statement explain 1 --line 3").refused().says("statement 1 has no line 3; it has 2");
}

#[test]
fn it_is_also_json_and_stays_when_everything_else_has_changed() {
    let cloud = demo();
    cloud.bill(AUGUST).done();
    let before = cloud.run("statement explain 1 --format json").done().json();
    cloud.write("cards/card.yaml", "prices:\n  - {service: x, per: hour, price: 1}\n").write("samples.ndjson", "");
    let after = cloud.run("statement explain 1 --format json").done().json();
    assert_eq!(before, after);
    let network = &after["lines"][1];
    assert_eq!(
        json!([
            network["line"],
            network["explained"]["free"],
            network["explained"]["steps"],
            network["explained"]["cost_exact"]
        ]),
        json!([2, "1000000000", [{"units": "2", "price": "1", "cost": "2"}, {"units": "1.5", "price": "0.5", "cost": "0.75"}], "2.475"])
    );
    assert_eq!(network["explained"]["samples"]["resets"], 1);
    let preview = demo().usage("--explain --month 2013-08").done().json();
    assert_eq!(preview["tenants"][0]["lines"][1]["explained"]["steps"], network["explained"]["steps"]);
}

#[test]
fn rates_say_what_a_usage_would_cost() {
    let cloud = demo();
    cloud.write("names.csv", "m1.nano | VM, nano\n");
    cloud.set("rates", "{cards: [cards], file: rates.csv, names: names.csv}");
    cloud.write("rates.csv", "* | Disk | GB per month | 0.5\n");
    let list = cloud.run("rates list").done().out;
    for text in ["VM, nano", "Disk", "NZD 1 to 2, 0.5 beyond (graduated), 1 free a month, 10 % off", "rates.csv:1:27"] {
        assert!(list.contains(text), "'{text}' is not in\n{list}");
    }
    let shown = cloud.run("rates show m1.nano --quantity 720 --unit hour").done().out;
    assert!(shown.contains("720 hour of m1.nano at default would cost NZD 36.00: 1.2 per day"), "{shown}");
    // A price by name is found by either.
    for asked in ["Disk", "disk"] {
        cloud.write("names.csv", "m1.nano | VM, nano\ndisk | Disk\n");
        cloud.run(&format!("rates show {asked} --volume 730 --unit GB·hour")).done();
    }
    let ran = cloud.run("rates show m1.nano --volume 720 --unit GB").failed();
    ran.says("what 720 GB of m1.nano at default would cost cannot be told: 'GB' cannot be expressed in 'day'");
    let mut command = cloud.command("rates show Disk --quantity 1");
    Ran::of(command.args(["--unit", "GB per month"])).refused().says("is what a price is per");
    cloud.run("rates show m1.nano --unit hour").refused().says("--quantity");
    cloud.run("rates show m1.nano --volume 720").refused().says("--unit");
    cloud.run("rates show m1.giant").failed().says("there is no price for 'm1.giant'");
    let json = cloud.run("rates show network.outgoing.bytes --volume 4.5 --unit GB --format json").done().json();
    assert_eq!((&json["quote"]["cost"], &json["quote"]["rate"]), (&json!("2.48"), &json!(null)));
    let shown = cloud.run("rates show network.outgoing.bytes --quantity 4.5 --unit GB").done().out;
    assert!(shown.contains("1 to 2, 0.5 beyond (graduated) per GB, 1 free a month, 10 % off, "), "{shown}");
}

#[test]
fn prices_are_shown_for_the_tenant_the_place_and_the_time_that_are_asked_for() {
    let cloud = cloud(
        "until: 2026-07-01\nprices:\n  - {service: m1.nano, per: hour, price: 1}\n  - {service: m1.nano, location: akl-*, per: hour, price: 2}\n  \
         - {service: m1.nano, tenant: [demo], per: hour, price: 3}\n",
    );
    let prices = |arguments: &str| {
        let json = cloud.run(&format!("rates show m1.nano --format json {arguments}")).done().json();
        let all: Vec<String> =
            json["rates"].as_array().unwrap().iter().map(|rate| rate["price"].as_str().unwrap().to_owned()).collect();
        all.join(" ")
    };
    for (asked, found) in [
        ("", "1 2 3"),
        ("--tenant other", "1 2"),
        ("--location wlg-1", "1 3"),
        ("--location akl-1 --tenant demo --at 2026-06-30", "1 2 3"),
    ] {
        assert_eq!(prices(asked), found, "{asked}");
    }
    cloud
        .run("rates show m1.nano --at 2026-07-01")
        .failed()
        .says("no price of 'm1.nano' is for that tenant, location and");
}

#[test]
fn a_row_of_the_rates_file_may_say_the_internal_name_also_where_people_call_the_service_otherwise() {
    let cloud = demo();
    cloud.write("names.csv", "m1.nano | nano-VM\n").write("rates.csv", "* | m1.nano | hour | 0.25\n");
    cloud.set("rates", "{names: names.csv, file: rates.csv}");
    let line = cloud.usage("--month 2013-08 -s Compute").done().bill_of("demo").lines()[0].clone();
    assert_eq!((&line["name"], &line["rate"]), (&json!("nano-VM"), &json!("0.25")));
    for asked in ["m1.nano", "nano-VM"] {
        let found = cloud.run(&format!("rates show {asked} --format json")).done().json()["rates"].clone();
        assert_eq!((&found[0]["service"], &found[0]["name"]), (&json!("m1.nano"), &json!("nano-VM")), "{asked}");
    }
    // What people call it comes first; and what people call one service is no other's internal name.
    cloud.write("rates.csv", "* | m1.nano | hour | 0.25\n* | nano-VM | hour | 0.5\n");
    assert_eq!(cloud.usage("--month 2013-08 -s Compute").done().bill_of("demo").lines()[0]["rate"], "0.5");
    cloud.write("names.csv", "m1.nano | nano-VM\nother | m1.nano\n").write("rates.csv", "* | m1.nano | hour | 0.25\n");
    cloud.usage("--month 2013-08 -s Compute").failed().says("no rate for 'm1.nano'");
}
