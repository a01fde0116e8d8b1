//! Series in order become usage, one tenant at a time.

use artifice_model::SeriesKey;
use artifice_model::aggregate::{AggregateError, Aggregator, Entry, Volume};
use artifice_model::sample::Sample;
use artifice_model::statement::{Metered, Usage};

use super::sort::{SortError, Sorter};
use super::{Request, SeriesError, TenantUsage};

/// Aggregates everything a sorter holds and hands over each tenant's usage, as soon as it is complete.
pub(super) fn hand_over(sorter: Sorter, request: Request<'_>, take: &mut dyn FnMut(TenantUsage)) -> Result<(), Stop> {
    let _phase = tracing::debug_span!("aggregate").entered();
    let mut tenants = Tenants { request, take, tenant: None, series: None };
    sorter.finish(&mut |key, sample| tenants.push(key, sample))?;
    tenants.end_series();
    tenants.end_tenant();
    Ok(())
}

/// Why the handing over ended early.
pub(super) enum Stop {
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

/// The tenant and the series that are being read.
struct Tenants<'a, 't> {
    request: Request<'a>,
    take: &'t mut dyn FnMut(TenantUsage),
    tenant: Option<TenantUsage>,
    series: Option<Series<'a>>,
}

struct Series<'a> {
    key: SeriesKey,
    /// The last sample, to know its repetitions.
    last: Option<Sample>,
    aggregators: Vec<(&'a Entry, Aggregator<'a>)>,
    failed: Option<AggregateError>,
}

impl Tenants<'_, '_> {
    fn push(&mut self, key: &SeriesKey, sample: Sample) -> Result<(), Stop> {
        if self.series.as_ref().is_none_or(|series| series.key != *key) {
            self.end_series();
            if self.tenant.as_ref().is_none_or(|tenant| *tenant.tenant != *key.tenant) {
                self.end_tenant();
                self.tenant = Some(TenantUsage { tenant: key.tenant.to_string(), usage: Ok(Vec::new()) });
            }
            self.series = Some(Series::new(key.clone(), self.request));
        }
        match &mut self.series {
            Some(series) => series.push(sample),
            None => Ok(()),
        }
    }

    fn end_series(&mut self) {
        let (Some(series), Some(tenant)) = (self.series.take(), &mut self.tenant) else { return };
        let (resource, meter) = (series.key.resource.to_string(), series.key.meter.to_string());
        // The first error of a tenant is the one to report.
        if let Ok(all) = &mut tenant.usage {
            match series.finish(self.request) {
                Ok(more) => all.extend(more),
                Err(error) => tenant.usage = Err(SeriesError { resource, meter, error }.into()),
            }
        }
    }

    fn end_tenant(&mut self) {
        match self.tenant.take() {
            Some(TenantUsage { usage: Ok(usage), .. }) if usage.is_empty() => {}
            Some(tenant) => (self.take)(tenant),
            None => {}
        }
    }
}

impl<'a> Series<'a> {
    fn new(key: SeriesKey, request: Request<'a>) -> Self {
        let entries = request.entries.iter().filter(|entry| *entry.meter == *key.meter);
        let aggregator = |entry| (entry, Aggregator::new(entry, request.locations, request.period));
        let aggregators = entries.map(aggregator).collect();
        Series { key, last: None, aggregators, failed: None }
    }

    fn push(&mut self, sample: Sample) -> Result<(), Stop> {
        if let Some(last) = &self.last {
            if sample.order_needs_metadata(last) {
                return Err(Stop::NeedsMetadata);
            }
            if sample.repeats(last) {
                return Ok(());
            }
        }
        if self.failed.is_none() {
            self.failed = self.aggregators.iter_mut().find_map(|(_, aggregator)| aggregator.push(&sample).err());
        }
        self.last = Some(sample);
        Ok(())
    }

    fn finish(self, request: Request<'_>) -> Result<Vec<Metered>, AggregateError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let mut all = Vec::new();
        for (entry, aggregator) in self.aggregators {
            all.extend(aggregator.finish()?.into_iter().map(|volume| usage(&self.key, entry, request, volume).into()));
        }
        Ok(all)
    }
}

fn usage(key: &SeriesKey, entry: &Entry, request: Request<'_>, volume: Volume) -> Usage {
    Usage {
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
    }
}
