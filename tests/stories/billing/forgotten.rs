//! Nothing is forgotten: time that no statement covers, and documents that the ledger does not know.

use std::fs;

use artifice_tests::{Cloud, Erp, Vm};
use serde_json::json;

use crate::all::verify::Found;

fn demo() -> Cloud {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 24));
    cloud.meter(Vm::of("demo", "vm").active("2013-10-05", 24));
    cloud
}

#[test]
fn a_month_that_was_skipped_is_told_and_listed_until_it_is_billed() {
    let cloud = demo();
    cloud.bill("--month 2013-08").done();

    let told = cloud.bill("--month 2013-10").done();
    told.says("tenant demo: no statement covers 2013-09-01T00:00:00Z to 2013-10-01T00:00:00Z");
    let found = Found::by(&cloud, "");
    assert_eq!((found.rules(), &found.all()[0]["gravity"]), (vec!["gap"], &json!("waiting")));
    assert_eq!(found.all()[0]["what"], "no statement covers 2013-09-01T00:00:00Z to 2013-10-01T00:00:00Z");

    // There was nothing in it; that is remembered.
    let nothing = cloud.bill("--month 2013-09").done().says("nothing to bill");
    assert!(!nothing.err.contains("no statement covers"), "{nothing:?}");
    assert!(Found::by(&cloud, "").all().is_empty());
}

#[test]
fn a_time_zone_that_was_changed_leaves_hours_that_nobody_billed() {
    let cloud = Cloud::new();
    cloud.set("main", "{invoice:object: billing.csv_invoice:Csv, timezone: Pacific/Auckland}");
    cloud.meter(Vm::of("demo", "vm").active("2013-07-31T20:00:00", 24 * 40));
    cloud.bill("--month 2013-08").done();
    cloud.set("main", "{invoice:object: billing.csv_invoice:Csv}");

    cloud.bill("--month 2013-09").done().says("no statement covers 2013-08-31T12:00:00Z to 2013-09-01T00:00:00Z");

    assert_eq!(Found::by(&cloud, "").rules(), ["gap"]);
    cloud.bill("--from 2013-08-31T12:00:00Z --to 2013-09-01").done();
    assert!(Found::by(&cloud, "").all().is_empty());
}

#[test]
fn a_month_with_nothing_to_bill_is_no_gap_and_one_that_may_still_change_is_not_remembered() {
    let cloud = demo();
    for month in ["2013-08", "2013-09", "2013-10"] {
        let ran = cloud.bill(&format!("--month {month}")).done();
        assert!(!ran.err.contains("no statement covers"), "{month}: {ran:?}");
    }
    assert!(Found::by(&cloud, "").all().is_empty());
    // Nobody knows what the future brings.
    cloud.bill("--from 2013-11-01 --to 2999-01-01 --accept-incomplete").done();
    let noted = cloud.db().number("SELECT count(*) FROM idle");
    assert_eq!(noted, 1);
}

#[test]
fn whom_only_another_tenants_bill_is_for_is_not_remembered() {
    let cloud = demo();
    cloud.meter(Vm::of("other", "vm-of-other").active("2013-08-05", 24));
    cloud.bill("--month 2013-08").done();
    cloud.bill("-t other --month 2013-09").done();
    let ran = cloud.bill("--month 2013-10").done();
    assert!(ran.err.contains("tenant demo: no statement covers") && !ran.err.contains("tenant other"), "{ran:?}");
}

/// The ledger as it was before, with the documents of today.
fn restored(backup: Cloud, newer: &Cloud) -> Cloud {
    backup.set("invoice:config", &format!("{{output_path: '{}'}}", newer.path("invoices").display()));
    backup
}

#[test]
fn a_ledger_that_came_back_from_a_backup_bills_nothing() {
    let cloud = demo();
    cloud.bill("--month 2013-08").done();
    let backup = cloud.copy();
    cloud.bill("--month 2013-10").done();
    let old = restored(backup, &cloud);
    let before = (old.ledger(), cloud.files("invoices"));

    let refused = old.bill("--month 2013-10").refused();

    refused.says("does not know: demo-2013-10-01-2013-11-01.csv").says("restored from a backup");
    assert_eq!((old.ledger(), cloud.files("invoices")), before);
    // Whoever knows better says so.
    old.set("main", "{invoice:object: billing.csv_invoice:Csv, newer_documents: warn}");
    old.bill("--month 2013-10")
        .done()
        .says("does not know: demo-2013-10-01-2013-11-01.csv")
        .says("may be billed twice");
    // That it has newer ones itself from then on makes nothing known.
    old.set("main", "{invoice:object: billing.csv_invoice:Csv}");
    old.bill("--month 2013-09").refused().says("does not know: demo-2013-10-01-2013-11-01.csv");
    old.set("main", "{invoice:object: billing.csv_invoice:Csv, newer_documents: never}");
    old.bill("--month 2013-09").refused().says("newer_documents");
}

