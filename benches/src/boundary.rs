//! (c) Lines across the boundary to a loaded library, against the same code called directly.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use artifice_engine::hand_over_lines;
use artifice_model::statement::{Draft, Line};
use artifice_plugin_host::api::{self, Call, Context, Invoice as _, RSlice};
use artifice_plugin_host::{Backend, ClassPath, Libraries, SearchPath};
use bench_counting::Counted;

use crate::harness::Rounds;
use crate::memory;
use crate::report::{Measure, Row, Target};
use crate::statements;

/// Lines of a statement.
const LINES: usize = 1000;
/// How often they are handed over in one round: together a million lines.
const TIMES: usize = 1000;
const ROUNDS: usize = 15;
/// Lines of one call, as in the engine.
const BATCH: usize = 64;
const TARGET: Target = Target::DifferenceAtMost(10.0);
const DIRECTLY: &str = "the same code, called directly";

/// Nothing but the boundary: the very same views, in the host's batches, to the same code.
pub fn views() -> Vec<Row> {
    let lines = vec![view(); LINES];
    let mut loaded = load().open(&call(), &header()).unwrap();
    let mut own = Counted::default();
    let mut subject = || {
        for batch in (0..TIMES).flat_map(|_| black_box(&lines).chunks(BATCH)) {
            loaded.lines(batch).unwrap();
        }
    };
    let reference = || {
        for batch in (0..TIMES).flat_map(|_| black_box(&lines).chunks(BATCH)) {
            black_box(&mut own).lines(batch).unwrap();
        }
    };
    let before = memory::forget_peak();
    subject();
    let peak = memory::peak_bytes().map(|peak| peak.saturating_sub(before));
    let compared = Rounds::of(ROUNDS, subject, reference).compare();
    let row = Row::new("c", "1,000,000 lines across the boundary", each(compared.subject_s));
    vec![row.against(DIRECTLY, each(compared.reference_s), Some(compared.spread)).must(TARGET).with_peak(peak)]
}

/// As the host does it: a statement's lines become views, and those cross in batches. The reference
/// has neither: it reads the lines where they are.
pub fn lines() -> Vec<Row> {
    let draft = statements::draft(1, LINES);
    let backend = load();
    let before = memory::forget_peak();
    let sum = across(&*backend, &draft);
    let peak = memory::peak_bytes().map(|peak| peak.saturating_sub(before));
    assert_eq!(sum, directly(&draft.lines), "the library saw other lines");

    let subject = || (0..TIMES).for_each(|_| drop(black_box(across(&*backend, black_box(&draft)))));
    let reference = || (0..TIMES).for_each(|_| drop(black_box(directly(black_box(&draft.lines)))));
    let compared = Rounds::of(ROUNDS, subject, reference).compare();
    let row = Row::new("c", "… with all that the host does for them", each(compared.subject_s)).against(
        DIRECTLY,
        each(compared.reference_s),
        Some(compared.spread),
    );
    vec![row.must(TARGET).with_peak(peak)]
}

fn each(seconds: f64) -> Measure {
    Measure::new(seconds * 1e9 / (LINES * TIMES) as f64, "ns a line")
}

fn load() -> Arc<dyn Backend> {
    let class: ClassPath = "bench.counting:Counting".parse().unwrap();
    let libraries = Libraries(SearchPath::new(&[]));
    artifice_plugin_host::load(&libraries, &class, &serde_json::json!({}), &Context::new(".", "UTC")).unwrap()
}

fn call() -> Call<'static> {
    Call::within(Duration::from_secs(3600))
}

/// The subject.
fn across(backend: &dyn Backend, draft: &Draft) -> String {
    let mut invoice = backend.open(&call(), &header()).unwrap();
    hand_over_lines(&mut *invoice, &draft.lines, &draft.taxes).unwrap();
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

fn view() -> api::Line<'static> {
    let decimal = |mantissa| api::Decimal::new(mantissa, 2);
    api::Line {
        section: "Compute".into(),
        location: "compute-1".into(),
        service: "m1.nano".into(),
        name: "Nano".into(),
        resource_id: "451df5bc-007e-11e3-a072-080027880ca6".into(),
        resource_name: "vm-1".into(),
        meter: "instance".into(),
        aggregate: "uptime".into(),
        start: api::Timestamp { micros: 0 },
        end: api::Timestamp { micros: 1 },
        quantity: decimal(74_401),
        unit: "hour".into(),
        rate: Some(decimal(3)).into(),
        rate_unit: "hour".into(),
        factor: Some(api::Fraction::ONE).into(),
        cost: decimal(2233),
        taxes: RSlice::EMPTY,
        extra: RSlice::EMPTY,
    }
}

const DAY: api::Date = api::Date { year: 1970, month: 1, day: 1 };

fn header() -> api::Header<'static> {
    let tenant = api::Tenant { id: "t".into(), name: None.into(), attributes: RSlice::EMPTY };
    let at = |micros| api::Timestamp { micros };
    api::Header {
        key: "k".into(),
        ledger_id: "".into(),
        digest: "d".into(),
        number: 1,
        kind: api::Kind::Invoice,
        refers_to: None.into(),
        tenant,
        start: at(0),
        end: at(1),
        timezone: "UTC".into(),
        first_day: DAY,
        last_day: DAY,
        issued: DAY,
        currency: "NZD".into(),
        currency_digits: 2,
        extra: RSlice::EMPTY,
    }
}
