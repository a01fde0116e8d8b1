//! At most so much for a resource and month, and what entering a tier costs.

use artifice_tests::{Cloud, Vm};
use serde_json::json;

use super::cards::cloud;

const FIRST: &str = "--from 2013-08-01 --to 2013-08-16";
const SECOND: &str = "--from 2013-08-16 --to 2013-09-01";
const AUGUST: &str = "--month 2013-08";

fn costs(cloud: &Cloud, period: &str) -> Vec<String> {
    cloud.bill(period).done().bill_of("demo").all("cost").into_iter().map(str::to_owned).collect()
}

#[test]
fn a_resource_costs_at_most_its_cap_in_a_month() {
    let cloud = cloud("prices: [{service: m1.nano, per: hour, price: 0.5, discount: 10%, cap: 8.00}]\n");
    cloud.meter(Vm::of("demo", "long").active("2013-08-02", 15)).meter(Vm::of("demo", "short").active("2013-08-02", 2));
    cloud.meter(Vm::of("demo", "long").active("2013-08-20", 40)).meter(Vm::of("demo", "short").active("2013-08-20", 4));
    // 15 h × 0.5 − 10 % = 6.75; of 18.00 there are 1.25 left.
    assert_eq!(costs(&cloud, FIRST), ["6.75", "0.90"]);
    assert_eq!(costs(&cloud, SECOND), ["1.25", "1.80"]);
    let explained = cloud.run("statement explain 2 --line 1").done();
    for text in [
        "cap      8 a month for the resource, of which 6.75 were charged before",
        "= 18; the cap leaves 1.25",
        "NZD 1.25",
    ] {
        assert!(explained.out.contains(text), "{text}: {}", explained.out);
    }
    let of = cloud.run("statement explain 2 --line 1 --format json").done().json()["lines"][0]["explained"].clone();
    assert_eq!((&of["cap"], &of["cost_exact"]), (&json!({"amount": "8", "spent": "6.75"}), &json!("1.25")));
    // The next month begins anew.
    cloud.meter(Vm::of("demo", "long").active("2013-09-02", 40));
    assert_eq!(costs(&cloud, "--month 2013-09"), ["8.00"]);
    cloud.run("db verify").done();
}

#[test]
fn late_samples_of_a_capped_resource_cost_what_is_left() {
    let cloud = cloud("prices: [{service: m1.nano, per: hour, price: 0.5, cap: 8.00}]\n");
    cloud.meter(Vm::of("demo", "vm").active("2013-08-02", 15));
    assert_eq!(costs(&cloud, AUGUST), ["7.50"]);
    cloud.meter(Vm::of("demo", "vm").active("2013-08-10", 15));
    assert_eq!(costs(&cloud, &format!("--adjust {AUGUST}")), ["0.50"]);
    cloud.meter(Vm::of("demo", "vm").active("2013-08-20", 15));
    // More hours, and no more money.
    let more = cloud.bill(&format!("--adjust {AUGUST}")).done().bill_of("demo");
    assert_eq!((more.all("quantity"), more.all("cost")), (vec!["15"], vec!["0.00"]));
    cloud.run("statement explain 3").done();
}

#[test]
fn entering_a_tier_is_charged_once_a_month() {
    let card = |kind: &str| {
        format!(
            "prices:
  - service: m1.nano
    per: hour
    discount: 50%
    tiers: {kind}
    steps: [{{to: 10, price: 1, flat: 5}}, {{to: 20, price: 0.5, flat: 3}}, {{price: 0.1, flat: 2}}]
"
        )
    };
    for (kind, first, second) in [
        // 8 × 1 × 50 % + 5; then 2 × 1 and 10 × 0.5 and 8 × 0.1, halved, and two bounds.
        ("graduated", "9.00", "8.90"),
        // All 20 at the third tier, which costs 2 to reach.
        ("volume", "9.00", "3.00"),
    ] {
        let cloud = cloud(&card(kind));
        cloud.meter(Vm::of("demo", "vm").active("2013-08-02", 8)).meter(Vm::of("demo", "vm").active("2013-08-20", 20));
        assert_eq!((costs(&cloud, FIRST), costs(&cloud, SECOND)), (vec![first.to_owned()], vec![second.to_owned()]));
        let explained = cloud.run("statement explain 2").done();
        assert!(explained.out.contains("flat     2 once a month, beyond 20 hour"), "{}", explained.out);
        cloud.run("rates list").done();
        cloud.run("db verify").done();
    }
    // What the month has entered is not charged again, neither by another statement.
    let cloud = cloud(&card("volume"));
    for day in ["2013-08-02", "2013-08-20"] {
        cloud.meter(Vm::of("demo", "vm").active(day, 2)).meter(Vm::of("demo", "b").active(day, 1));
    }
    assert_eq!(
        (costs(&cloud, FIRST), costs(&cloud, SECOND)),
        (vec!["5.50".into(), "1.00".into()], vec!["0.50".to_owned(), "1.00".into()])
    );
}

#[test]
fn mistakes_in_caps_and_flats_are_named() {
    let cloud = cloud(
        "prices:
  - {service: a, per: hour, price: 1, cap: -1}
  - {service: b, per: hour, price: 1, cap: 1.001}
  - {service: c, per: hour, tiers: volume, steps: [{price: 1, flat: some}]}
",
    );
    let ran = cloud.usage(AUGUST).refused();
    for what in ["card.yaml:2:44: ", "'1.001' has more digits than NZD has", "'some' is not an amount, such as 10.00"] {
        assert!(ran.err.contains(what), "{what}: {}", ran.err);
    }
    cloud.write("cards/card.yaml", "prices: [{service: a, per: hour, price: 1}]\n").set("main", "{lines: services}");
    cloud.usage(AUGUST).refused().says("'services'").says("service");
    cloud.set("main", "{lines: service, tax_rounding: once}");
    cloud.usage(AUGUST).refused().says("'once'");
}

#[test]
fn of_several_minimums_the_largest_counts() {
    let cloud = cloud("minimum: 5\nprices: [{service: m1.nano, per: hour, price: 1}]\n");
    cloud.write("cards/more.yaml", "minimum: 20\n").write("cards/other.yaml", "minimum: 10\n");
    cloud.meter(Vm::of("demo", "vm").active("2013-08-02", 8));
    assert_eq!(costs(&cloud, AUGUST), ["8.00", "12.00"]);
}

#[test]
fn what_is_left_of_a_cap_changes_with_what_came_before() {
    for lines in ["resource", "service"] {
        let cloud = cloud("prices: [{service: m1.nano, per: hour, price: 1, cap: 8.00}]\n");
        cloud.set("main", &format!("{{invoice:object: billing.csv_invoice:Csv, lines: {lines}}}"));
        cloud.meter(Vm::of("demo", "vm").active("2013-08-02", 6)).meter(Vm::of("demo", "vm").active("2013-08-20", 5));
        cloud.meter(Vm::of("demo", "other").active("2013-08-20", 3));
        assert_eq!(cloud.bill(FIRST).done().bill_of("demo").total(), "6.00");
        assert_eq!(cloud.bill(SECOND).done().bill_of("demo").total(), "5.00");
        cloud.run("statement void 1 --reason x").failed().says("2");
        cloud.meter(Vm::of("demo", "vm").active("2013-08-10", 1));
        cloud.bill(&format!("--adjust {FIRST}")).done();
        let totals: Vec<_> = cloud.statements().iter().map(|statement| statement["total"].clone()).collect();
        assert_eq!(totals, [json!("6.00"), json!("5.00"), json!("1.00"), json!("-1.00")], "{lines}");
        cloud.run("db verify").done();
    }
}
