//! What counts the units of a month: over all of a tenant's statements of it.

use artifice_tests::{Cloud, Vm, Volume};
use serde_json::json;

use super::cards::cloud;
use crate::all::verify::Found;

const FIRST: &str = "--from 2013-08-01 --to 2013-08-16";
const SECOND: &str = "--from 2013-08-16 --to 2013-09-01";
const CARD: &str = "prices:
  - service: m1.nano
    per: hour
    free: 10
    tiers: graduated
    steps: [{to: 20, price: 1}, {price: 0.1}]
minimum: 50
taxes: [{name: GST, percent: 10}]
";

fn demo() -> Cloud {
    let cloud = cloud(CARD);
    cloud.meter(Vm::of("demo", "one").active("2013-08-01", 15));
    cloud.meter(Vm::of("demo", "two").active("2013-08-20", 30));
    cloud
}

fn costs(cloud: &Cloud, period: &str) -> Vec<String> {
    cloud.bill(period).done().bill_of("demo").all("cost").into_iter().map(str::to_owned).collect()
}

#[test]
fn a_second_statement_goes_on_where_the_first_one_ended_and_takes_the_minimum() {
    let cloud = demo();
    // 10 free, 5 at 1.
    assert_eq!(costs(&cloud, FIRST), ["5.00"]);
    // 15 at 1, 15 at 0.1: then the month has 21.50, and lacks 28.50.
    let bill = cloud.bill(SECOND).done().bill_of("demo");
    assert_eq!(bill.all("cost"), ["16.50", "28.50"]);
    let minimum = &bill.lines()[1];
    assert_eq!(
        [&minimum["section"], &minimum["service"], &minimum["location"], &minimum["resource_id"], &minimum["quantity"]],
        [&json!("Minimum charge"), &json!("Minimum charge"), &json!(""), &json!(""), &json!("1")]
    );
    assert_eq!(bill.0["taxes"], json!([{"name": "GST", "percent": "10", "base": "45.00", "amount": "4.50"}]));
    cloud.run("db verify").done();
}

#[test]
fn the_whole_month_at_once_costs_the_same() {
    let cloud = demo();
    assert_eq!(costs(&cloud, "--month 2013-08"), ["5.00", "16.50", "28.50"]);
}

#[test]
fn what_is_void_counts_no_more() {
    let cloud = demo();
    assert_eq!(costs(&cloud, FIRST), ["5.00"]);
    cloud.run("statement void 1 --reason wrong").done();
    // As the first of its month: 10 free, 20 at 1. The minimum is for what lacks to 50.
    assert_eq!(costs(&cloud, SECOND), ["20.00", "30.00"]);
}

#[test]
fn a_tenant_without_usage_pays_no_minimum() {
    let cloud = demo();
    cloud.meter(Vm::of("idle", "vm").active("2013-09-02", 1));
    let billed = cloud.bill("--month 2013-08").done();
    assert_eq!(billed.bills().len(), 1);
}

#[test]
fn late_samples_adjust_what_the_others_of_the_month_cost_too() {
    let cloud = demo();
    assert_eq!(costs(&cloud, "--month 2013-08"), ["5.00", "16.50", "28.50"]);
    // Five hours more of the first machine, which is counted first.
    cloud.meter(Vm::of("demo", "one").active("2013-08-10", 5));
    let adjusted = cloud.bill("--month 2013-08 --adjust").done().bill_of("demo");
    let lines: Vec<_> = adjusted
        .lines()
        .iter()
        .map(|line| json!([line["resource_id"], line["service"], line["quantity"], line["cost"]]))
        .collect();
    assert_eq!(
        lines,
        [
            json!(["one", "m1.nano", "5", "5.00"]),
            // 10 at 1, 20 at 0.1 instead of 15 and 15.
            json!(["two", "m1.nano", "0", "-4.50"]),
            json!(["", "Minimum charge", "0", "-0.50"]),
        ]
    );
    assert_eq!(adjusted.total(), "0.00");
    cloud.bill("--month 2013-08 --adjust").done().says("nothing to adjust");
    cloud.run("db verify").done();
}

