//! One series being aggregated: by every entry of its meter, sample by sample in order.

use std::sync::Arc;

use artifice_model::aggregate::{AggregateError, Aggregator, Entry, INSTANCE, Takeover, Volume};
use artifice_model::sample::{MessageId, Sample};
use artifice_model::statement::{Metered, Usage};
use artifice_model::{Decimal, SeriesKey, Timestamp};

use crate::noticed::Noticed;
use crate::request::Request;
use crate::sink::{Point, Says, Stop, Value};

/// An entry, and where its volumes are cut.
pub(crate) struct Charging<'a> {
    entry: &'a Entry,
    cuts: Arc<[Timestamp]>,
    days: Arc<[Timestamp]>,
}

impl<'a> Charging<'a> {
    /// Everything that is charged.
    pub fn all(request: Request<'a>) -> Vec<Charging<'a>> {
        let days: Arc<[Timestamp]> = request.days.into();
        let charging = |entry| {
            let cuts = Entry::cuts(entry, request.period, request.cuts);
            Charging { entry, cuts, days: days.clone() }
        };
        request.entries.iter().map(charging).collect()
    }
}

/// A series that is being aggregated.
pub(crate) struct Series<'a> {
    pub key: SeriesKey,
    /// The last of its samples that came sorted, to know its repetitions.
    last: Option<Sample>,
    /// The last of its points that came in order.
    last_point: Option<(Timestamp, Decimal, Arc<str>)>,
    aggregators: Vec<(&'a Entry, Aggregator<'a>)>,
    /// Whether every entry has conditions, so that a sample may be charged by none.
    may_refuse: bool,
    /// Samples inside the period that were refused by all.
    refused: u64,
    /// Messages that came once more with another value.
    contradicted: u64,
    failed: Option<AggregateError>,
}

