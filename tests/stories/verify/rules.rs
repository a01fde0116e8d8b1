//! Every rule, broken once.

use artifice_tests::database::Kind;
use artifice_tests::{Cloud, Vm};

use super::{Found, rich};

/// The id of a statement that is not there.
const NOBODY: &str = "'00000000-0000-0000-0000-000000000009'";

/// A rule, the number of the statement at which it is found (0 for none), and SQL that breaks it, for
/// both databases or each of them. `#3` is the id of statement 3.
type Break = (&'static str, i64, &'static str, &'static str);

/// The same SQL for both.
const SAME: &str = "";

/// What is used, and lines.
const OF_USAGE: &[Break] = &[
    (
        "statement_overlap",
        5,
        "UPDATE statement SET period_start = period_start - 86400000000 WHERE statement_id = #5",
        "UPDATE statement SET period = tstzrange(lower(period) - interval '1 day', upper(period)) WHERE statement_id = #5",
    ),
    (
        "usage_overlap",
        5,
        "UPDATE usage SET period_start = period_start - 86400000000 WHERE statement_id = #5",
        "UPDATE usage SET period = tstzrange(lower(period) - interval '1 day', upper(period)) WHERE statement_id = #5",
    ),
    (
        "usage_live",
        1,
        "UPDATE usage SET live = 0 WHERE statement_id = #1",
        "UPDATE usage SET live = false WHERE statement_id = #1",
    ),
    (
        "usage_live",
        3,
        "UPDATE usage SET live = 1 WHERE statement_id = #3",
        "UPDATE usage SET live = true WHERE statement_id = #3",
    ),
    (
        "usage_outside",
        5,
        "UPDATE usage SET period_end = period_end + 1 WHERE statement_id = #5",
        "UPDATE usage SET period = tstzrange(lower(period), upper(period) + interval '1 us') WHERE statement_id = #5",
    ),
    (
        "line_outside",
        5,
        "UPDATE line SET period_start = period_start - 1 WHERE statement_id = #5",
        "UPDATE line SET period = tstzrange(lower(period) - interval '1 us', upper(period)) WHERE statement_id = #5",
    ),
    ("usage_of_credit", 4, "UPDATE usage SET statement_id = #4 WHERE statement_id = #3", SAME),
    ("usage_corrects", 2, "UPDATE usage SET corrects = #7 WHERE statement_id = #2", SAME),
    (
        "usage_corrects",
        2,
        "UPDATE usage SET live = 0 WHERE statement_id = #1",
        "UPDATE usage SET live = false WHERE statement_id = #1",
    ),
    ("usage_without_series", 5, "UPDATE usage SET series_no = 99 WHERE statement_id = #5", SAME),
    ("usage_orphan", 0, "UPDATE usage SET statement_id = #nobody WHERE statement_id = #5", SAME),
    ("line_orphan", 0, "UPDATE line SET statement_id = #nobody WHERE statement_id = #5", SAME),
    (
        "tax_orphan",
        0,
        "INSERT INTO tax (tenant_no, statement_id, tax_no, name, percent, base, amount) SELECT tenant_no, #nobody, 1, 'GST', '15', '0', '0' FROM statement WHERE statement_id = #5",
        "INSERT INTO tax (tenant_no, statement_id, tax_no, name, percent, base, amount) SELECT tenant_no, #nobody, 1, 'GST', 15, 0, 0 FROM statement WHERE statement_id = #5",
    ),
    ("trail_orphan", 0, "UPDATE audit SET statement_id = #nobody WHERE statement_id = #5", SAME),
];

/// What statements have to do with each other, numbers and trails.
const OF_STATEMENTS: &[Break] = &[
    ("credit_missing", 3, "UPDATE statement SET kind = 'invoice', refers_to = NULL WHERE statement_id = #4", SAME),
    ("credit_not_committed", 3, "UPDATE statement SET state = 'sending' WHERE statement_id = #4", SAME),
    ("credit_too_early", 3, "UPDATE statement SET state = 'committed' WHERE statement_id = #3", SAME),
    (
        "credit_sums",
        4,
        "UPDATE statement SET total = '-0.01' WHERE statement_id = #4",
        "UPDATE statement SET total = -0.01 WHERE statement_id = #4",
    ),
    ("refers_to", 2, "UPDATE statement SET currency = 'USD' WHERE statement_id = #2", SAME),
    ("refers_to", 2, "UPDATE statement SET state = 'voiding' WHERE statement_id = #1", SAME),
    ("revisions", 1, "UPDATE statement SET revision = 2 WHERE statement_id = #2", SAME),
    ("number_missing", 0, "DELETE FROM invoice_number WHERE number = 7", SAME),
    (
        "number_of_another_backend",
        1,
        "UPDATE invoice_number SET backend = 'another.one:Backend', number = 1 WHERE number = 7",
        SAME,
    ),
    ("number_gap", 0, "UPDATE invoice_number SET number = 70 WHERE number = 7", SAME),
    (
        "number_of_nobody",
        8,
        "INSERT INTO invoice_number SELECT backend, 8, tenant_no, #nobody FROM invoice_number WHERE number = 7",
        SAME,
    ),
    ("trail_gap", 1, "DELETE FROM audit WHERE statement_id = #1 AND entry_no = 1", SAME),
    ("trail_state", 1, "DELETE FROM audit WHERE statement_id = #1 AND action = 'committed'", SAME),
    ("trail_missing", 1, "DELETE FROM audit WHERE statement_id = #1", SAME),
];

/// What a statement says, and how far it has got.
const OF_CONTENT: &[Break] = &[
    (
        "receipt_of_state",
        1,
        "UPDATE statement SET receipt = NULL, receipt_details = NULL WHERE statement_id = #1",
        SAME,
    ),
    ("receipt_of_state", 7, "UPDATE statement SET state = 'pending' WHERE statement_id = #7", SAME),
    ("statement_unreadable", 7, "UPDATE statement SET receipt_details = 'no JSON' WHERE statement_id = #7", SAME),
    ("statement_unreadable", 7, "UPDATE statement SET kind = 'letter' WHERE statement_id = #7", SAME),
    ("content_unreadable", 7, "UPDATE line SET aggregate = 'nothing' WHERE statement_id = #7", SAME),
    ("digest", 7, "UPDATE line SET name = 'another' WHERE statement_id = #7", SAME),
    (
        "sums",
        7,
        "UPDATE line SET cost = '0.01' WHERE statement_id = #7",
        "UPDATE line SET cost = 0.01 WHERE statement_id = #7",
    ),
    (
        "tenant_unknown",
        0,
        "INSERT INTO series SELECT 99, series_no, resource_id, entry, service, location FROM series LIMIT 1",
        SAME,
    ),
    (
        "in_doubt",
        7,
        "UPDATE statement SET state = 'in_doubt', receipt = NULL, receipt_details = NULL WHERE statement_id = #7",
        SAME,
    ),
    (
        "sending_too_long",
        7,
        "UPDATE statement SET state = 'sending', lease_until_us = 1 WHERE statement_id = #7",
        "UPDATE statement SET state = 'sending', lease_until = '2013-09-01' WHERE statement_id = #7",
    ),
    (
        "pending_too_long",
        7,
        "UPDATE statement SET state = 'pending', created_us = 1 WHERE statement_id = #7",
        "UPDATE statement SET state = 'pending', created = '2013-09-01' WHERE statement_id = #7",
    ),
    (
        "voiding_too_long",
        3,
        "UPDATE statement SET state = CASE kind WHEN 'credit' THEN state ELSE 'voiding' END, created_us = 1
         WHERE statement_id IN (#3, #4)",
        "UPDATE statement SET state = CASE kind WHEN 'credit' THEN state ELSE 'voiding' END, created = '2013-09-01'
         WHERE statement_id IN (#3, #4)",
    ),
];

/// Whose a finding must be said to be.
fn tenant(number: i64) -> &'static str {
    match number {
        3 | 4 | 7 => "bob",
        _ => "aroha",
    }
}

fn broken(whole: &Cloud, sql: &str) -> Cloud {
    let cloud = whole.copy();
    let mut db = cloud.db();
    db.disarm();
    let mut sql = sql.replace("#nobody", NOBODY);
    for number in 1..=7 {
        let rows = db.rows(&format!("SELECT CAST(statement_id AS text) FROM invoice_number WHERE number = {number}"));
        sql = sql.replace(&format!("#{number}"), &format!("'{}'", rows[0][0]));
    }
    assert!(db.run(&sql).unwrap_or_else(|error| panic!("{sql}: {error}")) > 0, "{sql}");
    cloud
}

#[test]
fn what_breaks_a_rule_about_usage_is_found_by_its_name() {
    found_by_name(OF_USAGE);
}

#[test]
fn what_breaks_a_rule_about_statements_is_found_by_its_name() {
    found_by_name(OF_STATEMENTS);
}

#[test]
fn what_breaks_a_rule_about_content_is_found_by_its_name() {
    found_by_name(OF_CONTENT);
}

#[track_caller]
fn found_by_name(breaks: &[Break]) {
    let whole = rich();
    let waiting = ["in_doubt", "sending_too_long", "pending_too_long", "voiding_too_long"];
    for (rule, number, sqlite, postgres) in breaks {
        let sql = if Kind::of_this_program() == Kind::Postgres && !postgres.is_empty() { postgres } else { sqlite };
        let cloud = broken(&whole, sql);
        let before = cloud.ledger();

        let found = Found::by(&cloud, "");

        let of_rule = found.of_rule(rule);
        assert_eq!(of_rule.len(), 1, "{rule}: {:#}", found.json());
        let finding = of_rule[0];
        if *number == 0 {
            assert!(finding["statement"].is_null() || finding["statement"]["number"].is_null(), "{rule}: {finding:#}");
        } else {
            assert_eq!(finding["statement"]["number"], *number, "{rule}: {finding:#}");
            // Whose a number is that belongs to nobody, or is another's, is told by its statement.
            if !matches!(*rule, "number_of_nobody" | "number_of_another_backend") {
                assert_eq!(finding["tenant"]["id"], tenant(*number), "{rule}: {finding:#}");
            }
        }
        let gravity = if waiting.contains(rule) { "waiting" } else { "wrong" };
        assert_eq!(finding["gravity"], gravity, "{rule}");
        assert!(!finding["what"].as_str().unwrap().contains("{}"), "{finding:#}");
        assert!(finding["advice"].as_str().unwrap().contains('`'), "{finding:#}");
        assert_eq!(cloud.ledger(), before, "{rule}: it changes nothing");
    }
}

#[test]
fn a_table_that_is_gone_is_a_finding_and_no_end() {
    let cloud = rich();
    cloud.db().run("ALTER TABLE audit RENAME TO audit_of_before").unwrap();
    let found = Found::by(&cloud, "");
    assert!(found.of_rule("guard_missing").iter().any(|finding| finding["what"] == "the table 'audit' is missing"));
    assert_eq!(found.of_rule("unreadable").len(), 1, "{:#}", found.json());
}

#[test]
fn a_ledger_that_is_older_than_its_trail_has_statements_without_one() {
    let cloud = rich();
    let mut db = cloud.db();
    db.disarm();
    db.run("DELETE FROM audit WHERE entry_no > 0").unwrap();
    assert_eq!(Found::by(&cloud, "").of_rule("trail_missing").len(), 7);
    let first = match db.kind() {
        Kind::Sqlite => "UPDATE _sqlx_migrations SET installed_on = '2013-01-01 00:00:00' WHERE version = 1",
        Kind::Postgres => "UPDATE _sqlx_migrations SET installed_on = '2013-01-01' WHERE version = 1",
    };
    db.run(first).unwrap();
    assert_eq!(Found::by(&cloud, "").of_rule("trail_missing").len(), 0);
}

#[test]
fn a_resource_that_is_charged_to_two_tenants_at_one_time_waits_for_somebody() {
    let cloud = Cloud::new();
    cloud
        .meter(Vm::of("aroha", "shared").active("2013-08-05", 24))
        .meter(Vm::of("bob", "shared").active("2013-08-05T12:00:00", 24));
    // Handed over: nobody is charged for the other's time.
    cloud
        .meter(Vm::of("aroha", "given").active("2013-08-01", 24))
        .meter(Vm::of("bob", "given").active("2013-08-02", 24));
    cloud.bill("--month 2013-08").done();

    let found = Found::by(&cloud, "");

    assert_eq!((found.rules(), found.all().len()), (vec!["charged_twice"], 1), "{:#}", found.json());
    // Who is billed first, and so has which number, is nobody's business.
    let bobs = cloud.statements().iter().find(|it| it["tenant"]["id"] == "bob").unwrap()["number"].clone();
    let what = found.all()[0]["what"].as_str().unwrap();
    let of_bob = format!("resource shared (instance) is charged to tenant bob, too, in statement {bobs}");
    assert!(what.contains(&of_bob), "{what}");
    assert!(what.contains("from 2013-08-05T12:00:00Z to 2013-08-06T00:00:00Z"), "{what}");
    cloud.run(&format!("statement void {bobs} --reason wrong")).done();
    assert!(Found::by(&cloud, "").all().is_empty());
}
