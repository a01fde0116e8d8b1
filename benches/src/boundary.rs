//! (c) Lines across the boundary to a loaded library, against the same code called directly.

use std::hint::black_box;

use artifice_core::engine::hand_over_lines;
use artifice_model::statement::{Draft, Line};
use artifice_plugin_host::api::{self, Context, RSlice};
use artifice_plugin_host::{Backend, ClassPath, Library, SearchPath};
use bench_counting::Counted;

use crate::harness::Rounds;
use crate::memory;
use crate::report::{Measure, Row, Target};
use crate::statements;

const LINES: usize = 10_000;
/// How often they are handed over in one round: together a million lines.
const TIMES: usize = 100;
const ROUNDS: usize = 9;

/// As the host does it: a statement's lines become views, and those cross in batches.
pub fn lines() -> Vec<Row> {
    let draft = statements::draft(1, LINES);
    let backend = load();
    let before = memory::forget_peak();
    let sum = across(&backend, &draft);
    let peak = memory::peak_bytes().map(|peak| peak - before);
    assert_eq!(sum, directly(&draft.lines), "the library saw other lines");

    let subject = || (0..TIMES).for_each(|_| drop(black_box(across(&backend, black_box(&draft)))));
    let reference = || (0..TIMES).for_each(|_| drop(black_box(directly(black_box(&draft.lines)))));
    let compared = Rounds::of(ROUNDS, subject, reference).compare();
    let each = |seconds: f64| Measure::new(seconds * 1e9 / (LINES * TIMES) as f64, "ns a line");
    let row = Row::new("c", "1,000,000 lines to a backend", each(compared.subject_s))
        .against("the same code, called directly", each(compared.reference_s), Some(compared.spread))
        .must(Target::DifferenceAtMost(10.0))
        .with_peak(peak);
    vec![row]
}

fn load() -> Backend {
    let class: ClassPath = "bench.counting:Counting".parse().unwrap();
    let context = Context { directory: ".".into(), deadline_s: 1, timezone: "UTC".into() };
    let path = SearchPath::new(&[]).find(&class).unwrap();
    Library::load(&path).unwrap().create(&class, &serde_json::json!({}), &context).unwrap()
}

/// The subject.
fn across(backend: &Backend, draft: &Draft) -> String {
    let mut invoice = backend.open(&header()).unwrap();
    hand_over_lines(&mut invoice, &draft.lines).unwrap();
    invoice.commit().unwrap().reference.into_string()
}

/// The reference: what the library does, without it.
fn directly(lines: &[Line]) -> String {
    let mut counted = Counted::default();
    for line in lines {
        counted.add(line.cost.unwrap_or_default().mantissa(), &line.usage.resource_id);
    }
    counted.sum()
}

fn header() -> api::Header<'static> {
    let tenant = api::Tenant { id: "t".into(), name: None.into(), attributes: RSlice::EMPTY };
    let at = |micros| api::Timestamp { micros };
    api::Header {
        key: "k".into(),
        digest: "d".into(),
        number: 1,
        kind: api::Kind::Invoice,
        refers_to: None.into(),
        tenant,
        start: at(0),
        end: at(1),
        timezone: "UTC".into(),
        currency: "NZD".into(),
        currency_digits: 2,
        extra: RSlice::EMPTY,
    }
}
