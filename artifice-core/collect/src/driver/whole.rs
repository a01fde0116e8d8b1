//! A source that is read once for all tenants.

use std::collections::{BTreeMap, BTreeSet};

use artifice_model::TenantId;

use crate::intake::Intake;
use crate::noticed::Noticed;
use crate::request::{Receive, Request, Seen};
use crate::sink::Stop;
use crate::source::{Ended, Run, Scope, Source, Wanted};
use crate::usage;

/// The reading of all tenants.
#[derive(Default)]
pub(super) struct Whole {
    /// The last one that was handed over.
    last: Option<TenantId>,
    /// Of whom nothing was: they are to be read by themselves.
    pub doubted: BTreeSet<TenantId>,
    noticed: BTreeMap<TenantId, Noticed>,
}

impl Whole {
    /// Reads all tenants, once or, if metadata turns out to be needed and was not kept, twice.
    pub fn read(
        &mut self,
        source: &dyn Source,
        (request, run): (Request<'_>, &Run<'_>),
        mut wanted: Wanted,
        receiver: &mut dyn Receive,
    ) -> Result<Seen, Ended> {
        loop {
            let mut intake = Intake::of_all(request, &wanted, self.last.clone());
            let read = || source.read(Scope::All, &wanted, run, &mut intake);
            tracing::debug_span!("read").in_scope(read)?;
            let (mut taken, seen, mut noticed) = intake.finish();
            request.headway.expect_tenants(taken.tenants(request).unwrap_or(0));
            let (runs, whole_metadata) = (taken.sorter.runs(), wanted.whole_metadata);
            tracing::debug!(tenants = seen.tenants.len(), runs, whole_metadata, "samples read");
            self.doubted.append(&mut taken.doubted);
            taken.doubted = self.doubted.clone();
            let handed_over = usage::hand_over(taken, request, &mut noticed, &mut |usage| {
                self.last = Some(usage.tenant.clone());
                receiver.receive(usage);
            });
            noticed.retain(|tenant, noticed| !noticed.is_empty() && !self.doubted.contains(tenant));
            match handed_over {
                Ok(()) => {
                    self.noticed.extend(noticed);
                    self.noticed.retain(|tenant, _| !request.skip.contains(tenant));
                    return Ok(Seen { noticed: std::mem::take(&mut self.noticed), ..seen });
                }
                // Once more, for the tenants behind the last one that was complete.
                Err(Stop::Again) => {
                    noticed.retain(|tenant, _| self.is_done(tenant));
                    self.noticed.extend(noticed);
                    wanted.whole_metadata = true;
                }
                Err(stop) => return Err(stop.into()),
            }
        }
    }

    /// Whether a tenant's turn is over.
    pub fn is_done(&self, tenant: &TenantId) -> bool {
        self.last.as_ref().is_some_and(|last| tenant <= last)
    }
}
