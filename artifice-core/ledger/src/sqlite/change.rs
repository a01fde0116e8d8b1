//! Changing how far a statement has got, and adding to its trail.

use sqlx::sqlite::SqliteConnection;

use super::SqliteLedger;
use crate::audit::{Action, PROGRAM};
use crate::clock::now;
use crate::{Author, Basis, Change, LedgerError};

impl SqliteLedger {
    pub(super) async fn change(&self, id: &str, basis: &Basis, change: &Change) -> Result<bool, LedgerError> {
        basis.check(change)?;
        let done = self
            .in_transaction(async |connection| {
                if !update(connection, id, basis, change).await? {
                    return Ok(false);
                }
                append(connection, id, &self.author, change.action(), change.detail()).await?;
                Ok(true)
            })
            .await;
        done.map_err(|error| self.error(error))
    }

    pub(super) async fn note(&self, id: &str, action: Action, detail: Option<&str>) -> Result<(), LedgerError> {
        let noted =
            self.in_transaction(async |connection| append(connection, id, &self.author, action, detail).await).await;
        noted.map_err(|error| self.error(error))
    }
}

async fn update(connection: &mut SqliteConnection, id: &str, basis: &Basis, change: &Change) -> sqlx::Result<bool> {
    let set = match change {
        Change::Claim(_) => "claim = ?4, owner = ?5, lease_until_us = ?6, tries = tries + 1",
        Change::Commit(_) => {
            "error = NULL, lease_until_us = NULL, doubted_us = NULL, receipt = ?4, receipt_details = ?5"
        }
        Change::Release(_) => "error = coalesce(?4, error), lease_until_us = NULL, doubted_us = NULL",
        Change::Doubt { .. } => "error = ?4, lease_until_us = NULL, doubted_us = ?5",
        Change::Approve => "error = NULL",
        Change::Void(_) => "void_reason = coalesce(void_reason, ?4)",
    };
    let sql = format!(
        "UPDATE statement SET state = '{}', {set} WHERE statement_id = ?1 AND state = ?2 AND claim IS ?3",
        change.to()
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).bind(basis.state.to_string()).bind(&basis.token);
    let query = match change {
        Change::Claim(claim) => query.bind(&claim.token).bind(&claim.owner).bind(claim.lease_until.micros()),
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
    id: &str,
    author: &Author,
    action: Action,
    detail: Option<&str>,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO audit (tenant_no, statement_id, entry_no, at_us, who, command, configuration, program, action, state, detail)
         SELECT own.tenant_no, own.statement_id,
                (SELECT coalesce(max(entry_no), 0) + 1 FROM audit
                 WHERE audit.tenant_no = own.tenant_no AND audit.statement_id = own.statement_id),
                ?2, ?3, ?4, ?5, ?6, ?7, own.state, ?8
         FROM statement AS own WHERE own.statement_id = ?1",
    )
    .bind(id)
    .bind(now().micros())
    .bind(&author.who)
    .bind(&author.command)
    .bind(&author.configuration)
    .bind(PROGRAM)
    .bind(action.name())
    .bind(detail)
    .execute(connection)
    .await
    .map(drop)
}
