//! Random series, and what the crate makes of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use artifice_model::aggregate::{
    Aggregate, Aggregator, Condition, Entry, Locations, MaxGap, Scaling, Template, Volume,
};
use artifice_model::sample::{Facts, MessageId};
use artifice_model::{Decimal, Period, Sample, Timestamp};
use num_bigint::BigInt;
use proptest::prelude::*;
use proptest::sample::select;

pub const MINUTE: i64 = 60_000_000;
pub const HOUR: i64 = 60 * MINUTE;

/// The instant from which random times count.
const EPOCH: i64 = 1_375_315_200_000_000;

/// What a sample says, as plain as metering sends it.
#[derive(Debug, Clone)]
pub struct Row {
    /// Microseconds after [`EPOCH`].
    pub at: i64,
    pub id: &'static str,
    pub digits: i64,
    pub scale: u32,
    pub metadata: BTreeMap<&'static str, &'static str>,
}

impl Row {
    /// Its metadata as the order of samples knows it.
    pub fn lines(&self) -> String {
        self.metadata.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("\n")
    }

    pub fn sample(&self) -> Sample {
        let metadata = self.metadata.iter().map(|(key, value)| (*key, *value)).collect();
        Sample {
            at: Timestamp::from_micros(EPOCH + self.at),
            message_id: MessageId::new(self.id),
            volume: Decimal::new(self.digits.into(), self.scale).unwrap(),
            facts: Arc::new(Facts { unit: "U".into(), metadata }),
            metadata_lines: Some(self.lines().into()),
        }
    }
}

/// How a series is aggregated.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    pub aggregate: Aggregate,
    pub start: i64,
    pub end: i64,
    pub slice: i64,
    /// `None` is unlimited.
    pub max_gap: Option<i64>,
    /// Values are multiplied by this fraction, and increased by so many hundredths.
    pub factor: (i64, i64),
    pub offset: i64,
    /// Whether 1 is taken for every value.
    pub ones: bool,
    /// The `instance_type` that a sample must have to be charged.
    pub wants: Option<&'static str>,
    /// The unit that values are said to be in.
    pub unit: Option<&'static str>,
}

/// Volume in millionths, unit and resource name, by service and location.
pub type Usages = BTreeMap<(String, String), (BigInt, String, Option<String>)>;

impl Rules {
    pub fn entry(&self) -> Entry {
        let factor = format!("{}/{}", self.factor.0, self.factor.1).parse().unwrap();
        let wanted = |value: &str| Condition { key: "instance_type".to_owned(), values: vec![value.to_owned()] };
        Entry {
            service: Template::of_metadata(&["instance_type", "flavor.name"]).or("plain"),
            slice_us: self.slice,
            max_gap: self.max_gap.map_or(MaxGap::Unlimited, MaxGap::Micros),
            scaling: Scaling::new(factor, Decimal::new(self.offset.into(), 2).unwrap()).unwrap(),
            value: self.ones.then_some(Decimal::ONE),
            conditions: self.wants.map(wanted).into_iter().collect(),
            unit: self.unit.map(str::to_owned),
            ..Entry::new("meter", "Section", self.aggregate)
        }
    }

    pub fn period(&self) -> Period {
        Period::new(instant(self.start), instant(self.end)).unwrap()
    }
}

/// The instant of a random time.
pub fn instant(at: i64) -> Timestamp {
    Timestamp::from_micros(EPOCH + at)
}

/// The volumes that the crate makes of samples that come in order, cut at any instants.
pub fn volumes(rules: Rules, cuts: &[i64], samples: &[Sample]) -> Vec<Volume> {
    let (entry, period) = (rules.entry(), rules.period());
    let datacenters = [("c1", "akl"), ("d-*", "wlg")].map(|(host, name)| (host.to_owned(), name.to_owned()));
    let locations = Locations::new("region", datacenters);
    let cuts = entry.cuts(period, &cuts.iter().map(|at| instant(*at)).collect::<Vec<_>>());
    let mut aggregator = Aggregator::new(&entry, &locations, period).cut_at(&cuts);
    for sample in samples {
        aggregator.push(sample).unwrap();
    }
    aggregator.finish().unwrap().volumes
}

