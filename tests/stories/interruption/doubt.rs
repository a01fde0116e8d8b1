//! Nobody knows whether the backend has it; or it surely has it not.

use std::time::{Duration, Instant};

use artifice_tests::{Cloud, Erp, Vm};

const AUGUST: &str = "--month 2013-08";

fn cloud() -> Cloud {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 24));
    cloud
}

#[test]
fn a_time_out_after_the_commit_costs_nothing() {
    let cloud = cloud();
    let erp = Erp::of(&cloud, "{at: committed, does: time_out, first: 1}");

    assert_eq!(cloud.bill(AUGUST).done().bill_of("demo").status(), "committed");

    erp.has_each_statement_once(1);
    assert_eq!((erp.calls("commit"), erp.calls("find")), (1, 1));
}

#[test]
fn a_time_out_without_a_commit_leaves_it_to_the_next_run() {
    let cloud = cloud();
    let erp = Erp::of(&cloud, "{at: commit, does: time_out, first: 1}");

    cloud.bill(AUGUST).failed().says("statement 1 is stored, but not sent").says("told to time out");
    assert_eq!((cloud.statuses(), erp.calls("find")), (vec!["pending".to_owned()], 1));

    cloud.bill(AUGUST).done();
    erp.has_each_statement_once(1);
    assert_eq!(erp.calls("commit"), 2);
}

#[test]
fn a_late_commit_is_waited_out() {
    let cloud = cloud();
    let erp = Erp::of(&cloud, "").with("{at: commit, does: commit_later, millis: 1200, first: 1}", 2);
    let begin = Instant::now();

    cloud.bill(AUGUST).done();

    assert!(begin.elapsed() >= Duration::from_secs(2), "{:?}", begin.elapsed());
    erp.has_each_statement_once(1);
    // Asked at once, where a "no" is not certain, and again when it would be.
    assert_eq!((erp.calls("commit"), erp.calls("find")), (1, 2));
}

#[test]
fn the_next_run_waits_out_what_the_first_one_left() {
    let cloud = cloud();
    let erp = Erp::of(&cloud, "").with("{at: commit, does: kill, first: 1}", 2);
    assert_eq!(cloud.bill(AUGUST).signal, Some(9));
    let begin = Instant::now();

    cloud.bill(AUGUST).done();

    assert!(begin.elapsed() >= Duration::from_secs(2), "{:?}", begin.elapsed());
    erp.has_each_statement_once(1);
}

#[test]
fn while_the_backend_cannot_be_asked_it_stays_in_doubt() {
    for does in ["unavailable", "time_out", "refuse"] {
        let cloud = cloud();
        let faults = format!("{{at: committed, does: time_out, first: 1}}, {{at: find, does: {does}, first: 2}}");
        let erp = Erp::of(&cloud, &faults);

        cloud.bill(AUGUST).failed().says("statement 1 is in doubt").says("Find");
        assert_eq!(cloud.statuses(), ["in_doubt"]);
        cloud.bill(AUGUST).failed().says("statement 1 is in doubt");
        assert_eq!((erp.documents().len(), erp.calls("commit")), (1, 1), "it is not sent again");

        cloud.bill(AUGUST).done();
        erp.has_each_statement_once(1);
        assert_eq!(erp.calls("commit"), 1);
    }
}

#[test]
fn what_is_surely_not_sent_stays_with_its_error_and_is_sent_by_the_next_run() {
    for (at, does) in [
        ("commit", "unavailable"),
        ("commit", "refuse"),
        ("open", "unavailable"),
        ("lines", "time_out"),
        ("totals", "refuse"),
    ] {
        let cloud = cloud();
        let erp = Erp::of(&cloud, &format!("{{at: {at}, does: {does}, first: 2}}"));

        for tries in 1..=2 {
            cloud.bill(AUGUST).failed().says("is stored, but not sent: told to");
            let [statement] = &cloud.statements()[..] else { panic!("one statement") };
            assert_eq!((statement["status"].as_str(), statement["tries"].as_i64()), (Some("pending"), Some(tries)));
            assert!(statement["error"].as_str().unwrap().starts_with("told to"), "{statement}");
        }
        assert_eq!((erp.documents().len(), erp.calls("find")), (0, 0), "{at} {does}: there is nothing to ask");

        cloud.bill(AUGUST).done();
        erp.has_each_statement_once(1);
        let statement = &cloud.statements()[0];
        assert_eq!((statement["tries"].as_i64(), statement["error"].as_str()), (Some(3), None));
    }
}

#[test]
fn a_receipt_that_says_nothing_is_no_receipt() {
    let cloud = cloud();
    let erp = Erp::of(&cloud, "{at: committed, does: empty_receipt, first: 1}");
    assert_eq!(cloud.bill(AUGUST).done().bill_of("demo").receipt(), format!("ERP {}", erp.documents()[0]));
    erp.has_each_statement_once(1);

    let cloud = self::cloud();
    let erp = Erp::of(&cloud, "{at: commit, does: empty_receipt, first: 1}");
    cloud.bill(AUGUST).failed().says("a receipt whose reference is 0 bytes long");
    cloud.bill(AUGUST).done();
    erp.has_each_statement_once(1);
}

#[test]
fn what_is_pending_has_no_document_to_write_again() {
    let cloud = cloud();
    let erp = Erp::of(&cloud, "{at: commit, does: refuse, first: 1}");
    cloud.bill(AUGUST).failed();

    cloud.run("statement regenerate 1").failed().says("statement 1 is pending").says("`artifice bill` finishes it");
    cloud.bill(AUGUST).done();

    // An ERP's documents live in the ERP: it is asked, and nothing is made.
    let answer = cloud.run("statement regenerate 1").done();
    assert_eq!(answer.out.trim_end(), format!("ERP {}", erp.documents()[0]));
    erp.has_each_statement_once(1);
}

#[test]
fn what_was_begun_for_another_backend_is_not_sent_to_this_one() {
    let cloud = cloud();
    let erp = Erp::of(&cloud, "{at: commit, does: refuse, first: 1}");
    cloud.bill(AUGUST).failed();
    cloud.set("main", "{invoice:object: billing.csv_invoice:Csv}").set("invoice:config", "{output_path: ./invoices}");

    cloud.bill(AUGUST).failed().says("was made for test.misbehaving:Erp");

    assert!(cloud.files("invoices").is_empty() && erp.documents().is_empty());
    assert_eq!(cloud.statuses(), ["pending"]);
}
