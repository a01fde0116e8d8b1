//! What late metering changes.

use artifice_tests::{Cloud, Erp, Vm, Volume};
use serde_json::json;

use super::{AUGUST, listed, shown};
use crate::all::verify::Found;

const ADJUST: &str = "--adjust --month 2013-08";

/// 24 hours of a machine, billed.
fn billed() -> Cloud {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 24));
    cloud.bill(AUGUST).done();
    cloud
}

/// What a ledger of its own would bill for the same metering.
fn fresh(cloud: &Cloud) -> String {
    let other = Cloud::new();
    other.meter(cloud.read("samples.ndjson"));
    other.bill(AUGUST).done().bill_of("demo").total().to_owned()
}

#[test]
fn two_rounds_of_late_samples_give_two_adjustments_whose_sum_is_a_fresh_bill() {
    let cloud = billed();
    cloud.meter(Vm::of("demo", "vm").active("2013-08-10", 10));
    let first = cloud.bill(ADJUST).done().bill_of("demo");
    cloud.meter(Vm::of("demo", "vm").active("2013-08-20", 3)).meter(Volume::of("demo", "v").sized(10, "2013-08-01", 5));
    let second = cloud.bill(ADJUST).done().bill_of("demo");

    assert_eq!((first.all("quantity"), first.total()), (vec!["10"], "0.50"));
    assert_eq!((second.all("quantity"), second.all("cost")), (vec!["50", "3"], vec!["0.50", "0.15"]));
    assert_eq!(listed(&cloud), ["invoice committed 1.20", "adjustment committed 0.50", "adjustment committed 0.65"]);
    assert_eq!(fresh(&cloud), "2.35");
    assert_eq!(shown(&cloud, 3)["refers_to"]["number"], json!(1));
    let documents = cloud.files("invoices");
    assert_eq!(documents.len(), 3, "{documents:?}");

    cloud.bill(ADJUST).done().says("nothing to adjust");
    assert_eq!(cloud.statements().len(), 3);
}

#[test]
fn nothing_is_adjusted_while_an_adjustment_of_it_is_being_taken_back() {
    let cloud = billed();
    cloud.meter(Vm::of("demo", "vm").active("2013-08-10", 10));
    cloud.bill(ADJUST).done();
    cloud.meter(Vm::of("demo", "vm").active("2013-08-20", 3));

    let beside = cloud.held_at("before storing adjustment", &format!("bill {ADJUST}"), || {
        cloud.killed_at("after storing credit", "statement void 2 --reason mistake");
    });

    beside.failed().says("an adjustment of it is being taken back").says("run the command again");
    assert_eq!(listed(&cloud), ["invoice committed 1.20", "adjustment voiding 0.50", "credit pending -0.50"]);
    cloud.bill(ADJUST).done();
    assert_eq!(
        listed(&cloud),
        ["invoice committed 1.20", "adjustment void 0.50", "credit committed -0.50", "adjustment committed 0.65"]
    );
    cloud.run("db verify").done();
    // And the other way round: what was adjusted meanwhile is not taken back.
    cloud.meter(Vm::of("demo", "vm").active("2013-08-25", 1));
    let voiding = cloud.held_at("before storing credit", "statement void 4 --reason mistake", || {
        cloud.bill(ADJUST).done();
    });
    voiding.failed().says("void these first, the last one first: 5");
    cloud.run("db verify").done();
}

