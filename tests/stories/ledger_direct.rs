//! Clients that go to the ledger's database directly: it refuses for itself.

mod content;
mod life;
mod overlap;

use artifice_tests::database::Kind;
use artifice_tests::{Cloud, Db, Vm};

/// A ledger with a statement for August, and a client that believes nothing.
struct Ledger {
    db: Db,
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
    settings: &["PRAGMA recursive_triggers = off", "PRAGMA recursive_triggers = on"],
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
const TABLES: [&str; 7] = ["tenant", "series", "statement", "invoice_number", "usage", "line", "tax"];

impl Ledger {
    fn new() -> Ledger {
        let cloud = Cloud::new();
        cloud.meter(Vm::of("demo", "vm-1").active("2013-08-05", 24));
        cloud.bill("--month 2013-08").done();
        let db = cloud.db();
        Ledger { _cloud: cloud, db }
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

    /// A copy of a table's row, with some columns set otherwise, as an INSERT.
    fn copy(&mut self, (verb, end): Insert, table: &str, changed: &Columns) -> String {
        let columns = self.db.columns(table);
        let value = |column: &String| {
            let found = changed.iter().find(|(name, _)| name == column);
            found.map_or_else(|| format!("\"{column}\""), |(_, value)| value.clone())
        };
        let values: Vec<String> = columns.iter().map(value).collect();
        format!(
            "{verb} INTO \"{table}\" ({}) SELECT {} FROM (SELECT * FROM \"{table}\" LIMIT 1) AS own {end}",
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

    /// A statement of the same tenant for another period, pending, as SQL makes it; answers its id.
    fn statement(&mut self, number: u32, start: &str, end: &str) -> String {
        let id = format!("00000000-0000-0000-0000-{number:012}");
        let new = self.pending(&id, start, end);
        let sql = self.copy(PLAIN, "statement", &new);
        assert_eq!(self.db.run(&sql), Ok(1), "{sql}");
        id
    }

    /// A statement's columns as they are when it is new.
    fn pending(&self, id: &str, start: &str, end: &str) -> Columns {
        let mut columns = vec![("statement_id", text(id)), ("state", text("pending")), ("tries", "0".to_owned())];
        for empty in ["claim", "owner", self.instant("lease_until"), "error", "receipt", "receipt_details"] {
            columns.push((empty, "NULL".to_owned()));
        }
        columns.extend(self.period(start, end));
        columns
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

/// Columns to be set to these.
fn set<const N: usize>(columns: [(&'static str, &str); N]) -> Columns {
    columns.map(|(column, value)| (column, value.to_owned())).to_vec()
}

/// Microseconds of a day of August 2013, as SQL.
fn august(day: i64) -> String {
    (1_375_315_200_000_000 + (day - 1) * 86_400_000_000).to_string()
}
