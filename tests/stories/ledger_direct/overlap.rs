//! Nothing is billed twice, whoever stores it.

use super::{INSERTS, Ledger, SETTINGS, UPDATES, august, pending};

/// Days from and to, each overlapping August (1 to 32) in another way.
const OVERLAPPING: [(i64, i64); 6] = [(1, 32), (10, 20), (-30, 2), (31, 60), (-30, 60), (1, 2)];
/// Days that touch August, but do not overlap it.
const BESIDE: [(i64, i64); 2] = [(-30, 1), (32, 60)];

#[test]
fn no_client_can_store_an_invoice_that_overlaps_another() {
    let mut ledger = Ledger::new();
    for setting in SETTINGS {
        ledger.db.run(setting).unwrap();
        for (from, to) in OVERLAPPING {
            for verb in INSERTS {
                let (start, end) = (august(from), august(to));
                let new = pending("'00000000-0000-0000-0000-000000000000'", &start, &end);
                let sql = ledger.copy(verb, "statement", &new);
                ledger.refuses(&sql, "statement_no_overlap");
            }
        }
    }
    for (number, (from, to)) in (1..).zip(BESIDE) {
        ledger.statement(number, &august(from), &august(to));
    }
}

#[test]
fn no_client_can_store_usage_that_overlaps_another() {
    let mut ledger = Ledger::new();
    let id = ledger.statement(7, &august(40), &august(50));
    let id = format!("'{id}'");
    for setting in SETTINGS {
        ledger.db.run(setting).unwrap();
        for (from, to) in OVERLAPPING {
            for verb in INSERTS {
                let (start, end) = (august(from), august(to));
                let sql = ledger.copy(
                    verb,
                    "usage",
                    &[("statement_id", &id), ("period_start", &start), ("period_end", &end), ("live", "1")],
                );
                ledger.refuses(&sql, "usage_no_overlap");
            }
        }
    }
    let (start, end) = (august(32), august(40));
    let beside = [("statement_id", id.as_str()), ("period_start", &start), ("period_end", &end)];
    let sql = ledger.copy("INSERT", "usage", &beside);
    assert_eq!(ledger.db.run(&sql), Ok(1));
}

#[test]
fn no_client_can_move_an_invoice_or_usage_onto_another() {
    let mut ledger = Ledger::new();
    let id = ledger.statement(7, &august(40), &august(50));
    let sql = ledger.copy(
        "INSERT",
        "usage",
        &[("statement_id", &format!("'{id}'")), ("period_start", &august(40)), ("period_end", &august(50))],
    );
    ledger.db.run(&sql).unwrap();
    for setting in SETTINGS {
        ledger.db.run(setting).unwrap();
        for verb in UPDATES {
            for table in ["statement", "usage"] {
                let (start, end) = (august(10), august(50));
                ledger.unmoved_by(&format!("{verb} {table} SET period_start = {start} WHERE statement_id = '{id}'"));
                ledger.unmoved_by(&format!(
                    "{verb} {table} SET period_start = {start}, period_end = {end} WHERE statement_id = '{id}'"
                ));
            }
        }
    }
}

#[test]
fn a_statement_that_was_sent_grows_no_more() {
    let mut ledger = Ledger::new();
    for setting in SETTINGS {
        ledger.db.run(setting).unwrap();
        for verb in INSERTS {
            let beside = [("period_start", august(40)), ("period_end", august(50))];
            let beside = beside.each_ref().map(|(column, value)| (*column, value.as_str()));
            let usage = ledger.copy(verb, "usage", &beside);
            ledger.refuses(&usage, "usage_of_new_statement");
            let line = ledger.copy(verb, "line", &[("line_no", "2")]);
            ledger.refuses(&line, "line_of_new_statement");
            let number = ledger.copy(verb, "invoice_number", &[("number", "2"), ("statement_id", "'nobody'")]);
            ledger.refuses(&number, "invoice_number_of_new_statement");
            let tax =
                format!("{verb} INTO tax SELECT tenant_no, statement_id, 1, 'GST', '15', '1', '1' FROM statement");
            ledger.refuses(&tax, "tax_of_new_statement");
        }
    }
}

#[test]
fn what_belongs_to_nobody_is_refused_without_foreign_keys() {
    let mut ledger = Ledger::new();
    ledger.db.run("PRAGMA foreign_keys = off").unwrap();
    for verb in INSERTS {
        let (start, end) = (august(1), august(32));
        let mut orphan = pending("'00000000-0000-0000-0000-000000000000'", &start, &end).to_vec();
        orphan.push(("tenant_no", "99"));
        let sql = ledger.copy(verb, "statement", &orphan);
        ledger.refuses(&sql, "statement_has_tenant");
        let sql = ledger.copy(verb, "usage", &[("series_no", "99")]);
        ledger.refuses(&sql, "usage_");
        let sql = ledger.copy(verb, "line", &[("statement_id", "'nobody'")]);
        ledger.refuses(&sql, "line_of_new_statement");
    }
}

#[test]
fn a_series_belongs_to_a_tenant() {
    let mut ledger = Ledger::new();
    let sql = ledger.copy("INSERT", "series", &[("tenant_no", "99")]);
    ledger.refuses(&sql, "series_");
}

#[test]
fn numbers_have_no_gaps_whoever_takes_them() {
    let mut ledger = Ledger::new();
    let id = ledger.statement(7, &august(40), &august(50));
    for changed in [("number", "77"), ("backend", "'another:Backend'")] {
        let sql = ledger.copy("INSERT", "invoice_number", &[changed, ("statement_id", &format!("'{id}'"))]);
        ledger.refuses(&sql, "invoice_number_");
    }
}
