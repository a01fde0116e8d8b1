//! Leases on tenants: of many workers none does what another one is doing.

use std::sync::Arc;

use artifice_model::TenantId;
use tokio::task::JoinHandle;

use crate::crash;
use crate::lifecycle::Owner;
use crate::limits;
use artifice_ledger::{Lease, Ledger, LedgerError};

/// A worker's tenants. As long as this exists, they stay its.
pub(crate) struct Leases {
    ledger: Arc<dyn Ledger>,
    owner: Owner,
    lease: Lease,
    keeper: JoinHandle<()>,
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
        let lease =
            Lease { token: uuid::Uuid::now_v7().to_string(), owner: owner.to_string(), lasts: limits::TENANT_LEASE };
        let (to_keep, kept) = (ledger.clone(), lease.clone());
        let keeper = tokio::spawn(async move {
            loop {
                tokio::time::sleep(limits::TENANT_KEEP).await;
                if let Err(error) = to_keep.work_keep(&kept).await {
                    tracing::debug!("the work of this program could not be kept: {error}");
                }
            }
        });
        Leases { ledger, owner, lease, keeper }
    }

    /// Takes a tenant, unless another worker has it that may still run.
    pub async fn take(&self, tenant: &TenantId) -> Result<bool, LedgerError> {
        crash::point("before taking a tenant").await;
        let taken = match self.ledger.work_take(tenant, &self.lease, None).await? {
            None => true,
            Some(holder) if self.owner.knows_to_be_gone(&holder.owner) => {
                self.ledger.work_take(tenant, &self.lease, Some(&holder.token)).await?.is_none()
            }
            Some(_) => false,
        };
        crash::point("after taking a tenant").await;
        Ok(taken)
    }

    /// Gives a tenant back. (If that fails, its lease ends.)
    pub async fn leave(&self, tenant: &TenantId) {
        crash::point("before leaving a tenant").await;
        if let Err(error) = self.ledger.work_leave(tenant, &self.lease).await {
            tracing::debug!("the work on tenant {tenant} could not be given back: {error}");
        }
        crash::point("after leaving a tenant").await;
    }

    /// Waits until nobody has a tenant any more.
    pub async fn wait_for(&self, tenant: &TenantId) -> Result<(), LedgerError> {
        while let Some(holder) = self.ledger.work_holder(tenant).await? {
            if self.owner.knows_to_be_gone(&holder.owner) {
                break;
            }
            tokio::time::sleep(limits::TENANT_POLL).await;
        }
        Ok(())
    }
}
