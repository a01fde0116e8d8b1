//! A source for tests and measurements: it hands over what it was given, in order or in any order.

use std::sync::Arc;

use artifice_model::sample::{Facts, MessageId};
use artifice_model::{Tenant, TenantId, Timestamp};

use crate::choice::KnownTenant;
use crate::error::{Reach, SourceError};
use crate::merge::{Cursor, Piece, merge};
use crate::metadata::Read;
use crate::sink::{Incoming, Interest, Point, Says, Sink, Value};
use crate::source::{Ended, Plan, Run, Scope, Source, Wanted};

/// A source whose metering is in memory.
#[derive(Debug, Clone)]
pub struct TestSource {
    /// Its series.
    pub series: Vec<TestSeries>,
    /// How it hands them over.
    pub way: Way,
    /// How many tenants can be read at once.
    pub at_once: usize,
}

/// How series are handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// As samples, those of all series mixed up: by `seed`, each time otherwise.
    AnyOrder {
        /// What the order is made of.
        seed: u64,
    },
    /// As points, in so many windows, in which the series take turns.
    InOrder {
        /// The number of windows.
        windows: u32,
        /// How many points a label set hands over at a time.
        block: usize,
    },
}

/// A resource's metering.
#[derive(Debug, Clone)]
pub struct TestSeries {
    /// Whose.
    pub tenant: TenantId,
    /// The resource's id.
    pub resource: String,
    /// The meter's name.
    pub meter: String,
    /// What it says beside its values, and the points that say it, in order.
    pub pieces: Vec<(Says, Vec<Point>)>,
}

/// What a label set says.
pub fn says(unit: &str, labels: &[(&str, &str)]) -> Says {
    let mut lines: Vec<String> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    lines.sort();
    let facts = Facts { unit: unit.into(), metadata: labels.iter().copied().collect() };
    Says { facts: Arc::new(facts), lines: lines.join("\n").into() }
}

impl Source for TestSource {
    fn connect(&self) -> Result<Vec<KnownTenant>, SourceError> {
        let mut ids: Vec<&TenantId> = self.series.iter().map(|series| &series.tenant).collect();
        ids.sort();
        ids.dedup();
        Ok(ids.into_iter().map(|id| KnownTenant::forgotten(Tenant { id: id.clone(), name: None })).collect())
    }

    fn plan(&self, _: &Wanted) -> Plan {
        Plan::PerTenant { at_once: self.at_once }
    }

    fn read(&self, scope: Scope<'_>, wanted: &Wanted, run: &Run<'_>, sink: &mut dyn Sink) -> Result<(), Ended> {
        let Scope::Tenant(tenant) = scope else {
            return Err(SourceError::new(Reach::Service, "this source is read tenant by tenant").into());
        };
        let mut own = Vec::new();
        for series in self.series.iter().filter(|series| series.tenant == *tenant) {
            if let Interest::Take(meter) = sink.interest(Some(tenant), &series.meter) {
                own.push((meter, series));
            }
        }
        match self.way {
            Way::AnyOrder { seed } => any_order(&own, seed, wanted, run, sink),
            Way::InOrder { windows, block } => in_order(&own, windows, block, wanted, sink),
        }
    }
}

fn any_order(
    own: &[(usize, &TestSeries)],
    seed: u64,
    wanted: &Wanted,
    run: &Run<'_>,
    sink: &mut dyn Sink,
) -> Result<(), Ended> {
    let mut all: Vec<(usize, &TestSeries, &Says, &Point)> = Vec::new();
    for (meter, series) in own {
        for (says, points) in &series.pieces {
            all.extend(points.iter().map(|point| (*meter, *series, says, point)));
        }
    }
    // A linear congruential generator (Knuth's constants) shuffles.
    let mut random = seed;
    for place in (1..all.len()).rev() {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let other = usize::try_from(random >> 33).unwrap_or_default() % (place + 1);
        all.swap(place, other);
    }
    for (meter, series, says, point) in all {
        run.go_on()?;
        let Value::Number(volume) = point.value else { continue };
        let from = wanted.meters.get(meter).filter(|meter| meter.from <= point.at && point.at < wanted.period.end());
        let Some(from) = from else { continue };
        let pairs: Vec<(&str, &str)> = says.facts.metadata.pairs().collect();
        sink.sample(Incoming {
            tenant: &series.tenant,
            resource: &series.resource,
            meter,
            at: point.at,
            message_id: MessageId::None,
            volume,
            unit: &says.facts.unit,
            metadata: &Read::new(&from.keys, pairs),
            metadata_lines: wanted.whole_metadata.then(|| says.lines.as_ref().into()),
        })?;
    }
    Ok(())
}

fn in_order<'a>(
    own: &[(usize, &'a TestSeries)],
    windows: u32,
    block: usize,
    wanted: &Wanted,
    sink: &mut dyn Sink,
) -> Result<(), Ended> {
    let from = own.iter().filter_map(|(meter, _)| wanted.meters.get(*meter)).map(|meter| meter.from).min();
    let (start, end) = (from.unwrap_or(wanted.period.start()).micros().max(0), wanted.period.end().micros());
    let width = (end - start) / i64::from(windows.max(1)) + 1;
    for number in 0..i64::from(windows.max(1)) {
        let window =
            Timestamp::from_micros(start + number * width)..Timestamp::from_micros(start + (number + 1) * width);
        for (meter, series) in own {
            let id = sink.series(&series.resource, *meter)?;
            let piece = |(says, points): &'a (Says, Vec<Point>)| {
                let begin = points.partition_point(|point| point.at < window.start);
                let end = points.partition_point(|point| point.at < window.end);
                Piece::new(says.clone(), Box::new(Slices { rest: &points[begin..end], block }))
            };
            let mut pieces: Vec<Piece<'a>> = series.pieces.iter().map(piece).collect();
            merge(id, &mut pieces, i64::MAX, sink)?;
        }
    }
    Ok(())
}

/// Points that are in memory.
struct Slices<'a> {
    rest: &'a [Point],
    block: usize,
}

impl Cursor for Slices<'_> {
    fn next(&mut self, block: &mut Vec<Point>) -> Result<bool, SourceError> {
        let (now, rest) = self.rest.split_at(self.block.min(self.rest.len()));
        block.extend_from_slice(now);
        self.rest = rest;
        Ok(!now.is_empty())
    }
}
