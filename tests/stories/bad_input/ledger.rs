//! A ledger that is none.

use std::fs;

use artifice_tests::{Cloud, Vm};

use super::{check, cloud};

const COMMANDS: [&str; 7] = [
    "bill --month 2013-08",
    "bill --dry-run --month 2013-08",
    "usage --month 2013-08",
    "statement list",
    "db status",
    "db migrate",
    "db verify",
];

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

#[test]
fn a_row_that_cannot_be_read_concerns_only_its_own_tenant() {
    let cloud = Cloud::new();
    for tenant in ["aroha", "bob", "carol"] {
        cloud.meter(Vm::of(tenant, "vm").active("2013-08-05", 24));
        cloud.bill(&format!("-t {tenant} --month 2013-08")).done();
        cloud.meter(Vm::of(tenant, "vm").active("2013-09-05", 24));
    }
    let mut db = cloud.db();
    db.disarm();
    let of_bob = "statement_id = (SELECT statement_id FROM invoice_number WHERE number = 2)";
    db.run(&format!("UPDATE statement SET state = 'mislaid' WHERE {of_bob}")).unwrap();

    for format in ["table", "json"] {
        let listed = cloud.run(&format!("statement list --format {format}")).failed();
        let listed = listed.says("error: tenant bob: ").says("is damaged: its column state cannot be read: 'mislaid'");
        assert!(
            listed.out.contains("aroha") && listed.out.contains("carol") && !listed.out.contains("bob"),
            "{listed:?}"
        );
    }
    cloud.run("statement show 1").done();
    cloud.run("statement show 2").refused().says("restore the ledger from a backup");

    let ran = cloud.bill("--month 2013-09").failed();
    assert_eq!(ran.failures(), ["bob"]);
    assert_eq!([ran.bill_of("aroha").status(), ran.bill_of("carol").status()], ["committed"; 2]);
    assert_eq!(cloud.files("invoices").len(), 5);
    assert_eq!(db.number("SELECT count(*) FROM statement"), 5, "nothing was stored for bob");
    cloud.bill("-t bob --month 2013-08").failed().says("is damaged");
}
