//! (a) From text to volumes: reading, sorting and aggregating samples on one thread, against
//! serde_json alone reading the same lines into the same borrowed struct.
//!
//! The text is in memory: in the system's cache of a file, as an operator's is.

use std::fs;
use std::io::Write;
use std::path::Path;

use artifice_core::collect::wire::WireSample;
use artifice_core::collect::{Request, Source};
use artifice_model::Period;
use artifice_model::aggregate::{Entry, Locations};
use artifice_model::time::HOUR_US;

use crate::harness::Rounds;
use crate::memory;
use crate::report::{Measure, Row, Target};
use crate::samples::{self, Cloud, Lines};

const SAMPLES: usize = 200_000;
const ROUNDS: usize = 7;
/// The default of `main.memory`.
const MEMORY_BYTES: u64 = 256 << 20;

pub fn ascending() -> Vec<Row> {
    vec![measured("parse + aggregate, ascending", samples::ascending(Cloud::RECORDED, SAMPLES)).must(TARGET)]
}

pub fn descending() -> Vec<Row> {
    let lines = samples::ascending(Cloud::RECORDED, SAMPLES).descending();
    vec![measured("parse + aggregate, descending", lines).must(TARGET)]
}

pub fn shuffled() -> Vec<Row> {
    let lines = samples::ascending(Cloud::RECORDED, SAMPLES).shuffled();
    vec![measured("parse + aggregate, shuffled", lines).must(TARGET)]
}

/// The hardest mixture: all of it is long and charged.
pub fn instances() -> Vec<Row> {
    let lines = samples::ascending(Cloud::INSTANCES, SAMPLES / 2).shuffled();
    vec![measured("… instances only, shuffled", lines)]
}

/// The recording itself, where it lies beside the project; not a part of it.
pub fn recording() -> Vec<Row> {
    let beside =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/recordings/ceilometer-2013/samples.ndjson.gz");
    let mut text = String::new();
    let read = artifice_core::collect::file::open(&beside).is_ok_and(|file| {
        let mut unpacked = flate2::read::MultiGzDecoder::new(file);
        std::io::Read::read_to_string(&mut unpacked, &mut text).is_ok()
    });
    if !read {
        return Vec::new();
    }
    let lines = Lines::of(text.repeat(5));
    vec![measured("… a real recording, five times", lines)]
}

const TARGET: Target = Target::RatioAtLeast(0.5);

fn measured(name: &str, lines: Lines) -> Row {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(lines.text.as_bytes()).unwrap();
    let count = u32::try_from(lines.len()).unwrap();
    drop(lines);
    let path = file.path().to_owned();

    memory::forget_peak();
    let volumes = aggregate(&path);
    let peak = memory::peak_bytes();
    assert!(volumes > 0, "nothing was aggregated");

    let text = fs::read_to_string(&path).unwrap();
    let rounds = Rounds::of(ROUNDS, || assert_eq!(aggregate(&path), volumes), || assert_eq!(parse(&text), count));
    let compared = rounds.compare();
    let rate = |seconds: f64| Measure::new(f64::from(count) / seconds, "samples/s");
    Row::new("a", name, rate(compared.subject_s))
        .against("serde_json, parsing only", rate(compared.reference_s), compared.spread)
        .with_peak(peak)
}

/// The subject: how many usages come of a file.
fn aggregate(path: &Path) -> usize {
    let source = Source::File { paths: vec![path.to_owned()] };
    let (entries, locations) = (Entry::built_in(), Locations::new("default", []));
    let period = Period::new(samples::START, samples::START.plus(31 * 24 * HOUR_US)).unwrap();
    let request =
        Request { entries: &entries, locations: &locations, period, tenants: None, memory_bytes: MEMORY_BYTES };
    let mut volumes = 0;
    source.collect(request, &mut |usage| volumes += usage.usage.map_or(0, |usage| usage.len())).unwrap();
    volumes
}

/// The reference: how many samples a text has.
fn parse(text: &str) -> u32 {
    let sample = |line: &str| u32::from(serde_json::from_str::<WireSample<'_>>(line).unwrap().metadata.is_some());
    text.lines().map(sample).sum()
}
