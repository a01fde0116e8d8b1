//! The trail: whoever writes it, nobody unwrites it.

use super::{Columns, Ledger, id, set, text};

#[test]
fn the_trail_only_grows() {
    let mut ledger = Ledger::new();
    assert_eq!(ledger.db.number("SELECT count(*) FROM audit"), 3, "stored, claimed, committed");
    for setting in ledger.ways().settings {
        ledger.db.run(setting).unwrap();
        for insert in ledger.ways().inserts {
            for (entry, state) in [("1", "'committed'"), ("3", "'committed'"), ("5", "'committed'"), ("4", "'pending'")]
            {
                ledger.refuses_copy(*insert, "audit", &set([("entry_no", entry), ("state", state)]), "audit_next");
            }
            // Of what is not there.
            let nobody = text(&id(12345));
            let entry = set([("entry_no", "1"), ("statement_id", &nobody), ("state", "'committed'")]);
            ledger.refuses_copy(*insert, "audit", &entry, "audit_next");
            ledger.refuses_copy(*insert, "audit", &set([("tenant_no", "99"), ("entry_no", "1")]), "audit_next");
            ledger.refuses_copy(*insert, "audit", &set([("entry_no", "NULL"), ("state", "'committed'")]), "");
        }
        for verb in ledger.ways().updates {
            for change in ["who = 'nobody'", "entry_no = entry_no + 10", "detail = NULL", "action = 'voided'"] {
                ledger.refuses(&format!("{verb} audit SET {change}"), "audit_stays");
            }
        }
        ledger.refuses("DELETE FROM audit WHERE entry_no = 3", "audit_no_delete");
    }
    let next: Columns = set([("entry_no", "4"), ("state", "'committed'")]);
    let sql = ledger.copy(super::PLAIN, "audit", &next);
    assert_eq!(ledger.db.run(&sql), Ok(1));
}

#[test]
fn whose_turn_it_is_comes_and_goes() {
    let mut ledger = Ledger::new();
    let columns = ledger.db.columns("work");
    assert_eq!(columns.len(), 4);
    let until = ledger.now();
    ledger.db.run(&format!("INSERT INTO work VALUES ('demo', 'c', 'o', {until})")).unwrap();
    assert_eq!(ledger.db.run("UPDATE work SET claim = 'd'"), Ok(1));
    assert_eq!(ledger.db.run("DELETE FROM work"), Ok(1));
}
