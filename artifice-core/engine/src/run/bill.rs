//! Billing: a run for many tenants, several at once, beside other workers.
//!
//! A run goes in rounds. In each it finishes what is unfinished, then collects, stores and sends what is
//! new: for every tenant that nobody else has. Whom another worker has is left to it, and looked at once
//! more in the next round, when that worker is done: mostly it is billed then. Who died in the middle, or
//! worked for another period, leaves a tenant that this run takes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use artifice_model::statement::Draft;
use artifice_model::{Period, Tenant, TenantId};
use artifice_plugin_host::Backend;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::backend::backends::Backends;
use crate::draft::adjust;
use crate::draft::bounds;
use crate::draft::prices::Prices;
use crate::error::EngineError;
use crate::lifecycle::worker::{Trouble, Worker, is_held};
use crate::run::claims::Claims;
use crate::run::report::{Billed, Failed, How};
use crate::run::tasks::{Ended, Tasks, Told};
use crate::run::tenants::Tenants;
use crate::run::usages::{Metering, Usages, tell};
use crate::run::work::Work;
use crate::{Engine, Preview, Purpose, Selection, Whole, refuse_for};
use artifice_collect::TenantUsage;
use artifice_ledger::{Filter, Kind, Ledger, LedgerError, Listed, Month, NewKind, State, Statement};

/// What all tasks of a run share.
pub(crate) struct Run {
    worker: Worker,
    work: Work,
    prices: Arc<Prices>,
    period: Period,
    purpose: Purpose,
    /// Places for tenants that are worked on. Nobody is taken before there is one: what waits here could
    /// be done by another worker.
    places: Arc<Semaphore>,
    /// The places of those who were taken.
    taken: Mutex<BTreeMap<TenantId, OwnedSemaphorePermit>>,
    /// Whom another worker has.
    left: Mutex<BTreeSet<TenantId>>,
}

impl Engine {
    /// Bills: finishes what is unfinished, then collects, stores and sends what is new.
    pub async fn bill(
        &self,
        ledger: Arc<dyn Ledger>,
        backend: Arc<dyn Backend>,
        selection: &Selection,
        period: Period,
        purpose: Purpose,
        mut show: impl FnMut(Told),
    ) -> Result<(), EngineError> {
        let backends = Arc::new(Backends::new(self.clone(), backend));
        let prices = Arc::new(self.load_prices(|| Ok(backends.clone()))?);
        // What is stored is finished also while the cloud cannot be reached.
        let mut metering = Metering::connect(&self.config).await;
        let named = metering.as_ref().map(Metering::tenants).unwrap_or_default();
        let mut tenants = Tenants::new(named, ledger.tenant_list().await?, &selection.tenants);
        let run = Arc::new(Run {
            worker: Worker::new(self.clone(), ledger.clone(), backends),
            work: Work::new(ledger),
            prices,
            period,
            purpose,
            places: Arc::new(Semaphore::new(self.config.workers())),
            taken: Mutex::default(),
            left: Mutex::default(),
        });
        loop {
            run.round(metering, &tenants, selection, &mut show).await?;
            let left = std::mem::take(&mut *run.left());
            if left.is_empty() {
                return Ok(());
            }
            tracing::warn!("another program is billing {} of the tenants; waiting for it", left.len());
            for tenant in &left {
                run.work.wait_for(tenant).await?;
            }
            metering = Metering::connect(&self.config).await;
            tenants = tenants.only(left);
        }
    }
}

impl Run {
    fn ledger(&self) -> &dyn Ledger {
        self.worker.ledger.as_ref()
    }