impl<'a> Series<'a> {
    /// `takeovers` are when others were seen with its resource.
    pub fn new(key: SeriesKey, request: Request<'a>, entries: &[Charging<'a>], takeovers: &Arc<[Takeover]>) -> Self {
        let entries = entries.iter().filter(|charging| *charging.entry.meter == *key.meter);
        let aggregator = |charging: &Charging<'a>| {
            let aggregator = Aggregator::new(charging.entry, request.locations, request.period);
            let aggregator = aggregator.cut_at(&charging.cuts).counting_days(&charging.days);
            (charging.entry, aggregator.owned_until(takeovers.clone()))
        };
        let aggregators: Vec<_> = entries.map(aggregator).collect();
        let may_refuse = aggregators.iter().all(|(entry, _)| !entry.conditions.is_empty());
        let (last, last_point, failed) = (None, None, None);
        Series { key, last, last_point, aggregators, may_refuse, refused: 0, contradicted: 0, failed }
    }

    /// Takes the next sample of those that were sorted.
    pub fn push(&mut self, sample: Sample, request: Request<'_>) -> Result<(), Stop> {
        if let Some(last) = &self.last {
            if sample.order_needs_metadata(last) {
                return Err(Stop::Again);
            }
            if sample.repeats(last) {
                self.aggregators.iter_mut().for_each(|(_, aggregator)| aggregator.repeat(sample.at));
                return Ok(());
            }
            self.contradicted += u64::from(sample.contradicts(last));
        }
        self.aggregate(&sample, request);
        self.last = Some(sample);
        Ok(())
    }

    /// Takes the next points of those that come in order; none of them is kept, and nothing is allocated for each.
    pub fn points(&mut self, says: &Says, points: &[Point], request: Request<'_>) -> Result<(), Stop> {
        let mut before = match &self.last_point {
            Some((at, value, lines)) if *lines <= says.lines => Some((*at, *value, true)),
            Some((at, value, _)) => Some((*at, *value, false)),
            None => None,
        };
        // Whether the last point was of this label set.
        let mut own = self.last_point.as_ref().is_some_and(|(_, _, lines)| *lines == says.lines);
        let mut sample = Sample {
            at: request.period.start(),
            message_id: MessageId::None,
            volume: Decimal::ZERO,
            facts: says.facts.clone(),
            metadata_lines: None,
        };
        for point in points {
            let value = match point.value {
                Value::Number(value) => value,
                Value::Ends => {
                    // It ends the hold of samples of its own label set, and of no other.
                    if own && before.is_some() {
                        self.aggregators.iter_mut().for_each(|(_, aggregator)| aggregator.ends(point.at));
                    }
                    continue;
                }
            };
            let in_order = before.is_none_or(|(at, last, may_be_equal)| {
                (at, last) < (point.at, value) || (may_be_equal && (at, last) == (point.at, value))
            });
            if !in_order {
                return Err(self.disorder());
            }
            (sample.at, sample.volume) = (point.at, value);
            if own {
                self.aggregators.iter_mut().for_each(|(_, aggregator)| aggregator.goes_on(point.at));
            }
            self.aggregate(&sample, request);
            (before, own) = (Some((point.at, value, true)), true);
        }
        if let Some((at, value, _)) = before.filter(|_| own) {
            self.last_point = Some((at, value, says.lines.clone()));
        }
        Ok(())
    }

    /// What is said where the series is not in order.
    pub fn disorder(&self) -> Stop {
        Stop::Disorder { resource: self.key.resource.to_string(), meter: self.key.meter.to_string() }
    }

    fn aggregate(&mut self, sample: &Sample, request: Request<'_>) {
        if self.failed.is_some() {
            return;
        }
        self.failed = self.aggregators.iter_mut().find_map(|(_, aggregator)| aggregator.push(sample).err());
        if self.may_refuse && request.period.contains(sample.at) {
            self.refused += u64::from(self.aggregators.iter().all(|(_, aggregator)| aggregator.refuses()));
        }
    }

    /// What it comes to; and what it would have come to, were it not gone before the period.
    pub fn finish(
        self,
        request: Request<'_>,
        gone: &mut Vec<Metered>,
        noticed: &mut Noticed,
    ) -> Result<Vec<Metered>, AggregateError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let mut all = Vec::new();
        for (entry, aggregator) in self.aggregators {
            let outcome = aggregator.finish()?;
            if outcome.without_service > 0 {
                noticed.lacks_service(&entry.id, &self.key.resource, outcome.without_service);
            }
            // What has no end of its own is told for that.
            if let Some(short) = outcome.short.filter(|_| !entry.holds_without_end()) {
                noticed.falls_short(entry, &self.key.resource, short);
            }
            if outcome.is_gone && outcome.volumes.is_empty() {
                gone.push(nothing(&self.key, entry, request));
            }
            noticed.takes(entry, &self.key.resource, &outcome);
            all.extend(outcome.volumes.into_iter().map(|volume| metered(&self.key, entry, request, volume)));
        }
        if self.contradicted > 0 {
            noticed.contradicts(&self.key.meter, &self.key.resource, self.contradicted);
        }
        if self.key.meter.as_ref() == INSTANCE && !all.is_empty() {
            noticed.without_instances = None;
        }
        if self.refused > 0 {
            noticed.refuses(&self.key.meter, &self.key.resource, self.refused);
        }
        Ok(all)
    }
}

/// A usage of 0 of what is gone.
fn nothing(key: &SeriesKey, entry: &Entry, request: Request<'_>) -> Metered {
    Metered::from(Usage {
        resource_id: key.resource.to_string(),
        resource_name: String::new(),
        entry: entry.id.clone(),
        meter: entry.meter.clone(),
        section: entry.section.clone(),
        service: String::new(),
        location: String::new(),
        period: request.period,
        volume: Decimal::ZERO,
        unit: String::new(),
        aggregate: Some(entry.aggregate),
    })
}

fn metered(key: &SeriesKey, entry: &Entry, request: Request<'_>, volume: Volume) -> Metered {
    let usage = Usage {
        resource_id: key.resource.to_string(),
        resource_name: volume.resource_name.map(|name| name.to_string()).unwrap_or_default(),
        entry: entry.id.clone(),
        meter: entry.meter.clone(),
        section: entry.section.clone(),
        service: volume.service.to_string(),
        location: volume.location.to_string(),
        period: request.period,
        volume: volume.volume,
        unit: volume.unit,
        aggregate: Some(entry.aggregate),
    };
    Metered::new(usage, volume.parts, Some(volume.evidence.into()))
}
