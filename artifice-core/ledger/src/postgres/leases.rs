//! Who works on whom. The times are the server's, one clock for all workers.
//!
//! These transactions do not wait for the disk: what a server's crash takes away is only a hold that
//! nobody has any more.

use artifice_model::{TenantId, Timestamp};
use async_trait::async_trait;

use super::{PostgresLedger, instant};
use crate::error::LedgerError;
use crate::ids::Token;
use crate::ledger::TenantLeases;
use crate::work::{Holder, Lease};

#[async_trait]
impl TenantLeases for PostgresLedger {
    async fn lease_now(&self) -> Result<Timestamp, LedgerError> {
        let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
        let now = sqlx::query_scalar(sql).fetch_one(&self.pool).await.map_err(|error| self.error(error))?;
        Ok(Timestamp::from_micros(now))
    }

    async fn lease_take(
        &self,
        tenant: &TenantId,
        lease: &Lease,
        now: Timestamp,
        gone: Option<&Token>,
    ) -> Result<Option<Holder>, LedgerError> {
        let query = sqlx::query(
            "INSERT INTO work (tenant_id, claim, owner, lease_until) VALUES ($1, $2, $3, $4)
             ON CONFLICT (tenant_id) DO UPDATE
             SET claim = excluded.claim, owner = excluded.owner, lease_until = excluded.lease_until
             WHERE work.lease_until <= $5 OR work.claim = $6 OR work.claim = excluded.claim",
        )
        .bind(tenant.as_str())
        .bind(lease.token.as_str())
        .bind(&lease.owner)
        .bind(instant(lease.until(now)).map_err(|error| self.error(error))?)
        .bind(instant(now).map_err(|error| self.error(error))?)
        .bind(gone.map(Token::as_str));
        if self.lightly(query).await? == 1 { Ok(None) } else { self.lease_holder(tenant, now).await }
    }

    async fn lease_holder(&self, tenant: &TenantId, now: Timestamp) -> Result<Option<Holder>, LedgerError> {
        let row: Option<(String, String)> =
            sqlx::query_as("SELECT claim, owner FROM work WHERE tenant_id = $1 AND lease_until > $2")
                .bind(tenant.as_str())
                .bind(instant(now).map_err(|error| self.error(error))?)
                .fetch_optional(&self.pool)
                .await
                .map_err(|error| self.error(error))?;
        Ok(row.map(|(token, owner)| Holder { token: token.into(), owner }))
    }

    async fn lease_keep(&self, lease: &Lease, now: Timestamp) -> Result<(), LedgerError> {
        let query = sqlx::query("UPDATE work SET lease_until = $2 WHERE claim = $1")
            .bind(lease.token.as_str())
            .bind(instant(lease.until(now)).map_err(|error| self.error(error))?);
        self.lightly(query).await.map(drop)
    }

    async fn lease_leave(&self, tenant: &TenantId, lease: &Lease) -> Result<(), LedgerError> {
        let query = sqlx::query("DELETE FROM work WHERE tenant_id = $1 AND claim = $2")
            .bind(tenant.as_str())
            .bind(lease.token.as_str());
        self.lightly(query).await.map(drop)
    }
}

impl PostgresLedger {
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
