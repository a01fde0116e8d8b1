//! Adjustments and credits: what they are about, and what they stand in the way of.

use artifice_tests::database::Kind;

use super::{Columns, Ledger, august, id, text, with};

const VOID: &str = "UPDATE statement SET state = 'void', void_reason = 'why'";
const VOIDING: &str = "UPDATE statement SET state = 'voiding', void_reason = 'why'";

fn of(sql: &str, statement: &str) -> String {
    format!("{sql} WHERE statement_id = '{statement}'")
}

/// Everything that is about a statement and refused, whichever way it is inserted.
#[track_caller]
fn refused(ledger: &mut Ledger, new: &Columns, rule: &str) {
    for setting in ledger.ways().settings {
        ledger.db.run(setting).unwrap();
        for insert in ledger.ways().inserts {
            // (What hits one of PostgreSQL's indices only is nothing done there, where the client asks for that.)
            ledger.refuses_copy(*insert, "statement", new, rule);
        }
    }
    ledger.refuses_statement(new, rule);
}

#[test]
fn a_credit_or_adjustment_is_about_a_committed_statement_of_its_own_kind() {
    let mut ledger = Ledger::new();
    let pending = ledger.statement(1, &august(40), &august(50));
    let (other, dead) = (text("other"), ledger.statement(2, &august(60), &august(70)));
    ledger.db.run(&of(VOID, &dead)).unwrap();
    ledger.db.run("INSERT INTO tenant (tenant_no, tenant_id) VALUES (99, 'other')").unwrap();
    for kind in ["adjustment", "credit"] {
        let mut about = ledger.about(9, kind, &ledger.invoice.clone());
        if kind == "adjustment" {
            about = with(about, "revision", "1");
        }
        for (name, value) in [
            ("refers_to", text(&id(12345))),
            ("refers_to", text(&id(9))),
            ("refers_to", "NULL".to_owned()),
            ("tenant_no", "99".to_owned()),
            ("currency", text("EUR")),
            ("backend", other.clone()),
        ] {
            refused(&mut ledger, &with(about.clone(), name, &value), "statement_refers");
        }
        for (from, to) in [(1, 31), (2, 32), (1, 33), (40, 50)] {
            let mut about = about.clone();
            for (name, value) in ledger.period(&august(from), &august(to)) {
                about = with(about, name, &value);
            }
            refused(&mut ledger, &about, "statement_refers");
        }
        for (statement, from, to) in [(&pending, 40, 50), (&dead, 60, 70)] {
            let mut about = with(about.clone(), "refers_to", &text(statement));
            for (name, value) in ledger.period(&august(from), &august(to)) {
                about = with(about, name, &value);
            }
            refused(&mut ledger, &about, "statement_refers");
        }
    }
}

#[test]
fn an_invoice_is_about_nothing_and_only_adjustments_have_revisions() {
    let mut ledger = Ledger::new();
    let invoice = ledger.invoice.clone();
    let new = ledger.pending(&id(1), &august(40), &august(50));
    ledger.refuses_statement(&with(new.clone(), "refers_to", &text(&invoice)), "");
    ledger.refuses_statement(&with(new.clone(), "revision", "1"), "");
    ledger.refuses_statement(&with(new, "kind", "'reminder'"), "");
    let credit = ledger.about(1, "credit", &invoice);
    ledger.refuses_statement(&with(credit, "revision", "1"), "");
}

#[test]
fn a_statement_has_one_credit() {
    let mut ledger = Ledger::new();
    let invoice = ledger.invoice.clone();
    let second = ledger.about(2, "credit", &invoice);
    ledger.store_credit(&invoice, 1);
    // Neither while it is only stored, nor later.
    refused(&mut ledger, &second, "statement_");
    ledger.db.run(&of(VOIDING, &invoice)).unwrap();
    refused(&mut ledger, &second, "statement_");
    ledger.end_voiding(&invoice, 1);
    refused(&mut ledger, &second, "statement_");
    // A credit has no credit, and no adjustment.
    for kind in ["credit", "adjustment"] {
        let about = ledger.about(3, kind, &id(1));
        let about = if kind == "adjustment" { with(about, "revision", "1") } else { about };
        refused(&mut ledger, &about, "statement_refers");
    }
}

#[test]
fn a_credit_is_sent_once_its_statement_is_voiding_and_is_itself_never_held_or_void() {
    let mut ledger = Ledger::new();
    let invoice = ledger.invoice.clone();
    let held = with(ledger.about(1, "credit", &invoice), "state", "'held'");
    refused(&mut ledger, &held, "statement_life");
    ledger.store_credit(&invoice, 1);
    let send = of("UPDATE statement SET state = 'sending', claim = 'c', tries = 1", &id(1));
    for setting in ledger.ways().settings {
        ledger.db.run(setting).unwrap();
        for verb in ledger.ways().updates {
            ledger.refuses(&send.replace("UPDATE", verb), "statement_is_whole");
            ledger.refuses(&of(VOID, &id(1)).replace("UPDATE", verb), "statement_void");
        }
    }
    ledger.db.run(&of(VOIDING, &invoice)).unwrap();
    // What is voiding is void once the backend has the credit, and not before.
    ledger.refuses(&of("UPDATE statement SET state = 'void'", &invoice), "statement_void");
    ledger.commit(&id(1));
    ledger.refuses(&of(VOIDING, &id(1)), "statement_void");
    assert_eq!(ledger.db.run(&of("UPDATE statement SET state = 'void'", &invoice)), Ok(1));
    assert_eq!(ledger.live(&invoice), 0);
}