#[test]
fn a_ledger_that_came_back_from_a_backup_takes_nothing_back_and_adjusts_nothing() {
    let cloud = demo();
    cloud.meter(Vm::of("demo", "vm").active("2013-08-20", 5));
    cloud.bill("--from 2013-08-01 --to 2013-08-11").done();
    let backup = cloud.copy();
    cloud.bill("--from 2013-08-11 --to 2013-09-01").done();
    let old = restored(backup, &cloud);
    let before = (old.ledger(), cloud.files("invoices"));

    // The credit would be newer than what the ledger has lost, and so hide it.
    for command in [
        "statement void 1 --reason x",
        "statement void 1 --reason x --with-later",
        "bill --adjust --from 2013-08-01 --to 2013-08-11",
    ] {
        old.run(command).refused().says("does not know: demo-2013-08-11-2013-09-01.csv");
    }
    old.bill("--from 2013-08-11 --to 2013-09-01").refused();
    assert_eq!((old.ledger(), cloud.files("invoices")), before);

    // An older program had taken it back all the same.
    old.set("main", "{invoice:object: billing.csv_invoice:Csv, newer_documents: warn}");
    old.run("statement void 1 --reason x").done().says("does not know: demo-2013-08-11-2013-09-01.csv");
    old.set("main", "{invoice:object: billing.csv_invoice:Csv}");
    old.bill("--from 2013-08-11 --to 2013-09-01").refused().says("does not know: demo-2013-08-11-2013-09-01.csv");
}

#[test]
fn another_ledgers_documents_do_not_count_and_those_of_nobody_are_told() {
    let (one, other) = (demo(), demo());
    let shared = other.path("invoices").display().to_string();
    one.set("invoice:config", &format!("{{output_path: '{shared}', output_file: 'one-%(number)s.csv'}}"));
    one.bill("--month 2013-08").done();
    let ran = other.bill("--month 2013-08").done();
    assert!(!ran.err.contains("does not know"), "{ran:?}");

    // As an older program left it: it says nothing of its ledger.
    let keys = other.path("invoices/.artifice/keys");
    for entry in fs::read_dir(keys).unwrap() {
        let path = entry.unwrap().path();
        let mut record: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        assert_eq!(record["ledger_id"].as_str().unwrap().len(), 36);
        record.as_object_mut().unwrap().remove("ledger_id");
        fs::write(&path, record.to_string()).unwrap();
    }
    let ran = one.bill("--month 2013-10").done();
    ran.says("do not say of which ledger they are: demo-2013-08-01-2013-09-01.csv");
}

#[test]
fn a_new_ledger_in_the_place_of_one_that_was_lost_is_told_of_the_documents_it_bills_again() {
    let (lost, new) = (demo(), demo());
    new.set("invoice:config", &format!("{{output_path: '{}'}}", lost.path("invoices").display()));
    lost.bill("--month 2013-08").done();

    // Another month is another matter.
    let ran = new.bill("--month 2013-10").done();
    assert!(!ran.err.contains("another ledger"), "{ran:?}");
    let ran = new.bill("--month 2013-08").done();
    ran.says("documents that another ledger had made of what is billed here now: demo-2013-08-01-2013-09-01.csv");

    let found = Found::by(&new, "--backend");
    let unknown = found.of_rule("document_unknown");
    assert_eq!(unknown.len(), 1, "{:#}", found.json());
    let (what, advice) = (unknown[0]["what"].to_string(), unknown[0]["advice"].to_string());
    assert!(what.contains("made for another ledger") && !what.contains("backup"), "{what}");
    assert!(advice.contains("in the place of that one") && advice.contains("billed twice"), "{advice}");
}

#[test]
fn a_backend_that_does_not_say_what_it_has_stops_no_bill() {
    let cloud = demo();
    let _ = Erp::of(&cloud, "{at: documents, does: unavailable}");
    let first = cloud.bill("--month 2013-08").done();
    assert!(!first.err.contains("does not say which documents"), "{first:?}");
    cloud.bill("--month 2013-10").done().says("does not say which documents it has");
}

#[test]
fn an_installation_that_was_moved_is_right() {
    let cloud = demo();
    cloud.bill("--month 2013-08").done();
    let moved = cloud.copy();
    fs::remove_dir_all(cloud.path("invoices")).unwrap();

    assert!(Found::by(&moved, "--backend").all().is_empty());
    let ran = moved.run("statement regenerate 1").done();
    assert_eq!(ran.out.trim_end(), moved.path("invoices/demo-2013-08-01-2013-09-01.csv").to_str().unwrap());
    moved.bill("--month 2013-10").done();
}

#[test]
fn receipts_that_an_older_program_kept_as_paths_are_understood_where_they_were_moved() {
    let cloud = demo();
    cloud.bill("--month 2013-08").done();
    let (mut client, path) = (cloud.db(), "/srv/old/invoices/demo-2013-08-01-2013-09-01.csv");
    // What stays is taken away for it.
    let trigger = if cloud.path("ledger.db").is_file() { "" } else { " ON statement" };
    client.run(&format!("DROP TRIGGER statement_content_stays{trigger}")).unwrap();
    client.run(&format!("UPDATE statement SET receipt = '{path}'")).unwrap();

    let found = Found::by(&cloud, "--backend");

    assert_eq!(found.rules(), ["guard_missing"], "{:#}", found.json());
    let ran = cloud.run("statement regenerate 1").done();
    assert_eq!(ran.out.trim_end(), cloud.path("invoices/demo-2013-08-01-2013-09-01.csv").to_str().unwrap());
}