/// Whether a counter went down altogether: what it is charged is 0 then, and not what its parts come to.
pub fn went_down(rules: Rules, samples: &[Sample]) -> bool {
    volumes(rules, &[], samples).iter().any(|volume| volume.evidence.exact.starts_with('-'))
}

/// What the crate makes of samples that come in order. Usages of 0 are among them.
pub fn aggregated(rules: Rules, samples: &[Sample]) -> Usages {
    let usages = volumes(rules, &[], samples);
    let count = usages.len();
    let usages: Usages = usages
        .into_iter()
        .map(|usage| {
            let millionths = BigInt::from(usage.volume.mantissa_at(6).unwrap());
            let place = (usage.service.to_string(), usage.location.to_string());
            (place, (millionths, usage.unit, usage.resource_name.map(|name| name.to_string())))
        })
        .collect();
    assert_eq!(usages.len(), count, "two usages of one service and location");
    usages
}

/// The samples of rows as aggregation has to see them: in order, repetitions left out.
pub fn settled(mut samples: Vec<Sample>) -> Vec<Sample> {
    samples.sort_by(Sample::order);
    samples.dedup_by(|later, first| later.repeats(first));
    samples
}

/// The usages that are not 0.
pub fn without_zeros(usages: Usages) -> Usages {
    usages.into_iter().filter(|(_, (millionths, ..))| *millionths != BigInt::from(0)).collect()
}

/// Times around a period that starts at 0. Mostly on a grid, so that samples meet each other and
/// the borders of slices, gaps and periods.
pub fn time() -> impl Strategy<Value = i64> {
    prop_oneof![6 => (-40_i64..100).prop_map(|steps| steps * 10 * MINUTE), 1 => -7 * HOUR..17 * HOUR]
}

/// Digits and scale. Mostly small, so that values are equal, go down and come to 0.
fn volume() -> impl Strategy<Value = (i64, u32)> {
    prop_oneof![
        4 => (-2_i64..9, Just(0)),
        2 => (-30_i64..90, 0_u32..3),
        1 => (-1_000_000_000_i64..1_000_000_000, 0_u32..10),
        1 => (-100_000_000_000_000_000_i64..100_000_000_000_000_000, 0_u32..3),
    ]
}

const IDS: [&str; 6] =
    ["", "", "a", "B", "451df5bc-007e-11e3-a072-080027880ca6", "451DF5BC-007e-11e3-a072-080027880ca6"];
const HOSTS: [&str; 7] = ["", "None", "c1", "c1", "c2", "d-1", "d-2"];
const TYPES: [&str; 5] = ["", "None", "m1.tiny", "m1.tiny", "m1.large"];
const FLAVORS: [&str; 3] = ["", "", "m1.large"];
const STATES: [&str; 10] =
    ["", "", "None", "active", "ACTIVE", "stopped", "Verify_Resize", "active", "Deleted", "deleting"];
const NAMES: [&str; 4] = ["", "None", "web", "www"];
/// Events after which the host is known.
const SETTLED_EVENTS: [&str; 9] = [
    "",
    "",
    "None",
    "compute.instance.exists",
    "compute.instance.create.end",
    "compute.instance.delete.end",
    "volume.transfer.delete.end",
    "compute.instance.soft_delete.restore.end",
    "volume.attach.end",
];
/// Events in the middle of something.
const MID_EVENTS: [&str; 5] =
    ["compute.instance.update", "compute.instance.delete.start", "end", "image.delete", "volume.create.start"];

