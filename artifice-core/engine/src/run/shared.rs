//! What all tasks of a run share, and the tenants that it has.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use artifice_ledger::{Filter, Ledger, LedgerError, Listed, Statement, StatementId, all_rows};
use artifice_model::{Period, Tenant, TenantId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Purpose;
use crate::draft::prices::Prices;
use crate::lifecycle::Clerk;
use crate::run::leases::Leases;
use crate::run::tasks::Outcome;
use crate::run::tenants::Tenants;
use crate::tell::Told;
use crate::trouble::Trouble;

/// What all tasks of a run share.
pub(crate) struct Run {
    pub clerk: Clerk,
    pub leases: Leases,
    pub prices: Arc<Prices>,
    pub period: Period,
    pub purpose: Purpose,
    /// Places for tenants that are worked on. Nobody is taken before there is one: what waits here could
    /// be done by another worker.
    places: Arc<Semaphore>,
    /// The places of those who were taken.
    taken: Mutex<BTreeMap<TenantId, OwnedSemaphorePermit>>,
    /// Whom another worker has.
    left: Mutex<BTreeSet<TenantId>>,
    /// For whom this run has a statement, or has failed.
    busy: Mutex<BTreeSet<TenantId>>,
    /// What this run has last seen of the ledger.
    looked: Mutex<Option<Looked>>,
    /// Whether another worker reads everybody, or has just done so.
    is_elsewhere: AtomicBool,
}

/// What a round begins with.
struct Looked {
    tenants: Tenants,
    statements: BTreeSet<StatementId>,
}

impl Run {
    pub fn new(clerk: Clerk, prices: Arc<Prices>, period: Period, purpose: Purpose) -> Run {
        let leases = Leases::new(clerk.ledger.clone());
        let places = Arc::new(Semaphore::new(clerk.engine.config().workers()));
        let (taken, left, busy) = (Mutex::default(), Mutex::default(), Mutex::default());
        let (looked, is_elsewhere) = (Mutex::default(), AtomicBool::default());
        Run { clerk, leases, prices, period, purpose, places, taken, left, busy, looked, is_elsewhere }
    }

    pub fn ledger(&self) -> &dyn Ledger {
        self.clerk.ledger.as_ref()
    }

    pub fn left(&self) -> MutexGuard<'_, BTreeSet<TenantId>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn busy(&self) -> MutexGuard<'_, BTreeSet<TenantId>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn taken(&self) -> MutexGuard<'_, BTreeMap<TenantId, OwnedSemaphorePermit>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether somebody wishes the run to end.
    pub fn is_cancelled(&self) -> bool {
        self.clerk.watch.cancel.is_cancelled()
    }

    pub fn tell(&self, told: Told) {
        self.clerk.watch.listener.told(told);
    }

    /// Takes a tenant, once there is a place for it. Says whether this run has it.
    pub async fn take(&self, tenant: &TenantId) -> bool {
        // Nobody closes them.
        let Ok(place) = self.places.clone().acquire_owned().await else { return false };
        if self.is_cancelled() {
            return false;
        }
        match self.leases.take(tenant).await {
            Ok(false) => {
                self.left().insert(tenant.clone());
                return false;
            }
            Ok(true) => {}
            // What is wrong with the ledger is told by what is done next.
            Err(error) => tracing::debug!("the work on tenant {tenant} could not be taken: {error}"),
        }
        self.taken().insert(tenant.clone(), place);
        true
    }

    /// Gives a tenant back.
    pub async fn leave(&self, tenant: &TenantId) {
        self.leases.leave(tenant).await;
        self.taken().remove(tenant);
    }

    /// Gives all tenants back: who was taken, and is not worked on any more.
    pub async fn leave_all(&self) {
        let taken: Vec<TenantId> = self.taken().keys().cloned().collect();
        for tenant in &taken {
            self.leave(tenant).await;
        }
    }

    /// Remembers what a round begins with.
    pub fn has_looked(&self, tenants: &Tenants, statements: &[Statement]) {
        let statements = statements.iter().map(|statement| statement.id.clone()).collect();
        let looked = Looked { tenants: tenants.clone(), statements };
        *self.looked.lock().unwrap_or_else(PoisonError::into_inner) = Some(looked);
    }

    /// Takes the reading of everybody. Says whether this run has it.
    pub async fn take_all(&self) -> bool {
        if self.is_cancelled() {
            return false;
        }
        let is_elsewhere = match self.leases.take_all().await {
            Ok(false) => true,
            // Whoever had it until now has billed tenants that this round takes for unbilled.
            Ok(true) if self.is_outdated().await => {
                self.leases.leave_all().await;
                true
            }
            Ok(true) => false,
            Err(error) => {
                tracing::debug!("the reading of everybody could not be taken: {error}");
                false
            }
        };
        self.is_elsewhere.store(is_elsewhere, Ordering::SeqCst);
        !is_elsewhere
    }

    /// Whether it was found that another worker reads everybody: asked once.
    pub fn is_read_elsewhere(&self) -> bool {
        self.is_elsewhere.swap(false, Ordering::SeqCst)
    }

    /// Whether others have stored anything that matters since the round has begun. (What is wrong with the ledger is
    /// told by what is done next.)
    async fn is_outdated(&self) -> bool {
        let lock = || self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(tenants) = lock().as_ref().map(|looked| looked.tenants.clone()) else { return false };
        let Ok(now) = self.concerned(&tenants).await else { return false };
        let (looked, busy) = (lock(), self.busy());
        let is_news = |statement: &Statement| {
            let known = looked.as_ref().is_some_and(|looked| looked.statements.contains(&statement.id));
            !known && !busy.contains(&statement.tenant.id)
        };
        now.statements.iter().any(is_news)
    }

    /// The statements that this run has to know.
    pub async fn concerned(&self, tenants: &Tenants) -> Result<Listed, LedgerError> {
        let filter = Filter { concerns: Some(self.period), ..Filter::default() };
        let mut listed = all_rows(self.ledger(), &filter).await?;
        listed.statements.retain(|statement| tenants.is_wanted(&statement.tenant.id));
        listed.unreadable.retain(|row| tenants.is_wanted(&row.tenant.id));
        Ok(listed)
    }

    /// What a task ends with that failed. (One that was ended is told with the run.)
    pub async fn failed(&self, tenant: Tenant, trouble: Trouble) -> Outcome {
        let told = match &trouble {
            Trouble::Cancelled => Vec::new(),
            trouble => vec![Told::Failed(trouble.of(tenant))],
        };
        Outcome { told, lost: trouble.concerns_others(self.ledger()).await }
    }
}
