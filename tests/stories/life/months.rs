//! A statement on which its month has gone on is not taken back alone.

use artifice_tests::{Cloud, Erp, Vm};

use super::{listed, shown};
use crate::all::rating::cards::cloud;

const FIRST: &str = "--from 2013-08-01 --to 2013-08-16";
const SECOND: &str = "--from 2013-08-16 --to 2013-09-01";
const TIERS: &str = "prices:
  - {service: m1.nano, per: hour, tiers: graduated, steps: [{to: 20, price: 1}, {price: 0.1}]}
  - {service: m1.small, per: hour, price: 1}
";

/// 15 hours in the first half of August, 30 in the second.
fn halves(card: &str) -> Cloud {
    let cloud = cloud(card);
    cloud.meter(Vm::of("demo", "one").active("2013-08-01", 15));
    cloud.meter(Vm::of("demo", "two").active("2013-08-20", 30));
    for period in [FIRST, SECOND] {
        cloud.bill(period).done();
    }
    cloud
}

fn month(cloud: &Cloud) -> String {
    let history = cloud.run("history --by month --format json").done().json();
    history["groups"][0]["costs"][0]["cost"].as_str().unwrap().to_owned()
}

#[test]
fn it_is_refused_and_those_that_went_on_are_named() {
    let cloud = halves(TIERS);
    // 15 at 1; 5 at 1 and 25 at 0.1.
    assert_eq!(listed(&cloud), ["invoice committed 15.00", "invoice committed 7.50"]);
    let before = cloud.ledger();

    let refused = cloud.run("statement void 1 --reason address").failed();

    refused.says("statement 1 was not taken back").says("the last one first: 2").says("--with-later").says_one_line();
    assert_eq!(cloud.ledger(), before, "nothing is changed");
    // The last one is nobody's beginning.
    cloud.run("statement void 2 --reason address").done();
    cloud.run("statement void 1 --reason address").done();
}

#[test]
fn with_later_takes_them_back_from_the_last_one_on_and_the_month_costs_the_same_again() {
    let cloud = halves(TIERS);
    assert_eq!(month(&cloud), "22.50");

    let said = cloud.run("statement void 1 --reason address --with-later").done().out;

    let order: Vec<usize> = ["statement 2 is void", "statement 1 is void"].map(|text| said.find(text).unwrap()).into();
    assert!(order[0] < order[1], "{said}");
    assert_eq!(shown(&cloud, 2)["void_reason"], "address");
    for period in [FIRST, SECOND] {
        cloud.bill(period).done();
    }
    assert_eq!(month(&cloud), "22.50");
    cloud.run("db verify --backend").done();
}

#[test]
fn it_ends_at_the_first_that_cannot_be_taken_back_and_what_was_taken_back_stays_so() {
    let cloud = cloud(TIERS);
    Erp::of(&cloud, "");
    for (id, day) in [("one", "2013-08-01"), ("two", "2013-08-12"), ("three", "2013-08-22")] {
        cloud.meter(Vm::of("demo", id).active(day, 15));
    }
    for period in [FIRST.replace("16", "10"), "--from 2013-08-10 --to 2013-08-20".to_owned()] {
        cloud.bill(&period).done();
    }
    cloud.bill("--from 2013-08-20 --to 2013-09-01").done();
    cloud.run("statement void 3 --reason address").done();
    Erp::of(&cloud, "{at: commit, does: refuse}");
    let ran = cloud.run("statement void 1 --reason address --with-later").failed();
    assert_eq!(ran.out, "");
    ran.says("statement 2 was not taken back").says("statement 5 is stored, but not sent");
    assert_eq!(listed(&cloud)[..3], ["invoice committed 15.00", "invoice voiding 6.00", "invoice void 1.50"]);
    Erp::of(&cloud, "");
    let said = cloud.run("statement void 1 --reason address --with-later").done().out;
    assert!(said.contains("statement 2 is void") && said.contains("statement 1 is void"), "{said}");
    assert_eq!(cloud.statements().iter().filter(|it| it["status"] == "void").count(), 3);
}