#[test]
fn a_void_that_an_older_program_stored_an_adjustment_beside_says_its_way_out() {
    let cloud = billed();
    for hours in [10, 3] {
        cloud.meter(Vm::of("demo", "vm").active(&format!("2013-08-{}", 10 + hours), hours));
        cloud.bill(ADJUST).done();
    }
    cloud.killed_at("before voiding>void", "statement void 3 --reason mistake");
    // As if statement 2 had been stored meanwhile.
    let mut db = cloud.db();
    let on_table = if cloud.path("ledger.db").is_file() { "" } else { " ON statement" };
    db.run(&format!("DROP TRIGGER statement_content_stays{on_table}")).unwrap();
    for (number, revision) in [(2, 9), (3, 1), (2, 2)] {
        let id = format!("(SELECT statement_id FROM invoice_number WHERE number = {number})");
        db.run(&format!("UPDATE statement SET revision = {revision} WHERE statement_id = {id}")).unwrap();
    }

    let found = Found::by(&cloud, "");
    let blocked = found.of_rule("voiding_blocked");
    assert_eq!((blocked.len(), &blocked[0]["statement"]["number"]), (1, &json!(3)), "{:#}", found.json());
    assert!(blocked[0]["what"].as_str().unwrap().contains("statement 2 is a live adjustment"), "{:#}", found.json());
    for command in ["bill --month 2013-08", "bill --month 2013-09", "statement void 3 --reason mistake"] {
        cloud.run(command).failed().says("void these first, the last one first: 2");
    }

    cloud.run("statement void 3 --reason mistake --with-later").done();

    assert_eq!(
        listed(&cloud),
        [
            "invoice committed 1.20",
            "adjustment void 0.50",
            "adjustment void 0.15",
            "credit committed -0.15",
            "credit committed -0.50"
        ]
    );
    assert!(Found::by(&cloud, "").of_rule("voiding_blocked").is_empty());
    cloud.bill(ADJUST).done();
}

#[test]
fn what_turns_out_to_be_less_gives_money_back() {
    let cloud = billed();
    // It was shut off long before the last sample that had arrived in time says so.
    let late = Vm::of("demo", "vm").active("2013-08-05T12:30:00", 0);
    cloud.meter(late);
    let adjusted = cloud.bill(ADJUST).done().bill_of("demo");

    assert_eq!((adjusted.all("quantity"), adjusted.total()), (vec!["-0.5"], "-0.02"));
    assert_eq!(fresh(&cloud), "1.18");
    assert_eq!(listed(&cloud), ["invoice committed 1.20", "adjustment committed -0.02"]);
}

#[test]
fn usage_that_turns_out_to_be_of_another_service_moves() {
    let cloud = billed();
    // A resize, of which nobody had heard: the second half was another flavor.
    let resized = Vm::of("demo", "vm").flavor("m1.small").active("2013-08-05T12:00:00", 0).replace("stopped", "active");
    cloud.meter(resized.replace("demo-vm-instance", "zz"));
    let adjusted = cloud.bill(ADJUST).done().bill_of("demo");

    let moved: Vec<_> = adjusted.all("service").into_iter().zip(adjusted.all("quantity")).collect();
    assert_eq!(moved, [("m1.nano", "-1"), ("m1.small", "1")]);
    cloud.bill(ADJUST).done().says("nothing to adjust");
}

#[test]
fn a_price_that_has_changed_changes_nothing_where_the_volume_has_not() {
    let cloud = billed();
    cloud.write("rates.csv", "* | m1.nano | hour | 99\n");

    cloud.bill(ADJUST).done().says("nothing to adjust");

    assert_eq!(listed(&cloud), ["invoice committed 1.20"]);
}

#[test]
fn metering_that_is_deleted_gives_nothing_back() {
    let cloud = billed();
    cloud.write("samples.ndjson", Vm::of("demo", "another").active("2013-08-07", 10));

    let adjusted = cloud.bill(ADJUST).done().says("nothing of resource vm any more").bill_of("demo");

    assert_eq!((adjusted.all("resource_id"), adjusted.total()), (vec!["another"], "0.50"));
}

#[test]
fn the_preview_of_an_adjustment_says_what_it_would_and_stores_nothing() {
    let cloud = billed();
    cloud.meter(Vm::of("demo", "vm").active("2013-08-10", 10));
    let before = cloud.ledger();

    let preview = cloud.bill(&format!("--dry-run {ADJUST}")).done().bill_of("demo");

    assert_eq!(cloud.ledger(), before);
    assert_eq!(cloud.bill(ADJUST).done().bill_of("demo").preview(), preview);
}

#[test]
fn the_preview_of_an_adjustment_fails_where_the_bill_would() {
    let cloud = billed();
    // Without the price of what was billed, nobody can tell what changes.
    cloud.meter(Vm::of("demo", "vm").active("2013-08-10", 10)).write("rates.csv", "* | m1.small | hour | 0.10\n");
    for arguments in [ADJUST.to_owned(), format!("--dry-run {ADJUST}")] {
        let ran = cloud.bill(&arguments).failed().says("no rate for 'm1.nano'");
        assert_eq!((ran.bills().len(), ran.failures()), (0, vec!["demo".to_owned()]), "{arguments}");
    }

    let unbilled = Cloud::new();
    unbilled.meter(Vm::of("demo", "vm").active("2013-08-05", 24));
    for arguments in [format!("--dry-run {ADJUST}"), ADJUST.to_owned()] {
        let ran = unbilled.bill(&arguments).failed().says("it was not billed for this period");
        assert_eq!((ran.bills().len(), ran.failures()), (0, vec!["demo".to_owned()]), "{arguments}");
    }
}

