//! A source that is read tenant by tenant.

use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};
use std::thread;

use artifice_model::TenantId;

use super::ends::{doubts_again, ends_all, fault, panicked};
use crate::error::{CollectError, Reach, SourceError, UsageError};
use crate::intake::Intake;
use crate::limits::LEAST_SHARE;
use crate::noticed::Noticed;
use crate::request::{Receive, Request, Seen, TenantUsage};
use crate::sink::Stop;
use crate::source::{Ended, Run, Scope, Source, Traffic, Wanted, WithUsage};
use crate::usage;

/// How many time-outs in a row mean that the service is as good as gone.
const MOST_TIMEOUTS: u32 = 2;

/// A source that is read tenant by tenant.
pub(super) struct PerTenant<'a, 'r> {
    source: &'a dyn Source,
    request: Request<'a>,
    pub receiver: &'r mut dyn Receive,
    /// How many are read at once.
    at_once: usize,
    traffic: &'a Traffic,
    pub seen: Seen,
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

impl<'a, 'r> PerTenant<'a, 'r> {
    /// Reads so many at once, if there are places and memory for as many.
    pub fn new(
        source: &'a dyn Source,
        request: Request<'a>,
        receiver: &'r mut dyn Receive,
        traffic: &'a Traffic,
        at_once: usize,
    ) -> Self {
        let shares = usize::try_from(request.memory_bytes / LEAST_SHARE).unwrap_or(usize::MAX);
        let at_once = at_once.min(request.at_once).min(shares).max(1);
        let (seen, lost) = (Seen::default(), None);
        PerTenant { source, request, receiver, at_once, traffic, seen, answered: false, timeouts: 0, lost }
    }

    /// What a reading may use that nothing else is read beside.
    pub fn run(&self) -> Run<'a> {
        let Request { cancel, memory_bytes, at_once, headway, .. } = self.request;
        Run { cancel, memory_bytes, at_once, traffic: self.traffic, headway }
    }

    /// Who has usage, as the source says it. From then on they are known.
    pub fn with_usage(&mut self, wanted: &mut Wanted) -> Result<WithUsage, CollectError> {
        let found = self.source.tenants_with_usage(wanted, &self.run());
        let found = found.map_err(|error| SourceError { reach: Reach::Start, ..error })?.unwrap_or_default();
        let everybody = self.request.tenants.is_none();
        if let Some(error) = &found.incomplete {
            self.count(error);
            // Of whom is named nobody is left out.
            if everybody {
                tracing::warn!("{error}");
            }
        }
        let is_meant = |tenant: &&TenantId| self.request.tenants.is_none_or(|tenants| tenants.contains(*tenant));
        self.seen.tenants.extend(found.tenants.iter().filter(is_meant).cloned());
        wanted.known.extend(found.tenants.iter().cloned());
        Ok(found)
    }

    /// Who is to be read: whoever was asked for, or else whom anybody knows.
    pub fn meant(&self, with_usage: &WithUsage) -> BTreeSet<TenantId> {
        let mut tenants = match self.request.tenants {
            Some(tenants) => tenants.clone(),
            None => self.request.known.union(&with_usage.tenants).cloned().collect(),
        };
        tenants.retain(|tenant| !self.request.skip.contains(tenant));
        tenants
    }

    /// Reads whoever is to be read.
    pub fn each(mut self, with_usage: &WithUsage, wanted: &Wanted) -> Result<Seen, CollectError> {
        self.seen.without_tenant += if self.request.tenants.is_none() { with_usage.without_tenant } else { 0 };
        let tenants = self.meant(with_usage);
        self.collect(tenants, wanted)
    }

    /// Adds what was seen before.
    pub fn adds(&mut self, seen: Seen) {
        (self.answered, self.timeouts) = (true, 0);
        self.seen.tenants.extend(seen.tenants);
        self.seen.without_tenant += seen.without_tenant;
        self.seen.noticed.extend(seen.noticed);
    }

    /// Reads them, one after the other or several at once.
    pub fn collect(mut self, tenants: BTreeSet<TenantId>, wanted: &Wanted) -> Result<Seen, CollectError> {
        self.request.headway.expect_tenants(tenants.len());
        if self.at_once > 1 {
            return self.several_at_once(tenants, wanted);
        }
        let run = self.run();
        for tenant in tenants {
            if self.begins(&tenant)? {
                let read = self.lost.is_none().then(|| read_tenant(self.source, self.request, &run, wanted, &tenant));
                self.ends(tenant, read)?;
            }
        }
        Ok(self.seen)
    }

    /// Reads several at once, and hands them over in order all the same.
    fn several_at_once(mut self, tenants: BTreeSet<TenantId>, wanted: &Wanted) -> Result<Seen, CollectError> {
        let share = u64::try_from(self.at_once).map_or(0, |at_once| self.request.memory_bytes / at_once);
        let (source, request) = (self.source, Request { memory_bytes: share, ..self.request });
        let run = Run { memory_bytes: share, at_once: 1, ..self.run() };
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
                        scope.spawn(move || read_tenant(source, request, &run, wanted, &tenant))
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
                self.adds(seen);
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

    /// What a failure tells of the source.
    pub fn count(&mut self, error: &SourceError) {
        self.answered |= error.answered;
        let before = if error.answered { 0 } else { self.timeouts };
        self.timeouts = if error.slow { before.saturating_add(1) } else { 0 };
    }
}

/// Reads a tenant; once more, if metadata is needed that was not kept, or what came is in doubt. Nothing of it has been
/// handed over then.
fn read_tenant(
    source: &dyn Source,
    request: Request<'_>,
    run: &Run<'_>,
    wanted: &Wanted,
    tenant: &TenantId,
) -> Result<Collected, Ended> {
    let own = BTreeSet::from([tenant.clone()]);
    let request = Request { tenants: Some(&own), ..request };
    let (mut wanted, mut doubted) = (Cow::Borrowed(wanted), false);
    loop {
        let mut intake = Intake::of_one(request, &wanted, tenant);
        source.read(Scope::Tenant(tenant), &wanted, run, &mut intake)?;
        let (taken, mut seen, mut noticed) = intake.finish();
        if !taken.doubted.is_empty() {
            if std::mem::replace(&mut doubted, true) {
                return Err(doubts_again());
            }
            continue;
        }
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
