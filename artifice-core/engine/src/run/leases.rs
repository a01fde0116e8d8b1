//! Leases on tenants: of many workers none does what another one is doing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use artifice_model::{TenantId, Timestamp};
use tokio::sync::OnceCell;
use tokio::task::JoinHandle;

use crate::crash;
use crate::lifecycle::Owner;
use crate::limits;
use artifice_ledger::{Lease, Ledger, LedgerError};

/// What everybody is called where a lease is to be on all of a cloud: no tenant has this id.
fn everybody() -> TenantId {
    "".into()
}

/// The ledger's clock: asked once, and then followed by this machine's, which need not show the same time.
struct Clock {
    ledger: Arc<dyn Ledger>,
    /// What it showed, and when that was.
    seen: OnceCell<(Timestamp, Instant)>,
}

impl Clock {
    async fn now(&self) -> Result<Timestamp, LedgerError> {
        let asked = async || Ok::<_, LedgerError>((self.ledger.lease_now().await?, Instant::now()));
        let (shown, then) = self.seen.get_or_try_init(asked).await?;
        Ok(shown.plus(i64::try_from(then.elapsed().as_micros()).unwrap_or(i64::MAX)))
    }
}

/// A worker's tenants. As long as this exists, they stay its.
pub(crate) struct Leases {
    ledger: Arc<dyn Ledger>,
    owner: Owner,
    lease: Lease,
    clock: Arc<Clock>,
    keeper: JoinHandle<()>,
    /// Whether it has the reading of everybody.
    has_all: AtomicBool,
}

impl Drop for Leases {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

impl Leases {
    /// A worker that has no tenant yet.
    pub fn new(ledger: Arc<dyn Ledger>) -> Leases {
        let owner = Owner::this();
        let lease = Lease {
            token: uuid::Uuid::now_v7().to_string().into(),
            owner: owner.to_string(),
            lasts: limits::TENANT_LEASE,
        };
        let clock = Arc::new(Clock { ledger: ledger.clone(), seen: OnceCell::new() });
        let (to_keep, kept, by) = (ledger.clone(), lease.clone(), clock.clone());
        let keeper = tokio::spawn(async move {
            loop {
                tokio::time::sleep(limits::TENANT_KEEP).await;
                let keeping = async { to_keep.lease_keep(&kept, by.now().await?).await };
                if let Err(error) = keeping.await {
                    tracing::debug!("the work of this program could not be kept: {error}");
                }
            }
        });
        Leases { ledger, owner, lease, clock, keeper, has_all: AtomicBool::default() }
    }

    /// Takes a tenant, unless another worker has it that may still run.
    pub async fn take(&self, tenant: &TenantId) -> Result<bool, LedgerError> {
        crash::point("before taking a tenant").await;
        let taken = match self.ledger.lease_take(tenant, &self.lease, self.clock.now().await?, None).await? {
            None => true,
            Some(holder) if self.owner.knows_to_be_gone(&holder.owner) => {
                let now = self.clock.now().await?;
                self.ledger.lease_take(tenant, &self.lease, now, Some(&holder.token)).await?.is_none()
            }
            Some(_) => false,
        };
        crash::point("after taking a tenant").await;
        Ok(taken)
    }

    /// Gives a tenant back. (If that fails, its lease ends.)
    pub async fn leave(&self, tenant: &TenantId) {
        crash::point("before leaving a tenant").await;
        if let Err(error) = self.ledger.lease_leave(tenant, &self.lease).await {
            tracing::debug!("the work on tenant {tenant} could not be given back: {error}");
        }
        crash::point("after leaving a tenant").await;
    }

    /// Takes the reading of everybody, unless another worker has it.
    pub async fn take_all(&self) -> Result<bool, LedgerError> {
        let taken = self.take(&everybody()).await?;
        self.has_all.store(taken, Ordering::SeqCst);
        Ok(taken)
    }

    /// Gives the reading of everybody back, if this worker has it.
    pub async fn leave_all(&self) {
        if self.has_all.swap(false, Ordering::SeqCst) {
            self.leave(&everybody()).await;
        }
    }

    /// Waits until nobody reads everybody any more.
    pub async fn wait_for_all(&self) -> Result<(), LedgerError> {
        self.wait_for(&everybody()).await
    }

    /// Waits until nobody has a tenant any more.
    pub async fn wait_for(&self, tenant: &TenantId) -> Result<(), LedgerError> {
        while let Some(holder) = self.ledger.lease_holder(tenant, self.clock.now().await?).await? {
            if self.owner.knows_to_be_gone(&holder.owner) {
                break;
            }
            tokio::time::sleep(limits::TENANT_POLL).await;
        }
        Ok(())
    }
}
