//! Who works on whom.
//!
//! These changes have connections of their own, which do not wait for the disk: what a power cut takes
//! away is only a hold that nobody has any more.

use artifice_model::{TenantId, Timestamp};
use async_trait::async_trait;

use super::SqliteLedger;
use crate::error::LedgerError;
use crate::ids::Token;
use crate::ledger::TenantLeases;
use crate::work::{Holder, Lease};

#[async_trait]
impl TenantLeases for SqliteLedger {
    /// Everybody who has the file has this machine's clock.
    async fn lease_now(&self) -> Result<Timestamp, LedgerError> {
        let sql = "SELECT CAST(strftime('%s', 'now') AS INTEGER) * 1000000 + CAST(substr(strftime('%f', 'now'), 4) AS INTEGER) * 1000";
        let now = sqlx::query_scalar(sql).fetch_one(&self.light).await.map_err(|error| self.error(error))?;
        Ok(Timestamp::from_micros(now))
    }

    async fn lease_take(
        &self,
        tenant: &TenantId,
        lease: &Lease,
        now: Timestamp,
        gone: Option<&Token>,
    ) -> Result<Option<Holder>, LedgerError> {
        let taken = sqlx::query(
            "INSERT INTO work (tenant_id, claim, owner, lease_until_us) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (tenant_id) DO UPDATE
             SET claim = excluded.claim, owner = excluded.owner, lease_until_us = excluded.lease_until_us
             WHERE work.lease_until_us <= ?5 OR work.claim = ?6 OR work.claim = excluded.claim",
        )
        .bind(tenant.as_str())
        .bind(lease.token.as_str())
        .bind(&lease.owner)
        .bind(lease.until(now).micros())
        .bind(now.micros())
        .bind(gone.map(Token::as_str))
        .execute(&self.light)
        .await
        .map_err(|error| self.error(error))?;
        if taken.rows_affected() == 1 { Ok(None) } else { self.lease_holder(tenant, now).await }
    }

    async fn lease_holder(&self, tenant: &TenantId, now: Timestamp) -> Result<Option<Holder>, LedgerError> {
        let row: Option<(String, String)> =
            sqlx::query_as("SELECT claim, owner FROM work WHERE tenant_id = ?1 AND lease_until_us > ?2")
                .bind(tenant.as_str())
                .bind(now.micros())
                .fetch_optional(&self.light)
                .await
                .map_err(|error| self.error(error))?;
        Ok(row.map(|(token, owner)| Holder { token: token.into(), owner }))
    }

    async fn lease_keep(&self, lease: &Lease, now: Timestamp) -> Result<(), LedgerError> {
        sqlx::query("UPDATE work SET lease_until_us = ?2 WHERE claim = ?1")
            .bind(lease.token.as_str())
            .bind(lease.until(now).micros())
            .execute(&self.light)
            .await
            .map(drop)
            .map_err(|error| self.error(error))
    }

    async fn lease_leave(&self, tenant: &TenantId, lease: &Lease) -> Result<(), LedgerError> {
        sqlx::query("DELETE FROM work WHERE tenant_id = ?1 AND claim = ?2")
            .bind(tenant.as_str())
            .bind(lease.token.as_str())
            .execute(&self.light)
            .await
            .map(drop)
            .map_err(|error| self.error(error))
    }
}
