//! (e) What has been billed, over a million lines: 10 tenants with 10,000 resources each, for 10 months.
//! Sums are compared with the database's own sums of the same lines, which know of no void statements and no
//! calendar, and on SQLite are binary floating point.

use std::ops::ControlFlow;
use std::time::Duration;

use artifice_engine::config::{DatabaseUrl, FileMode};
use artifice_ledger::{Dimension, Grouping, Ledger, Wanted};
use artifice_model::Calendar;
use artifice_tests::database::Postgres;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};
use tokio::runtime::Runtime;

use crate::harness::Rounds;
use crate::ledger::{configured, store};
use crate::memory;
use crate::report::{Measure, Row, Target};
use crate::statements;

const TENANTS: u64 = 10;
const RESOURCES: usize = 10_000;
const MONTHS: usize = 10;
const LINES: usize = 1_000_000;
const ROUNDS: usize = 5;
/// How long a history by month may take, in seconds.
const TARGET: Target = Target::ValueAtMost(1.0);

pub fn sqlite() -> Vec<Row> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("ledger.db");
    measure("SQLite", &DatabaseUrl::Sqlite(file.clone()), |runtime| {
        let options = SqliteConnectOptions::new().filename(&file).disable_statement_logging();
        let mut connection = runtime.block_on(options.connect()).unwrap();
        Box::new(move |runtime, of| {
            // Its sum() would be one of integers where the numbers happen to be, and these overflow.
            let sql = format!("SELECT {of}, unit, count(*), total(volume), total(cost) FROM line GROUP BY 1, 2");
            let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut connection);
            runtime.block_on(rows).unwrap().len()
        })
    })
}

pub fn postgres() -> Vec<Row> {
    let server = Postgres::start(&["max_wal_size=8GB", "checkpoint_timeout=1h"]);
    let database = server.database();
    measure("PostgreSQL", &configured(&database.url()), |runtime| {
        let mut connection = runtime.block_on(PgConnection::connect(&database.url())).unwrap();
        // A server finds out by itself what was stored, but not within seconds.
        runtime.block_on(sqlx::query("ANALYZE").execute(&mut connection)).unwrap();
        Box::new(move |runtime, of| {
            let of = if of == "period_start" { "lower(period)" } else { of };
            let sql = format!("SELECT {of}, unit, count(*), sum(volume), sum(cost) FROM line GROUP BY 1, 2");
            let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut connection);
            runtime.block_on(rows).unwrap().len()
        })
    })
}

/// Sums lines up by a column, as the database does it by itself. Says how many rows that gives.
type Bare<'b> = Box<dyn FnMut(&Runtime, &str) -> usize + 'b>;

fn measure<'b>(name: &str, url: &DatabaseUrl, bare: impl FnOnce(&Runtime) -> Bare<'b>) -> Vec<Row> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let ledger = runtime.block_on(artifice_ledger::open(url, FileMode::default())).unwrap().ledger;
    let calendar = Calendar::new("UTC").unwrap();
    for month in 1..=MONTHS {
        let month = calendar.month(&format!("2014-{month:02}")).unwrap();
        for tenant in 1..=TENANTS {
            store(&runtime, &*ledger, &statements::draft_for(tenant, RESOURCES, month));
        }
    }
    let mut bare = bare(&runtime);
    // First, so that its peak of memory has nothing of what sums took.
    let mut rows = vec![lines(name, &runtime, &*ledger)];
    for (by, of, groups) in [
        (Dimension::Month, "period_start", MONTHS),
        (Dimension::Tenant, "tenant_no", 10),
        (Dimension::Resource, "resource_id", 100_000),
    ] {
        let _ = memory::forget_peak();
        let compared = Rounds::of(
            ROUNDS,
            || {
                let grouping = Grouping { by: &[by], calendar: &calendar };
                let found = runtime.block_on(ledger.history_groups(&Wanted::default(), grouping)).unwrap();
                assert_eq!(found.len(), groups);
            },
            || assert!(bare(&runtime, of) >= groups),
        )
        .compare();
        let peak = memory::peak_bytes();
        let seconds = |value| Measure::new(value, "s");
        let row = Row::new("e", format!("{name}: history by {}, 1 M lines", by.name()), seconds(compared.subject_s))
            .against("the database's own sums", seconds(compared.reference_s), Some(compared.spread))
            .with_peak(peak);
        rows.push(if by == Dimension::Month { row.must(TARGET) } else { row });
    }
    runtime.block_on(ledger.close());
    rows
}

fn lines(name: &str, runtime: &Runtime, ledger: &dyn Ledger) -> Row {
    let _ = memory::forget_peak();
    let mut best = Duration::MAX;
    for _ in 0..2 {
        let mut count = 0;
        let mut each = |_| {
            count += 1;
            ControlFlow::Continue(())
        };
        let (took, read) =
            crate::harness::timed(|| runtime.block_on(ledger.history_lines(&Wanted::default(), &mut each)));
        read.unwrap();
        assert_eq!(count, LINES);
        best = best.min(took);
    }
    let rate = Measure::new(LINES as f64 / best.as_secs_f64(), "lines/s");
    Row::new("e", format!("{name}: every line, in order"), rate).with_peak(memory::peak_bytes())
}
