//! Clients that go to the ledger's database directly: it refuses for itself.

mod about;
mod content;
mod corrections;
mod life;
mod old;
mod overlap;
mod trail;

use artifice_tests::database::Kind;
use artifice_tests::{Cloud, Db, Refusal, Vm};

/// A ledger with an invoice for August, and a client that believes nothing.
struct Ledger {
    db: Db,
    /// The invoice's id.
    invoice: String,
    _cloud: Cloud,
}

/// Columns that are set, and to what, as SQL.
type Columns = Vec<(&'static str, String)>;
/// A way to insert: the statement's first words, and its last.
type Insert = (&'static str, &'static str);

/// How clients of a database can go about it.
struct Ways {
    /// What a client may have switched on or off.
    settings: &'static [&'static str],
    inserts: &'static [Insert],
    updates: &'static [&'static str],
}

const SQLITE: Ways = Ways {
    settings: &[
        "PRAGMA recursive_triggers = off",
        "PRAGMA recursive_triggers = on",
        "PRAGMA ignore_check_constraints = on",
        "PRAGMA foreign_keys = on",
    ],
    inserts: &[
        ("INSERT", ""),
        ("INSERT OR REPLACE", ""),
        ("INSERT OR IGNORE", ""),
        ("INSERT OR ABORT", ""),
        ("INSERT OR FAIL", ""),
        ("REPLACE", ""),
        // (`WHERE` keeps SQLite from taking `ON` for a join's.)
        ("INSERT", "WHERE true ON CONFLICT DO NOTHING"),
    ],
    updates: &["UPDATE", "UPDATE OR REPLACE", "UPDATE OR IGNORE"],
};

const POSTGRES: Ways = Ways {
    settings: &[
        "SET default_transaction_isolation = 'read committed'",
        "SET default_transaction_isolation = 'repeatable read'",
        "SET default_transaction_isolation = 'serializable'",
    ],
    inserts: &[("INSERT", ""), ("INSERT", "ON CONFLICT DO NOTHING")],
    updates: &["UPDATE"],
};

/// Every table that holds what was billed.
const TABLES: [&str; 8] = ["tenant", "series", "statement", "invoice_number", "usage", "line", "tax", "audit"];

impl Ledger {
    fn new() -> Ledger {
        let cloud = Cloud::new();
        cloud.meter(Vm::of("demo", "vm-1").active("2013-08-05", 24));
        let invoice = cloud.bill("--month 2013-08").done().bill_of("demo").id().to_owned();
        let db = cloud.db();
        Ledger { _cloud: cloud, invoice, db }
    }

    fn kind() -> Kind {
        Kind::of_this_program()
    }

    fn ways(&self) -> Ways {
        match self.db.kind() {
            Kind::Sqlite => SQLITE,
            Kind::Postgres => POSTGRES,
        }
    }

    /// A period as a table's columns, as SQL.
    fn period(&self, from: &str, to: &str) -> Columns {
        match self.db.kind() {
            Kind::Sqlite => vec![("period_start", from.to_owned()), ("period_end", to.to_owned())],
            Kind::Postgres => {
                let at = |micros: &str| format!("to_timestamp({micros}::bigint / 1000000)");
                vec![("period", format!("tstzrange({}, {})", at(from), at(to)))]
            }
        }
    }

    /// A copy of a table's row (the invoice's, where it belongs to a statement), with some columns set
    /// otherwise, as an INSERT.
    fn copy(&mut self, (verb, end): Insert, table: &str, changed: &Columns) -> String {
        let columns = self.db.columns(table);
        let value = |column: &String| {
            let found = changed.iter().find(|(name, _)| name == column);
            found.map_or_else(|| format!("\"{column}\""), |(_, value)| value.clone())
        };
        let values: Vec<String> = columns.iter().map(value).collect();
        let of_invoice = if columns.iter().any(|column| column == "statement_id") {
            format!("WHERE statement_id = '{}'", self.invoice)
        } else {
            String::new()
        };
        format!(
            "{verb} INTO \"{table}\" ({}) SELECT {} FROM (SELECT * FROM \"{table}\" {of_invoice} LIMIT 1) AS own {end}",
            columns.join(", "),
            values.join(", ")
        )
    }

    /// The database refuses this by a rule of its own, and nothing has changed.
    #[track_caller]
    fn refuses(&mut self, sql: &str, rule: &str) {
        let before = self.db.dump();
        let refusal = self.db.run(sql).expect_err(sql);
        assert!(refusal.to_lowercase().contains(&rule.to_lowercase()), "{sql}: {refusal}");
        assert_eq!(self.db.dump(), before, "{sql}");
    }

    /// As [`refuses`](Ledger::refuses), for a copy of a row. PostgreSQL does nothing, without an error,
    /// where the client asks for that.
    #[track_caller]
    fn refuses_copy(&mut self, insert: Insert, table: &str, changed: &Columns, rule: &str) {
        let sql = self.copy(insert, table, changed);
        match self.db.kind() {
            Kind::Postgres if !insert.1.is_empty() => self.unmoved_by(&sql),
            _ => self.refuses(&sql, rule),
        }
    }

