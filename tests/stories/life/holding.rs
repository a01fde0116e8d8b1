//! What is beyond a bound waits for a person.

use artifice_tests::{Cloud, Erp, Vm};

use super::{AUGUST, listed};

fn cloud(limits: &str) -> Cloud {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 24));
    cloud.set("limits", limits);
    cloud
}

#[test]
fn a_total_beyond_the_bound_is_held_until_it_is_released() {
    let cloud = cloud("{total: 1.19}");
    let erp = Erp::of(&cloud, "");

    for _ in 0..2 {
        let ran = cloud.bill(AUGUST).failed().says("statement 1 is held, because its total of 1.2 NZD is beyond");
        assert_eq!(ran.says("artifice statement release 1").failures(), ["demo"]);
        assert_eq!((listed(&cloud), erp.calls("open")), (vec!["invoice held 1.20".to_owned()], 0));
    }
    // Nobody forgets it, whatever is billed next.
    cloud.bill("--month 2013-09").failed().says("statement 1 is held");

    let released = cloud.run("statement release 1").done().out;
    assert!(released.contains("statement 1 is released; the next `artifice bill` sends it"), "{released}");
    assert_eq!(listed(&cloud), ["invoice pending 1.20"]);
    cloud.bill(AUGUST).done();
    erp.has_each_statement_once(1);
    cloud.run("statement release 1").failed().says("statement 1 is committed, not held");
}

#[test]
fn the_bound_itself_is_within() {
    let cloud = cloud("{total: 1.20}");
    cloud.bill(AUGUST).done();
    assert_eq!(listed(&cloud), ["invoice committed 1.20"]);
}

#[test]
fn what_is_held_can_be_taken_back_and_billed_again() {
    let cloud = cloud("{total: 1}");
    cloud.bill(AUGUST).failed();

    cloud.run("statement void 1 --reason mistake").done();
    let list = cloud.run("statement list").done().out;
    assert!(list.contains("┆ mistake ") && !list.contains("limits.total"), "{list}");
    cloud.set("limits", "{total: 100}");
    cloud.bill(AUGUST).done();

    assert_eq!(listed(&cloud), ["invoice void 1.20", "invoice committed 1.20"]);
}

#[test]
fn a_change_against_the_month_before_is_held() {
    let cloud = cloud("{change: 100%}");
    for (month, hours) in [("09", 40), ("10", 90), ("11", 30)] {
        cloud.meter(Vm::of("demo", "vm").active(&format!("2013-{month}-02"), hours));
    }
    // The first one has nothing to be compared with.
    cloud.bill(AUGUST).done();
    cloud.bill("--month 2013-09").done();

    cloud.bill("--month 2013-10").failed().says("4.5 NZD differs from the one before (statement 2, 2 for 2013-09-01");

    // Less than half as much is less than 100 % less.
    cloud.run("statement release 3").done();
    cloud.bill("--month 2013-10").done();
    cloud.bill("--month 2013-11").done();
    assert_eq!(cloud.statuses(), ["committed"; 4]);
}

#[test]
fn an_adjustment_is_compared_with_its_invoice() {
    let cloud = cloud("{change: 50%}");
    cloud.bill(AUGUST).done();
    cloud.meter(Vm::of("demo", "vm").active("2013-08-20", 13));

    cloud
        .bill("--adjust --month 2013-08")
        .failed()
        .says("it changes statement 1 (1.2 NZD) by 0.65, which is more than");

    assert_eq!(listed(&cloud), ["invoice committed 1.20", "adjustment held 0.65"]);
    // It waits: nothing is adjusted beside it.
    cloud.bill("--adjust --month 2013-08").failed().says("statement 2 is held");
    cloud.run("statement release 2").done();
    cloud.bill("--adjust --month 2013-08").done();
    assert_eq!(listed(&cloud), ["invoice committed 1.20", "adjustment committed 0.65"]);
}

#[test]
fn bounds_that_are_none_are_mistakes_of_the_configuration() {
    for (limits, says) in [
        ("{total: many}", "'many' is not an amount"),
        ("{total: -5}", "'-5' is not an amount"),
        ("{change: twice}", "'twice' is not a change in percent"),
        ("{totals: 5}", "total"),
    ] {
        cloud(limits).bill(AUGUST).refused().says(says);
    }
}
