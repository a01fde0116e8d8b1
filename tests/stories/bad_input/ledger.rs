//! A ledger that is none.

use std::fs;

use artifice_tests::{Cloud, Vm};

use super::{check, cloud};

const COMMANDS: [&str; 5] =
    ["bill --month 2013-08", "bill --dry-run --month 2013-08", "usage --month 2013-08", "statement list", "db status"];

#[test]
fn a_database_with_other_tables_is_not_made_a_ledger() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 24)).write("ledger.db", "");
    let mut db = cloud.db();
    db.run("CREATE TABLE photograph (place TEXT)").unwrap();

    check(cloud.run("bill --month 2013-08"), 2, &["another program's database", "a table 'photograph'"]);

    assert_eq!(db.tables(), ["photograph"]);
}

#[test]
fn a_ledger_of_a_newer_artifice_is_left_alone() {
    let cloud = cloud();
    let mut db = cloud.db();
    db.run("INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'new', true, 'x', 1)")
        .unwrap();
    let before = db.dump();
    for command in COMMANDS {
        check(cloud.run(command), 2, &["its schema has version 9999", "use a newer artifice"]);
        assert_eq!(db.dump(), before, "{command}");
    }
}

#[test]
fn a_statement_that_somebody_has_changed_is_not_used() {
    let cloud = cloud();
    let mut db = cloud.db();
    db.damage("UPDATE line SET cost = '0.01'");
    let before = (cloud.ledger(), fs::read_to_string(cloud.path("invoices/demo-2013-07-01-2013-08-01.csv")).unwrap());

    for command in ["statement show 1", "statement regenerate 1", "bill --format json --month 2013-07"] {
        let ran = cloud.run(command);
        assert!(matches!(ran.status, Some(1 | 2)), "{ran:#?}");
        ran.says("is damaged").says("restore the ledger from a backup").says_not("panicked at");
    }
    let after = (cloud.ledger(), fs::read_to_string(cloud.path("invoices/demo-2013-07-01-2013-08-01.csv")).unwrap());
    assert_eq!(after, before);
}

#[test]
fn an_answer_in_json_is_whole_or_not_there() {
    let cloud = cloud();
    let mut db = cloud.db();
    db.damage("UPDATE line SET cost = '0.01'");

    let ran = cloud.bill("--month 2013-07");

    assert!(ran.out.is_empty() || serde_json::from_str::<serde_json::Value>(&ran.out).is_ok(), "{ran:#?}");
}
