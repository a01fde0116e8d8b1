//! Reading a source: whom, in which order, and what a failure means for the others.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::thread;

use artifice_model::TenantId;

use crate::error::{CollectError, Reach, SourceError, UsageError};
use crate::intake::Intake;
use crate::noticed::Noticed;
use crate::request::{Receive, Request, Seen, TenantUsage};
use crate::sink::Stop;
use crate::source::{Ended, Plan, Run, Scope, Source, Wanted};
use crate::usage;

/// How many time-outs in a row mean that the service is as good as gone.
const MOST_TIMEOUTS: u32 = 2;

/// Reads a source and hands over each tenant's usage, in the order of their ids. Tenants without usage are not among
/// them.
///
/// Nothing is handed over before all that it depends on has been read: all of a source that is read at once, or all
/// metering of that tenant.
///
/// # Errors
/// [`CollectError`], if nobody else can be read. Whatever concerns one tenant is in its [`TenantUsage`].
pub fn collect(source: &dyn Source, request: Request<'_>, receiver: &mut dyn Receive) -> Result<Seen, CollectError> {
    let wanted = Wanted { whole_metadata: !source.can_repeat(), ..Wanted::of(&request) };
    match source.plan(&wanted) {
        Plan::AllAtOnce => all_at_once(source, request, wanted, receiver),
        Plan::PerTenant { at_once } => {
            let at_once = at_once.min(request.at_once).max(1);
            PerTenant {
                source,
                request,
                receiver,
                at_once,
                seen: Seen::default(),
                answered: false,
                timeouts: 0,
                lost: None,
            }
            .collect(wanted)
        }
    }
}

/// Reads all tenants, once or, if metadata turns out to be needed and was not kept, twice.
fn all_at_once(
    source: &dyn Source,
    request: Request<'_>,
    mut wanted: Wanted,
    receiver: &mut dyn Receive,
) -> Result<Seen, CollectError> {
    let run = Run { cancel: request.cancel, memory_bytes: request.memory_bytes };
    let mut last: Option<TenantId> = None;
    let mut left = BTreeMap::new();
    loop {
        let mut intake = Intake::of_all(request, &wanted, last.clone());
        let read = || source.read(Scope::All, &wanted, &run, &mut intake);
        tracing::debug_span!("read").in_scope(read).map_err(ends_all)?;
        let (taken, seen, mut noticed) = intake.finish();
        let (runs, whole_metadata) = (taken.sorter.runs(), wanted.whole_metadata);
        tracing::debug!(tenants = seen.tenants.len(), runs, whole_metadata, "samples read");
        let handed_over = usage::hand_over(taken, request, &mut noticed, &mut |usage| {
            last = Some(usage.tenant.clone());
            receiver.receive(usage);
        });
        match handed_over {
            Ok(()) => {
                left.extend(noticed.into_iter().filter(|(_, noticed)| !noticed.is_empty()));
                left.retain(|tenant, _| !request.skip.contains(tenant));
                return Ok(Seen { noticed: left, ..seen });
            }
            // Once more, for the tenants behind the last one that was complete.
            Err(Stop::Again) => {
                let is_done = |tenant: &TenantId| last.as_ref().is_some_and(|last| tenant <= last);
                left.extend(noticed.into_iter().filter(|(tenant, noticed)| is_done(tenant) && !noticed.is_empty()));
                wanted.whole_metadata = true;
            }
            Err(stop) => return Err(ends_all(stop.into())),
        }
    }
}

/// What ends the reading of all tenants.
fn ends_all(ended: Ended) -> CollectError {
    match ended {
        Ended::Failed(error) => error.into(),
        Ended::Stop(Stop::Sort(error)) => error.into(),
        Ended::Stop(Stop::Cancelled) => CollectError::Cancelled,
        Ended::Stop(stop) => SourceError::new(Reach::Service, fault(&stop)).into(),
    }
}

