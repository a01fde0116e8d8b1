//! Series in order become usage, one tenant at a time.

use std::collections::HashMap;
use std::sync::Arc;

use artifice_model::aggregate::{AggregateError, Aggregator, Entry, Volume};
use artifice_model::sample::Sample;
use artifice_model::statement::{Metered, Usage};
use artifice_model::{SeriesKey, TenantId, Timestamp};

use crate::noticed::Noticed;
use crate::sort::{SortError, Sorter};
use crate::{Request, SeriesError, TenantUsage, UsageError};

/// Aggregates everything a sorter holds and hands over each tenant's usage, as soon as it is complete. What
/// was noticed of a tenant before is handed over with it.
pub(crate) fn hand_over(
    sorter: Sorter,
    request: Request<'_>,
    noticed: &mut HashMap<TenantId, Noticed>,
    take: &mut dyn FnMut(TenantUsage),
) -> Result<(), Stop> {
    let _phase = tracing::debug_span!("aggregate").entered();
    let entry = |entry| Charging { entry, cuts: Entry::cuts(entry, request.period, request.cuts) };
    let entries: Vec<Charging<'_>> = request.entries.iter().map(entry).collect();
    let mut tenants = Tenants { request, entries: &entries, noticed, take, tenant: None, series: None };
    sorter.finish(&mut |key, sample| tenants.push(key, sample))?;
    tenants.end_series();
    tenants.end_tenant();
    Ok(())
}

/// Why the handing over ended early.
pub(crate) enum Stop {
    /// A temporary file failed.
    Sort(SortError),
    /// The order of some samples depends on metadata that was not kept.
    NeedsMetadata,
}

impl From<SortError> for Stop {
    fn from(error: SortError) -> Self {
        Stop::Sort(error)
    }
}

/// An entry, and where its volumes are cut.
struct Charging<'a> {
    entry: &'a Entry,
    cuts: Arc<[Timestamp]>,
}

/// The tenant and the series that are being read.
struct Tenants<'a, 'e, 't> {
    request: Request<'a>,
    entries: &'e [Charging<'a>],
    noticed: &'t mut HashMap<TenantId, Noticed>,
    take: &'t mut dyn FnMut(TenantUsage),
    tenant: Option<TenantUsage>,
    series: Option<Series<'a>>,
}

struct Series<'a> {
    key: SeriesKey,
    /// The last sample, to know its repetitions.
    last: Option<Sample>,
    aggregators: Vec<(&'a Entry, Aggregator<'a>)>,
    /// Whether every entry has conditions, so that a sample may be charged by none.
    may_refuse: bool,
    /// Samples inside the period that were refused by all.
    refused: u64,
    failed: Option<AggregateError>,
}

impl Tenants<'_, '_, '_> {
    fn push(&mut self, key: &SeriesKey, sample: Sample) -> Result<(), Stop> {
        if self.series.as_ref().is_none_or(|series| series.key != *key) {
            self.end_series();
            if self.tenant.as_ref().is_none_or(|tenant| tenant.tenant != key.tenant) {
                self.end_tenant();
                let tenant = key.tenant.clone();
                let noticed = self.noticed.remove(&tenant).unwrap_or_default();
                self.tenant = Some(TenantUsage { tenant, usage: Ok(Vec::new()), noticed });
            }
            self.series = Some(Series::new(key.clone(), self.request, self.entries));
        }
        match &mut self.series {
            Some(series) => series.push(sample, self.request),
            None => Ok(()),
        }
    }

    fn end_series(&mut self) {
        let (Some(series), Some(tenant)) = (self.series.take(), &mut self.tenant) else { return };
        let (resource, meter) = (series.key.resource.to_string(), series.key.meter.to_string());
        // The first error of a tenant is the one to report.
        if let Ok(all) = &mut tenant.usage {
            match series.finish(self.request, &mut tenant.noticed) {
                Ok(more) => all.extend(more),
                Err(error) => tenant.usage = Err(SeriesError { resource, meter, error }.into()),
            }
        }
    }

    fn end_tenant(&mut self) {
        let Some(mut tenant) = self.tenant.take() else { return };
        let twice = tenant.usage.as_ref().ok().and_then(|usage| charged_twice(usage, self.request.entries));
        if let Some(twice) = twice {
            tenant.usage = Err(twice);
        }
        match &tenant.usage {
            // Nobody else hears of it.
            Ok(usage) if usage.is_empty() => drop(self.noticed.insert(tenant.tenant, tenant.noticed)),
            _ => (self.take)(tenant),
        }
    }
}

