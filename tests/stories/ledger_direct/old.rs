//! Ledgers of older programs: brought up to date with everything in them, or left as they were.

mod made;

use std::fs;
use std::time::{Duration, Instant};

use artifice_tests::database::Kind;
use artifice_tests::{Cloud, Ran};

use self::made::{Old, TENANTS};
use crate::all::verify::Found;

/// The status of a tenant's statements, oldest first.
fn statuses(cloud: &Cloud, tenant: &str) -> Vec<String> {
    let of_tenant = |statement: &serde_json::Value| statement["tenant"]["id"] == tenant;
    let all = cloud.statements().into_iter().filter(of_tenant);
    all.map(|statement| statement["status"].as_str().unwrap().to_owned()).collect()
}

/// The id of a tenant's first statement.
fn id_of(cloud: &Cloud, tenant: &str) -> String {
    let all = cloud.statements();
    let found = all.iter().find(|statement| statement["tenant"]["id"] == tenant).unwrap();
    found["id"].as_str().unwrap().to_owned()
}

/// What protects new statements protects the old ones.
fn is_guarded(cloud: &Cloud) {
    let mut db = cloud.db();
    let of = |tenant: &str| format!("tenant_no = (SELECT tenant_no FROM tenant WHERE tenant_id = '{tenant}')");
    let before = db.dump();
    for (sql, rule) in [
        (
            format!("UPDATE statement SET state = 'voiding', void_reason = 'r' WHERE {}", of("committed")),
            "statement_void",
        ),
        (format!("UPDATE statement SET claim = 'mine' WHERE {}", of("committed")), "statement_claim"),
        (format!("UPDATE statement SET state = 'sending' WHERE {}", of("committed")), "statement_"),
        (format!("UPDATE statement SET void_reason = 'another' WHERE {}", of("void")), "statement_content_stays"),
        (format!("UPDATE statement SET settings = '{{}}' WHERE {}", of("committed")), "statement_content_stays"),
        (format!("UPDATE usage SET corrects = statement_id WHERE {}", of("committed")), "usage_only_ends"),
        ("UPDATE line SET cost = cost".to_owned(), "line_stays"),
        ("DELETE FROM statement".to_owned(), "statement_no_delete"),
        ("DELETE FROM series".to_owned(), "series_no_delete"),
    ] {
        let refusal = db.run(&sql).expect_err(&sql);
        assert!(refusal.contains(rule), "{sql}: {refusal}");
    }
    assert_eq!(db.dump(), before);
}

#[test]
fn an_old_ledger_is_brought_up_to_date_with_all_that_is_in_it() {
    let old = Old::new();
    let before = old.rows();
    assert!(old.cloud.run("db status").done().out.contains("5 behind"));

    assert!(old.cloud.run("db migrate").done().out.contains("now at schema version"));

    assert_eq!(old.rows(), before);
    for tenant in TENANTS {
        // There were no credits, so nothing was taken back by one.
        let expected = match tenant {
            "left_live" => "void",
            "voiding" => "committed",
            same => same,
        };
        assert_eq!(statuses(&old.cloud, tenant), [expected], "{tenant}");
    }
    let live = "SELECT count(*) FROM usage WHERE CAST(live AS text) IN ('1', 'true')";
    assert_eq!(old.cloud.db().number(live), 2 * 5, "what is void covers nothing");
    is_guarded(&old.cloud);
    // Documents come from what is stored, and are what they were.
    for statement in old.cloud.statements().iter().filter(|statement| statement["status"] == "committed") {
        old.cloud.run(&format!("statement regenerate {}", statement["id"].as_str().unwrap())).done();
    }
    let again = old.read_documents();
    assert_eq!(again.len(), 2);
    assert!(again.iter().all(|(name, bytes)| old.documents[name] == *bytes));
    old.cloud.run("db migrate").done();
    old.cloud.run(&format!("statement void {} --reason wrong", id_of(&old.cloud, "committed"))).done();
    assert_eq!(statuses(&old.cloud, "committed"), ["void", "committed"], "the invoice and its credit");
}

#[test]
fn what_was_brought_up_to_date_is_found_right() {
    let old = Old::new();
    old.cloud.run("db migrate").done();
    let made = "UPDATE _sqlx_migrations SET installed_on = '2013-09-01 00:00:00' WHERE version = 1";
    old.cloud.db().run(made).unwrap();
    let found = Found::by(&old.cloud, "");
    assert_eq!(found.rules(), ["in_doubt", "sending_too_long"], "{:#}", found.json());
}

#[test]
fn whoever_reads_an_old_ledger_is_told_what_to_do_and_leaves_it_old() {
    let old = Old::new();
    let before = old.cloud.db().dump();

    for command in ["history", "history --by month", "statement list", "statement show 1"] {
        let ran =
            old.cloud.run(command).refused().says("its schema is 5 versions behind").says("`artifice db migrate`");
        assert_eq!(ran.says_one_line().out, "", "{command}");
    }

    assert_eq!(old.cloud.db().dump(), before);
    old.cloud.run("db migrate").done();
    // Two of the seven are void. None of the others has less than its two lines.
    let shown = old.cloud.run("history --by tenant --format csv").done().out;
    assert_eq!(shown.lines().filter(|row| row.contains(",2,29,")).count(), 5, "{shown}");
}

#[test]
fn the_next_bill_brings_an_old_ledger_up_to_date_and_finishes_what_is_in_it() {
    let old = Old::new();
    let before = old.rows();

    old.cloud.bill("--month 2013-08").done();

    old.has_still(&before);
    for tenant in TENANTS {
        let expected: &[&str] = match tenant {
            "void" | "left_live" => &["void", "committed"],
            _ => &["committed"],
        };
        assert_eq!(statuses(&old.cloud, tenant), expected, "{tenant}");
    }
    for tenant in ["committed", "voiding"] {
        old.cloud.run(&format!("statement regenerate {}", id_of(&old.cloud, tenant))).done();
    }
    // (A document does not say its statement's number, so those of what was billed again are the same, too.)
    assert!(old.read_documents() == old.documents, "not what they were, byte for byte");
    is_guarded(&old.cloud);
}