/// The thread of a reading ended without an answer.
fn panicked() -> Ended {
    let why = "its reading panicked".to_owned();
    SourceError::new(Reach::Tenant, UsageError::Fault { why }).into()
}

/// What a source did that it may not.
fn fault(stop: &Stop) -> UsageError {
    let why = match stop {
        Stop::Disorder { resource, meter } => {
            format!("the source hands over the series {meter} of resource {resource} out of order")
        }
        Stop::ManyTenants => "the source hands over series in order while all tenants are read".to_owned(),
        Stop::Again | Stop::Cancelled | Stop::Sort(_) => "the source stops for no reason".to_owned(),
    };
    UsageError::Fault { why }
}

/// A source that is read tenant by tenant.
struct PerTenant<'a, 'r> {
    source: &'a dyn Source,
    request: Request<'a>,
    receiver: &'r mut dyn Receive,
    /// How many are read at once.
    at_once: usize,
    seen: Seen,
    /// Whether the source has ever answered.
    answered: bool,
    /// Time-outs since the last answer.
    timeouts: u32,
    /// What ended all reading.
    lost: Option<String>,
}

/// What was read of a tenant.
struct Collected {
    usage: Option<TenantUsage>,
    seen: Seen,
}

impl PerTenant<'_, '_> {
    fn collect(mut self, mut wanted: Wanted) -> Result<Seen, CollectError> {
        let mut tenants = match self.request.tenants {
            Some(tenants) => tenants.clone(),
            None => {
                let mut tenants = self.request.known.clone();
                tenants.append(&mut self.with_usage(&mut wanted)?);
                tenants
            }
        };
        tenants.retain(|tenant| !self.request.skip.contains(tenant));
        if self.at_once == 1 {
            for tenant in tenants {
                if self.begins(&tenant)? {
                    let read = (self.lost.is_none()).then(|| read_tenant(self.source, self.request, &wanted, &tenant));
                    self.ends(tenant, read)?;
                }
            }
            return Ok(self.seen);
        }
        self.several_at_once(tenants, &wanted)
    }

    /// Reads several at once, and hands them over in order all the same.
    fn several_at_once(mut self, tenants: BTreeSet<TenantId>, wanted: &Wanted) -> Result<Seen, CollectError> {
        let share = u64::try_from(self.at_once).map_or(0, |at_once| self.request.memory_bytes / at_once);
        let (source, request) = (self.source, Request { memory_bytes: share, ..self.request });
        thread::scope(|scope| {
            let mut reading = VecDeque::new();
            let mut tenants = tenants.into_iter();
            loop {
                while reading.len() < self.at_once
                    && let Some(tenant) = tenants.next()
                {
                    if !self.begins(&tenant)? {
                        continue;
                    }
                    let thread = self.lost.is_none().then(|| {
                        let tenant = tenant.clone();
                        scope.spawn(move || read_tenant(source, request, wanted, &tenant))
                    });
                    reading.push_back((tenant, thread));
                }
                let Some((tenant, thread)) = reading.pop_front() else { return Ok(self.seen) };
                self.ends(tenant, thread.map(|thread| thread.join().unwrap_or_else(|_| Err(panicked()))))?;
            }
        })
    }

    /// Whether a tenant's turn has come, and it is wanted.
    fn begins(&mut self, tenant: &TenantId) -> Result<bool, CollectError> {
        if self.request.cancel.is_cancelled() {
            return Err(CollectError::Cancelled);
        }
        Ok(self.receiver.wants(tenant))
    }

