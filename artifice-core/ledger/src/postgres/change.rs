//! Changing how far a statement has got, and adding to its trail.

use artifice_text::hide;
use async_trait::async_trait;
use sqlx::postgres::PgConnection;
use tracing::Instrument;

use super::month::month_is_the_same;
use super::{PostgresLedger, Tries, instant};
use crate::audit::{Act, Action, Entry, PROGRAM};
use crate::change::Change;
use crate::content::without_nul;
use crate::error::LedgerError;
use crate::ids::{StatementRef, TenantNo};
use crate::ledger::{Audit, ChangeOf};
use crate::rows;
use crate::statement::Statement;

const AUDIT: &str = "SELECT (extract(epoch FROM at) * 1000000)::bigint AS at_us, who, command, configuration, program,
            action, state, detail
     FROM audit WHERE tenant_no = $1 AND statement_id = $2::uuid ORDER BY entry_no";

#[async_trait]
impl Audit for PostgresLedger {
    async fn audit_list(&self, statement: &Statement) -> Result<Vec<Entry>, LedgerError> {
        let (tenant_no, id) = (statement.tenant_no.0, statement.id.as_str());
        let rows = sqlx::query_as(AUDIT).bind(tenant_no).bind(id).fetch_all(&self.pool).await;
        rows::of_statement(&self.name, statement, rows, |error| self.error(error))
    }

    async fn audit_insert(
        &self,
        statement: &StatementRef,
        action: Action,
        detail: Option<&str>,
        by: Act<'_>,
    ) -> Result<(), LedgerError> {
        let mut tries = Tries::default();
        loop {
            let done = self.note(statement, action, detail, by).await;
            if !tries.again(&done) {
                return done.map_err(|error| self.error(error));
            }
        }
    }
}

impl PostgresLedger {
    async fn note(
        &self,
        statement: &StatementRef,
        action: Action,
        detail: Option<&str>,
        by: Act<'_>,
    ) -> sqlx::Result<()> {
        let mut transaction = self.pool.begin().await?;
        lock_tenant(&mut transaction, statement.tenant).await?;
        append(&mut transaction, statement, action, detail, by).await?;
        transaction.commit().await
    }

    /// Changes a statement, if it is still as the change's basis says. Answers nothing if it was not decided on
    /// beside what is live now.
    pub(super) async fn change(&self, of: &ChangeOf<'_>, by: Act<'_>) -> sqlx::Result<Option<bool>> {
        let ChangeOf { statement, basis, change, month } = of;
        let (tenant_no, id) = (statement.tenant.0, statement.id.as_str());
        let mut transaction = self.pool.begin().await?;
        lock_tenant(&mut transaction, statement.tenant).instrument(tracing::debug_span!("lock")).await?;
        if !month_is_the_same(&mut transaction, tenant_no, *month).await? {
            return Ok(None);
        }
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
            .bind(basis.token.as_deref());
        let query = match change {
            Change::Claim(claim) => {
                query.bind(claim.token.as_str()).bind(&claim.owner).bind(instant(claim.lease_until)?)
            }
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
            append(&mut transaction, statement, change.action(), change.detail(), by).await?;
        }
        transaction.commit().await?;
        Ok(Some(changed))
    }
}

/// Locks the row of a statement's tenant.
///
/// A change of one tenant's rows alone is what a distributed database can do. The tenant's row is locked, as where a statement is stored: a change of state makes the exclusion
/// constraint look for overlaps once more, and if it met one that is just being stored, each of the two
/// would wait for the other.
async fn lock_tenant(connection: &mut PgConnection, tenant: TenantNo) -> sqlx::Result<()> {
    let sql = "SELECT 1 FROM tenant WHERE tenant_no = $1 FOR NO KEY UPDATE";
    sqlx::query(sql).bind(tenant.0).execute(connection).await.map(drop)
}

/// Adds the next entry to a statement's trail, with the state that it has now. The tenant's row is locked.
pub(super) async fn append(
    connection: &mut PgConnection,
    statement: &StatementRef,
    action: Action,
    detail: Option<&str>,
    by: Act<'_>,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO audit (tenant_no, statement_id, entry_no, at, who, command, configuration, program, action, state, detail)
         SELECT own.tenant_no, own.statement_id,
                (SELECT coalesce(max(entry_no), 0) + 1 FROM audit
                 WHERE audit.tenant_no = own.tenant_no AND audit.statement_id = own.statement_id),
                $3, $4, $5, $6, $7, $8, own.state, $9
         FROM statement AS own WHERE own.tenant_no = $1 AND own.statement_id = $2::uuid",
    )
    .bind(statement.tenant.0)
    .bind(statement.id.as_str())
    .bind(instant(by.at)?)
    .bind(without_nul(&by.author.who).into_owned())
    .bind(without_nul(&hide(&by.author.command)).into_owned())
    .bind(&by.author.configuration)
    .bind(PROGRAM)
    .bind(action.name())
    .bind(detail.map(|text| without_nul(text).into_owned()))
    .execute(connection)
    .await
    .map(drop)
}
