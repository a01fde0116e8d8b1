//! (g) Aggregation alone: 100 million samples of 100,000 series on one thread, against a bare loop over the same
//! samples that adds their values up.
//!
//! The samples are made on the fly, one series after the other as the sorter hands them on, by both: so what making
//! them takes is on both sides, and the memory does not grow with their number.

use std::sync::Arc;

use artifice_model::aggregate::{Aggregate, Aggregator, Entry, Locations};
use artifice_model::sample::{Facts, MessageId, Sample};
use artifice_model::time::HOUR_US;
use artifice_model::{Decimal, Period, Timestamp};

use crate::harness::timed;
use crate::memory;
use crate::random::Random;
use crate::report::{Measure, Row, Target};
use crate::samples::START;

const SERIES: u64 = 100_000;
const SAMPLES_EACH: u32 = 1000;
/// A month of 30 days.
const PERIOD_US: i64 = 30 * 24 * HOUR_US;
/// What the rules of aggregation may take beside making a sample and adding up its value.
const TARGET: Target = Target::RatioAtLeast(0.125);
/// Aggregation needs the memory of one series, whatever the number of samples.
const MOST_BYTES: u64 = 16 << 20;

pub fn uptime() -> Vec<Row> {
    vec![measured("uptime", &Entry::built_in()[0])]
}

pub fn integral() -> Vec<Row> {
    vec![measured("integral", &Entry::new("volume.size", "Block storage", Aggregate::Integral))]
}

pub fn max_per_slice() -> Vec<Row> {
    vec![measured("max_per_slice", &Entry::new("volume.size", "Block storage", Aggregate::MaxPerSlice))]
}

pub fn increase() -> Vec<Row> {
    vec![measured("increase", &Entry::new("network.incoming.bytes", "Network", Aggregate::Increase))]
}

fn measured(name: &str, entry: &Entry) -> Row {
    let before = memory::forget_peak();
    let (subject, usages) = timed(|| aggregate(entry));
    let peak = memory::peak_bytes().map(|peak| peak.saturating_sub(before));
    assert_eq!(usages, SERIES, "each series has one usage");
    assert!(peak.is_none_or(|peak| peak < MOST_BYTES), "aggregation took {peak:?} bytes");
    let (reference, sum) = timed(add_up);
    assert!(sum > 0);

    let samples = SERIES * u64::from(SAMPLES_EACH);
    let rate = |seconds: f64| Measure::new(u32::try_from(samples).map_or(f64::NAN, f64::from) / seconds, "samples/s");
    let reference = rate(reference.as_secs_f64());
    Row::new("g", format!("100 M samples, {name}"), rate(subject.as_secs_f64()))
        .against("a loop that adds their values up", reference, None)
        .with_peak(peak)
        .must(TARGET)
}

/// The subject: how many usages come of all series.
fn aggregate(entry: &Entry) -> u64 {
    let period = Period::new(START, START.plus(PERIOD_US)).unwrap();
    let locations = Locations::new("default", []);
    let mut usages = 0;
    for number in 0..SERIES {
        let mut aggregator = Aggregator::new(entry, &locations, period);
        each_sample(number, |sample| aggregator.push(sample).unwrap());
        usages += aggregator.finish().unwrap().volumes.len() as u64;
    }
    usages
}

/// The reference: the values, added up in integers.
fn add_up() -> i128 {
    let mut sum = 0;
    (0..SERIES).for_each(|number| each_sample(number, |sample| sum += std::hint::black_box(sample).volume.mantissa()));
    sum
}

/// The samples of a series, in order: polled about every 43 minutes; what they say changes once.
fn each_sample(series: u64, mut take: impl FnMut(&Sample)) {
    let mut random = Random::new(series);
    let facts = |name: &str| {
        let pairs = [("display_name", name), ("host", "compute-1"), ("instance_type", "m1.small"), ("state", "active")];
        Arc::new(Facts { unit: "B".into(), metadata: pairs.into_iter().collect() })
    };
    let (before, after) = (facts("web"), facts("web-2"));
    let mut value = 0;
    for number in 0..SAMPLES_EACH {
        value += i64::from(u32::try_from(random.below(1_000_000)).unwrap());
        let at = Timestamp::from_micros(START.micros() + i64::from(number) * (PERIOD_US / i64::from(SAMPLES_EACH)));
        let facts = if number < SAMPLES_EACH / 2 { &before } else { &after };
        take(&Sample {
            at,
            message_id: MessageId::None,
            volume: Decimal::from(value),
            facts: facts.clone(),
            metadata_lines: None,
        });
    }
}
