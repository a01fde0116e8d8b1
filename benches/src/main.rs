//! `cargo xtask bench`: how fast artifice is, compared to what, and with how much memory.
//!
//! Each measurement runs in a process of its own, so that its peak of memory is its own. It says
//! what it found as JSON; this program makes one table and one document of all.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::float_arithmetic,
    clippy::as_conversions,
    reason = "a measurement that fails has nothing to say, and ratios of times are no money"
)]

mod aggregation;
mod allocations;
mod bill;
mod boundary;
mod everybody;
mod harness;
mod history;
mod hot_path;
mod ledger;
mod locks;
mod memory;
mod ordered;
mod phases;
mod random;
mod rating;
mod report;
mod samples;
mod statements;

use std::process::{Command, ExitCode, Stdio};

use report::Row;

/// Something to measure, in a process of its own.
struct Measurement {
    part: &'static str,
    name: &'static str,
    work: fn() -> Vec<Row>,
}

const fn measurement(part: &'static str, name: &'static str, work: fn() -> Vec<Row>) -> Measurement {
    Measurement { part, name, work }
}

const MEASUREMENTS: &[Measurement] = &[
    measurement("a", "ascending", hot_path::ascending),
    measurement("a", "descending", hot_path::descending),
    measurement("a", "shuffled", hot_path::shuffled),
    measurement("a", "instances-ascending", hot_path::instances_ascending),
    measurement("a", "instances-descending", hot_path::instances_descending),
    measurement("a", "instances-shuffled", hot_path::instances_shuffled),
    measurement("a", "recording", hot_path::recording),
    measurement("b", "postgres", ledger::postgres),
    measurement("b", "sqlite", ledger::sqlite),
    measurement("c", "views", boundary::views),
    measurement("c", "lines", boundary::lines),
    measurement("d", "bill", bill::whole),
    measurement("e", "sqlite", history::sqlite),
    measurement("e", "postgres", history::postgres),
    measurement("f", "sqlite", locks::sqlite),
    measurement("f", "postgres", locks::postgres),
    measurement("g", "uptime", aggregation::uptime),
    measurement("g", "integral", aggregation::integral),
    measurement("g", "max_per_slice", aggregation::max_per_slice),
    measurement("g", "increase", aggregation::increase),
    measurement("g", "in-order", ordered::in_order),
    measurement("h", "flat", rating::flat),
    measurement("h", "tiers", rating::tiers),
    measurement("i", "preview", everybody::preview),
];

const HELP: &str = "\
How fast artifice is, compared to what, and with how much memory

Usage: benches [--only a,b,c,d,e,f,g,h,i] [--json FILE]

  a  reading, sorting and aggregating samples, against parsing alone
  b  storing statements in the ledger, against plain inserts
  c  lines across the plugin boundary, against a direct call
  d  a whole bill of a tenant with 10,000 resources, by phase
  e  the history of a million lines, against the database's own sums
  f  a run over 1,000 small tenants: how long its workers wait for locks
  g  aggregating 100 million samples of 100,000 series, against a loop over them; series in order, against that
  h  rating a million usages with a card of 1,000 entries, against multiply and add
  i  a month of 1,009 projects in a running cloud, against reading its samples in one answer a meter
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (mut only, mut json) = (None, None);
    let mut rest = arguments.iter().map(String::as_str);
    while let Some(argument) = rest.next() {
        match (argument, rest.next()) {
            ("--measure", Some(name)) => return measure(name),
            ("--only", Some(parts)) => only = Some(parts.split(',').collect::<Vec<_>>()),
            ("--json", Some(file)) => json = Some(file),
            _ => {
                eprint!("{HELP}");
                return ExitCode::from(2);
            }
        }
    }
    let is_chosen = |part: &str| only.as_ref().is_none_or(|only| only.contains(&part));
    let rows: Vec<Row> = MEASUREMENTS.iter().filter(|one| is_chosen(one.part)).flat_map(in_a_child).collect();
    println!("{}", report::table(&rows));
    if let Some(file) = json {
        let document = serde_json::json!({ "rows": rows });
        std::fs::write(file, format!("{document:#}\n")).unwrap();
    }
    let missed = rows.iter().filter(|row| row.holds == Some(false)).count();
    if rows.is_empty() || missed > 0 {
        eprintln!("{} measured, {missed} missed their target", rows.len());
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn in_a_child(one: &Measurement) -> Vec<Row> {
    eprintln!("measuring {} {} …", one.part, one.name);
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--measure", &format!("{}:{}", one.part, one.name)]).stderr(Stdio::inherit());
    let output = child.output().unwrap();
    assert!(output.status.success(), "measuring {} {} failed", one.part, one.name);
    serde_json::from_slice(&output.stdout).unwrap()
}

/// In the child.
fn measure(name: &str) -> ExitCode {
    let found = MEASUREMENTS.iter().find(|one| name.split_once(':') == Some((one.part, one.name)));
    let Some(one) = found else { return ExitCode::from(2) };
    println!("{}", serde_json::to_string(&(one.work)()).unwrap());
    ExitCode::SUCCESS
}
