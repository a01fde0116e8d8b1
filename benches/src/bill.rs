//! (d) A whole bill of one tenant with 10,000 resources, by phase: from a file of samples to the CSV
//! backend's document. A week of hourly samples
//! of instances: 2 GB, more than is kept in memory. (A month would be 10 GB.)

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::sync::atomic::Ordering;
use std::time::Instant;

use artifice_engine::config::{Config, FileMode};
use artifice_engine::{Engine, Purpose, Selection};
use artifice_ledger::Author;

use crate::phases::{self, Phase};
use crate::report::{Measure, Row};
use crate::samples::{self, Cloud};
use crate::statements;

const RESOURCES: u64 = 10_000;
const HOURS: usize = 7 * 24;

const CONFIG: &str = "\
main: {'invoice:object': 'billing.csv_invoice:Csv', currency: NZD}
source: {kind: file, path: samples.ndjson}
database: {url: 'sqlite://artifice.db'}
rates: {file: rates.csv}
'invoice:config': {output_path: invoices}
";

/// The phases in their order, by the names of their spans.
const PHASES: [(&str, &str); 8] = [
    ("read", "read + parse"),
    ("sort", "sort"),
    ("aggregate", "aggregate"),
    ("draft", "draft (rating)"),
    ("store", "store"),
    ("read back", "read back, and check"),
    ("hand over", "hand to the CSV backend"),
    ("commit", "commit"),
];

/// One bill.
pub fn whole() -> Vec<Row> {
    let directory = tempfile::tempdir().unwrap();
    let cloud = Cloud { tenants: 1, instances: RESOURCES, ..Cloud::INSTANCES };
    let samples = usize::try_from(RESOURCES).unwrap() * HOURS;
    let mut file = BufWriter::new(File::create(directory.path().join("samples.ndjson")).unwrap());
    let mut bytes = 0;
    samples::generate(Cloud { copies: 1, ..cloud }, samples, |text| {
        bytes += text.len();
        file.write_all(text.as_bytes()).unwrap();
        text.clear();
    });
    file.into_inner().unwrap().sync_all().unwrap();
    for (file, text) in [("artifice.yaml", CONFIG), ("rates.csv", statements::RATES)] {
        fs::write(directory.path().join(file), text).unwrap();
    }

    let engine = Engine::new(Config::load(&directory.path().join("artifice.yaml")).unwrap(), Author::default());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
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
    assert_eq!(billed.load(Ordering::Relaxed), 1);
    runtime.block_on(ledger.close());
    rows(phases::heard(), total_s, samples, bytes)
}

fn rows(heard: HashMap<&str, Phase>, total_s: f64, samples: usize, bytes: usize) -> Vec<Row> {
    let row = |name: String, seconds: f64| {
        let mut row = Row::new("d", name, Measure::new(seconds, "s"));
        row.share = Some(seconds / total_s);
        row
    };
    let size = format!("{} samples, {} MB", samples, bytes / 1_000_000);
    let mut rows = vec![row(format!("a bill of {RESOURCES} resources ({size})"), total_s)];
    rows[0].peak_bytes = heard.values().filter_map(|phase| phase.peak_bytes).max();
    let mut rest_s = total_s;
    for (span, name) in PHASES {
        let phase = heard.get(span).copied().unwrap_or_default();
        assert!(!phase.took.is_zero(), "nothing was heard of '{span}'");
        rest_s -= phase.took.as_secs_f64();
        rows.push(row(format!("  {name}"), phase.took.as_secs_f64()).with_peak(phase.peak_bytes));
    }
    rows.push(row("  everything else".to_owned(), rest_s));
    rows
}