#[test]
fn only_exactly_a_period_that_was_billed_is_adjusted() {
    let cloud = billed();
    cloud.meter(Vm::of("other", "vm").active("2013-08-10", 10));

    let ran = cloud.bill(ADJUST).failed().says("it was not billed for this period").says("without --adjust");
    assert_eq!(ran.failures(), ["other"]);
    cloud.bill("--adjust --from 2013-08-01 --to 2013-08-20 -t demo").failed().says("overlaps statement 1");

    assert_eq!(listed(&cloud), ["invoice committed 1.20"]);
}

#[test]
fn an_adjustment_that_was_interrupted_is_finished_and_not_made_twice() {
    let cloud = Cloud::new();
    let erp = Erp::of(&cloud, "");
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 24));
    cloud.bill(AUGUST).done();
    cloud.meter(Vm::of("demo", "vm").active("2013-08-10", 10));
    let _ = Erp::of(&cloud, "{at: commit, does: kill, first: 1}");
    assert_eq!(cloud.bill(ADJUST).signal, Some(9));

    cloud.bill(ADJUST).done().says("statement 2 was begun by an earlier run");

    assert_eq!(listed(&cloud), ["invoice committed 1.20", "adjustment committed 0.50"]);
    assert_eq!(erp.documents().len(), 2);
}

#[test]
fn several_adjusters_at_once_make_one_adjustment() {
    for _ in 0..3 {
        let cloud = billed();
        cloud.meter(Vm::of("demo", "vm").active("2013-08-10", 10));
        let start = |_| cloud.command(&format!("bill --format json {ADJUST}")).spawn().unwrap();
        let running: Vec<_> = (0..4).map(start).collect();
        running.into_iter().for_each(|mut child| assert!(child.wait().unwrap().success()));

        assert_eq!(listed(&cloud), ["invoice committed 1.20", "adjustment committed 0.50"]);
    }
}

#[test]
fn what_has_adjustments_is_taken_back_from_the_last_one_on() {
    let cloud = billed();
    for day in ["2013-08-10", "2013-08-15"] {
        cloud.meter(Vm::of("demo", "vm").active(day, 10));
        cloud.bill(ADJUST).done();
    }

    cloud.run("statement void 1 --reason x").failed().says("live adjustments; void these first").says("2, 3");
    cloud.run("statement void 2 --reason x").failed().says("live adjustments").says("first: 3");
    cloud.run("statement void 3 --reason x").done();
    // What was taken back can be adjusted again.
    let again = cloud.bill(ADJUST).done().bill_of("demo");
    assert_eq!((again.all("quantity"), again.total()), (vec!["10"], "0.50"));
    for number in [5, 2, 1] {
        cloud.run(&format!("statement void {number} --reason x")).done();
    }

    let live = listed(&cloud).into_iter().filter(|line| !line.contains("void") && !line.contains("credit"));
    assert_eq!(live.collect::<Vec<_>>(), Vec::<String>::new());
    assert_eq!(cloud.bill(AUGUST).done().bill_of("demo").total(), "2.20");
}

#[test]
fn an_adjustment_is_written_again_byte_for_byte_and_names_its_invoice() {
    let cloud = billed();
    cloud.set("invoice:config", "{output_path: ./invoices, row_layout: [kind, refers_to, service, amount, cost]}");
    cloud.meter(Vm::of("demo", "vm").active("2013-08-10", 10));
    let receipt = cloud.document(cloud.bill(ADJUST).done().bill_of("demo").receipt());
    let before = std::fs::read_to_string(&receipt).unwrap();
    assert_eq!(before, "adjustment,1,m1.nano,10,0.50\n");
    std::fs::remove_file(&receipt).unwrap();
    std::fs::remove_file(cloud.path("samples.ndjson")).unwrap();

    cloud.run("statement regenerate 2").done();

    assert_eq!(std::fs::read_to_string(&receipt).unwrap(), before);
}
