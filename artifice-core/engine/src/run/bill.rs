//! Billing: a run for many tenants, several at once, beside other workers.
//!
//! A run goes in rounds. In each it finishes what is unfinished, then collects, stores and sends what is
//! new: for every tenant that nobody else has. Whom another worker has is left to it, and looked at once
//! more in the next round, when that worker is done: mostly it is billed then. Who died in the middle, or
//! worked for another period, leaves a tenant that this run takes.
//!
//! Where a service is read for everybody at once, one worker does that: it has a lease for it until it has billed them. The
//! others wait, and look then who is left.

use std::collections::BTreeSet;
use std::sync::Arc;

use artifice_collect::Seen;
use artifice_ledger::Ledger;
use artifice_model::{Period, TenantId};
use artifice_plugin_host::Backend;

use crate::backend::backends::Backends;
use crate::error::EngineError;
use crate::lifecycle::Clerk;
use crate::run::claims::Claims;
use crate::run::groups::Group;
use crate::run::shared::Run;
use crate::run::tasks::Tasks;
use crate::run::tenant::Taken;
use crate::run::tenants::Tenants;
use crate::run::usages::{Metering, Usages, tell};
use crate::tell::{Cancel, Listener, Notice, Progress, Told, Watch, cancelled};
use crate::{Engine, Purpose, Selection};

impl Engine {
    /// Bills: finishes what is unfinished, then collects, stores and sends what is new.
    ///
    /// If `watch` cancels it, it ends between two steps of each statement: what is being sent is sent to its
    /// end, and nothing more is begun. The same call goes on with what is left.
    pub async fn bill(
        &self,
        ledger: Arc<dyn Ledger>,
        backend: Arc<dyn Backend>,
        selection: &Selection,
        period: Period,
        purpose: Purpose,
        watch: Watch,
    ) -> Result<(), EngineError> {
        let (listener, cancel) = (watch.listener.clone(), watch.cancel.clone());
        let backends = Arc::new(Backends::new(self.clone(), backend));
        let prices = Arc::new(self.load_prices(|| Ok(backends.clone()))?);
        prices.tell(listener.as_ref(), self.config().locations.region());
        listener.progress(&Progress::Connecting);
        // What is stored is finished also while the cloud cannot be reached.
        let mut metering = self.connect(&cancel).await;
        let named = metering.as_ref().map(Metering::tenants).unwrap_or_default();
        let known = artifice_ledger::all_tenants(ledger.as_ref()).await?;
        let mut tenants = Tenants::new(named, known, &selection.tenants, self.config().choice());
        let clerk = Clerk::new(self.clone(), ledger, backends, watch);
        let run = Arc::new(Run::new(clerk, prices, period, purpose));
        run.clerk.look_for_newer_documents(period, |tenant| tenants.is_wanted(tenant)).await?;
        loop {
            let done = run.round(metering, &tenants, selection).await;
            run.leases.leave_all().await;
            let (mut done, left) = (done?, std::mem::take(&mut *run.left()));
            let is_elsewhere = run.is_read_elsewhere();
            if left.is_empty() && !is_elsewhere && !cancel.is_cancelled() {
                return Ok(());
            }
            if cancel.is_cancelled() {
                return Err(run.cancelled(&tenants).await);
            }
            tokio::select! {
                waited = run.wait(&left, is_elsewhere, listener.as_ref()) => waited?,
                () = cancelled(&cancel) => return Err(run.cancelled(&tenants).await),
            }
            metering = self.connect(&cancel).await;
            if is_elsewhere {
                done.retain(|tenant| !left.contains(tenant));
                tenants = tenants.without(done);
            } else {
                tenants = tenants.only(left);
            }
        }
    }

    /// Gets hold of the source, unless nobody wants that any more.
    async fn connect(&self, cancel: &Cancel) -> Result<Metering, EngineError> {
        tokio::select! {
            metering = Metering::connect(self.config()) => metering,
            () = cancelled(cancel) => Err(EngineError::Cancelled { unsent: Vec::new() }),
        }
    }
}

impl Run {
    /// Waits for whom other workers have, or for who reads everybody.
    async fn wait(
        &self,
        left: &BTreeSet<TenantId>,
        is_elsewhere: bool,
        listener: &dyn Listener,
    ) -> Result<(), EngineError> {
        if is_elsewhere {
            listener.notice(&Notice::ReadElsewhere);
            return Ok(self.leases.wait_for_all().await?);
        }
        listener.notice(&Notice::Waiting { tenants: left.len() });
        for tenant in left {
            self.leases.wait_for(tenant).await?;
        }
        Ok(())
    }