    /// Hands over what was read of a tenant, if anything was.
    fn ends(&mut self, tenant: TenantId, read: Option<Result<Collected, Ended>>) -> Result<(), CollectError> {
        let error = match (read, &self.lost) {
            (Some(Ok(Collected { usage, seen })), _) => {
                (self.answered, self.timeouts) = (true, 0);
                self.seen.tenants.extend(seen.tenants);
                self.seen.without_tenant += seen.without_tenant;
                self.seen.noticed.extend(seen.noticed);
                match usage {
                    Some(usage) => self.receiver.receive(usage),
                    None => self.receiver.nothing(&tenant),
                }
                return Ok(());
            }
            (Some(Err(Ended::Stop(stop @ (Stop::Sort(_) | Stop::Cancelled)))), _) => return Err(ends_all(stop.into())),
            (Some(Err(Ended::Stop(stop))), _) => fault(&stop),
            (Some(Err(Ended::Failed(error))), _) => self.failed(error)?,
            (None, why) => UsageError::Lost { why: why.clone().unwrap_or_default() },
        };
        // It was asked for, so that nobody says that it does not exist.
        self.seen.tenants.insert(tenant.clone());
        self.receiver.receive(TenantUsage { tenant, usage: Err(error), gone: Vec::new(), noticed: Noticed::default() });
        Ok(())
    }

    /// A tenant could not be read: what is said of it, and whether that is said of those that remain.
    fn failed(&mut self, error: SourceError) -> Result<UsageError, CollectError> {
        self.count(&error);
        if error.reach == Reach::Tenant && self.timeouts < MOST_TIMEOUTS {
            return Ok(UsageError::Source(error));
        }
        // What fails before its first answer has not begun.
        if error.reach == Reach::Start || !self.answered {
            return Err(SourceError { reach: Reach::Start, ..error }.into());
        }
        let why = error.to_string();
        self.lost = Some(why.clone());
        Ok(UsageError::Lost { why })
    }

    fn count(&mut self, error: &SourceError) {
        self.answered |= error.answered;
        let before = if error.answered { 0 } else { self.timeouts };
        self.timeouts = if error.slow { before.saturating_add(1) } else { 0 };
    }

    /// Those of whom the source says that they have usage, whether or not anybody else knows them.
    fn with_usage(&mut self, wanted: &mut Wanted) -> Result<BTreeSet<TenantId>, CollectError> {
        let run = Run { cancel: self.request.cancel, memory_bytes: self.request.memory_bytes };
        let found = self.source.tenants_with_usage(wanted, &run);
        let found = found.map_err(|error| SourceError { reach: Reach::Start, ..error })?.unwrap_or_default();
        if let Some(error) = found.incomplete {
            self.count(&error);
            tracing::warn!("{error}");
        }
        self.seen.without_tenant += found.without_tenant;
        self.seen.tenants.extend(found.tenants.iter().cloned());
        wanted.known.extend(found.tenants.iter().cloned());
        Ok(found.tenants)
    }
}

/// Reads a tenant; once more, if metadata is needed that was not kept. Nothing of it has been handed over then.
fn read_tenant(
    source: &dyn Source,
    request: Request<'_>,
    wanted: &Wanted,
    tenant: &TenantId,
) -> Result<Collected, Ended> {
    let run = Run { cancel: request.cancel, memory_bytes: request.memory_bytes };
    let own = BTreeSet::from([tenant.clone()]);
    let request = Request { tenants: Some(&own), ..request };
    let mut wanted = Cow::Borrowed(wanted);
    loop {
        let mut intake = Intake::of_one(request, &wanted, tenant);
        source.read(Scope::Tenant(tenant), &wanted, &run, &mut intake)?;
        let (taken, mut seen, mut noticed) = intake.finish();
        let mut usage = None;
        match usage::hand_over(taken, request, &mut noticed, &mut |found| usage = Some(found)) {
            Ok(()) => {
                seen.noticed = noticed.into_iter().filter(|(_, noticed)| !noticed.is_empty()).collect();
                return Ok(Collected { usage, seen });
            }
            Err(Stop::Again) => wanted.to_mut().whole_metadata = true,
            Err(stop) => return Err(stop.into()),
        }
    }
}

#[cfg(test)]
mod tests;
