//! Who else had a tenant's resources, where tenants are read one by one: who is asked about must not change the bill.
//!
//! Holds without an end go on until somebody else has the resource. Whoever reads everybody sees that by the way. Who does
//! not asks once a meter for statistics by project and resource, and then only for the samples of what had several tenants,
//! which is hardly anything.

use std::sync::{Arc, PoisonError};

use artifice_model::TenantId;

use super::cloud::{Cloud, Shared};
use super::error::CloudError;
use super::query::Of;
use super::reading::{Came, Walk};
use super::survey::Survey;
use crate::error::SourceError;
use crate::sink::Sink;
use crate::source::{Ended, Run, Wanted, WantedMeter};
use crate::wire::WireSample;

impl Cloud {
    /// Shows who else had the resources of a tenant, of a meter.
    pub fn owners(
        &self,
        tenant: &TenantId,
        (place, survey): (usize, &Survey),
        wanted: &Wanted,
        (run, most_bytes): (&Run<'_>, usize),
        sink: &mut dyn Sink,
    ) -> Result<(), Ended> {
        let Some(meter) = wanted.meters.get(place) else { return Ok(()) };
        let shared = self.shared(meter, survey.all_of(place), wanted, run)?;
        for (resource, tenants) in shared.iter().filter(|(_, tenants)| tenants.contains_key(tenant)) {
            let there = tenants.values().fold(0, |all: u64, count| all.saturating_add(*count));
            let counted = Some(there);
            let walk = Walk { meter, of: Of::Resource(resource), counted, keeps: false, most_bytes };
            let mut came = Came::default();
            self.walk(&walk, self.windows(meter, wanted, counted), run, &mut |part| {
                came.outside += part.outside;
                let mut stopped = Ok(());
                self.samples(&part, &mut |sample: &WireSample<'_>| {
                    came.inside += 1;
                    let at = sample.at()?;
                    match sample.tenant.as_deref().filter(|other| !other.is_empty() && *other != tenant.as_str()) {
                        Some(other) if stopped.is_ok() => stopped = sink.owner(other, resource, place, at),
                        _ => {}
                    }
                    Ok(())
                })?;
                Ok(stopped?)
            })?;
            if !came.is_all_of(counted) {
                return Err(self.failed(fewer(meter, there, came.inside)).into());
            }
        }
        Ok(())
    }

    /// What has samples of several tenants: asked for once.
    fn shared(
        &self,
        meter: &WantedMeter,
        counted: u64,
        wanted: &Wanted,
        run: &Run<'_>,
    ) -> Result<Arc<Shared>, SourceError> {
        let _turn = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.learned().shared.get(&meter.name).cloned();
        if let Some(shared) = before {
            return Ok(shared);
        }
        let (mut shared, mut came) = (Shared::new(), 0_u64);
        let groups = self.groups(meter, true, wanted, run, |by, count| {
            came = came.saturating_add(count);
            if let (Some(tenant), Some(resource)) = (by.project_id.filter(|id| !id.is_empty()), by.resource_id) {
                *shared.entry(resource).or_default().entry(tenant.into()).or_default() += count;
            }
        });
        groups.map_err(|error| self.failed(error))?;
        // It shows fewer where one may see everybody no longer.
        if came < counted {
            return Err(self.failed(fewer(meter, counted, came)));
        }
        shared.retain(|_, tenants| tenants.len() > 1);
        let shared = Arc::new(shared);
        self.learned().shared.insert(meter.name.clone(), shared.clone());
        Ok(shared)
    }
}

fn fewer(meter: &WantedMeter, counted: u64, came: u64) -> CloudError {
    CloudError::Fewer { meter: meter.name.clone(), counted, came }
}
