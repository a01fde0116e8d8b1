//! (a) From text to volumes: reading, sorting and aggregating samples on one thread, against
//! serde_json alone reading the same lines into the same borrowed struct.
//!
//! The text is in memory, so that no disk is measured.

use std::path::Path;

use artifice_collect::sources::file::TextSource;
use artifice_collect::wire::WireSample;
use artifice_collect::{Headway, Request, TenantUsage, collect};
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

const TARGET: Target = Target::RatioAtLeast(0.5);

pub fn ascending() -> Vec<Row> {
    vec![recorded("ascending", |lines| lines)]
}

pub fn descending() -> Vec<Row> {
    vec![recorded("descending", |lines| lines.descending())]
}

pub fn shuffled() -> Vec<Row> {
    vec![recorded("shuffled", |lines| lines.shuffled())]
}

pub fn instances_ascending() -> Vec<Row> {
    vec![instances("ascending", |lines| lines)]
}

pub fn instances_descending() -> Vec<Row> {
    vec![instances("descending", |lines| lines.descending())]
}

pub fn instances_shuffled() -> Vec<Row> {
    vec![instances("shuffled", |lines| lines.shuffled())]
}

/// The mixture of meters of a recorded cloud, of which a quarter is charged.
fn recorded(order: &str, arrange: fn(Lines) -> Lines) -> Row {
    let lines = arrange(samples::ascending(Cloud::RECORDED, SAMPLES));
    measured(&format!("parse + aggregate, {order}"), lines).must(TARGET)
}

/// The hardest mixture: every sample is long, and charged.
fn instances(order: &str, arrange: fn(Lines) -> Lines) -> Row {
    let lines = arrange(samples::ascending(Cloud::INSTANCES, SAMPLES / 2));
    measured(&format!("instances only, {order}"), lines).must(TARGET)
}

/// The recording itself, where it lies beside the project; not a part of it.
pub fn recording() -> Vec<Row> {
    let beside =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/recordings/ceilometer-2013/samples.ndjson.gz");
    let mut text = String::new();
    let read = artifice_collect::sources::file::open(&beside).is_ok_and(|file| {
        let mut unpacked = flate2::read::MultiGzDecoder::new(file);
        std::io::Read::read_to_string(&mut unpacked, &mut text).is_ok()
    });
    if !read {
        return Vec::new();
    }
    let lines = Lines::of(text.repeat(5));
    vec![measured("the recording itself, 5 times", lines)]
}

fn measured(name: &str, lines: Lines) -> Row {
    let count = u32::try_from(lines.len()).unwrap();
    let text = lines.into_text();

    let before = memory::forget_peak();
    let volumes = aggregate(&text);
    let peak = memory::peak_bytes().map(|peak| peak.saturating_sub(before));
    assert!(volumes > 0, "nothing was aggregated");

    let rounds = Rounds::of(ROUNDS, || assert_eq!(aggregate(&text), volumes), || assert_eq!(parse(&text), count));
    let compared = rounds.compare();
    let rate = |seconds: f64| Measure::new(f64::from(count) / seconds, "samples/s");
    Row::new("a", name, rate(compared.subject_s))
        .against("serde_json, parsing only", rate(compared.reference_s), Some(compared.spread))
        .with_peak(peak)
}

/// The subject: how many usages come of a text.
fn aggregate(text: &str) -> usize {
    let (entries, locations) = (Entry::built_in(), Locations::new("default", []));
    let period = Period::new(samples::START, samples::START.plus(31 * 24 * HOUR_US)).unwrap();
    let headway = Headway::default();
    let request = Request {
        memory_bytes: MEMORY_BYTES,
        notice_unmapped: true,
        ..Request::of(&entries, &locations, period, &headway)
    };
    let mut volumes = 0;
    let mut take = |usage: TenantUsage| volumes += usage.usage.map_or(0, |usage| usage.len());
    collect(&TextSource(text.as_bytes()), request, &mut take).unwrap();
    volumes
}

/// The reference: how many samples a text has.
fn parse(text: &str) -> u32 {
    let sample = |line: &str| u32::from(serde_json::from_str::<WireSample<'_>>(line).unwrap().metadata.is_some());
    text.lines().map(sample).sum()
}
