//! Changing how far a statement has got, and adding to its trail.

use artifice_text::hide;
use async_trait::async_trait;
use sqlx::sqlite::SqliteConnection;

use super::SqliteLedger;
use super::month::month_is_the_same;
use crate::audit::{Act, Action, Entry, PROGRAM};
use crate::change::Change;
use crate::error::LedgerError;
use crate::ids::StatementRef;
use crate::ledger::{Audit, ChangeOf};
use crate::rows;
use crate::statement::Statement;

#[async_trait]
impl Audit for SqliteLedger {
    async fn audit_list(&self, statement: &Statement) -> Result<Vec<Entry>, LedgerError> {
        const AUDIT: &str = "SELECT * FROM audit WHERE tenant_no = ? AND statement_id = ? ORDER BY entry_no";
        let rows =
            sqlx::query_as(AUDIT).bind(statement.tenant_no.0).bind(statement.id.as_str()).fetch_all(&self.pool).await;
        rows::of_statement(&self.name, statement, rows, |error| self.error(error))
    }

    async fn audit_insert(
        &self,
        statement: &StatementRef,
        action: Action,
        detail: Option<&str>,
        by: Act<'_>,
    ) -> Result<(), LedgerError> {
        let noted =
            self.in_transaction(async |connection| append(connection, statement, action, detail, by).await).await;
        noted.map_err(|error| self.error(error))
    }
}

/// Changes a statement, if it is still as the change's basis says. Answers nothing if it was not decided on beside
/// what is live now.
pub(super) async fn change(
    connection: &mut SqliteConnection,
    of: &ChangeOf<'_>,
    by: Act<'_>,
) -> sqlx::Result<Option<bool>> {
    if !month_is_the_same(connection, of.statement.tenant.0, of.month).await? {
        return Ok(None);
    }
    if !update(connection, of).await? {
        return Ok(Some(false));
    }
    append(connection, of.statement, of.change.action(), of.change.detail(), by).await?;
    Ok(Some(true))
}

async fn update(connection: &mut SqliteConnection, of: &ChangeOf<'_>) -> sqlx::Result<bool> {
    let ChangeOf { statement, basis, change, .. } = of;
    let set = match change {
        Change::Claim(_) => "claim = ?5, owner = ?6, lease_until_us = ?7, tries = tries + 1",
        Change::Commit(_) => {
            "error = NULL, lease_until_us = NULL, doubted_us = NULL, receipt = ?5, receipt_details = ?6"
        }
        Change::Release(_) => "error = coalesce(?5, error), lease_until_us = NULL, doubted_us = NULL",
        Change::Doubt { .. } => "error = ?5, lease_until_us = NULL, doubted_us = ?6",
        Change::Approve => "error = NULL",
        Change::Void(_) => "void_reason = coalesce(void_reason, ?5)",
    };
    let sql = format!(
        "UPDATE statement SET state = '{}', {set} WHERE tenant_no = ?1 AND statement_id = ?2 AND state = ?3 AND claim IS ?4",
        change.to()
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(statement.tenant.0).bind(statement.id.as_str());
    let query = query.bind(basis.state.to_string()).bind(basis.token.as_deref());
    let query = match change {
        Change::Claim(claim) => query.bind(claim.token.as_str()).bind(&claim.owner).bind(claim.lease_until.micros()),
        Change::Commit(receipt) => query.bind(&receipt.reference).bind(serde_json::json!(receipt.details).to_string()),
        Change::Release(text) | Change::Void(text) => query.bind(text),
        Change::Doubt { error, since } => query.bind(error).bind(since.micros()),
        Change::Approve => query,
    };
    Ok(query.execute(connection).await?.rows_affected() == 1)
}

/// Adds the next entry to a statement's trail, with the state that it has now.
pub(super) async fn append(
    connection: &mut SqliteConnection,
    statement: &StatementRef,
    action: Action,
    detail: Option<&str>,
    by: Act<'_>,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO audit (tenant_no, statement_id, entry_no, at_us, who, command, configuration, program, action, state, detail)
         SELECT own.tenant_no, own.statement_id,
                (SELECT coalesce(max(entry_no), 0) + 1 FROM audit
                 WHERE audit.tenant_no = own.tenant_no AND audit.statement_id = own.statement_id),
                ?3, ?4, ?5, ?6, ?7, ?8, own.state, ?9
         FROM statement AS own WHERE own.tenant_no = ?1 AND own.statement_id = ?2",
    )
    .bind(statement.tenant.0)
    .bind(statement.id.as_str())
    .bind(by.at.micros())
    .bind(&by.author.who)
    .bind(hide(&by.author.command).into_owned())
    .bind(&by.author.configuration)
    .bind(PROGRAM)
    .bind(action.name())
    .bind(detail)
    .execute(connection)
    .await
    .map(drop)
}