#[test]
fn where_nothing_counts_the_month_it_is_taken_back_alone() {
    // Each has a price that does not look at the month.
    let cloud = halves("prices:\n  - {service: m1.nano, per: hour, price: 1}\n");
    cloud.run("statement void 1 --reason address").done();
    cloud.bill(FIRST).done();
    assert_eq!(month(&cloud), "45.00");

    // Tiers elsewhere are nobody's beginning here.
    let cloud = cloud_of_two_services();
    cloud.run("statement void 1 --reason address").done();
}

/// The first half has another service than the second, which is in tiers.
fn cloud_of_two_services() -> Cloud {
    let cloud = cloud(TIERS);
    cloud.meter(Vm::of("demo", "one").flavor("m1.small").active("2013-08-01", 15));
    cloud.meter(Vm::of("demo", "two").active("2013-08-20", 30));
    for period in [FIRST, SECOND] {
        cloud.bill(period).done();
    }
    cloud
}

#[test]
fn free_units_packages_and_a_minimum_are_of_the_month_too() {
    for card in [
        "prices:\n  - {service: m1.nano, per: hour, price: 1, free: 10}\n",
        "prices:\n  - {service: m1.nano, per: hour, price: 1, package: 7}\n",
        "prices:\n  - {service: m1.nano, per: hour, tiers: volume, steps: [{to: 20, price: 1}, {price: 0.1}]}\n",
        "prices:\n  - {service: m1.nano, per: hour, price: 1}\nminimum: 100\n",
    ] {
        let cloud = halves(card);
        cloud.run("statement void 1 --reason address").failed().says("the last one first: 2");
    }
}

#[test]
fn another_tenants_and_another_months_statements_stand_in_nobodys_way() {
    let cloud = cloud(TIERS);
    for tenant in ["demo", "other"] {
        cloud.meter(Vm::of(tenant, &format!("vm-of-{tenant}")).active("2013-08-01", 15));
        cloud.meter(Vm::of(tenant, &format!("vm-of-{tenant}")).active("2013-09-01T01:00:00", 15));
    }
    for month in ["2013-08", "2013-09"] {
        cloud.bill(&format!("--month {month}")).done();
    }
    cloud.run("statement void 1 --reason address").done();
    cloud.bill("--month 2013-08").done();
    assert_eq!(month(&cloud), "30.00");
}

#[test]
fn while_one_is_held_nothing_goes_on_from_it() {
    let cloud = halves(TIERS);
    cloud.run("statement void 1 --reason address --with-later").done();
    cloud.set("limits", "{total: 10}");
    cloud.bill(FIRST).failed().says("statement 5 is held");
    cloud.bill(SECOND).failed().says("statement 5 is held");
    assert_eq!(cloud.statements().len(), 5);
    cloud.set("limits", "{}");
    cloud.run("statement release 5").done();
    cloud.bill(SECOND).done();
    assert_eq!(month(&cloud), "22.50");
}

#[test]
fn a_void_and_a_bill_of_the_same_month_at_once_never_both_win() {
    for _ in 0..4 {
        let cloud = cloud(TIERS);
        cloud.meter(Vm::of("demo", "one").active("2013-08-01", 15));
        cloud.meter(Vm::of("demo", "two").active("2013-08-20", 30));
        cloud.bill(FIRST).done();
        let commands = ["statement void 1 --reason address".to_owned(), format!("bill --format json {SECOND}")];
        let running: Vec<_> = commands.iter().map(|command| cloud.command(command).spawn().unwrap()).collect();
        for child in running {
            let ended = child.wait_with_output().unwrap();
            assert!(matches!(ended.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&ended.stderr));
        }
        // Whatever was refused is done by the next.
        cloud.bill(SECOND).done();
        cloud.bill(FIRST).done();
        assert_eq!(month(&cloud), "22.50", "{:?}", listed(&cloud));
        cloud.run("db verify").done();
    }
}
