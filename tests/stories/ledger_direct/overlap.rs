//! Nothing is billed twice, whoever stores it.

use artifice_tests::database::Kind;

use super::{Columns, Ledger, PLAIN, august, set, text};

/// Days from and to, each overlapping August (1 to 32) in another way.
const OVERLAPPING: [(i64, i64); 6] = [(1, 32), (10, 20), (-30, 2), (31, 60), (-30, 60), (1, 2)];
/// Days that touch August, but do not overlap it.
const BESIDE: [(i64, i64); 2] = [(-30, 1), (32, 60)];
/// The id of a statement that is not there.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

#[test]
fn no_client_can_store_an_invoice_that_overlaps_another() {
    let mut ledger = Ledger::new();
    for setting in ledger.ways().settings {
        ledger.db.run(setting).unwrap();
        for (from, to) in OVERLAPPING {
            for insert in ledger.ways().inserts {
                let new = ledger.pending(NOBODY, &august(from), &august(to));
                ledger.refuses_copy(*insert, "statement", &new, "statement_no_overlap");
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
    let usage = |ledger: &mut Ledger, from: i64, to: i64| -> Columns {
        let mut columns = vec![("statement_id", text(&id))];
        columns.extend(ledger.period(&august(from), &august(to)));
        columns
    };
    for setting in ledger.ways().settings {
        ledger.db.run(setting).unwrap();
        for (from, to) in OVERLAPPING {
            for insert in ledger.ways().inserts {
                let new = usage(&mut ledger, from, to);
                ledger.refuses_copy(*insert, "usage", &new, "usage_no_overlap");
            }
        }
    }
    // What is not live could overlap anything, and be made live by nobody's rule: it is not born so.
    let mut dead = usage(&mut ledger, 10, 20);
    dead.push(("live", if Ledger::kind() == Kind::Sqlite { "0" } else { "false" }.to_owned()));
    ledger.refuses_copy(PLAIN, "usage", &dead, "usage_begins_live");
    let beside = usage(&mut ledger, 32, 40);
    let sql = ledger.copy(PLAIN, "usage", &beside);
    assert_eq!(ledger.db.run(&sql), Ok(1));
}

#[test]
fn no_client_can_move_an_invoice_or_usage_onto_another() {
    let mut ledger = Ledger::new();
    let id = ledger.statement(7, &august(40), &august(50));
    let mut usage = vec![("statement_id", text(&id))];
    usage.extend(ledger.period(&august(40), &august(50)));
    let sql = ledger.copy(PLAIN, "usage", &usage);
    ledger.db.run(&sql).unwrap();
    for setting in ledger.ways().settings {
        ledger.db.run(setting).unwrap();
        for verb in ledger.ways().updates {
            for table in ["statement", "usage"] {
                let moved = ledger.period(&august(10), &august(50));
                let all: Vec<String> = moved.iter().map(|(column, value)| format!("{column} = {value}")).collect();
                for set in [&all[0], &all.join(", ")] {
                    ledger.unmoved_by(&format!("{verb} {table} SET {set} WHERE statement_id = '{id}'"));
                }
            }
        }
    }
}

#[test]
fn a_statement_that_was_sent_grows_no_more() {
    let mut ledger = Ledger::new();
    for setting in ledger.ways().settings {
        ledger.db.run(setting).unwrap();
        for insert in ledger.ways().inserts {
            let beside = ledger.period(&august(40), &august(50));
            ledger.refuses_copy(*insert, "usage", &beside, "usage_of_new_statement");
            ledger.refuses_copy(*insert, "line", &set([("line_no", "2")]), "line_of_new_statement");
            let number = set([("number", "2"), ("statement_id", &text(NOBODY))]);
            ledger.refuses_copy(*insert, "invoice_number", &number, "invoice_number_");
            let (verb, end) = *insert;
            let tax = format!(
                "{verb} INTO tax SELECT tenant_no, statement_id, 1, 'GST', '15', '1', '1' FROM statement {end}"
            );
            match ledger.db.kind() {
                Kind::Sqlite => ledger.refuses(&tax, "tax_of_new_statement"),
                Kind::Postgres => ledger.refuses(&tax.replace("'15', '1', '1'", "15, 1, 1"), "tax_of_new_statement"),
            }
        }
    }
}

#[test]
fn what_belongs_to_nobody_is_refused_without_foreign_keys() {
    let mut ledger = Ledger::new();
    for insert in ledger.ways().inserts {
        let mut orphan = ledger.pending(NOBODY, &august(1), &august(32));
        orphan.push(("tenant_no", "99".to_owned()));
        ledger.refuses_copy(*insert, "statement", &orphan, "tenant");
        ledger.refuses_copy(*insert, "usage", &set([("series_no", "99")]), "usage_");
        ledger.refuses_copy(*insert, "line", &set([("statement_id", &text(NOBODY))]), "line_of_new_statement");
    }
}

#[test]
fn usage_has_a_series_and_a_series_a_tenant() {
    let mut ledger = Ledger::new();
    ledger.refuses_copy(PLAIN, "series", &set([("tenant_no", "99")]), "series_");
    let id = ledger.statement(7, &august(40), &august(50));
    let mut usage = vec![("statement_id", text(&id)), ("series_no", "99".to_owned())];
    usage.extend(ledger.period(&august(40), &august(50)));
    ledger.refuses_copy(PLAIN, "usage", &usage, "usage_");
}

#[test]
fn numbers_have_no_gaps_whoever_takes_them() {
    let mut ledger = Ledger::new();
    let id = text(&ledger.statement(7, &august(40), &august(50)));
    for changed in [("number", "77"), ("backend", "'another:Backend'")] {
        ledger.refuses_copy(PLAIN, "invoice_number", &set([changed, ("statement_id", &id)]), "invoice_number_");
    }
}
