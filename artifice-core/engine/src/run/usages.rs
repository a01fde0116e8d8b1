//! Usage as it is being collected: on a thread that blocks, handed over tenant by tenant.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use artifice_model::aggregate::Entry;
use artifice_model::statement::Rules;
use artifice_model::{Period, Tenant, TenantId, Timestamp};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::Selection;
use crate::config::Config;
use crate::error::EngineError;
use crate::run::tenants::Tenants;
use crate::tell::{Listener, Notice, Progress};
use artifice_collect::{
    Cancel, Choice, CollectError, Headway, KnownTenant, Noticed, Observation, Receive, Request, Seen, Source,
    TenantUsage, Verdict, collect,
};

/// The configured source, logged in to where that takes a log-in.
pub(crate) struct Metering {
    source: Box<dyn Source>,
    tenants: Vec<KnownTenant>,
}

impl Metering {
    /// Finds what the configuration names as the source.
    pub fn find(config: &Config) -> Result<Box<dyn Source>, EngineError> {
        let source = config.source.as_ref().ok_or_else(|| EngineError::NotConfigured {
            file: config.file.display().to_string(),
            what: "source is missing; name the samples, for example `source: {kind: file, path: samples.ndjson}`, \
                   or the cloud, as `openstack: {authentication_url: ...}`",
        })?;
        Ok(source.open(&config.directory).map_err(CollectError::from)?)
    }

    /// Gets hold of the configured source.
    pub async fn connect(config: &Config) -> Result<Metering, EngineError> {
        let source = Metering::find(config)?;
        on_a_thread(move || {
            let tenants = source.connect().map_err(CollectError::from)?;
            Ok(Metering { source, tenants })
        })
        .await?
    }

    /// The tenants that the source knows.
    pub fn tenants(&self) -> Vec<KnownTenant> {
        self.tenants.clone()
    }

    /// Whether it answers, and what is seen of it.
    pub async fn check(self, choice: &Choice) -> Result<Vec<Observation>, EngineError> {
        let chosen = self.tenants.iter().filter(|tenant| choice.judges(tenant) == Verdict::Billed).count();
        let (source, known) = (self.source, self.tenants.len());
        let mut seen = on_a_thread(move || source.check()).await?.map_err(CollectError::from)?;
        seen.push(Observation::Tenants { known, chosen });
        Ok(seen)
    }

    /// Lets go of it: connections are closed where waiting harms nobody.
    pub async fn close(self) -> Result<(), EngineError> {
        on_a_thread(move || drop(self.source)).await
    }
}

async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, EngineError> {
    spawn_blocking(work).await.map_err(|error| EngineError::Ended(error.to_string()))
}

/// Who decides whose usage is collected, when it is about to be. Called on the thread that collects.
pub(crate) trait Admission: Send + 'static {
    /// Whether a tenant is wanted.
    fn admit(&mut self, tenant: &TenantId) -> bool;
    /// Whether everybody may be read at once.
    fn admit_all(&mut self) -> bool {
        true
    }
    /// A tenant that was wanted has no usage.
    fn dismiss(&mut self, tenant: &TenantId);
}

/// Everybody is wanted.
pub(crate) struct Everybody;

impl Admission for Everybody {
    fn admit(&mut self, _: &TenantId) -> bool {
        true
    }

    fn dismiss(&mut self, _: &TenantId) {}
}

/// Hands over what is collected, of whoever is admitted.
struct Door<A> {
    admission: A,
    tenants: Tenants,
    /// Who was admitted before being collected.
    admitted: BTreeSet<TenantId>,
    skip: BTreeSet<TenantId>,
    headway: Arc<Headway>,
    sender: mpsc::Sender<TenantUsage>,
}

impl<A: Admission> Receive for Door<A> {
    fn wants(&mut self, tenant: &TenantId) -> bool {
        let wanted = self.tenants.takes(tenant) && self.headway.waiting(|| self.admission.admit(tenant));
        if wanted {
            self.admitted.insert(tenant.clone());
        } else {
            self.headway.tenant_done();
        }
        wanted
    }

    fn begins_all(&mut self) -> bool {
        self.admission.admit_all()
    }

    fn receive(&mut self, usage: TenantUsage) {
        if self.skip.contains(&usage.tenant) || !self.tenants.takes(&usage.tenant) {
            return self.headway.tenant_done();
        }
        let mut is_admitted = || self.headway.waiting(|| self.admission.admit(&usage.tenant));
        if !self.admitted.remove(&usage.tenant) && !is_admitted() {
            return self.headway.tenant_done();
        }
        // Nobody listens any more only when the command is ending.
        self.headway.waiting(|| drop(self.sender.blocking_send(usage)));
    }