#[test]
fn fees_are_charged_once_a_month_and_once_a_period() {
    let cloud = demo();
    cloud.write("cards/card.yaml", "prices:\n  - {service: m1.nano, per: hour, price: 1}\n");
    cloud.set(
        "fees",
        "[{name: Support, amount: 5.50}, {name: Delivery, section: Post, amount: 1, per: period}, \
          {name: Big, amount: 100, tenant: [somebody]}, {name: Disks, amount: 3, uses: ['volume*']}, \
          {name: Compute care, amount: 2, uses: [Compute]}, {name: Old, amount: 9, until: 2013-08-31}]",
    );
    let all = |period: &str| {
        let bill = cloud.bill(period).done().bill_of("demo");
        bill.lines()
            .iter()
            .map(|line| format!("{} {} {}", line["section"], line["service"], line["cost"]).replace('"', ""))
            .collect::<Vec<_>>()
    };
    assert_eq!(all(FIRST), ["Compute m1.nano 15.00", "Post Delivery 1.00"]);
    assert_eq!(
        all(SECOND),
        ["Compute m1.nano 30.00", "Fees Compute care 2.00", "Fees Support 5.50", "Post Delivery 1.00"]
    );
}

#[test]
fn a_month_whose_last_part_has_no_usage_is_told_to_lack_its_fees_and_its_minimum() {
    let cloud = cloud("prices:\n  - {service: m1.nano, per: hour, price: 1}\nminimum: 50\n");
    cloud.set(
        "fees",
        "[{name: Support, amount: 5.50}, {name: Delivery, amount: 1, per: period}, {name: Disks, amount: 3, uses: ['volume*']}]",
    );
    cloud.meter(Vm::of("demo", "vm").active("2013-08-01", 15));
    assert_eq!(costs(&cloud, FIRST), ["15.00", "1.00"]);
    for _ in 0..2 {
        let ran = cloud.bill(SECOND).done().says("nothing to bill").says("nothing was used in the last part");
        assert!(
            ran.err.contains("charged there is not: Support NZD 5.50, the minimum charge of NZD 50.00;"),
            "{ran:?}"
        );
    }
    // Another month has nothing to do with it, and what is billed as one has all of it.
    cloud.bill("--month 2013-09").done().says_not("last part");
    cloud.run("statement void 1 --reason parts").done();
    assert_eq!(costs(&cloud, "--month 2013-08"), ["15.00", "1.00", "5.50", "28.50"]);
}

#[test]
fn a_part_that_is_billed_after_the_months_end_is_told_to_leave_fees_and_minimum_wrong() {
    let cloud = cloud(
        "prices:\n  - {service: m1.nano, per: hour, price: 1}\n  - {service: volume.size, per: GB per hour, price: 1}\nminimum: 50\n",
    );
    cloud.set("fees", "[{name: Support, amount: 5.50}, {name: Disks, amount: 3, uses: ['volume*']}]");
    cloud.meter(Vm::of("demo", "vm").active("2013-08-01", 15)).meter(Vm::of("demo", "vm").active("2013-08-20", 30));
    cloud.meter(Volume::of("demo", "disk").sized(1, "2013-08-01", 1));
    assert_eq!(costs(&cloud, SECOND), ["30.00", "5.50", "14.50"]);

    // In order, the month would come to more than its minimum.
    let ran = cloud.bill(FIRST).done().says("was billed after the statement that reaches its end");
    let what = "Disks NZD 3.00, the minimum charge is NZD 14.50 too much";
    assert!(
        ran.err.contains("tenant demo") && ran.err.contains("2013-08-01T00:00:00Z") && ran.err.contains(what),
        "{ran:?}"
    );
    let found = Found::by(&cloud, "");
    assert_eq!((found.rules(), &found.all()[0]["gravity"]), (vec!["month_in_parts"], &json!("waiting")));
    assert!(found.all()[0]["what"].as_str().unwrap().contains(what), "{:#}", found.json());
    assert_eq!(found.all()[0]["tenant"]["id"], json!("demo"));

    // Taken back and billed as one, it is right, and nothing is told any more.
    cloud.run("statement void 2 --reason parts").done();
    cloud.run("statement void 1 --reason parts").done();
    cloud.bill("--month 2013-08").done().says_not("in parts");
    assert!(Found::by(&cloud, "").all().is_empty());
}

