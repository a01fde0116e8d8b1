//! Clients that go to the ledger's database directly: it refuses for itself.

mod content;
mod life;
mod overlap;

use artifice_tests::{Cloud, Db, Vm};

/// A ledger with a statement for August, and a client that believes nothing.
struct Ledger {
    _cloud: Cloud,
    db: Db,
}

/// What a client may have switched on or off.
const SETTINGS: [&str; 2] = ["PRAGMA recursive_triggers = off", "PRAGMA recursive_triggers = on"];
/// The ways to insert.
const INSERTS: [&str; 5] = ["INSERT", "INSERT OR REPLACE", "INSERT OR IGNORE", "INSERT OR ABORT", "INSERT OR FAIL"];
/// The ways to update.
const UPDATES: [&str; 3] = ["UPDATE", "UPDATE OR REPLACE", "UPDATE OR IGNORE"];
/// Every table that holds what was billed.
const TABLES: [&str; 7] = ["tenant", "series", "statement", "invoice_number", "usage", "line", "tax"];

impl Ledger {
    fn new() -> Ledger {
        let cloud = Cloud::new();
        cloud.meter(Vm::of("demo", "vm-1").active("2013-08-05", 24));
        cloud.bill("--month 2013-08").done();
        let db = Db::open(&cloud.path("ledger.db"));
        Ledger { _cloud: cloud, db }
    }

    /// A copy of a table's row, with some columns set otherwise, as an INSERT.
    fn copy(&mut self, verb: &str, table: &str, changed: &[(&str, &str)]) -> String {
        let columns = self.db.columns(table);
        let value = |column: &String| {
            let found = changed.iter().find(|(name, _)| name == column);
            found.map_or_else(|| format!("\"{column}\""), |(_, value)| (*value).to_owned())
        };
        let values: Vec<String> = columns.iter().map(value).collect();
        format!(
            "{verb} INTO \"{table}\" ({}) SELECT {} FROM \"{table}\" LIMIT 1",
            columns.join(", "),
            values.join(", ")
        )
    }

    /// The database refuses this by a rule of its own, and nothing has changed.
    #[track_caller]
    fn refuses(&mut self, sql: &str, rule: &str) {
        let before = self.db.dump();
        let refusal = self.db.run(sql).expect_err(sql);
        assert!(refusal.contains(rule), "{sql}: {refusal}");
        assert_eq!(self.db.dump(), before, "{sql}");
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
        let quoted = format!("'{id}'");
        let sql = self.copy("INSERT", "statement", &pending(&quoted, start, end));
        assert_eq!(self.db.run(&sql), Ok(1), "{sql}");
        id
    }
}

/// A statement's columns as they are when it is new.
fn pending<'v>(id: &'v str, start: &'v str, end: &'v str) -> [(&'v str, &'v str); 11] {
    let new = "NULL";
    [
        ("statement_id", id),
        ("period_start", start),
        ("period_end", end),
        ("state", "'pending'"),
        ("claim", new),
        ("owner", new),
        ("lease_until_us", new),
        ("tries", "0"),
        ("error", new),
        ("receipt", new),
        ("receipt_details", new),
    ]
}

/// Microseconds of a day of August 2013, as SQL.
fn august(day: i64) -> String {
    (1_375_315_200_000_000 + (day - 1) * 86_400_000_000).to_string()
}
