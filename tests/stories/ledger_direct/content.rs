//! What was billed is never changed and never deleted, whoever tries.

use artifice_tests::database::Kind;

use super::{Columns, Ledger, PLAIN, TABLES, august, set};

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
        ("statement", vec!["state", "owner", "lease_until", "doubted", "error"]),
        ("tenant", vec!["name"]),
    ];
    for setting in ledger.ways().settings {
        ledger.db.run(setting).unwrap();
        let before = ledger.db.dump();
        for table in TABLES.iter().filter(|table| **table != "tax") {
            let may_change = free.iter().find(|(name, _)| name == table).map_or(&[][..], |(_, columns)| columns);
            for column in ledger.db.columns(table) {
                if may_change.contains(&column.trim_end_matches("_us")) {
                    continue;
                }
                for verb in ledger.ways().updates {
                    let august = format!("'{}'", august(3));
                    for value in ["'changed'", "'0'", "'77'", "NULL", &august, "'[2013-08-03 0:0Z,2013-08-04 0:0Z)'"] {
                        ledger.unmoved_by_change(&before, verb, table, &column, value);
                    }
                }
            }
        }
    }
}

impl Ledger {
    /// An update that changes a value is refused, or ignored where the client asked for that.
    #[track_caller]
    fn unmoved_by_change(&mut self, before: &str, verb: &str, table: &str, column: &str, value: &str) {
        let update = format!("{verb} \"{table}\" SET \"{column}\" = {value}");
        // SQLite's numbers are told from texts; PostgreSQL's literals take the column's type.
        let update =
            if self.db.kind() == Kind::Sqlite { update.replace("'0'", "0").replace("'77'", "77") } else { update };
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
    // Its credit is under way, and until it is committed the usage is billed.
    let invoice = ledger.invoice.clone();
    ledger.begin_voiding(&invoice, 8);
    ledger.refuses(&live(false), "usage_only_ends");
    ledger.end_voiding(&invoice, 8);
    // It has ended by itself, whoever voided it, and does not come back.
    assert_eq!(ledger.live(&invoice), 0);
    ledger.refuses(&live(true), "usage_only_ends");
    for setting in ledger.ways().settings {
        ledger.db.run(setting).unwrap();
        for verb in ledger.ways().updates {
            // (To SQLite's OR REPLACE this means the default.)
            ledger.unmoved_by(&format!("{verb} usage SET live = NULL"));
        }
    }
    // The period is free again, and what was void stays.
    ledger.statement(7, &august(1), &august(32));
    ledger.refuses("DELETE FROM statement", "statement_no_delete");
}

#[test]
fn no_client_can_change_anything_by_inserting_it_again() {
    let mut ledger = Ledger::new();
    let upserts = [
        ("tenant", "tenant_no", "tenant_id"),
        ("series", "tenant_no, series_no", "location"),
        ("statement", "tenant_no, statement_id", "total"),
        ("invoice_number", "backend, number", "statement_id"),
        ("line", "tenant_no, statement_id, line_no", "cost"),
        ("usage", "", "volume"),
        ("audit", "tenant_no, statement_id, entry_no", "who"),
    ];
    for setting in ledger.ways().settings {
        ledger.db.run(setting).unwrap();
        for (table, key, column) in upserts {
            let key = match (table, Ledger::kind()) {
                ("usage", Kind::Sqlite) => "tenant_no, series_no, period_start, statement_id",
                ("usage", Kind::Postgres) => "tenant_no, statement_id, series_no, period",
                _ => key,
            };
            let value = match (column, Ledger::kind()) {
                ("statement_id", _) => "'00000000-0000-0000-0000-000000000000'",
                ("volume" | "cost" | "total", Kind::Postgres) => "7",
                _ => "'7'",
            };
            let end = format!("WHERE true ON CONFLICT ({key}) DO UPDATE SET {column} = {value}");
            let insert = ledger.copy(PLAIN, table, &Columns::new());
            ledger.unmoved_by(&format!("{insert} {end}"));
        }
    }
}
