//! Series in order become usage, one tenant at a time.

use artifice_model::SeriesKey;
use artifice_model::aggregate::{AggregateError, Aggregator, Entry, Volume};
use artifice_model::sample::Sample;
use artifice_model::statement::Usage;

use super::sort::{SortError, Sorter};
use super::{CollectError, Collected, Request, Seen, SeriesError, TenantUsage};

/// Aggregates everything a sorter holds and hands over each tenant's usage.
pub(super) fn hand_over(
    sorter: Sorter,
    request: Request<'_>,
    seen: Seen,
    take: &mut dyn FnMut(TenantUsage),
) -> Result<Collected, CollectError> {
    let mut tenants = Tenants { request, all: Vec::new(), series: None };
    match sorter.finish(&mut |key, sample| tenants.push(key, sample)) {
        Ok(()) => {}
        Err(Stop::NeedsMetadata) => return Ok(Collected::NeedsMetadata),
        Err(Stop::Sort(error)) => return Err(error.into()),
    }
    tenants.end_series();
    tenants.all.into_iter().for_each(take);
    Ok(Collected::All(seen))
}

enum Stop {
    Sort(SortError),
    NeedsMetadata,
}

impl From<SortError> for Stop {
    fn from(error: SortError) -> Self {
        Stop::Sort(error)
    }
}

/// The usage so far, and the series that is being read.
struct Tenants<'a> {
    request: Request<'a>,
    all: Vec<TenantUsage>,
    series: Option<Series<'a>>,
}

struct Series<'a> {
    key: SeriesKey,
    /// The last sample, to know its repetitions.
    last: Option<Sample>,
    aggregators: Vec<(&'a Entry, Aggregator<'a>)>,
    failed: Option<AggregateError>,
}

impl<'a> Tenants<'a> {
    fn push(&mut self, key: &SeriesKey, sample: Sample) -> Result<(), Stop> {
        if self.series.as_ref().is_none_or(|series| series.key != *key) {
            self.end_series();
            self.series = Some(Series::new(key.clone(), self.request));
        }
        match &mut self.series {
            Some(series) => series.push(sample),
            None => Ok(()),
        }
    }

    fn end_series(&mut self) {
        let Some(series) = self.series.take() else { return };
        let key = series.key.clone();
        let usage = series.finish(self.request).map_err(|error| {
            let (resource, meter) = (key.resource.to_string(), key.meter.to_string());
            SeriesError { resource, meter, error }
        });
        match (self.all.last_mut(), usage) {
            (Some(last), usage) if *last.tenant == *key.tenant => match (&mut last.usage, usage) {
                (Ok(all), Ok(more)) => all.extend(more),
                (all @ Ok(_), Err(error)) => *all = Err(error),
                // The first error of a tenant is the one to report.
                (Err(_), _) => {}
            },
            (_, usage) => self.all.push(TenantUsage { tenant: key.tenant.to_string(), usage }),
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

    fn finish(self, request: Request<'_>) -> Result<Vec<Usage>, AggregateError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let mut all = Vec::new();
        for (entry, aggregator) in self.aggregators {
            all.extend(aggregator.finish()?.into_iter().map(|volume| usage(&self.key, entry, request, volume)));
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
