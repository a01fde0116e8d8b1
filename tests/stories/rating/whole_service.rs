//! Lines for all usage of a service (`main.lines: service`): a thousand short lives are not free.

use artifice_tests::{Cloud, Vm};
use serde_json::json;

use super::cards::cloud;

const AUGUST: &str = "--month 2013-08";
const SERVICE: &str = "{invoice:object: billing.csv_invoice:Csv, lines: service}";
const HALF: &str = "--from 2013-08-01 --to 2013-08-16";
const REST: &str = "--from 2013-08-16 --to 2013-09-01";

/// Machines of five minutes each, at 0.05 an hour.
fn short_lives(count: u32) -> Cloud {
    let cloud = Cloud::new();
    let mut text = String::new();
    for number in 0..count {
        let alive = Vm::of("demo", &format!("ci-{number:04}")).active("2013-08-05", 1);
        // The second sample shuts it off.
        text += &alive.replace("2013-08-05T01:00:00", "2013-08-05T00:05:00");
    }
    cloud.meter(text);
    cloud.write("rates.csv", "* | m1.nano | hour | 0.05\n");
    cloud
}

#[test]
fn a_thousand_machines_of_five_minutes_are_one_line_of_83_hours() {
    let cloud = short_lives(1000);
    // semantics 5: with `resource`, a notice says where the lines are more than ten smallest units off.
    let single = cloud.usage(AUGUST).done().says("the 1000 lines of 'm1.nano' at").says("NZD 0.00").says("4.17; `main");
    assert_eq!((single.bill_of("demo").lines().len(), single.bill_of("demo").total()), (1000, "0.00"));

    cloud.set("main", SERVICE);
    let bill = cloud.usage(AUGUST).done().says_not("each of them rounded").bill_of("demo");

    // 1000 × 0.083333 h × 0.05 = 4.16665.
    let [line] = bill.lines() else { panic!("{bill:?}") };
    assert_eq!((&line["quantity"], &line["rate"], &line["cost"]), (&json!("83.333"), &json!("0.05"), &json!("4.17")));
    assert_eq!((&line["resource_id"], &line["resource_name"]), (&json!(""), &json!("")));
    assert_eq!((&line["meter"], &line["aggregate"]), (&json!("instance"), &json!("uptime")));
    // What is not off is not told.
    short_lives(20).usage(AUGUST).done().says_not("each of them rounded");
}

#[test]
fn usage_stays_by_resource_in_the_ledger_the_history_and_the_explanation() {
    let cloud = cloud("prices: [{service: m1.nano, per: hour, price: 0.0333}]\ntaxes: [{name: GST, percent: 15}]\n");
    cloud.set("main", SERVICE);
    for (vm, hours) in [("c", 1), ("a", 1), ("b", 3)] {
        cloud.meter(Vm::of("demo", vm).named(&format!("name of {vm}")).active("2013-08-05", hours));
    }
    let bill = cloud.bill(AUGUST).done().bill_of("demo");
    // 5 × 0.0333 = 0.1665: by resource 0.0333, 0.0333 and 0.0999, of which the first has the coin that is left over.
    assert_eq!((bill.all("quantity"), bill.all("cost"), bill.total()), (vec!["5"], vec!["0.17"], "0.20"));

    let history = cloud.run("history --by resource --format json").done().json();
    let cost = |group: &serde_json::Value| (group["resource"]["id"].clone(), group["costs"][0]["cost"].clone());
    let costs: Vec<_> = history["groups"].as_array().unwrap().iter().map(cost).collect();
    assert_eq!(costs, [(json!("a"), json!("0.04")), (json!("b"), json!("0.10")), (json!("c"), json!("0.03"))]);
    assert_eq!(history["groups"][1]["resource"]["name"], json!("name of b"));
    let by_service = cloud.run("history --by service --format json").done().json();
    assert_eq!(
        (&by_service["groups"][0]["lines"], &by_service["groups"][0]["costs"][0]["cost"]),
        (&json!(1), &json!("0.17"))
    );

    let explained = cloud.run("statement explain 1").done();
    for text in ["of 3 resources", "resource name of a, a: 1 hour, exactly 0.0333, as a share 0.04", "exactly  0.1665"]
    {
        assert!(explained.out.contains(text), "{text}: {}", explained.out);
    }
    let explained = cloud.run("statement explain 1 --format json").done().json();
    let of = &explained["lines"][0]["explained"];
    assert_eq!((&of["cost_exact"], &of["resources"][0]["resource_id"]), (&json!("0.1665"), &json!("a")));
    assert_eq!(of["resources"][1]["explained"]["samples"]["count"], json!(4));
    cloud.run("db verify").done();
    cloud.run("statement regenerate 1").done();
    cloud.run("statement void 1 --reason x").done();
    assert_eq!(cloud.bill(AUGUST).done().bill_of("demo").total(), "0.20");
}

