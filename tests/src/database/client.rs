//! A client that goes to the ledger's database directly, and believes nothing.

use std::path::Path;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Row};
use tokio::runtime::Runtime;

use super::Kind;

/// A connection to the ledger's database.
pub struct Db {
    runtime: Runtime,
    connection: Connection,
}

enum Connection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// What the database says when it refuses.
pub type Refusal = String;

/// Runs one call for whichever database it is.
macro_rules! on {
    ($db:expr, $connection:ident => $call:expr) => {
        match &mut $db.connection {
            Connection::Sqlite($connection) => $db.runtime.block_on($call),
            Connection::Postgres($connection) => $db.runtime.block_on($call),
        }
    };
}

impl Db {
    /// Opens a file of SQLite's, with foreign keys off, as other clients have them.
    pub fn open(file: &Path) -> Db {
        let runtime = runtime();
        let options = SqliteConnectOptions::new().filename(file).foreign_keys(false);
        let connection = Connection::Sqlite(runtime.block_on(options.connect()).unwrap());
        Db { runtime, connection }
    }

    /// Connects to a database of a PostgreSQL server.
    pub fn connect(options: &PgConnectOptions) -> Db {
        let runtime = runtime();
        let connection = Connection::Postgres(runtime.block_on(options.connect()).unwrap());
        Db { runtime, connection }
    }

    pub fn kind(&self) -> Kind {
        match self.connection {
            Connection::Sqlite(_) => Kind::Sqlite,
            Connection::Postgres(_) => Kind::Postgres,
        }
    }

    /// Runs a statement; says how many rows it changed.
    pub fn run(&mut self, sql: &str) -> Result<u64, Refusal> {
        on!(self, connection => async {
            let done = sqlx::query(AssertSqlSafe(sql)).execute(connection).await;
            done.map(|done| done.rows_affected()).map_err(|error| error.to_string())
        })
    }

    /// Runs many statements.
    pub fn script(&mut self, sql: &str) {
        on!(self, connection => async { sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop) })
            .unwrap();
    }

    /// Every row of a query whose columns all are texts.
    pub fn rows(&mut self, sql: &str) -> Vec<Vec<String>> {
        fn texts<R: Row>(row: &R) -> Vec<String>
        where
            usize: sqlx::ColumnIndex<R>,
            for<'r> String: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
        {
            (0..row.len()).map(|at| row.try_get::<String, _>(at).unwrap_or_default()).collect()
        }
        on!(self, connection => async {
            let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(connection).await.unwrap();
            rows.iter().map(texts).collect()
        })
    }

    /// One number.
    pub fn number(&mut self, sql: &str) -> i64 {
        on!(self, connection => sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(connection)).unwrap()
    }

    /// The names of a table's columns.
    pub fn columns(&mut self, table: &str) -> Vec<String> {
        let sql = match self.kind() {
            Kind::Sqlite => format!("SELECT name FROM pragma_table_info('{table}')"),
            Kind::Postgres => format!(
                "SELECT attname::text FROM pg_attribute
                 WHERE attrelid = '\"{table}\"'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
            ),
        };
        self.rows(&sql).into_iter().map(|mut row| row.remove(0)).collect()
    }

    /// The names of its tables.
    pub fn tables(&mut self) -> Vec<String> {
        let sql = match self.kind() {
            Kind::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
            Kind::Postgres => {
                "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
            }
        };
        self.rows(sql).into_iter().map(|mut row| row.remove(0)).collect()
    }

    /// Changes lines in spite of the rule against it, as only a change of the schema allows.
    pub fn damage(&mut self, sql: &str) {
        let disarm = match self.kind() {
            Kind::Sqlite => "DROP TRIGGER line_stays",
            Kind::Postgres => "DROP TRIGGER line_stays ON line",
        };
        self.run(disarm).unwrap();
        self.run(sql).unwrap();
    }

    /// Takes the ledger's guards away, so that what they refuse can be done.
    pub fn disarm(&mut self) {
        let taking_away = match self.kind() {
            Kind::Sqlite => {
                "SELECT 'DROP TRIGGER ' || name FROM sqlite_master WHERE type = 'trigger'
                 UNION ALL SELECT 'PRAGMA ignore_check_constraints = ON'"
            }
            Kind::Postgres => {
                "SELECT format('ALTER TABLE %s DISABLE TRIGGER USER', oid::regclass) FROM pg_class
                 WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                 UNION ALL
                 SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) FROM pg_constraint
                 WHERE contype IN ('c', 'x', 'f') AND conrelid <> 0 AND connamespace = 'public'::regnamespace"
            }
        };
        for row in self.rows(taking_away) {
            self.run(&row[0]).unwrap();
        }
    }

    /// Everything in it, as text. (Two queries, whatever there is: some stories ask for it thousands of times.)
    pub fn dump(&mut self) -> String {
        let rows_of = match self.kind() {
            Kind::Sqlite => {
                "SELECT it.name, group_concat('quote(\"' || own.name || '\")', ' || '', '' || ') FROM sqlite_master AS it
                 JOIN pragma_table_info(it.name) AS own WHERE it.type = 'table' GROUP BY it.name ORDER BY it.name"
            }
            Kind::Postgres => {
                "SELECT tablename::text, 'own::text' FROM pg_tables
                 WHERE schemaname = current_schema() ORDER BY tablename"
            }
        };
        let tables = self.rows(rows_of);
        let part = |(number, table): (usize, &Vec<String>)| {
            format!("SELECT {number} AS place, '{0}: ' || {1} AS said FROM \"{0}\" AS own", table[0], table[1])
        };
        let parts: Vec<String> = tables.iter().enumerate().map(part).collect();
        if parts.is_empty() {
            return String::new();
        }
        let all = format!("SELECT said FROM ({}) AS everything ORDER BY place, said", parts.join(" UNION ALL "));
        self.rows(&all).iter().map(|row| format!("{}\n", row[0])).collect()
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}