#[test]
fn of_eight_that_find_an_old_ledger_one_brings_it_up_to_date() {
    let old = Old::new();
    let before = old.rows();

    let running: Vec<_> = (0..8).map(|_| old.cloud.command("db migrate").spawn().unwrap()).collect();
    let end = |child: std::process::Child| Ran::new("one of eight".to_owned(), child.wait_with_output().unwrap());
    let ended: Vec<Ran> = running.into_iter().map(|child| end(child).done()).collect();

    let changed = ended.iter().filter(|ran| ran.out.contains("now at schema version")).count();
    assert_eq!(changed, 1, "{ended:#?}");
    assert_eq!(old.rows(), before);
    is_guarded(&old.cloud);
}

#[test]
fn a_migration_that_is_killed_leaves_the_old_schema_whole() {
    let old = Old::new();
    let before = old.rows();
    match Kind::of_this_program() {
        Kind::Sqlite => killed_at_any_instant(&old),
        Kind::Postgres => killed_in_the_middle(&old),
    }
    old.cloud.run("db migrate").done();
    old.has_still(&before);
    is_guarded(&old.cloud);
}

/// A reader of `usage` makes the migration wait when it has changed `statement` already.
fn killed_in_the_middle(old: &Old) {
    let schema = "SELECT table_name || '.' || column_name FROM information_schema.columns
                  WHERE table_schema = 'public' ORDER BY 1";
    let (mut reader, mut db) = (old.cloud.db(), old.cloud.db());
    let (columns, rows) = (db.rows(schema), db.dump());
    reader.run("BEGIN").unwrap();
    reader.run("SELECT 1 FROM usage").unwrap();
    let mut migrating = old.cloud.command("db migrate").spawn().unwrap();
    let until = |what: &str, db: &mut artifice_tests::Db, sql: &str, count: i64| {
        let begin = Instant::now();
        while db.number(sql) != count {
            assert!(begin.elapsed() < Duration::from_secs(30), "never: {what}");
            std::thread::sleep(Duration::from_millis(10));
        }
    };
    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'usage'::regclass";
    until("it waits", &mut db, waiting, 1);

    migrating.kill().unwrap();
    migrating.wait().unwrap();
    reader.run("COMMIT").unwrap();

    let its =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'artifice'";
    until("its end", &mut db, its, 0);
    assert_eq!(db.rows(schema), columns);
    assert_eq!(db.dump(), rows);
}

fn killed_at_any_instant(old: &Old) {
    const SCHEMA: &str = "SELECT type || name || coalesce(sql, '') FROM sqlite_master ORDER BY 1";
    // Enough lines for a migration to take a while: it looks at all of them.
    old.cloud
        .db()
        .run(
            "INSERT INTO line SELECT tenant_no, statement_id, n + 100, section, location, service, name, resource_id,
                    resource_name, entry, meter, aggregate, line.period_start, line.period_end, volume, unit, rate, rate_unit,
                    rate_origin, cost
             FROM line JOIN statement USING (tenant_no, statement_id),
                  (WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 15000)
                   SELECT n FROM numbers)
             WHERE state = 'pending' AND line_no = 1",
        )
        .unwrap();
    old.cloud.db().rows("PRAGMA wal_checkpoint(TRUNCATE)");
    let file = fs::read(old.cloud.path("ledger.db")).unwrap();
    let begin = Instant::now();
    old.cloud.run("db migrate").done();
    let whole = begin.elapsed();
    let new = old.cloud.db().rows(SCHEMA);
    let put_back = || {
        old.cloud.write("ledger.db", &file);
        for suffix in ["-wal", "-shm"] {
            let _ = fs::remove_file(old.cloud.path(&format!("ledger.db{suffix}")));
        }
    };
    put_back();
    let (schema, rows) = (old.cloud.db().rows(SCHEMA), old.cloud.ledger());
    for step in 0..20 {
        put_back();
        let mut migrating = old.cloud.command("db migrate").spawn().unwrap();
        std::thread::sleep(whole * step / 20);
        migrating.kill().unwrap();
        migrating.wait().unwrap();
        let now = old.cloud.db().rows(SCHEMA);
        if now == schema {
            assert_eq!(old.cloud.ledger(), rows, "killed at {step}/20");
        } else {
            assert_eq!(now, new, "killed at {step}/20");
        }
    }
    put_back();
}

#[test]
fn nothing_that_somebody_has_added_to_an_old_ledger_is_in_the_way_or_lost() {
    let old = Old::new();
    let mut db = old.cloud.db();
    db.run("CREATE VIEW owed AS SELECT tenant_no, total FROM statement WHERE state <> 'void'").unwrap();
    db.run("CREATE INDEX line_by_service ON line (service)").unwrap();
    let before = db.rows("SELECT CAST(total AS text) FROM owed ORDER BY tenant_no");
    assert_eq!(before.len(), 5);

    old.cloud.run("db migrate").done();

    assert_eq!(old.cloud.db().rows("SELECT CAST(total AS text) FROM owed ORDER BY tenant_no"), before);
    let index = match Kind::of_this_program() {
        Kind::Sqlite => "SELECT count(*) FROM sqlite_master WHERE name = 'line_by_service'",
        Kind::Postgres => "SELECT count(*) FROM pg_class WHERE relname = 'line_by_service'",
    };
    assert_eq!(old.cloud.db().number(index), 1);
}
