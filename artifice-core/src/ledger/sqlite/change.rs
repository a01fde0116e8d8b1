//! Changing how far a statement has got.

use super::SqliteLedger;
use crate::ledger::{Basis, Change, LedgerError};

impl SqliteLedger {
    pub(super) async fn change(&self, id: &str, basis: &Basis, change: &Change) -> Result<bool, LedgerError> {
        basis.check(change)?;
        let set = match change {
            Change::Claim(_) => "claim = ?4, owner = ?5, lease_until_us = ?6, tries = tries + 1",
            Change::Commit(_) => {
                "error = NULL, lease_until_us = NULL, doubted_us = NULL, receipt = ?4, receipt_details = ?5"
            }
            Change::Release(_) => "error = coalesce(?4, error), lease_until_us = NULL, doubted_us = NULL",
            Change::Doubt { .. } => "error = ?4, lease_until_us = NULL, doubted_us = ?5",
        };
        let sql = format!(
            "UPDATE statement SET state = '{}', {set} WHERE statement_id = ?1 AND state = ?2 AND claim IS ?3",
            change.to()
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).bind(basis.state.to_string()).bind(&basis.token);
        let query = match change {
            Change::Claim(claim) => query.bind(&claim.token).bind(&claim.owner).bind(claim.lease_until.micros()),
            Change::Commit(receipt) => {
                query.bind(&receipt.reference).bind(serde_json::json!(receipt.details).to_string())
            }
            Change::Release(error) => query.bind(error),
            Change::Doubt { error, since } => query.bind(error).bind(since.micros()),
        };
        let done = query.execute(&self.pool).await.map_err(|error| self.error(error))?;
        Ok(done.rows_affected() == 1)
    }
}