#[test]
fn an_adjustment_rounds_the_whole_line_once_more() {
    let cloud = cloud("prices: [{service: m1.nano, per: hour, price: 0.0333}]\n");
    cloud.set("main", SERVICE);
    for vm in ["a", "b", "c"] {
        cloud.meter(Vm::of("demo", vm).active("2013-08-05", 1));
    }
    assert_eq!(cloud.bill(AUGUST).done().bill_of("demo").total(), "0.10");
    cloud.meter(Vm::of("demo", "b").active("2013-08-10", 1)).meter(Vm::of("demo", "d").active("2013-08-10", 1));

    let adjusted = cloud.bill(&format!("--adjust {AUGUST}")).done().bill_of("demo");

    // 5 hours are 0.1665, of which 0.10 is billed.
    assert_eq!((adjusted.all("quantity"), adjusted.all("cost")), (vec!["2"], vec!["0.07"]));
    assert_eq!(adjusted.all("resource_id"), [""]);
    let fresh = Cloud::new();
    fresh.set("rates", "{cards: [cards/*.yaml]}").write("cards/card.yaml", cloud.read("cards/card.yaml"));
    fresh.set("main", SERVICE).meter(cloud.read("samples.ndjson"));
    fresh.bill(AUGUST).done();
    let by_resource = |cloud: &Cloud| {
        let groups = cloud.run("history --by resource --format json").done().json()["groups"].clone();
        groups
            .as_array()
            .unwrap()
            .iter()
            .map(|group| (group["resource"]["id"].clone(), group["costs"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(by_resource(&cloud), by_resource(&fresh));
    cloud.bill(&format!("--adjust {AUGUST}")).done().says("nothing to adjust");
    cloud.run("statement explain 2").done();
    cloud.run("db verify").done();
}

#[test]
fn tiers_and_free_units_are_counted_by_resource_as_ever() {
    let card = "prices:
  - service: m1.nano
    per: hour
    free: 4
    tiers: graduated
    steps: [{to: 10, price: 0.111, flat: 1}, {price: 0.05, flat: 0.5}]
";
    let cloud = cloud(card);
    for (vm, from, hours) in [("a", "2013-08-05", 6), ("b", "2013-08-05", 9), ("a", "2013-08-20", 3)] {
        cloud.meter(Vm::of("demo", vm).active(from, hours));
    }
    cloud.set("main", SERVICE);
    let first = cloud.bill(HALF).done().bill_of("demo");
    let second = cloud.bill(REST).done().bill_of("demo");

    // 15 hours, 4 free: 10 × 0.111 + 1 × 0.05, and both tiers are entered; then 3 × 0.05.
    assert_eq!(
        (first.all("quantity"), first.all("cost"), second.all("cost")),
        (vec!["15"], vec!["2.66"], vec!["0.15"])
    );
    assert_eq!((&first.lines()[0]["rate"], &second.lines()[0]["rate"]), (&json!(null), &json!("0.05")));
    cloud.run("db verify").done();
}

#[test]
fn what_a_month_goes_on_from_is_adjusted_behind_it_with_the_same_lines() {
    for (lines, first, second, change) in [("service", "6.00", "6.00", "-1.00"), ("resource", "6.00", "6.00", "-1.00")]
    {
        let card = "prices:
  - service: m1.nano
    per: hour
    tiers: graduated
    steps: [{to: 10, price: 1}, {price: 0.5}]
";
        let cloud = cloud(card);
        cloud.set("main", &SERVICE.replace("service", lines));
        cloud.meter(Vm::of("demo", "a").active("2013-08-05", 6));
        cloud.meter(Vm::of("demo", "b").active("2013-08-20", 5)).meter(Vm::of("demo", "c").active("2013-08-20", 3));
        assert_eq!(cloud.bill(HALF).done().bill_of("demo").total(), first);
        assert_eq!(cloud.bill(REST).done().bill_of("demo").total(), second);
        cloud.meter(Vm::of("demo", "a").active("2013-08-10", 2));

        cloud.bill(&format!("--adjust {HALF}")).done();

        // Now 2 × 1 and 6 × 0.5 are left for the second half.
        let adjusted = cloud.statements();
        let total = |number: usize| adjusted[number - 1]["total"].clone();
        assert_eq!((adjusted.len(), total(3), total(4)), (4, json!("2.00"), json!(change)), "{lines}");
        let of_second = cloud.run("statement show 4 --format json").done().json()["lines"].clone();
        assert!(of_second.as_array().unwrap().iter().all(|line| line["quantity"] == "0"), "{of_second:#}");
        assert_eq!(of_second[0]["resource_id"] == "", lines == "service");
        for period in [HALF, REST] {
            cloud.bill(&format!("--adjust {period}")).done().says("nothing to adjust");
        }
        // By resource the month has what it would have had at once.
        let fresh = Cloud::new();
        fresh.set("rates", "{cards: [cards/*.yaml]}").write("cards/card.yaml", card);
        fresh.set("main", &SERVICE.replace("service", lines)).meter(cloud.read("samples.ndjson"));
        fresh.bill(AUGUST).done();
        let by_resource = |cloud: &Cloud| {
            let groups = cloud.run("history --by resource --format json").done().json()["groups"].clone();
            let cost = |group: &serde_json::Value| (group["resource"]["id"].clone(), group["costs"].clone());
            groups.as_array().unwrap().iter().map(cost).collect::<Vec<_>>()
        };
        assert_eq!(by_resource(&cloud), by_resource(&fresh), "{lines}");
        cloud.run("db verify").done();
    }
}
