//! What was billed is never changed and never deleted, whoever tries.

use super::{INSERTS, Ledger, SETTINGS, TABLES, UPDATES, august};

#[test]
fn no_client_can_delete_anything() {
    let mut ledger = Ledger::new();
    for setting in SETTINGS {
        ledger.db.run(setting).unwrap();
        for table in TABLES.iter().filter(|table| **table != "tax") {
            ledger.refuses(&format!("DELETE FROM \"{table}\""), &format!("{table}_no_delete"));
        }
    }
}

#[test]
fn no_client_can_replace_anything() {
    let mut ledger = Ledger::new();
    for setting in SETTINGS {
        ledger.db.run(setting).unwrap();
        for table in TABLES.iter().filter(|table| **table != "tax") {
            for verb in INSERTS {
                let sql = ledger.copy(verb, table, &[]);
                ledger.refuses(&sql, "_");
            }
            let sql = ledger.copy("REPLACE", table, &[]);
            ledger.refuses(&sql, "_");
            let sql = ledger.copy("INSERT", table, &[]).replace("LIMIT 1", "WHERE true ON CONFLICT DO NOTHING");
            ledger.refuses(&sql, "_");
        }
    }
}

#[test]
fn no_client_can_replace_a_row_through_another_of_its_keys() {
    let mut ledger = Ledger::new();
    let replacing = [
        ("tenant", vec![("tenant_no", "99")], "tenant_no_replace"),
        ("series", vec![("series_no", "99")], "series_no_replace"),
        ("invoice_number", vec![("number", "99")], "invoice_number_"),
        ("statement", vec![("tenant_no", "99")], "statement_"),
    ];
    for setting in SETTINGS {
        ledger.db.run(setting).unwrap();
        for (table, changed, rule) in &replacing {
            let sql = ledger.copy("INSERT OR REPLACE", table, changed);
            ledger.refuses(&sql, rule);
        }
    }
}

#[test]
fn no_client_can_change_what_a_statement_says() {
    let mut ledger = Ledger::new();
    let free = [
        // How far it has got is another matter: see `life`.
        ("statement", vec!["state", "claim", "owner", "lease_until_us", "doubted_us", "tries", "error"]),
        ("tenant", vec!["name"]),
    ];
    for setting in SETTINGS {
        ledger.db.run(setting).unwrap();
        for table in TABLES.iter().filter(|table| **table != "tax") {
            let may_change = free.iter().find(|(name, _)| name == table).map_or(&[][..], |(_, columns)| columns);
            for column in ledger.db.columns(table) {
                if may_change.contains(&column.as_str()) {
                    continue;
                }
                for verb in UPDATES {
                    for value in ["'changed'", "0", "77", "NULL", &august(3)] {
                        ledger.unmoved_by_change(verb, table, &column, value);
                    }
                }
            }
        }
    }
}

impl Ledger {
    /// An update that changes a value is refused, or ignored where the client asked for that.
    #[track_caller]
    fn unmoved_by_change(&mut self, verb: &str, table: &str, column: &str, value: &str) {
        let same = format!("SELECT count(*) FROM \"{table}\" WHERE \"{column}\" IS {value}");
        if self.db.number(&same) == 0 {
            self.unmoved_by(&format!("{verb} \"{table}\" SET \"{column}\" = {value}"));
        }
    }
}

#[test]
fn usage_ends_only_with_its_statement() {
    let mut ledger = Ledger::new();
    for setting in SETTINGS {
        ledger.db.run(setting).unwrap();
        for verb in UPDATES {
            ledger.unmoved_by(&format!("{verb} usage SET live = 0"));
        }
    }
    ledger.db.run("UPDATE statement SET state = 'voiding'").unwrap();
    ledger.refuses("UPDATE usage SET live = 0", "usage_only_ends");
    ledger.db.run("UPDATE statement SET state = 'void'").unwrap();
    assert_eq!(ledger.db.run("UPDATE usage SET live = 0"), Ok(1));
    ledger.refuses("UPDATE usage SET live = 1", "usage_only_ends");
    // The period is free again, and what was void stays.
    ledger.statement(7, &august(1), &august(32));
    ledger.refuses("DELETE FROM statement", "statement_no_delete");
}