/// What two entries would charge of one resource as the same service, if there is any such thing. Where no
/// sample can be charged by both, because of their conditions, nothing is charged twice.
fn charged_twice(usage: &[Metered], entries: &[Entry]) -> Option<UsageError> {
    let entry = |id: &str| entries.iter().find(|entry| entry.id == id);
    let mut known: HashMap<(&str, &str), Vec<&str>> = HashMap::new();
    for Metered { usage, .. } in usage.iter().filter(|metered| !metered.usage.volume.is_zero()) {
        let before = known.entry((&usage.resource_id, &usage.service)).or_default();
        if before.contains(&usage.entry.as_str()) {
            continue;
        }
        for other in before.iter() {
            let apart = entry(other).zip(entry(&usage.entry)).is_some_and(|(one, other)| one.excludes(other));
            if !apart {
                return Some(UsageError::Twice {
                    resource: usage.resource_id.clone(),
                    service: usage.service.clone(),
                    one: (*other).to_owned(),
                    other: usage.entry.clone(),
                });
            }
        }
        before.push(&usage.entry);
    }
    None
}

impl<'a> Series<'a> {
    fn new(key: SeriesKey, request: Request<'a>, entries: &[Charging<'a>]) -> Self {
        let entries = entries.iter().filter(|charging| *charging.entry.meter == *key.meter);
        let aggregator = |charging: &Charging<'a>| {
            let aggregator = Aggregator::new(charging.entry, request.locations, request.period);
            (charging.entry, aggregator.cut_at(&charging.cuts))
        };
        let aggregators: Vec<_> = entries.map(aggregator).collect();
        let may_refuse = aggregators.iter().all(|(entry, _)| !entry.conditions.is_empty());
        Series { key, last: None, aggregators, may_refuse, refused: 0, failed: None }
    }

    fn push(&mut self, sample: Sample, request: Request<'_>) -> Result<(), Stop> {
        if let Some(last) = &self.last {
            if sample.order_needs_metadata(last) {
                return Err(Stop::NeedsMetadata);
            }
            if sample.repeats(last) {
                self.aggregators.iter_mut().for_each(|(_, aggregator)| aggregator.repeat(sample.at));
                return Ok(());
            }
        }
        if self.failed.is_none() {
            self.failed = self.aggregators.iter_mut().find_map(|(_, aggregator)| aggregator.push(&sample).err());
            if self.may_refuse && request.period.contains(sample.at) {
                self.refused += u64::from(self.aggregators.iter().all(|(_, aggregator)| aggregator.refuses()));
            }
        }
        self.last = Some(sample);
        Ok(())
    }

    fn finish(self, request: Request<'_>, noticed: &mut Noticed) -> Result<Vec<Metered>, AggregateError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let mut all = Vec::new();
        for (entry, aggregator) in self.aggregators {
            let outcome = aggregator.finish()?;
            if outcome.without_service > 0 {
                noticed.lacks_service(&entry.id, &self.key.resource, outcome.without_service);
            }
            if let Some(short) = outcome.short {
                noticed.falls_short(&entry.id, &self.key.resource, short);
            }
            all.extend(outcome.volumes.into_iter().map(|volume| metered(&self.key, entry, request, volume)));
        }
        if self.refused > 0 {
            noticed.refuses(&self.key.meter, &self.key.resource, self.refused);
        }
        Ok(all)
    }
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
        aggregate: entry.aggregate,
    };
    Metered::new(usage, volume.parts, Some(volume.evidence.into()))
}
