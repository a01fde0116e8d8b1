//! What an adjustment changes in later statements of its month.

use artifice_tests::{Cloud, Vm};
use serde_json::json;

use super::{listed, shown};
use crate::all::rating::cards::cloud;

const FIRST: &str = "--from 2013-08-01 --to 2013-08-11";
const SECOND: &str = "--from 2013-08-11 --to 2013-08-21";
const THIRD: &str = "--from 2013-08-21 --to 2013-09-01";
const CARD: &str = "prices:
  - {service: m1.nano, per: hour, free: 5, tiers: graduated, steps: [{to: 20, price: 1}, {price: 0.1}]}
minimum: 30
taxes: [{name: GST, percent: 10}]
";

/// Ten hours in each third of August.
fn thirds() -> Cloud {
    let cloud = cloud(CARD);
    for day in ["2013-08-01", "2013-08-12", "2013-08-22"] {
        cloud.meter(Vm::of("demo", "vm").active(day, 10));
    }
    for period in [FIRST, SECOND, THIRD] {
        cloud.bill(period).done();
    }
    cloud
}

/// Number, volumes and costs of an adjustment's lines.
fn lines(cloud: &Cloud, number: usize) -> Vec<serde_json::Value> {
    let lines = shown(cloud, number)["lines"].as_array().unwrap().clone();
    lines.iter().map(|line| json!([line["service"], line["quantity"], line["cost"]])).collect()
}

#[test]
fn later_statements_of_the_month_are_adjusted_by_it_in_their_order() {
    let cloud = thirds();
    // 5 free and 5 at 1; 10 at 1; 5 at 1 and 5 at 0.1, and what lacks to 30.
    assert_eq!(listed(&cloud), ["invoice committed 5.50", "invoice committed 11.00", "invoice committed 16.50"]);
    // Six hours more come late, and all units behind them move on by six.
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 6));
    let preview = cloud.bill(&format!("--dry-run --adjust {FIRST}")).done();
    let bills = cloud.bill(&format!("--adjust {FIRST}")).done();

    assert_eq!(lines(&cloud, 4), [json!(["m1.nano", "6", "6.00"])]);
    // 9 at 1 and 1 at 0.1 instead of 10 at 1.
    assert_eq!(lines(&cloud, 5), [json!(["m1.nano", "0", "-0.90"])]);
    // 10 at 0.1 instead of 5 at 1 and 5 at 0.1; the month had 20.50 and lacked 9.50, and has 21.10.
    assert_eq!(lines(&cloud, 6), [json!(["m1.nano", "0", "-4.50"]), json!(["Minimum charge", "0", "-0.60"])]);
    assert_eq!(shown(&cloud, 5)["refers_to"]["number"], 2);
    let shape = |ran: &artifice_tests::Ran| ran.bills().iter().map(|bill| bill.preview()).collect::<Vec<_>>();
    assert_eq!(shape(&preview), shape(&bills));
    for period in [FIRST, SECOND, THIRD] {
        cloud.bill(&format!("--adjust {period}")).done().says("nothing to adjust");
    }
    cloud.run("db verify --backend").done();

    // A ledger of its own says the same of the month.
    let fresh = super::super::rating::cards::cloud(CARD);
    fresh.meter(cloud.read("samples.ndjson"));
    fresh.bill("--month 2013-08").done();
    let month = |cloud: &Cloud| cloud.run("history --by service --format json").done().json()["groups"].clone();
    let costs = |groups: serde_json::Value| {
        groups.as_array().unwrap().iter().map(|group| group["costs"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(costs(month(&cloud)), costs(month(&fresh)));

    // What was adjusted by it stands in its way.
    cloud.run("statement void 4 --reason late").failed().says("the last one first: 5, 6");
    let said = cloud.run("statement void 1 --reason late --with-later").done().out;
    let at = |number: u64| said.find(&format!("statement {number} is void")).unwrap();
    assert!((1..6).all(|number| at(number + 1) < at(number)), "{said}");
}

#[test]
fn what_an_interrupted_run_has_not_stored_the_next_one_does() {
    let cloud = thirds();
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 6));
    cloud.killed_at("after storing adjustment", &format!("bill --adjust {FIRST}"));
    let _ = std::fs::remove_file(cloud.path("crash"));
    assert_eq!(cloud.statements().len(), 4);

    cloud.bill(&format!("--adjust {FIRST}")).done();

    assert_eq!(lines(&cloud, 5), [json!(["m1.nano", "0", "-0.90"])]);
    assert_eq!(cloud.statements().len(), 6);
    assert!(cloud.statuses().iter().all(|status| status == "committed"));
    cloud.run("db verify --backend").done();
}

#[test]
fn a_price_that_has_changed_since_moves_nothing_where_no_unit_has_moved() {
    let cloud = thirds();
    cloud.write("cards/card.yaml", CARD.replace("price: 0.1", "price: 7"));
    // Of another service, which has no tiers: no unit of the month has moved.
    cloud.meter(Vm::of("demo", "other").flavor("m1.free").active("2013-08-05", 6));
    cloud.write("cards/free.yaml", "prices:\n  - {service: m1.free, per: hour, price: 0}\n");

    cloud.bill(&format!("--adjust {FIRST}")).done();

    assert_eq!(lines(&cloud, 4), [json!(["m1.free", "6", "0.00"])]);
    assert_eq!(cloud.statements().len(), 4);
}
