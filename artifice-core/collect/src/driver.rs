//! Reading a source: whom, in which order, and what a failure means for the others.

mod ends;
mod tenants;
#[cfg(test)]
mod tests;
mod whole;

use std::sync::atomic::Ordering;

use crate::error::{CollectError, Reach};
use crate::request::{Receive, Request, Seen};
use crate::source::{Ended, Plan, Run, Source, Traffic, Wanted, WithUsage};
use ends::ends_all;
use tenants::PerTenant;
use whole::Whole;

/// Reads a source and hands over each tenant's usage, in the order of their ids: those first who could be read with all
/// others. Tenants without usage are not among them.
///
/// Nothing is handed over before all that it depends on has been read: all of a source that is read at once, or all
/// metering of that tenant.
///
/// # Errors
/// [`CollectError`], if nobody else can be read. Whatever concerns one tenant is in its [`TenantUsage`](crate::TenantUsage).
pub fn collect(source: &dyn Source, request: Request<'_>, receiver: &mut dyn Receive) -> Result<Seen, CollectError> {
    let mut wanted = Wanted { whole_metadata: !source.can_repeat(), ..Wanted::of(&request) };
    let traffic = Traffic::default();
    let seen = match source.plan(&wanted) {
        Plan::AllAtOnce => {
            let Request { cancel, memory_bytes, at_once, headway, .. } = request;
            let run = Run { cancel, memory_bytes, at_once, traffic: &traffic, headway };
            Whole::default().read(source, (request, &run), wanted, receiver).map_err(ends_all)
        }
        Plan::PerTenant { at_once } => {
            let mut one_by_one = PerTenant::new(source, request, receiver, &traffic, at_once);
            let found = match request.tenants {
                Some(_) => WithUsage::default(),
                None => one_by_one.with_usage(&mut wanted)?,
            };
            one_by_one.each(&found, &wanted)
        }
        Plan::Surveyed { at_once } => {
            let one_by_one = PerTenant::new(source, request, receiver, &traffic, at_once);
            surveyed(source, request, one_by_one, wanted)
        }
    }?;
    let (requests, samples) = (traffic.requests.load(Ordering::Relaxed), traffic.samples.load(Ordering::Relaxed));
    Ok(Seen { requests, samples, ..seen })
}

/// Reads everybody at once, if that shows everybody and costs less; tenant by tenant otherwise, and where it fails by
/// what may be one tenant's fault.
fn surveyed(
    source: &dyn Source,
    request: Request<'_>,
    mut one_by_one: PerTenant<'_, '_>,
    mut wanted: Wanted,
) -> Result<Seen, CollectError> {
    let found = one_by_one.with_usage(&mut wanted)?;
    if !found.at_once {
        return one_by_one.each(&found, &wanted);
    }
    if !one_by_one.receiver.begins_all() {
        return Ok(Seen { left: true, ..Seen::default() });
    }
    let (mut whole, run) = (Whole::default(), one_by_one.run());
    match whole.read(source, (request, &run), wanted.clone(), one_by_one.receiver) {
        Ok(seen) => {
            let mut doubted = one_by_one.meant(&found);
            doubted.retain(|tenant| whole.doubted.contains(tenant));
            one_by_one.adds(seen);
            if !doubted.is_empty() {
                tracing::info!(
                    tenants = doubted.len(),
                    "not all samples came with those of the others: read by themselves"
                );
            }
            one_by_one.collect(doubted, &wanted)
        }
        Err(Ended::Failed(error)) if error.reach == Reach::Tenant => {
            tracing::warn!("everybody could not be read at once, so tenants are read one by one ({error})");
            one_by_one.count(&error);
            let mut tenants = one_by_one.meant(&found);
            tenants.retain(|tenant| !whole.is_done(tenant));
            one_by_one.collect(tenants, &wanted)
        }
        Err(ended) => Err(ends_all(ended)),
    }
}
