//! What was billed is never changed and never deleted, whoever tries.

use artifice_tests::database::Kind;

use super::{Columns, Ledger, TABLES, august, set};

#[test]
fn no_client_can_delete_anything() {
    let mut ledger = Ledger::new();
    for setting in ledger.ways().settings {
        ledger.db.run(setting).unwrap();
        for table in TABLES.iter().filter(|table| **table != "tax") {
            ledger.refuses(&format!("DELETE FROM \"{table}\""), &format!("{table}_no_delete"));
        }
    }
}

#[test]
fn no_client_can_replace_anything() {
    let mut ledger = Ledger::new();
    for setting in ledger.ways().settings {
        ledger.db.run(setting).unwrap();
        for table in TABLES.iter().filter(|table| **table != "tax") {
            for insert in ledger.ways().inserts {
                ledger.refuses_copy(*insert, table, &Columns::new(), "_");
            }
        }
    }
}

#[test]
fn no_client_can_replace_a_row_through_another_of_its_keys() {
    let mut ledger = Ledger::new();
    let replacing = [
        ("tenant", "tenant_no", "tenant_"),
        ("series", "series_no", "series_"),
        ("invoice_number", "number", "invoice_number_"),
        ("statement", "tenant_no", "statement_"),
    ];
    for setting in ledger.ways().settings {
        ledger.db.run(setting).unwrap();
        for (table, key, rule) in replacing {
            for insert in ledger.ways().inserts {
                ledger.refuses_copy(*insert, table, &set([(key, "99")]), rule);
            }
        }
    }
}

#[test]
fn no_client_can_change_what_a_statement_says() {
    let mut ledger = Ledger::new();
    let free = [
        // How far it has got is another matter: see `life`.
        ("statement", vec!["state", "claim", "owner", "lease_until", "doubted", "tries", "error"]),
        ("tenant", vec!["name"]),
    ];
    for setting in ledger.ways().settings {
        ledger.db.run(setting).unwrap();
        for table in TABLES.iter().filter(|table| **table != "tax") {
            let may_change = free.iter().find(|(name, _)| name == table).map_or(&[][..], |(_, columns)| columns);
            for column in ledger.db.columns(table) {
                if may_change.contains(&column.trim_end_matches("_us")) {
                    continue;
                }
                for verb in ledger.ways().updates {
                    let august = format!("'{}'", august(3));
                    for value in ["'changed'", "'0'", "'77'", "NULL", &august, "'[2013-08-03 0:0Z,2013-08-04 0:0Z)'"] {
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
        let update = format!("{verb} \"{table}\" SET \"{column}\" = {value}");
        // SQLite's numbers are told from texts; PostgreSQL's literals take the column's type.
        let update =
            if self.db.kind() == Kind::Sqlite { update.replace("'0'", "0").replace("'77'", "77") } else { update };
        let before = self.db.dump();
        let answer = self.db.run(&update);
        assert_eq!(self.db.dump(), before, "{update}: {answer:?}");
    }
}

#[test]
fn usage_ends_only_with_its_statement() {
    let mut ledger = Ledger::new();
    let live = |live: bool| match (Ledger::kind(), live) {
        (Kind::Sqlite, live) => format!("UPDATE usage SET live = {}", u8::from(live)),
        (Kind::Postgres, live) => format!("UPDATE usage SET live = {live}"),
    };
    for setting in ledger.ways().settings {
        ledger.db.run(setting).unwrap();
        for verb in ledger.ways().updates {
            ledger.unmoved_by(&live(false).replace("UPDATE", verb));
        }
    }
    ledger.db.run("UPDATE statement SET state = 'voiding'").unwrap();
    ledger.refuses(&live(false), "usage_only_ends");
    ledger.db.run("UPDATE statement SET state = 'void'").unwrap();
    assert_eq!(ledger.db.run(&live(false)), Ok(1));
    ledger.refuses(&live(true), "usage_only_ends");
    // The period is free again, and what was void stays.
    ledger.statement(7, &august(1), &august(32));
    ledger.refuses("DELETE FROM statement", "statement_no_delete");
}
