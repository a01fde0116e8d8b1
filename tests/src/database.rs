//! A client that goes to the ledger's file directly, and believes nothing.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Row};
use tokio::runtime::Runtime;

/// A connection to the ledger's file.
pub struct Db {
    runtime: Runtime,
    connection: SqliteConnection,
}

/// What the database says when it refuses.
pub type Refusal = String;

impl Db {
    /// Opens a file, with foreign keys off, as other clients have them.
    pub fn open(file: &Path) -> Db {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let options = SqliteConnectOptions::new().filename(file).foreign_keys(false);
        let connection = runtime.block_on(options.connect()).unwrap();
        Db { runtime, connection }
    }

    /// Runs a statement; says how many rows it changed.
    pub fn run(&mut self, sql: &str) -> Result<u64, Refusal> {
        let done = self.runtime.block_on(sqlx::query(AssertSqlSafe(sql)).execute(&mut self.connection));
        done.map(|done| done.rows_affected()).map_err(|error| error.to_string())
    }

    /// Every row of a query, its values as SQLite's `quote` writes them.
    pub fn rows(&mut self, sql: &str) -> Vec<Vec<String>> {
        let rows = self.runtime.block_on(sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut self.connection)).unwrap();
        let values = |row: &sqlx::sqlite::SqliteRow| {
            (0..row.len()).map(|at| row.try_get::<String, _>(at).unwrap_or_default()).collect()
        };
        rows.iter().map(values).collect()
    }

    /// One number.
    pub fn number(&mut self, sql: &str) -> i64 {
        self.runtime.block_on(sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut self.connection)).unwrap()
    }

    /// The names of a table's columns.
    pub fn columns(&mut self, table: &str) -> Vec<String> {
        let sql = format!("SELECT name FROM pragma_table_info('{table}')");
        self.rows(&sql).into_iter().map(|mut row| row.remove(0)).collect()
    }

    /// Everything in it, as text.
    pub fn dump(&mut self) -> String {
        let tables = self.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
        let mut text = String::new();
        for table in tables {
            let table = &table[0];
            let quoted: Vec<String> = self.columns(table).iter().map(|column| format!("quote(\"{column}\")")).collect();
            let rows = self.rows(&format!("SELECT {} FROM \"{table}\" ORDER BY 1, 2, 3", quoted.join(", ")));
            rows.iter().for_each(|row| text += &format!("{table}: {}\n", row.join(", ")));
        }
        text
    }
}
