//! SQLite: a file, against plain inserts of several rows into another file.

use std::path::Path;
use std::time::Duration;

use artifice_engine::config::{DatabaseUrl, FileMode};
use artifice_model::statement::{Draft, Line};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, QueryBuilder, Row as _, Sqlite};

use super::{Database, measure};
use crate::report::Row;

/// Rows of one INSERT, as in the ledger.
const ROWS: usize = 500;

/// The ledger's tables, but with nothing to protect them.
const TABLES: [&str; 2] = [
    "CREATE TABLE usage (tenant_no INTEGER, series_no INTEGER, period_start INTEGER, period_end INTEGER, statement_id TEXT,
        meter TEXT, section TEXT, resource_name TEXT, volume TEXT, unit TEXT, aggregate TEXT, live INTEGER DEFAULT 1,
        PRIMARY KEY (tenant_no, series_no, period_start, statement_id)) STRICT, WITHOUT ROWID",
    "CREATE TABLE line (tenant_no INTEGER, statement_id TEXT, line_no INTEGER, section TEXT, location TEXT, service TEXT,
        name TEXT, resource_id TEXT, resource_name TEXT, entry TEXT, meter TEXT, aggregate TEXT, period_start INTEGER,
        period_end INTEGER, volume TEXT, unit TEXT, rate TEXT, rate_unit TEXT, rate_origin TEXT, cost TEXT,
        PRIMARY KEY (tenant_no, statement_id, line_no)) STRICT, WITHOUT ROWID",
];

/// The ledger in a file of SQLite's.
pub fn sqlite() -> Vec<Row> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let ledger = runtime
        .block_on(artifice_ledger::open(&DatabaseUrl::Sqlite(directory.path().join("ledger.db")), FileMode::default()))
        .unwrap()
        .ledger;
    let mut plain = runtime.block_on(plain(&directory.path().join("plain.db")));
    let database = Database {
        name: "SQLite",
        runtime: &runtime,
        ledger: &*ledger,
        reference: &mut |draft, number| runtime.block_on(insert(&mut plain, draft, number)).unwrap(),
        compared_to: "plain inserts, primary key only",
        target: None,
        long_statement_s: None,
    };
    let rows = measure(database);
    runtime.block_on(ledger.close());
    rows
}

/// A file with the unprotected tables, kept as safely as the ledger.
async fn plain(file: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .disable_statement_logging();
    let mut connection = options.connect().await.unwrap();
    for table in TABLES {
        sqlx::query(table).execute(&mut connection).await.unwrap();
    }
    let mode = sqlx::query("PRAGMA journal_mode").fetch_one(&mut connection).await.unwrap();
    assert_eq!(mode.get::<String, _>(0), "wal");
    connection
}

async fn insert(connection: &mut SqliteConnection, draft: &Draft, number: u64) -> sqlx::Result<()> {
    let (tenant_no, id) = (i64::try_from(number).unwrap(), format!("{number:036}"));
    let mut transaction = connection.begin().await?;
    let numbered: Vec<_> = (1_i64..).zip(&draft.usage).collect();
    for rows in numbered.chunks(ROWS) {
        let mut sql = QueryBuilder::<Sqlite>::new(
            "INSERT INTO usage (tenant_no, series_no, period_start, period_end, statement_id, meter, section, resource_name, volume, unit, aggregate) ",
        );
        sql.push_values(rows, |mut row, (series_no, usage)| {
            row.push_bind(tenant_no).push_bind(*series_no);
            row.push_bind(usage.period.start().micros()).push_bind(usage.period.end().micros()).push_bind(&id);
            row.push_bind(&usage.meter).push_bind(&usage.section).push_bind(&usage.resource_name);
            row.push_bind(usage.volume.to_string()).push_bind(&usage.unit).push_bind(usage.aggregate_name());
        });
        sql.build().execute(&mut *transaction).await?;
    }
    let numbered: Vec<(i64, &Line)> = (1..).zip(&draft.lines).collect();
    for rows in numbered.chunks(ROWS) {
        let mut sql = QueryBuilder::<Sqlite>::new(
            "INSERT INTO line (tenant_no, statement_id, line_no, section, location, service, name, resource_id, resource_name,
                               entry, meter, aggregate, period_start, period_end, volume, unit, rate, rate_unit, rate_origin, cost) ",
        );
        sql.push_values(rows, |mut row, (line_no, line)| {
            let (usage, rate) = (&line.usage, line.rate.as_ref());
            row.push_bind(tenant_no).push_bind(&id).push_bind(*line_no);
            row.push_bind(&usage.section).push_bind(&usage.location).push_bind(&usage.service).push_bind(&line.name);
            row.push_bind(&usage.resource_id).push_bind(&usage.resource_name);
            row.push_bind(&usage.entry).push_bind(&usage.meter).push_bind(usage.aggregate_name());
            row.push_bind(usage.period.start().micros()).push_bind(usage.period.end().micros());
            row.push_bind(usage.volume.to_string()).push_bind(&usage.unit);
            row.push_bind(rate.map(|rate| rate.amount.to_string()));
            row.push_bind(rate.map(|rate| &rate.per)).push_bind(rate.map(|rate| &rate.origin));
            row.push_bind(line.cost.map(|cost| cost.to_string()));
        });
        sql.build().execute(&mut *transaction).await?;
    }
    transaction.commit().await
}