/// Metadata without the event.
fn metadata() -> impl Strategy<Value = BTreeMap<&'static str, &'static str>> {
    (select(&HOSTS), select(&TYPES), select(&FLAVORS), select(&STATES), select(&STATES), select(&NAMES), select(&NAMES))
        .prop_map(|(host, kind, flavor, state, status, display_name, name)| {
            BTreeMap::from([
                ("host", host),
                ("instance_type", kind),
                ("flavor.name", flavor),
                ("state", state),
                ("status", status),
                ("display_name", display_name),
                ("name", name),
            ])
        })
}

fn row(at: impl Strategy<Value = i64>, mid_events: u32) -> impl Strategy<Value = Row> {
    let event = prop_oneof![2 => select(&SETTLED_EVENTS), mid_events => select(&MID_EVENTS)];
    (at, select(&IDS), volume(), metadata(), event).prop_map(|(at, id, (digits, scale), mut metadata, event)| {
        metadata.insert("event_type", event);
        Row { at, id, digits, scale, metadata }
    })
}

/// Series of everything, repetitions included, in any order.
pub fn series() -> impl Strategy<Value = Vec<Row>> {
    let rows = prop::collection::vec(row(time(), 1), 0..16);
    (rows, prop::collection::vec(any::<prop::sample::Index>(), 0..4)).prop_map(|(mut rows, again)| {
        for index in again.into_iter().filter(|_| !rows.is_empty()).collect::<Vec<_>>() {
            rows.push(index.get(&rows).clone());
        }
        rows
    })
}

/// Series in which every sample knows its host, at such times.
pub fn series_at(times: impl Strategy<Value = Vec<i64>>) -> impl Strategy<Value = Vec<Row>> {
    times.prop_flat_map(|times| times.into_iter().map(|at| row(Just(at), 0).boxed()).collect::<Vec<_>>())
}

/// Any rules for a period that starts at 0.
pub fn rules() -> impl Strategy<Value = Rules> {
    let end = prop_oneof![3 => (1_i64..90).prop_map(|steps| steps * 10 * MINUTE), 1 => 1..15 * HOUR];
    let slice = select(vec![10 * MINUTE, 25 * MINUTE, HOUR, HOUR, 4 * HOUR, 24 * HOUR, 1_234_567_891]);
    let max_gap = prop_oneof![
        4 => (1_i64..30).prop_map(|steps| Some(steps * 10 * MINUTE)),
        1 => (1..5 * HOUR).prop_map(Some),
        1 => Just(None),
    ];
    (end, slice, max_gap).prop_map(|(end, slice, max_gap)| Rules {
        aggregate: Aggregate::Sum,
        start: 0,
        end,
        slice,
        max_gap,
        factor: (1, 1),
        offset: 0,
        ones: false,
        wants: None,
        unit: None,
    })
}

/// The same, with factor, offset, conditions and a unit of any kind.
pub fn scaled_rules() -> impl Strategy<Value = Rules> {
    let factor = (prop_oneof![2 => 1_i64..5, 1 => Just(1000), 1 => -3_i64..0], select(vec![1_i64, 1, 2, 3, 1024]));
    let wants = select(vec![None, None, Some("m1.tiny"), Some("m1.huge")]);
    let (offset, ones) = (select(vec![0_i64, 0, 1, -250, 700]), select(vec![true, false, false, false, false]));
    (rules(), factor, offset, ones, wants, select(vec![None, Some("GiB")]))
        .prop_map(|(rules, factor, offset, ones, wants, unit)| Rules { factor, offset, ones, wants, unit, ..rules })
}

/// These rules for each aggregate.
pub fn for_each_aggregate(rules: Rules) -> impl Iterator<Item = Rules> {
    // A counter is read by its increase, whatever is added to it, and goes up.
    let (above, below) = rules.factor;
    let of_counter = Rules { factor: (above.abs(), below), offset: 0, ones: false, ..rules };
    Aggregate::ALL.into_iter().map(move |aggregate| match aggregate {
        Aggregate::Increase => Rules { aggregate, ..of_counter },
        _ => Rules { aggregate, ..rules },
    })
}