    /// Answers of whom all is said.
    async fn round(
        self: &Arc<Self>,
        metering: Result<Metering, EngineError>,
        tenants: &Tenants,
        selection: &Selection,
    ) -> Result<BTreeSet<TenantId>, EngineError> {
        let done = self.finish_all(tenants).await?;
        let nobody_is_left = tenants.wanted().is_some_and(|wanted| !wanted.is_empty() && wanted.is_subset(&done));
        if nobody_is_left || self.is_cancelled() {
            return match metering {
                Ok(metering) => metering.close().await.map(|()| done),
                Err(_) if self.is_cancelled() => Ok(done),
                // Whose a name is today only the source knows; an id is an id.
                Err(_) if selection.tenants.iter().all(|asked| tenants.is_wanted(asked)) => Ok(done),
                Err(error) => Err(error),
            };
        }
        self.collect_all(metering?, tenants, selection, done).await
    }

    /// Collects, stores and sends what is new. Answers of whom all is said.
    async fn collect_all(
        self: &Arc<Self>,
        metering: Metering,
        tenants: &Tenants,
        selection: &Selection,
        mut done: BTreeSet<TenantId>,
    ) -> Result<BTreeSet<TenantId>, EngineError> {
        let listener = self.clerk.watch.listener.as_ref();
        let mut metering = Some(metering);
        for group in self.groups(tenants, &done).await? {
            // (A source is used up by one reading.)
            let metering = match metering.take() {
                Some(metering) => metering,
                None => self.clerk.engine.connect(&self.clerk.watch.cancel).await?,
            };
            let Some(seen) = self.collect_group(metering, tenants, selection, &group).await? else { return Ok(done) };
            if group.is_rest {
                let left = self.left().clone();
                let missing = tenants.missing(&seen).into_iter();
                missing
                    .filter(|failed| !done.contains(&failed.tenant.id) && !left.contains(&failed.tenant.id))
                    .for_each(|failed| self.tell(Told::Failed(failed)));
            }
            done.extend(group.ids().cloned());
        }
        self.note_idle(tenants, &done, listener).await?;
        Ok(done)
    }

    /// Collects, stores and sends what is new of those who go by the same rules. Answers nothing if somebody wished
    /// the run to end, or another worker reads everybody.
    async fn collect_group(
        self: &Arc<Self>,
        metering: Metering,
        tenants: &Tenants,
        selection: &Selection,
        group: &Group,
    ) -> Result<Option<Seen>, EngineError> {
        let (config, watch) = (self.clerk.engine.config(), &self.clerk.watch);
        let listener = watch.listener.as_ref();
        let cuts = self.clerk.engine.cuts(&self.prices, self.period);
        let (claims, _answering) = Claims::of(self.clone());
        let (rules, of_group, skip) = (&group.rules, group.of(tenants), &group.skip);
        let when = (self.period, cuts);
        let mut usages = Usages::of(metering, (config, rules), &of_group, selection, when, skip, claims);
        listener.progress(&Progress::Collecting { headway: usages.headway.clone() });
        let mut tasks = Tasks::new(config.workers(), watch.clone());
        while let Some(usage) = tasks.while_working(usages.next()).await {
            let (run, tenant) = (self.clone(), tenants.found(&usage.tenant));
            tell(listener, &tenants.told(&usage.tenant), &usage.noticed);
            let label = tenants.label(&usage.tenant).map(str::to_owned);
            let taken = Taken { tenant, label, usage, rules: rules.clone() };
            let headway = usages.headway.clone();
            let billing = async move {
                let outcome = run.tenant(taken).await;
                headway.tenant_done();
                outcome
            };
            tasks.start(billing).await;
        }
        tasks.end().await?;
        if self.is_cancelled() {
            return Ok(None);
        }
        usages.end(tenants, listener).await.map(|seen| (!seen.left).then_some(seen))
    }

    /// Ends a run that somebody wished to end: says what waits.
    async fn cancelled(&self, tenants: &Tenants) -> EngineError {
        self.leave_all().await;
        match self.concerned(tenants).await {
            Ok(listed) => {
                let unfinished = listed.statements.iter().filter(|statement| statement.state.is_unfinished());
                EngineError::Cancelled { unsent: unfinished.map(|statement| statement.number).collect() }
            }
            Err(error) => error.into(),
        }
    }
}
