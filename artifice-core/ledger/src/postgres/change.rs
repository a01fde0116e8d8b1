//! Changing how far a statement has got, and adding to its trail.

use sqlx::postgres::PgConnection;
use tracing::Instrument;
use uuid::Uuid;

use super::{PostgresLedger, Tries, instant};
use crate::audit::PROGRAM;
use crate::clock::now;
use crate::content::without_nul;
use crate::{Action, Author, Basis, Change, LedgerError};

impl PostgresLedger {
    pub(super) async fn change(&self, id: &str, basis: &Basis, change: &Change) -> Result<bool, LedgerError> {
        basis.check(change)?;
        let Ok(id) = Uuid::parse_str(id) else { return Ok(false) };
        let mut tries = Tries::default();
        loop {
            let done = self.change_of(&id.to_string(), basis, change).await;
            if !tries.again(&done) {
                return done.map_err(|error| self.error(error));
            }
        }
    }

    pub(super) async fn note(&self, id: &str, action: Action, detail: Option<&str>) -> Result<(), LedgerError> {
        let mut tries = Tries::default();
        loop {
            let done = self.note_of(id, action, detail).await;
            if !tries.again(&done) {
                return done.map_err(|error| self.error(error));
            }
        }
    }

    async fn note_of(&self, id: &str, action: Action, detail: Option<&str>) -> sqlx::Result<()> {
        let mut transaction = self.pool.begin().await?;
        if let Some(tenant_no) = lock_tenant_of(&mut transaction, id).await? {
            append(&mut transaction, tenant_no, id, &self.author, action, detail).await?;
        }
        transaction.commit().await
    }

    async fn change_of(&self, id: &str, basis: &Basis, change: &Change) -> sqlx::Result<bool> {
        let mut transaction = self.pool.begin().await?;
        let locking = lock_tenant_of(&mut transaction, id).instrument(tracing::debug_span!("lock"));
        let Some(tenant_no) = locking.await? else { return Ok(false) };
        let set = match change {
            Change::Claim(_) => "claim = $5, owner = $6, lease_until = $7, tries = tries + 1",
            Change::Commit(_) => "error = NULL, lease_until = NULL, doubted = NULL, receipt = $5, receipt_details = $6",
            Change::Release(_) => "error = coalesce($5, error), lease_until = NULL, doubted = NULL",
            Change::Doubt { .. } => "error = $5, lease_until = NULL, doubted = $6",
            Change::Approve => "error = NULL",
            Change::Void(_) => "void_reason = coalesce(void_reason, $5)",
        };
        let sql = format!(
            "UPDATE statement SET state = '{}', {set}
             WHERE tenant_no = $1 AND statement_id = $2::uuid AND state = $3 AND claim IS NOT DISTINCT FROM $4",
            change.to()
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(tenant_no)
            .bind(id)
            .bind(basis.state.to_string())
            .bind(&basis.token);
        let query = match change {
            Change::Claim(claim) => query.bind(&claim.token).bind(&claim.owner).bind(instant(claim.lease_until)?),
            // Whatever the backend says is kept; a NUL character is the one thing that cannot be.
            Change::Commit(receipt) => query
                .bind(without_nul(&receipt.reference).into_owned())
                .bind(serde_json::json!(receipt.details).to_string()),
            Change::Release(text) | Change::Void(text) => {
                query.bind(text.as_deref().map(|text| without_nul(text).into_owned()))
            }
            Change::Approve => query,
            Change::Doubt { error, since } => query.bind(without_nul(error).into_owned()).bind(instant(*since)?),
        };
        let changed = query.execute(&mut *transaction).await?.rows_affected() == 1;
        if changed {
            if let Change::Void(_) = change {
                // (Where there are triggers, one has done it already.)
                sqlx::query("UPDATE usage SET live = false WHERE tenant_no = $1 AND statement_id = $2::uuid AND live")
                    .bind(tenant_no)
                    .bind(id)
                    .execute(&mut *transaction)
                    .await?;
            }
            append(&mut transaction, tenant_no, id, &self.author, change.action(), change.detail()).await?;
        }
        transaction.commit().await?;
        Ok(changed)
    }
}

/// Locks the row of a statement's tenant, and answers its number.
///
/// Whose it is never changes; and a change of one tenant's rows alone is what a distributed database can
/// do. The tenant's row is locked, as where a statement is stored: a change of state makes the exclusion
/// constraint look for overlaps once more, and if it met one that is just being stored, each of the two
/// would wait for the other.
async fn lock_tenant_of(connection: &mut PgConnection, id: &str) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar(
        "SELECT tenant.tenant_no FROM tenant JOIN invoice_number AS number USING (tenant_no)
         WHERE number.statement_id = $1::uuid FOR NO KEY UPDATE OF tenant",
    )
    .bind(id)
    .fetch_optional(connection)
    .await
}

/// Adds the next entry to a statement's trail, with the state that it has now. The tenant's row is locked.
pub(super) async fn append(
    connection: &mut PgConnection,
    tenant_no: i64,
    id: &str,
    author: &Author,
    action: Action,
    detail: Option<&str>,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO audit (tenant_no, statement_id, entry_no, at, who, command, configuration, program, action, state, detail)
         SELECT own.tenant_no, own.statement_id,
                (SELECT coalesce(max(entry_no), 0) + 1 FROM audit
                 WHERE audit.tenant_no = own.tenant_no AND audit.statement_id = own.statement_id),
                $3, $4, $5, $6, $7, $8, own.state, $9
         FROM statement AS own WHERE own.tenant_no = $1 AND own.statement_id = $2::uuid",
    )
    .bind(tenant_no)
    .bind(id)
    .bind(instant(now())?)
    .bind(without_nul(&author.who).into_owned())
    .bind(without_nul(&author.command).into_owned())
    .bind(&author.configuration)
    .bind(PROGRAM)
    .bind(action.name())
    .bind(detail.map(|text| without_nul(text).into_owned()))
    .execute(connection)
    .await
    .map(drop)
}
