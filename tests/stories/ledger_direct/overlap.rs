//! Nothing is billed twice, whoever stores it.

use artifice_tests::database::Kind;

use super::{Columns, Ledger, PLAIN, august, number_of, set, text, with};

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
                // (To SQLite's OR REPLACE this means the default.)
                ledger.refuses_copy(*insert, "statement", &with(new, "state", "NULL"), "");
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
    // The one statement that may be about the same time: it may correct what is billed, not bill it again.
    let new = ledger.adjustment(7, 1);
    let adjustment = ledger.stored(&new);
    let usage = |ledger: &mut Ledger, from: i64, to: i64| -> Columns {
        let mut columns = vec![("statement_id", text(&adjustment))];
        columns.extend(ledger.period(&august(from), &august(to)));
        columns
    };
    let dead = if Ledger::kind() == Kind::Sqlite { "0" } else { "false" };
    for setting in ledger.ways().settings {
        ledger.db.run(setting).unwrap();
        for (from, to) in OVERLAPPING {
            let rule = if from >= 1 && to <= 32 { "usage_no_overlap" } else { "usage_" };
            for insert in ledger.ways().inserts {
                let new = usage(&mut ledger, from, to);
                ledger.refuses_copy(*insert, "usage", &new, rule);
                // What is not live could overlap anything, and be made live by nobody's rule: it is not born so.
                ledger.refuses_copy(*insert, "usage", &with(new.clone(), "live", dead), "usage_");
                // (To SQLite's OR REPLACE this means the default.)
                ledger.refuses_copy(*insert, "usage", &with(new, "live", "NULL"), "");
            }
        }
    }
    let beside = ledger.statement(8, &august(32), &august(60));
    let mut new = usage(&mut ledger, 32, 40);
    new = with(new, "statement_id", &text(&beside));
    let sql = ledger.copy(PLAIN, "usage", &new);
    assert_eq!(ledger.db.run(&sql), Ok(1));
}

#[test]
fn usage_and_lines_lie_in_their_statements_period() {
    let mut ledger = Ledger::new();
    let id = ledger.statement(7, &august(40), &august(50));
    for setting in ledger.ways().settings {
        ledger.db.run(setting).unwrap();
        for (from, to) in [(39, 50), (40, 51), (33, 35), (60, 70), (32, 60), (50, 40), (45, 45)] {
            for insert in ledger.ways().inserts {
                for table in ["usage", "line"] {
                    let mut new = vec![("statement_id", text(&id))];
                    new.extend(ledger.period(&august(from), &august(to)));
                    // (PostgreSQL's ranges do not end before they begin.)
                    ledger.refuses_copy(*insert, table, &new, if from < to { "_of_new_statement" } else { "" });
                }
            }
        }
    }
    let mut new = vec![("statement_id", text(&id))];
    new.extend(ledger.period(&august(40), &august(50)));
    for table in ["usage", "line"] {
        let sql = ledger.copy(PLAIN, table, &new);
        assert_eq!(ledger.db.run(&sql), Ok(1));
    }
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
                "{verb} INTO tax (tenant_no, statement_id, tax_no, name, percent, base, amount) SELECT tenant_no, statement_id, 1, 'GST', '15', '1', '1' FROM statement {end}"
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
    let new = ledger.pending(NOBODY, &august(40), &august(50));
    for (column, value) in [("number", "77"), ("number", "1"), ("backend", "'another:Backend'")] {
        for insert in ledger.ways().inserts {
            // The statement is there, and takes no number but the next: so it is not there in the end.
            let statement = ledger.copy(PLAIN, "statement", &new);
            ledger.db.run("BEGIN").unwrap();
            ledger.db.run(&statement).unwrap();
            let mut changed = set([("number", "2"), ("statement_id", &text(NOBODY))]);
            changed = with(changed, column, value);
            let number = ledger.copy(*insert, "invoice_number", &changed);
            let taken = ledger.db.run(&number);
            let _ = ledger.db.run("ROLLBACK");
            // (Where the client asks for that, PostgreSQL does nothing, without an error.)
            assert!(
                taken.clone().map_or_else(|refusal| refusal.contains("invoice_number_"), |rows| rows == 0),
                "{taken:?}"
            );
        }
    }
}

#[test]
fn a_statement_has_a_number_or_is_never_sent() {
    let mut ledger = Ledger::new();
    let new = ledger.pending(NOBODY, &august(40), &august(50));
    let statement = ledger.copy(PLAIN, "statement", &new);
    match Ledger::kind() {
        Kind::Postgres => {
            ledger.refuses(&statement, "statement_has_number");
            // An id that has a number is not stored for another tenant.
            let stranger = ledger.invoice.clone();
            ledger.db.run("INSERT INTO tenant (tenant_no, tenant_id) VALUES (99, 'other')").unwrap();
            let new = with(with(new, "tenant_no", "99"), "statement_id", &text(&stranger));
            let statement = ledger.copy(PLAIN, "statement", &new);
            ledger.refuses(&statement, "statement_has_number");
        }
        Kind::Sqlite => {
            ledger.db.run("PRAGMA foreign_keys = on").unwrap();
            ledger.refuses(&statement, "FOREIGN KEY");
            // Where a client does not check them, it is stored, and goes nowhere.
            ledger.db.run("PRAGMA foreign_keys = off").unwrap();
            ledger.db.run(&statement).unwrap();
            let send = format!(
                "UPDATE statement SET state = 'sending', claim = 'c', tries = 1 WHERE statement_id = '{NOBODY}'"
            );
            ledger.refuses(&send, "statement_is_whole");
            ledger.db.run(&number_of(NOBODY)).unwrap();
            assert_eq!(ledger.db.run(&send), Ok(1));
        }
    }
}
