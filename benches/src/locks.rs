//! (f) A run over 1,000 small tenants, several at once: how much of the workers' time goes into waiting for
//! one another. Counted is all time in which the ledger is asked for a lock, the asking included.

use std::fs;
use std::sync::atomic::Ordering;
use std::time::Instant;

use artifice_engine::config::{Config, FileMode};
use artifice_engine::{Engine, Purpose, Selection};
use artifice_ledger::Author;
use artifice_tests::database::Postgres;

use crate::phases;
use crate::report::{Measure, Row, Target};
use crate::samples::{self, Cloud};
use crate::statements;

const TENANTS: u64 = 1_000;
const HOURS: usize = 24;

pub fn sqlite() -> Vec<Row> {
    run("SQLite", "sqlite://artifice.db")
}

pub fn postgres() -> Vec<Row> {
    let server = Postgres::start(&[]);
    run("PostgreSQL", &server.database().url())
}

fn run(name: &str, url: &str) -> Vec<Row> {
    let directory = tempfile::tempdir().unwrap();
    let cloud = Cloud { tenants: TENANTS, instances: TENANTS * 3, copies: 1, ..Cloud::INSTANCES };
    let samples = usize::try_from(cloud.instances).unwrap() * HOURS;
    let mut all = String::new();
    samples::generate(cloud, samples, |text| {
        all.push_str(text);
        text.clear();
    });
    let config = format!(
        "main: {{'invoice:object': 'billing.csv_invoice:Csv', currency: NZD}}\n\
         source: {{kind: file, path: samples.ndjson}}\n\
         database: {{url: '{url}'}}\n\
         rates: {{file: rates.csv}}\n\
         'invoice:config': {{output_path: invoices}}\n"
    );
    for (file, text) in [("artifice.yaml", &*config), ("rates.csv", statements::RATES), ("samples.ndjson", &all)] {
        fs::write(directory.path().join(file), text).unwrap();
    }
    let engine = Engine::new(Config::load(&directory.path().join("artifice.yaml")).unwrap(), Author::default());
    let workers = engine.config().workers();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let backend = engine.load_backend().unwrap();
    let ledger =
        runtime.block_on(artifice_ledger::open(&engine.config().database, FileMode::default())).unwrap().ledger;
    phases::listen();
    let begin = Instant::now();
    let (watch, billed) = statements::counting();
    let everybody = Selection::default();
    let billing = engine.bill(ledger.clone(), backend, &everybody, statements::month(), Purpose::Invoice, watch);
    runtime.block_on(billing).unwrap();
    let total_s = begin.elapsed().as_secs_f64();
    assert_eq!(billed.load(Ordering::Relaxed), TENANTS);
    runtime.block_on(ledger.close());
    let waited_s = phases::heard().get("lock").copied().unwrap_or_default().took.as_secs_f64();
    let of_all = 100.0 * waited_s / (total_s * workers as f64);
    let whole =
        Row::new("f", format!("{name}: a bill of {TENANTS} tenants, {workers} at once"), Measure::new(total_s, "s"));
    let waiting = Row::new("f", format!("{name}:   of it waiting for locks"), Measure::new(of_all, "%"));
    vec![whole, waiting.must(Target::ValueAtMost(10.0))]
}
