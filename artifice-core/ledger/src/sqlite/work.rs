//! Who works on whom.
//!
//! These changes have connections of their own, which do not wait for the disk: what a power cut takes
//! away is only a hold that nobody has any more.

use artifice_model::TenantId;

use super::SqliteLedger;
use crate::clock::now;
use crate::{Holder, Lease, LedgerError};

impl SqliteLedger {
    pub(super) async fn take(
        &self,
        tenant: &TenantId,
        lease: &Lease,
        gone: Option<&str>,
    ) -> Result<Option<Holder>, LedgerError> {
        let begin = now().micros();
        let taken = sqlx::query(
            "INSERT INTO work (tenant_id, claim, owner, lease_until_us) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (tenant_id) DO UPDATE
             SET claim = excluded.claim, owner = excluded.owner, lease_until_us = excluded.lease_until_us
             WHERE work.lease_until_us <= ?5 OR work.claim = ?6 OR work.claim = excluded.claim",
        )
        .bind(tenant.as_str())
        .bind(&lease.token)
        .bind(&lease.owner)
        .bind(begin.saturating_add(lease.lasts_us()))
        .bind(begin)
        .bind(gone)
        .execute(&self.light)
        .await
        .map_err(|error| self.error(error))?;
        if taken.rows_affected() == 1 { Ok(None) } else { self.holder(tenant).await }
    }

    pub(super) async fn holder(&self, tenant: &TenantId) -> Result<Option<Holder>, LedgerError> {
        let row: Option<(String, String)> =
            sqlx::query_as("SELECT claim, owner FROM work WHERE tenant_id = ?1 AND lease_until_us > ?2")
                .bind(tenant.as_str())
                .bind(now().micros())
                .fetch_optional(&self.light)
                .await
                .map_err(|error| self.error(error))?;
        Ok(row.map(|(token, owner)| Holder { token, owner }))
    }

    pub(super) async fn keep(&self, lease: &Lease) -> Result<(), LedgerError> {
        sqlx::query("UPDATE work SET lease_until_us = ?2 WHERE claim = ?1")
            .bind(&lease.token)
            .bind(now().micros().saturating_add(lease.lasts_us()))
            .execute(&self.light)
            .await
            .map(drop)
            .map_err(|error| self.error(error))
    }

    pub(super) async fn leave(&self, tenant: &TenantId, lease: &Lease) -> Result<(), LedgerError> {
        sqlx::query("DELETE FROM work WHERE tenant_id = ?1 AND claim = ?2")
            .bind(tenant.as_str())
            .bind(&lease.token)
            .execute(&self.light)
            .await
            .map(drop)
            .map_err(|error| self.error(error))
    }
}