#[test]
fn parts_in_their_order_have_nothing_to_tell_and_one_behind_an_end_without_usage_has() {
    let cloud = cloud("prices:\n  - {service: m1.nano, per: hour, price: 1}\nminimum: 50\n");
    cloud.set("fees", "[{name: Support, amount: 5.50}]");
    cloud.meter(Vm::of("demo", "vm").active("2013-07-01", 60)).meter(Vm::of("demo", "vm").active("2013-08-01", 15));
    for part in ["--from 2013-07-01 --to 2013-07-16", "--from 2013-07-16 --to 2013-08-01"] {
        let _ = cloud.bill(part).done();
    }
    cloud.meter(Vm::of("demo", "vm").active("2013-09-01", 15)).meter(Vm::of("demo", "vm").active("2013-09-20", 15));
    for part in ["--from 2013-09-01 --to 2013-09-16", "--from 2013-09-16 --to 2013-10-01"] {
        cloud.bill(part).done().says_not("in parts");
    }
    // The end of August was looked at before its beginning.
    cloud.bill(SECOND).done().says("nothing to bill").says_not("in parts");
    let what = "charged there is not: Support NZD 5.50, the minimum charge of NZD 50.00";
    cloud.bill(FIRST).done().says(what);

    let found = Found::by(&cloud, "");
    let told: Vec<_> = found.of_rule("month_in_parts").into_iter().map(|finding| finding["what"].to_string()).collect();
    assert_eq!(told.len(), 2, "{:#}", found.json());
    assert!(told[0].contains("2013-07-01") && told[0].contains("charged there is not: Support NZD 5.50"), "{told:?}");
    assert!(told[1].contains("2013-08-01") && told[1].contains(what), "{told:?}");
}

#[test]
fn late_samples_of_a_usage_that_is_cut_adjust_its_parts() {
    let cloud = cloud("until: 2013-08-10\nprices:\n  - {service: m1.nano, per: hour, price: 1}\n");
    cloud.write("cards/new.yaml", "from: 2013-08-10\nprices:\n  - {service: m1.nano, per: hour, price: 2}\n");
    let vm = Vm::of("demo", "vm");
    cloud.meter(vm.active("2013-08-08", 3)).meter(vm.active("2013-08-20", 4));
    assert_eq!(costs(&cloud, "--month 2013-08"), ["3.00", "8.00"]);
    cloud.meter(vm.active("2013-08-25", 5));
    assert_eq!(costs(&cloud, "--month 2013-08 --adjust"), ["10.00"]);
    cloud.meter(vm.active("2013-08-05", 7));
    assert_eq!(costs(&cloud, "--month 2013-08 --adjust"), ["7.00"]);
    // Together they say what a fresh bill would.
    assert_eq!(cloud.usage("--month 2013-08").done().bill_of("demo").all("cost"), ["10.00", "18.00"]);
    cloud.run("db verify").done();
}

#[test]
fn two_halves_of_a_month_billed_at_once_do_not_both_get_its_free_units() {
    for _ in 0..5 {
        let cloud = cloud("prices:\n  - {service: m1.nano, per: hour, price: 1, free: 10}\n");
        for tenant in ["one", "three", "two"] {
            cloud.meter(Vm::of(tenant, "vm").active("2013-08-01", 15));
            cloud.meter(Vm::of(tenant, "vm").active("2013-08-20", 30));
        }
        cloud.run("db migrate").done();
        let running: Vec<_> = [FIRST, SECOND]
            .map(|period| cloud.command(&format!("bill --format json {period}")).spawn().unwrap())
            .into_iter()
            .map(|child| child.wait_with_output().unwrap())
            .collect();
        for output in running {
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(output.status.success() || said.contains("another statement of the same month"), "{said}");
        }
        // Whoever was refused is billed by the next run.
        for period in [FIRST, SECOND] {
            cloud.bill(period).done();
        }
        let of = |tenant: &str| {
            let statements = cloud.statements();
            let its = statements.iter().filter(|statement| statement["tenant"]["id"] == tenant);
            its.map(|statement| statement["total"].as_str().unwrap().parse::<artifice_model::Decimal>().unwrap())
                .fold(artifice_model::Decimal::ZERO, |sum, total| sum.checked_add(total).unwrap())
                .to_string()
        };
        assert_eq!(["one", "three", "two"].map(of), ["35", "35", "35"]);
    }
}

#[test]
fn a_statement_of_two_months_has_each_months_minimum() {
    let cloud = cloud("prices:\n  - {service: m1.nano, per: hour, price: 1}\nminimum: 100\n");
    cloud.meter(Vm::of("demo", "vm").active("2013-07-05", 30)).meter(Vm::of("demo", "vm").active("2013-08-05", 20));
    // 30 of July, 20 of August: one line, and what each month lacks.
    assert_eq!(costs(&cloud, "--from 2013-07-01 --to 2013-09-01"), ["50.00", "70.00", "80.00"]);
}