    /// Whatever the database answers: nothing has changed.
    #[track_caller]
    fn unmoved_by(&mut self, sql: &str) {
        let before = self.db.dump();
        let answer = self.db.run(sql);
        assert_eq!(self.db.dump(), before, "{sql}: {answer:?}");
        assert!(answer.is_err() || answer == Ok(0), "{sql}: {answer:?}");
    }

    /// As [`refuses`](Ledger::refuses), for a whole transaction.
    #[track_caller]
    fn refuses_statement(&mut self, new: &Columns, rule: &str) {
        let before = self.db.dump();
        let refusal = self.store(new).expect_err("it is stored");
        assert!(refusal.contains(rule), "{new:?}: {refusal}");
        assert_eq!(self.db.dump(), before, "{new:?}");
    }

    /// An invoice for another period, pending, as SQL makes it; answers its id.
    #[track_caller]
    fn statement(&mut self, number: u32, start: &str, end: &str) -> String {
        let new = self.pending(&id(number), start, end);
        self.stored(&new)
    }

    /// Stores a statement and its number. Answers its id.
    #[track_caller]
    fn stored(&mut self, new: &Columns) -> String {
        self.store(new).unwrap_or_else(|refusal| panic!("{new:?}: {refusal}"))
    }

    /// Stores a statement and its number, in one transaction. Answers its id.
    fn store(&mut self, new: &Columns) -> Result<String, Refusal> {
        let id = column(new, "statement_id").trim_matches('\'').to_owned();
        let statement = self.copy(PLAIN, "statement", new);
        self.db.run("BEGIN").unwrap();
        let stored =
            [statement, number_of(&id), "COMMIT".to_owned()].iter().try_for_each(|sql| self.db.run(sql).map(drop));
        if stored.is_err() {
            // (A COMMIT that was refused has ended the transaction already.)
            let _ = self.db.run("ROLLBACK");
        }
        stored.map(|()| id)
    }

    /// A statement's columns as they are when it is new.
    fn pending(&self, id: &str, start: &str, end: &str) -> Columns {
        let mut columns = vec![
            ("statement_id", text(id)),
            ("kind", text("invoice")),
            ("state", text("pending")),
            ("tries", "0".to_owned()),
        ];
        let empty = ["claim", "owner", self.instant("lease_until"), "error", "receipt", "receipt_details"];
        for empty in empty.into_iter().chain(["refers_to", "revision", "void_reason"]) {
            columns.push((empty, "NULL".to_owned()));
        }
        columns.extend(self.period(start, end));
        columns
    }

    /// An adjustment to the invoice, when it is new.
    fn adjustment(&self, number: u32, revision: u32) -> Columns {
        let new = self.about(number, "adjustment", &self.invoice.clone());
        with(new, "revision", &revision.to_string())
    }

    /// What is about a statement of the invoice's period, when it is new.
    fn about(&self, number: u32, kind: &str, statement: &str) -> Columns {
        let new = self.pending(&id(number), &august(1), &august(32));
        with(with(new, "kind", &text(kind)), "refers_to", &text(statement))
    }

    /// Usage of the invoice's series in another statement, as SQL.
    fn usage(&mut self, statement: &str, changed: &Columns) -> String {
        let mut columns = vec![("statement_id", text(statement))];
        columns.extend(changed.iter().cloned());
        self.copy(PLAIN, "usage", &columns)
    }

    /// What a column of an instant is called.
    fn instant(&self, name: &'static str) -> &'static str {
        match (self.db.kind(), name) {
            (Kind::Sqlite, "lease_until") => "lease_until_us",
            (Kind::Sqlite, "doubted") => "doubted_us",
            (_, name) => name,
        }
    }

    /// Some instant, as SQL.
    fn now(&self) -> &'static str {
        match self.db.kind() {
            Kind::Sqlite => "1",
            Kind::Postgres => "now()",
        }
    }
}

/// The plain way to insert.
const PLAIN: Insert = ("INSERT", "");

/// A text, as SQL.
fn text(text: &str) -> String {
    format!("'{text}'")
}

/// The id of a statement that SQL makes.
fn id(number: u32) -> String {
    format!("00000000-0000-0000-0000-{number:012}")
}

/// Takes the next number for a statement, as SQL.
fn number_of(id: &str) -> String {
    format!(
        "INSERT INTO invoice_number (backend, number, tenant_no, statement_id)
         SELECT backend, (SELECT coalesce(max(number), 0) + 1 FROM invoice_number AS other WHERE other.backend = own.backend),
                tenant_no, statement_id
         FROM statement AS own WHERE statement_id = '{id}'"
    )
}

/// Columns to be set to these.
fn set<const N: usize>(columns: [(&'static str, &str); N]) -> Columns {
    columns.map(|(column, value)| (column, value.to_owned())).to_vec()
}

/// Columns with one of them set otherwise.
fn with(mut columns: Columns, name: &'static str, value: &str) -> Columns {
    columns.retain(|(column, _)| *column != name);
    columns.push((name, value.to_owned()));
    columns
}

/// What a column is set to.
fn column<'c>(columns: &'c Columns, name: &str) -> &'c str {
    columns.iter().find(|(column, _)| *column == name).map_or("", |(_, value)| value)
}

/// Microseconds of a day of August 2013, as SQL.
fn august(day: i64) -> String {
    (1_375_315_200_000_000 + (day - 1) * 86_400_000_000).to_string()
}
