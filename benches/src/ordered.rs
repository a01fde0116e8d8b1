//! (g) Series in order through the sink, against aggregation alone: what a sample costs on the way, in time and
//! allocations. (Look-ups by hash and temporary files are not counted: no code of this way makes any.)

use std::collections::BTreeSet;

use artifice_collect::testing::{TestSeries, TestSource, Way, says};
use artifice_collect::{Headway, Point, Request, TenantUsage, Value, collect};
use artifice_model::aggregate::{Aggregate, Aggregator, Entry, Locations};
use artifice_model::sample::{MessageId, Sample};
use artifice_model::time::HOUR_US;
use artifice_model::{Decimal, Period, Timestamp};

use crate::allocations;
use crate::harness::Rounds;
use crate::random::Random;
use crate::report::{Measure, Row, Target};
use crate::samples::START;

const SERIES: u64 = 200;
const SAMPLES_EACH: u32 = 20_000;
const ROUNDS: usize = 5;
/// A month of 30 days.
const PERIOD_US: i64 = 30 * 24 * HOUR_US;
/// In how many windows the series take turns, and how many points come at a time.
const IN_ORDER: Way = Way::InOrder { windows: 30, block: 256 };

pub fn in_order() -> Vec<Row> {
    let source = source(SAMPLES_EACH);
    let samples = SERIES * u64::from(SAMPLES_EACH);
    let usages = collected(&source);
    let rounds = Rounds::of(ROUNDS, || assert_eq!(collected(&source), usages), || assert_eq!(alone(&source), usages));
    let compared = rounds.compare();
    let rate = |seconds: f64| Measure::new(u32::try_from(samples).map_or(f64::NAN, f64::from) / seconds, "samples/s");
    let throughput = Row::new("g", "series in order, through the sink", rate(compared.subject_s))
        .against("aggregation alone", rate(compared.reference_s), Some(compared.spread))
        .must(Target::RatioAtLeast(0.5));
    vec![throughput, allocated()]
}

/// What ten times as many samples of the same series take more, in allocations. (A label set's points at a time, and what
/// a series needs once, are taken by both.)
fn allocated() -> Row {
    let of = |samples: u32| {
        let source = source(samples);
        // What is allocated once for all.
        collected(&source);
        allocations::during(|| collected(&source))
    };
    let (few, many) = (of(SAMPLES_EACH / 10), of(SAMPLES_EACH));
    let more = SERIES * u64::from(SAMPLES_EACH - SAMPLES_EACH / 10);
    let each = u32::try_from(many.saturating_sub(few)).map_or(f64::NAN, f64::from)
        / u32::try_from(more).map_or(f64::NAN, f64::from);
    Row::new("g", "series in order, allocations", Measure::new(each, "a sample")).must(Target::ValueAtMost(0.01))
}

fn entry() -> Entry {
    Entry::new("volume.size", "Block storage", Aggregate::Integral)
}

/// Two label sets for each resource: what it says changes in the middle.
fn source(samples: u32) -> TestSource {
    let series = |number: u64| {
        let mut random = Random::new(number);
        let mut piece = |name: &str, from: u32, to: u32| {
            let labels = [("display_name", name), ("host", "compute-1"), ("instance_type", "m1.small")];
            let mut point = |place: u32| Point {
                at: at(place, samples),
                value: Value::Number(Decimal::from(i64::from(u32::try_from(random.below(1_000_000)).unwrap()))),
            };
            (says("GB", &labels), (from..to).map(&mut point).collect())
        };
        let pieces = vec![piece("web", 0, samples / 2), piece("web-2", samples / 2, samples)];
        let resource = format!("volume-{number}");
        TestSeries { tenant: "tenant".into(), resource, meter: "volume.size".to_owned(), pieces }
    };
    TestSource { series: (0..SERIES).map(series).collect(), way: IN_ORDER, at_once: 1 }
}

fn at(place: u32, samples: u32) -> Timestamp {
    Timestamp::from_micros(START.micros() + i64::from(place) * (PERIOD_US / i64::from(samples)))
}

fn period() -> Period {
    Period::new(START, START.plus(PERIOD_US)).unwrap()
}

/// The subject: how many usages come of the source.
fn collected(source: &TestSource) -> usize {
    let (entries, locations) = ([entry()], Locations::new("default", []));
    let known = BTreeSet::from(["tenant".into()]);
    let headway = Headway::default();
    // Too little for a sample each: whatever is sorted would be written to files.
    let request = Request {
        tenants: Some(&known),
        known: &known,
        memory_bytes: 1 << 20,
        notice_unmapped: true,
        ..Request::of(&entries, &locations, period(), &headway)
    };
    let mut usages = 0;
    let mut take = |usage: TenantUsage| usages += usage.usage.unwrap().len();
    collect(source, request, &mut take).unwrap();
    usages
}

/// The reference: the same samples, pushed into aggregators without anything between.
fn alone(source: &TestSource) -> usize {
    let (entry, locations) = (entry(), Locations::new("default", []));
    let mut usages = 0;
    for series in &source.series {
        let mut aggregator = Aggregator::new(&entry, &locations, period());
        for (says, points) in &series.pieces {
            for point in points {
                let Value::Number(volume) = point.value else { continue };
                let facts = says.facts.clone();
                let sample = Sample { at: point.at, message_id: MessageId::None, volume, facts, metadata_lines: None };
                aggregator.push(&sample).unwrap();
            }
        }
        usages += aggregator.finish().unwrap().volumes.len();
    }
    usages
}
