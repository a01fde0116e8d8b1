//! Series in order become usage, one tenant at a time.

use std::collections::{BTreeSet, HashMap};

use artifice_model::TenantId;
use artifice_model::aggregate::Entry;
use artifice_model::sample::{Sample, SeriesKey};
use artifice_model::statement::Metered;

use crate::error::{SeriesError, UsageError};
use crate::intake::Taken;
use crate::noticed::Noticed;
use crate::owners::Ownership;
use crate::request::{Request, TenantUsage};
use crate::series::{Charging, Series};
use crate::sink::Stop;

/// Aggregates everything that was taken and hands over each tenant's usage, as soon as it is complete, with what
/// was noticed of that tenant before.
pub(crate) fn hand_over(
    taken: Taken<'_>,
    request: Request<'_>,
    noticed: &mut HashMap<TenantId, Noticed>,
    take: &mut dyn FnMut(TenantUsage),
) -> Result<(), Stop> {
    let _phase = tracing::debug_span!("aggregate").entered();
    let Taken { mut sorter, owners, doubted, done, mut ordered, entries } = taken;
    let ownership = owners.settle(&mut sorter)?;
    // The next one last.
    ordered.sort_by(|one, other| other.key.cmp(&one.key));
    let (entries, ownership) = (&entries, &ownership);
    let mut tenants = Tenants {
        request,
        doubted,
        done,
        entries,
        ownership,
        ordered,
        noticed,
        take,
        tenant: None,
        series: None,
        unwanted: None,
    };
    sorter.finish(&mut |key, sample| tenants.push(key, sample))?;
    tenants.end_series();
    tenants.end_ordered(None)?;
    tenants.end_tenant()
}

/// The tenant and the series that are being read.
struct Tenants<'a, 'e, 't> {
    request: Request<'a>,
    /// Who is not handed over.
    doubted: BTreeSet<TenantId>,
    /// The last tenant that was handed over by an earlier reading.
    done: Option<TenantId>,
    entries: &'e [Charging<'a>],
    ownership: &'e Ownership,
    /// Series that came in order and are to be handed over yet, the next one last.
    ordered: Vec<Series<'a>>,
    noticed: &'t mut HashMap<TenantId, Noticed>,
    take: &'t mut dyn FnMut(TenantUsage),
    tenant: Option<TenantUsage>,
    series: Option<Series<'a>>,
    /// A series that is read of a tenant who is not wanted.
    unwanted: Option<SeriesKey>,
}

impl<'a> Tenants<'a, '_, '_> {
    fn push(&mut self, key: &SeriesKey, sample: Sample) -> Result<(), Stop> {
        if self.unwanted.as_ref() == Some(key) {
            return Ok(());
        }
        if self.series.as_ref().is_none_or(|series| series.key != *key) {
            self.end_series();
            self.end_ordered(Some(key))?;
            if let Some(both) = self.ordered.last().filter(|series| series.key == *key) {
                return Err(both.disorder());
            }
            if !self.wants(&key.tenant) {
                self.unwanted = Some(key.clone());
                return Ok(());
            }
            self.begin(&key.tenant)?;
            self.series = Some(Series::new(key.clone(), self.request, self.entries, &self.ownership.of(key)));
        }
        match &mut self.series {
            Some(series) => series.push(sample, self.request),
            None => Ok(()),
        }
    }

    fn wants(&self, tenant: &TenantId) -> bool {
        self.request.tenants.is_none_or(|tenants| tenants.contains(tenant))
            && self.done.as_ref().is_none_or(|done| done < tenant)
            && !self.doubted.contains(tenant)
    }

    /// Goes on to a tenant, if it is another one.
    fn begin(&mut self, tenant: &TenantId) -> Result<(), Stop> {
        if self.tenant.as_ref().is_none_or(|usage| usage.tenant != *tenant) {
            self.end_tenant()?;
            let noticed = self.noticed.remove(tenant).unwrap_or_default();
            self.tenant =
                Some(TenantUsage { tenant: tenant.clone(), usage: Ok(Vec::new()), gone: Vec::new(), noticed });
        }
        Ok(())
    }

    fn end_series(&mut self) {
        if let Some(series) = self.series.take() {
            self.end(series);
        }
    }

    /// Ends the series that came in order, up to this one.
    fn end_ordered(&mut self, before: Option<&SeriesKey>) -> Result<(), Stop> {
        while let Some(series) = self.ordered.pop_if(|series| before.is_none_or(|before| series.key < *before)) {
            self.begin(&series.key.tenant)?;
            self.end(series);
        }
        Ok(())
    }

    fn end(&mut self, series: Series<'a>) {
        let Some(tenant) = &mut self.tenant else { return };
        let (resource, meter) = (series.key.resource.to_string(), series.key.meter.to_string());
        // The first error of a tenant is the one to report.
        if let Ok(all) = &mut tenant.usage {
            match series.finish(self.request, &mut tenant.gone, &mut tenant.noticed) {
                Ok(more) => all.extend(more),
                Err(error) => tenant.usage = Err(SeriesError { resource, meter, error }.into()),
            }
        }
    }

    fn end_tenant(&mut self) -> Result<(), Stop> {
        let Some(mut tenant) = self.tenant.take() else { return Ok(()) };
        tenant.noticed.settle();
        if self.request.cancel.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        let twice = tenant.usage.as_ref().ok().and_then(|usage| charged_twice(usage, self.request.entries));
        if let Some(twice) = twice {
            tenant.usage = Err(twice);
        }
        match &tenant.usage {
            // Nobody else hears of it.
            Ok(usage) if usage.is_empty() && tenant.gone.is_empty() => {
                drop(self.noticed.insert(tenant.tenant, tenant.noticed))
            }
            _ => (self.take)(tenant),
        }
        Ok(())
    }
}

/// What two entries would charge of one resource as the same service, if there is any such thing. Where no
/// sample can be charged by both, because of their conditions, nothing is charged twice.
fn charged_twice(usage: &[Metered], entries: &[Entry]) -> Option<UsageError> {
    let ids: HashMap<&str, &Entry> = entries.iter().rev().map(|entry| (entry.id.as_str(), entry)).collect();
    let entry = |id: &str| ids.get(id);
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