#[test]
fn nothing_that_the_backend_has_is_taken_back_without_a_credit() {
    let mut ledger = Ledger::new();
    let invoice = ledger.invoice.clone();
    let other = ledger.statement(5, &august(40), &august(50));
    ledger.commit(&other);
    ledger.store_credit(&other, 6);
    for setting in ledger.ways().settings {
        ledger.db.run(setting).unwrap();
        for verb in ledger.ways().updates {
            ledger.refuses(&of(VOIDING, &invoice).replace("UPDATE", verb), "statement_void");
            ledger.refuses(&of(VOID, &invoice).replace("UPDATE", verb), "statement_");
        }
    }
}

#[test]
fn the_revisions_of_adjustments_have_no_gaps_and_no_doubles() {
    let mut ledger = Ledger::new();
    for revision in ["2", "0", "-1", "NULL", "77"] {
        let new = with(ledger.adjustment(1, 1), "revision", revision);
        refused(&mut ledger, &new, "");
    }
    let first = ledger.adjustment(1, 1);
    ledger.stored(&first);
    let again = ledger.adjustment(2, 1);
    refused(&mut ledger, &again, "statement_");
    // Also the number of what is void is not given again.
    ledger.db.run(&of(VOID, &id(1))).unwrap();
    refused(&mut ledger, &again, "statement_");
    let second = ledger.adjustment(2, 2);
    ledger.stored(&second);
}

#[test]
fn what_has_live_adjustments_is_not_taken_back_and_the_last_one_goes_first() {
    let mut ledger = Ledger::new();
    let invoice = ledger.invoice.clone();
    let [first, second] = [1, 2].map(|revision| ledger.adjustment(revision, revision));
    let first = ledger.stored(&first);
    ledger.commit(&first);
    let second = ledger.stored(&second);

    for setting in ledger.ways().settings {
        ledger.db.run(setting).unwrap();
        for verb in ledger.ways().updates {
            for statement in [&invoice, &first] {
                ledger.refuses(&of(VOIDING, statement).replace("UPDATE", verb), "statement_void");
            }
        }
    }
    ledger.store_credit(&invoice, 11);
    ledger.store_credit(&first, 12);
    for statement in [&invoice, &first] {
        ledger.refuses(&of(VOIDING, statement), "statement_void");
    }
    ledger.db.run(&of(VOID, &second)).unwrap();
    ledger.refuses(&of(VOIDING, &invoice), "statement_void");
    assert_eq!(ledger.db.run(&of(VOIDING, &first)), Ok(1));
    // One that is being taken back still lives.
    ledger.refuses(&of(VOIDING, &invoice), "statement_void");
    ledger.end_voiding(&first, 12);
    assert_eq!(ledger.db.run(&of(VOIDING, &invoice)), Ok(1));
    let late = ledger.adjustment(3, 3);
    refused(&mut ledger, &late, "statement_refers");
    ledger.end_voiding(&invoice, 11);
}

#[test]
fn what_an_adjustment_or_credit_says_stays() {
    let mut ledger = Ledger::new();
    let new = with(ledger.adjustment(1, 1), "settings", &text("{\"a\": 1}"));
    let adjustment = ledger.stored(&new);
    ledger.statement(2, &august(40), &august(50));
    for setting in ledger.ways().settings {
        ledger.db.run(setting).unwrap();
        for verb in ledger.ways().updates {
            for (column, value) in [
                ("refers_to", text(&id(2))),
                ("refers_to", "NULL".to_owned()),
                ("revision", "2".to_owned()),
                ("revision", "NULL".to_owned()),
                ("settings", text("{}")),
                ("settings", "NULL".to_owned()),
                ("kind", text("credit")),
                ("kind", text("invoice")),
            ] {
                ledger.unmoved_by(&of(&format!("{verb} statement SET {column} = {value}"), &adjustment));
            }
        }
    }
    let details = "UPDATE statement SET settings = 'no json'";
    ledger.refuses(details, if Ledger::kind() == Kind::Sqlite { "statement_content_stays" } else { "" });
}

#[test]
fn usage_ends_by_itself_with_what_is_void() {
    let mut ledger = Ledger::new();
    let new = ledger.adjustment(1, 1);
    let adjustment = ledger.stored(&new);
    let correction = ledger.correction(&adjustment);
    assert_eq!(ledger.db.run(&correction), Ok(1));
    assert_eq!(ledger.live(&adjustment), 1);
    for verb in ledger.ways().updates.iter().rev().take(1) {
        assert_eq!(ledger.db.run(&of(VOID, &adjustment).replace("UPDATE", verb)), Ok(1));
    }
    assert_eq!(ledger.live(&adjustment), 0);
    let invoice = ledger.invoice.clone();
    assert_eq!(ledger.live(&invoice), 1);
}
