//! Who works on whom. The times are the server's, one clock for all workers.
//!
//! These transactions do not wait for the disk: what a server's crash takes away is only a hold that
//! nobody has any more.

use artifice_model::TenantId;

use super::PostgresLedger;
use crate::{Holder, Lease, LedgerError};

const UNTIL: &str = "clock_timestamp() + $2 * interval '1 microsecond'";

impl PostgresLedger {
    pub(super) async fn take(
        &self,
        tenant: &TenantId,
        lease: &Lease,
        gone: Option<&str>,
    ) -> Result<Option<Holder>, LedgerError> {
        let sql = format!(
            "INSERT INTO work (tenant_id, claim, owner, lease_until) VALUES ($1, $3, $4, {UNTIL})
             ON CONFLICT (tenant_id) DO UPDATE
             SET claim = excluded.claim, owner = excluded.owner, lease_until = excluded.lease_until
             WHERE work.lease_until <= clock_timestamp() OR work.claim = $5 OR work.claim = excluded.claim"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(tenant.as_str())
            .bind(lease.lasts_us())
            .bind(&lease.token)
            .bind(&lease.owner)
            .bind(gone);
        if self.lightly(query).await? == 1 { Ok(None) } else { self.holder(tenant).await }
    }

    pub(super) async fn holder(&self, tenant: &TenantId) -> Result<Option<Holder>, LedgerError> {
        let row: Option<(String, String)> =
            sqlx::query_as("SELECT claim, owner FROM work WHERE tenant_id = $1 AND lease_until > clock_timestamp()")
                .bind(tenant.as_str())
                .fetch_optional(&self.pool)
                .await
                .map_err(|error| self.error(error))?;
        Ok(row.map(|(token, owner)| Holder { token, owner }))
    }

    pub(super) async fn keep(&self, lease: &Lease) -> Result<(), LedgerError> {
        let sql = format!("UPDATE work SET lease_until = {UNTIL} WHERE claim = $1");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(&lease.token).bind(lease.lasts_us());
        self.lightly(query).await.map(drop)
    }

    pub(super) async fn leave(&self, tenant: &TenantId, lease: &Lease) -> Result<(), LedgerError> {
        let query = sqlx::query("DELETE FROM work WHERE tenant_id = $1 AND claim = $2")
            .bind(tenant.as_str())
            .bind(&lease.token);
        self.lightly(query).await.map(drop)
    }

    /// Executes one statement in a transaction that does not wait for the disk. Answers how many rows
    /// it changed.
    async fn lightly(
        &self,
        query: sqlx::query::Query<'_, sqlx::Postgres, sqlx::postgres::PgArguments>,
    ) -> Result<u64, LedgerError> {
        let done = async {
            let mut transaction = self.pool.begin().await?;
            sqlx::query("SET LOCAL synchronous_commit = off").execute(&mut *transaction).await?;
            let changed = query.execute(&mut *transaction).await?.rows_affected();
            transaction.commit().await?;
            Ok(changed)
        };
        done.await.map_err(|error| self.error(error))
    }
}