    fn left(&self) -> std::sync::MutexGuard<'_, BTreeSet<TenantId>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a tenant, once there is a place for it. Says whether this run has it.
    pub async fn take(&self, tenant: &TenantId) -> bool {
        // Nobody closes them.
        let Ok(place) = self.places.clone().acquire_owned().await else { return false };
        match self.work.take(tenant).await {
            Ok(false) => {
                self.left().insert(tenant.clone());
                return false;
            }
            Ok(true) => {}
            // What is wrong with the ledger is told by what is done next.
            Err(error) => tracing::debug!("the work on tenant {tenant} could not be taken: {error}"),
        }
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).insert(tenant.clone(), place);
        true
    }

    /// Gives a tenant back.
    pub async fn leave(&self, tenant: &TenantId) {
        self.work.leave(tenant).await;
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).remove(tenant);
    }

    async fn round(
        self: &Arc<Self>,
        metering: Result<Metering, EngineError>,
        tenants: &Tenants,
        selection: &Selection,
        show: &mut impl FnMut(Told),
    ) -> Result<(), EngineError> {
        let done = self.finish_all(tenants, show).await?;
        if tenants.wanted().is_some_and(|wanted| !wanted.is_empty() && wanted.is_subset(&done)) {
            return match metering {
                Ok(metering) => metering.close().await,
                // Whose a name is today only the source knows; an id is an id.
                Err(_) if selection.tenants.iter().all(|asked| tenants.is_wanted(asked)) => Ok(()),
                Err(error) => Err(error),
            };
        }
        self.collect_all(metering?, tenants, selection, &done, show).await
    }

    /// Finishes what earlier runs left unfinished, and refuses whoever has been billed for a part of
    /// the period. Answers for whom there is nothing left to do in this round.
    async fn finish_all(
        self: &Arc<Self>,
        tenants: &Tenants,
        show: &mut impl FnMut(Told),
    ) -> Result<BTreeSet<TenantId>, EngineError> {
        let Listed { mut statements, unreadable } = self.concerned(tenants).await?;
        let mut unfinished: BTreeMap<TenantId, Vec<Statement>> = BTreeMap::new();
        for statement in statements.iter().filter(|statement| statement.state.is_unfinished()) {
            unfinished.entry(statement.tenant.id.clone()).or_default().push(statement.clone());
        }
        let begun: BTreeSet<String> = unfinished.values().flatten().map(|statement| statement.id.clone()).collect();
        if !unfinished.is_empty() {
            let mut tasks = Tasks::new(self.worker.engine.config().workers());
            for (id, statements) in unfinished {
                let (run, tenant) = (self.clone(), tenants.found(&id));
                tasks.start(async move { run.finish_tenant(tenant, statements).await }, show).await;
            }
            tasks.end(show).await?;
            statements = self.concerned(tenants).await?.statements;
        }
        // What another worker has begun meanwhile is its to finish.
        let others = statements.iter().filter(|other| other.state.is_unfinished() && !begun.contains(&other.id));
        self.left().extend(others.map(|other| other.tenant.id.clone()));
        let mut done = self.left().clone();
        // Nobody knows what was billed to them: nothing is, until somebody has looked at it.
        for row in unreadable.into_iter().filter(|row| !self.left().contains(&row.tenant.id)) {
            done.insert(row.tenant.id.clone());
            show(Err(Failed { tenant: row.tenant, why: row.error.to_string() }));
        }
        for statement in statements.into_iter().filter(|statement| !self.left().contains(&statement.tenant.id)) {
            self.look_at(statement, &begun, &mut done, show);
        }
        Ok(done)
    }

    /// The statements that this run has to know.
    async fn concerned(&self, tenants: &Tenants) -> Result<Listed, EngineError> {
        let filter = Filter { concerns: Some(self.period), ..Filter::default() };
        let mut listed = self.ledger().statement_rows(&filter).await?;
        listed.statements.retain(|statement| tenants.is_wanted(&statement.tenant.id));
        listed.unreadable.retain(|row| tenants.is_wanted(&row.tenant.id));
        Ok(listed)
    }

    async fn finish_tenant(&self, tenant: Tenant, statements: Vec<Statement>) -> Ended {
        let mut told = Vec::new();
        match self.work.take(&tenant.id).await {
            Ok(true) => {}
            Ok(false) => {
                self.left().insert(tenant.id);
                return Ended { told, lost: Ok(()) };
            }
            Err(error) => return self.failed(tenant, error.into()).await,
        }
        let mut lost = Ok(());
        for statement in &statements {
            // A credit is finished with what it takes back.
            let of_voiding = statement.refers_to.as_ref().filter(|_| statement.kind == Kind::Credit);
            if of_voiding.is_some_and(|about| statements.iter().any(|other| other.id == about.id)) {
                continue;
            }
            match self.worker.finish(statement.clone()).await {
                Ok(billed) => told.push(Ok(billed)),
                Err(trouble) => {
                    let ended = self.failed(tenant.clone(), trouble).await;
                    told.extend(ended.told);
                    lost = ended.lost;
                    if lost.is_err() {
                        break;
                    }
                }
            }
        }
        self.work.leave(&tenant.id).await;
        Ended { told, lost }
    }

    /// Tells what a statement that is there means for this run: whether there is something left to do for
    /// its tenant.
    fn look_at(
        &self,
        statement: Statement,
        begun: &BTreeSet<String>,
        done: &mut BTreeSet<TenantId>,
        show: &mut impl FnMut(Told),
    ) {
        let tenant = statement.tenant.clone();
        let (this, overlaps) = (statement.period == self.period, statement.period.overlaps(self.period));
        if statement.state == State::Held {
            show(Err(Failed { tenant: tenant.clone(), why: is_held(&statement) }));
        }
        if !overlaps || statement.kind == Kind::Credit {
            return;
        }
        if this && self.purpose == Purpose::Adjustment {
            // What cannot be adjusted yet was told already.
            if statement.state != State::Committed {
                done.insert(tenant.id);
            }
            return;
        }
        // Told once for a tenant, however many statements cover parts of the period.
        if statement.kind == Kind::Invoice && done.insert(tenant.id.clone()) {
            if !this {
                let overlap = LedgerError::Overlap { period: self.period, statement: Box::new(statement) };
                show(Err(Failed { tenant, why: overlap.to_string() }));
            } else if statement.state == State::Committed && !begun.contains(&statement.id) {
                show(Ok(Billed { statement, how: How::Before }));
            }
        }
    }

    /// Collects, stores and sends what is new.
    async fn collect_all(
        self: &Arc<Self>,
        metering: Metering,
        tenants: &Tenants,
        selection: &Selection,
        done: &BTreeSet<TenantId>,
        show: &mut impl FnMut(Told),
    ) -> Result<(), EngineError> {
        let config = self.worker.engine.config();
        let cuts = self.worker.engine.cuts(&self.prices, self.period);
        let (claims, _answering) = Claims::of(self.clone());
        let mut usages = Usages::of(metering, config, tenants, selection, (self.period, cuts), done, claims);
        let mut tasks = Tasks::new(self.worker.engine.config().workers());
        while let Some(usage) = tasks.while_working(usages.next(), show).await {
            let (run, tenant) = (self.clone(), tenants.found(&usage.tenant));
            tell(&tenant, &usage.noticed);
            tasks.start(async move { run.tenant(tenant, usage).await }, show).await;
        }
        tasks.end(show).await?;
        let seen = usages.end(tenants).await?;
        let left = self.left().clone();
        let missing = tenants.missing(&seen).into_iter();
        missing
            .filter(|failed| !done.contains(&failed.tenant.id) && !left.contains(&failed.tenant.id))
            .for_each(|failed| show(Err(failed)));
        Ok(())
    }

    /// Bills a tenant that this run has taken, and gives it back.
    async fn tenant(&self, tenant: Tenant, usage: TenantUsage) -> Ended {
        let billed = match self.purpose {
            Purpose::Invoice => self.bill_tenant(tenant.clone(), usage).await,
            Purpose::Adjustment => self.adjust_tenant(tenant.clone(), usage).await,
        };
        let ended = match billed {
            Ok(billed) => Ended { told: billed.map(Ok).into_iter().collect(), lost: Ok(()) },
            Err(trouble) => self.failed(tenant.clone(), trouble).await,
        };
        self.leave(&tenant.id).await;
        ended
    }

    async fn failed(&self, tenant: Tenant, trouble: Trouble) -> Ended {
        let told = vec![Err(Failed { tenant, why: trouble.to_string() })];
        Ended { told, lost: trouble.concerns_others(self.ledger()).await }
    }

    async fn bill_tenant(&self, tenant: Tenant, usage: TenantUsage) -> Result<Option<Billed>, Trouble> {
        let (draft, month) = self.draft(tenant, usage).await?;
        if draft.lines.is_empty() {
            return Ok(None);
        }
        let backend = self.worker.backend_named()?;
        let held = bounds::beyond(self.ledger(), self.worker.engine.config().limits, &draft, None).await?;
        let mut new = self.worker.new_statement(&draft, NewKind::Invoice, &backend);
        (new.held, new.month) = (held.as_deref(), month.as_ref());
        let (statement, how) = match self.worker.store(new).await {
            Ok(statement) => (statement, How::New),
            // Somebody else was faster with the very same: then it is theirs, or ours to finish.
            Err(LedgerError::Overlap { statement, .. }) if statement.period == self.period => (*statement, How::Before),
            Err(error) => return Err(error.into()),
        };
        self.worker.send(statement, how).await.map(Some)
    }

    async fn adjust_tenant(&self, tenant: Tenant, usage: TenantUsage) -> Result<Option<Billed>, Trouble> {
        let (whole, month) = self.draft(tenant, usage).await?;
        let adjusting = adjust::compare(self.ledger(), &whole).await?;
        let (invoice, adjustment) = (&adjusting.invoice, &adjusting.adjustment);
        if adjustment.draft.lines.is_empty() {
            return Ok(None);
        }
        let backend = self.worker.backend_named()?;
        let limits = self.worker.engine.config().limits;
        let held = bounds::beyond(self.ledger(), limits, &adjustment.draft, Some(invoice)).await?;
        let kind = NewKind::Adjustment { of: invoice, beside: &adjusting.beside, corrects: &adjustment.corrects };
        let mut new = self.worker.new_statement(&adjustment.draft, kind, &backend);
        (new.held, new.month) = (held.as_deref(), month.as_ref());
        let statement = self.worker.store(new).await?;
        self.worker.send(statement, How::New).await.map(Some)
    }

    /// What a tenant's usage costs, if everything of it can be charged.
    async fn draft(&self, tenant: Tenant, usage: TenantUsage) -> Result<(Draft, Option<Month>), Trouble> {
        let whole = Whole { tenant, period: self.period, purpose: Some(self.purpose), sections: Vec::new() };
        let drafting = self.worker.engine.draft(&self.prices, Some(self.ledger()), whole, usage);
        let Preview { draft, problems, month } = drafting.await?;
        for problem in problems.iter().filter(|problem| !problem.refuses()) {
            tracing::warn!("tenant {}: {problem}", draft.tenant.id);
        }
        refuse_for(&problems)?;
        Ok((draft, month))
    }
}
