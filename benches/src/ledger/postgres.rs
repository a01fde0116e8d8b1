//! PostgreSQL: a server of the bench's own, against COPY into tables of the same columns and primary
//! keys.

use std::fmt::Write as _;
use std::fs;

use artifice_engine::config::{Config, DatabaseUrl, FileMode};
use artifice_model::Period;
use artifice_model::statement::Draft;
use artifice_tests::database::Postgres;
use sqlx::{Connection, PgConnection};

use super::{Database, measure};
use crate::report::{Row, Target};

/// The ledger on a server with its usual settings, which keep what is stored from power cuts.
pub fn postgres() -> Vec<Row> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    // Room for what is written here, so that no round is the one in which it is brought to its place.
    let server = Postgres::start(&["max_wal_size=8GB", "checkpoint_timeout=1h"]);
    let database = server.database();
    let ledger =
        runtime.block_on(artifice_ledger::open(&configured(&database.url()), FileMode::default())).unwrap().ledger;
    let mut plain = runtime.block_on(plain(&database.url())).unwrap();
    let measured = measure(Database {
        name: "PostgreSQL",
        runtime: &runtime,
        ledger: &*ledger,
        reference: &mut |draft, number| runtime.block_on(copy(&mut plain, draft, number)).unwrap(),
        compared_to: "COPY, primary key only",
        target: Some(Target::RatioAtLeast(0.125)),
        long_statement_s: Some(6.0),
    });
    runtime.block_on(plain.close()).unwrap();
    runtime.block_on(ledger.close());
    measured
}

/// As an operator names it.
pub fn configured(url: &str) -> DatabaseUrl {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("artifice.yaml");
    fs::write(&file, format!("main: {{currency: NZD}}\ndatabase: {{url: '{url}'}}\n")).unwrap();
    Config::load(&file).unwrap().database
}

/// A connection to tables like the ledger's, with nothing to protect them.
async fn plain(url: &str) -> sqlx::Result<PgConnection> {
    let mut connection = PgConnection::connect(url).await?;
    for sql in [
        "CREATE TABLE plain_usage (LIKE usage INCLUDING DEFAULTS, PRIMARY KEY (tenant_no, statement_id, series_no, period))",
        "CREATE TABLE plain_line (LIKE line INCLUDING DEFAULTS, PRIMARY KEY (tenant_no, statement_id, line_no))",
    ] {
        sqlx::query(sql).execute(&mut connection).await?;
    }
    Ok(connection)
}

async fn copy(connection: &mut PgConnection, draft: &Draft, number: u64) -> sqlx::Result<()> {
    let id = format!("{number:08x}-0000-7000-8000-000000000000");
    let mut transaction = connection.begin().await?;
    let mut text = String::new();
    for (series_no, usage) in (1..).zip(&draft.usage) {
        let _ = writeln!(
            text,
            "{number}\t{id}\t{series_no}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
            range(usage.period),
            usage.meter,
            usage.section,
            usage.resource_name,
            usage.volume,
            usage.unit,
            usage.aggregate_name()
        );
    }
    let usage = "tenant_no, statement_id, series_no, period, meter, section, resource_name, volume, unit, aggregate";
    send(&mut transaction, &format!("COPY plain_usage ({usage}) FROM STDIN"), &mut text).await?;
    for (line_no, line) in (1..).zip(&draft.lines) {
        let (usage, rate) = (&line.usage, line.rate.as_ref().unwrap());
        let _ = writeln!(
            text,
            "{number}\t{id}\t{line_no}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
            usage.section,
            usage.location,
            usage.service,
            line.name,
            usage.resource_id,
            usage.resource_name,
            usage.entry,
            usage.meter,
            usage.aggregate_name(),
            range(usage.period),
            usage.volume,
            usage.unit,
            rate.amount,
            rate.per,
            rate.origin,
            line.cost.unwrap()
        );
    }
    let line = "tenant_no, statement_id, line_no, section, location, service, name, resource_id, resource_name, entry, meter, \
                aggregate, period, volume, unit, rate, rate_unit, rate_origin, cost";
    send(&mut transaction, &format!("COPY plain_line ({line}) FROM STDIN"), &mut text).await?;
    transaction.commit().await
}

/// Sends all of a text, and empties it. (What is made up here has nothing to be escaped.)
async fn send(connection: &mut PgConnection, sql: &str, text: &mut String) -> sqlx::Result<()> {
    let mut copy = connection.copy_in_raw(sql).await?;
    copy.send(std::mem::take(text).into_bytes()).await?;
    copy.finish().await.map(drop)
}

fn range(period: Period) -> String {
    format!("[\"{}\",\"{}\")", period.start(), period.end())
}