    fn nothing(&mut self, tenant: &TenantId) {
        self.admitted.remove(tenant);
        self.admission.dismiss(tenant);
        self.headway.tenant_done();
    }
}

/// Tells what was noticed of a tenant's metering.
pub(crate) fn tell(listener: &dyn Listener, tenant: &Tenant, noticed: &Noticed) {
    if !noticed.is_empty() {
        listener.notice(&Notice::Metering { tenant: tenant.clone(), noticed: Box::new(noticed.clone()) });
    }
}

/// Usage as it is being collected.
pub(crate) struct Usages {
    receiver: mpsc::Receiver<TenantUsage>,
    thread: JoinHandle<Result<(Seen, Duration), CollectError>>,
    /// How far it has got. Whoever is done with what was handed over counts it there.
    pub headway: Arc<Headway>,
    /// Whoever lets go of this wants no more.
    _cancels: CancelsAtLast,
}

/// Ends the collecting when it is dropped.
struct CancelsAtLast(Cancel);

impl Drop for CancelsAtLast {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl Usages {
    /// Starts collecting for a period, cut where prices may change, of those who are admitted, by some rules. Those that
    /// were billed `before` are left out, and not even asked for where that can be spared.
    pub fn of(
        metering: Metering,
        (config, rules): (&Config, &Rules),
        tenants: &Tenants,
        selection: &Selection,
        (period, cuts): (Period, Vec<Timestamp>),
        before: &BTreeSet<TenantId>,
        admission: impl Admission,
    ) -> Self {
        let source = metering.source;
        let mut entries: Vec<Entry> = rules.entries.clone();
        entries.retain(|entry| selection.sections.is_empty() || selection.sections.contains(&entry.section));
        let (locations, memory_bytes) = (rules.locations.clone(), config.main.memory_bytes);
        // Whoever is admitted has one of the run's places until it is billed, and there are no more than those.
        let (at_once, cancel) = (config.workers(), Cancel::default());
        let days = if config.counts_days() { config.main.calendar.whole_days(period) } else { Vec::new() };
        // Of a part of the entries nobody can say what the others do not charge.
        let notice_unmapped = selection.sections.is_empty();
        let (wanted, known, mut skip) = (tenants.wanted().cloned(), tenants.known(), before.clone());
        skip.extend(tenants.never().cloned());
        let (sender, receiver) = mpsc::channel(1);
        let cancels = CancelsAtLast(cancel.clone());
        let (tenants, admitted) = (tenants.clone(), BTreeSet::new());
        let headway = Arc::new(Headway::default());
        let mut door = Door { admission, tenants, admitted, skip: skip.clone(), headway: headway.clone(), sender };
        let (begin, counted) = (Instant::now(), headway.clone());
        let thread = spawn_blocking(move || {
            let (entries, locations, known, skip) = (&entries, &locations, &known, &skip);
            let (tenants, cuts, days) = (wanted.as_ref(), &cuts, &days);
            let request = Request {
                entries,
                locations,
                period,
                cuts,
                days,
                tenants,
                known,
                skip,
                memory_bytes,
                at_once,
                notice_unmapped,
                cancel: &cancel,
                headway: &counted,
            };
            let seen = collect(source.as_ref(), request, &mut door)?;
            Ok((seen, begin.elapsed().saturating_sub(counted.look().waited)))
        });
        Usages { receiver, thread, headway, _cancels: cancels }
    }

    /// The next tenant's usage.
    pub async fn next(&mut self) -> Option<TenantUsage> {
        self.receiver.recv().await
    }

    /// What was seen on the way, once everything was handed over.
    pub async fn end(self, tenants: &Tenants, listener: &dyn Listener) -> Result<Seen, EngineError> {
        let (seen, took) = self.thread.await.map_err(|error| EngineError::Ended(error.to_string()))??;
        listener.progress(&Progress::Collected { took });
        if seen.requests > 0 {
            tracing::info!("{} requests about metering were answered with {} samples", seen.requests, seen.samples);
        }
        if seen.without_tenant > 0 {
            listener.notice(&Notice::WithoutTenant { samples: seen.without_tenant });
        }
        let undecided = tenants.undecided(&seen);
        if !undecided.is_empty() {
            listener.notice(&Notice::Undecided { tenants: undecided });
        }
        seen.noticed.iter().for_each(|(tenant, noticed)| tell(listener, &tenants.told(tenant), noticed));
        Ok(seen)
    }
}