#[test]
fn a_fee_is_raised_for_the_months_in_which_something_was_used() {
    for free in ["", ", free: 1"] {
        let cloud = cloud(&format!("prices:\n  - {{service: m1.nano, per: hour, price: 1{free}}}\n"));
        cloud.set("fees", "[{name: Care, amount: 5, uses: [Compute]}, {name: Support, amount: 3}]");
        cloud.meter(Vm::of("demo", "vm").active("2013-07-05", 30));
        let bill = cloud.bill("--from 2013-07-01 --to 2013-09-01").done().bill_of("demo");
        assert_eq!(bill.all("service"), ["m1.nano", "Care", "Support"], "{free}");
    }
}

#[test]
fn a_preview_of_some_sections_has_their_fees_and_no_minimum() {
    let cloud = cloud("prices:\n  - {service: m1.nano, per: hour, price: 1}\nminimum: 100\n");
    cloud.set("fees", "[{name: Care, section: Compute, amount: 5}, {name: Support, amount: 3}]");
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 30));
    let shown = |sections: &str| {
        let bill = cloud.usage(&format!("--month 2013-08 {sections}")).done().bill_of("demo");
        bill.all("service").join(" ")
    };
    assert_eq!(shown(""), "Care m1.nano Support Minimum charge");
    assert_eq!(shown("-s Compute"), "Care m1.nano");
    cloud.usage("--month 2013-08 -s Compute").done().says("only Compute is shown: totals are of that alone");
    assert_eq!(shown("-s Compute -s Fees"), "Care m1.nano Support");
    cloud.usage("--month 2013-08 -s Nonsense").refused().says("there are Block storage, Compute, Fees, Network");
}

#[test]
fn a_cost_that_no_bill_can_hold_is_named() {
    let cloud = cloud("prices:\n  - {service: m1.nano, per: hour, price: '9999999999999999999999'}\n");
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 30));
    let failed = cloud.bill("--month 2013-08").failed();
    failed.says("'m1.nano' at 'akl-1', used by vm: the cost is larger").says("card.yaml:2:5");
    cloud
        .run("rates show m1.nano --volume 30 --unit hour")
        .refused()
        .says("larger than a bill can hold")
        .says("card.yaml:2:5");
}

/// A counter that is seen seldom: what it went up over a change of the price.
#[test]
fn a_change_of_another_price_moves_no_money() {
    let cards = "prices:\n  - {service: network.outgoing.bytes, per: GB, price: ";
    let cloud = cloud(&format!("until: 2013-08-20\n{cards}1}}\n"));
    cloud.write("cards/later.yaml", format!("from: 2013-08-20\n{cards}10}}\n"));
    let counter = |from: &str, gigabytes: u64| {
        artifice_tests::Counter::of("demo", "nic", "network.outgoing.bytes").counts(from, &[gigabytes * 1_000_000_000])
    };
    cloud.meter(counter("2013-08-09", 100)).meter(counter("2013-08-11", 102));
    let cost = || cloud.usage("--month 2013-08").done().bill_of("demo").all("cost").join(" ");
    assert_eq!(cost(), "2.00");
    cloud.write("cards/other.yaml", "from: 2013-08-10\nprices:\n  - {service: other, per: hour, price: 1}\n");
    assert_eq!(cost(), "2.00");
}

#[test]
fn volume_that_moves_over_a_change_of_the_price_is_adjusted() {
    let cards = "prices:\n  - {service: network.outgoing.bytes, per: GB, price: ";
    let cloud = cloud(&format!("until: 2013-08-10\n{cards}1}}\n"));
    cloud.write("cards/later.yaml", format!("from: 2013-08-10\n{cards}10}}\n"));
    let counter = |from: &str, gigabytes: u64| {
        artifice_tests::Counter::of("demo", "nic", "network.outgoing.bytes").counts(from, &[gigabytes * 1_000_000_000])
    };
    cloud.meter(counter("2013-08-09", 100)).meter(counter("2013-08-11", 102));
    assert_eq!(costs(&cloud, "--month 2013-08"), ["20.00"]);
    cloud.meter(counter("2013-08-09T12:00:00", 101));
    assert_eq!(costs(&cloud, "--month 2013-08 --adjust"), ["1.00", "-10.00"]);
    cloud.bill("--month 2013-08 --adjust").done().says("nothing to adjust");
    cloud.run("db verify").done();
}
