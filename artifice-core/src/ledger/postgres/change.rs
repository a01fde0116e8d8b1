//! Changing how far a statement has got.

use uuid::Uuid;

use super::{PostgresLedger, Tries, instant};
use crate::ledger::content::without_nul;
use crate::ledger::{Basis, Change, LedgerError};

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

    async fn change_of(&self, id: &str, basis: &Basis, change: &Change) -> sqlx::Result<bool> {
        let mut transaction = self.pool.begin().await?;
        // Whose it is never changes; and a change of one tenant's rows alone is what a distributed
        // database can do. The tenant's row is locked, as where a statement is stored: a change of
        // state makes the exclusion constraint look for overlaps once more, and if it met one that is
        // just being stored, each of the two would wait for the other.
        let tenant_no: Option<i64> = sqlx::query_scalar(
            "SELECT tenant.tenant_no FROM tenant JOIN invoice_number AS number USING (tenant_no)
             WHERE number.statement_id = $1::uuid FOR NO KEY UPDATE OF tenant",
        )
        .bind(id)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(tenant_no) = tenant_no else { return Ok(false) };
        let set = match change {
            Change::Claim(_) => "claim = $5, owner = $6, lease_until = $7, tries = tries + 1",
            Change::Commit(_) => "error = NULL, lease_until = NULL, doubted = NULL, receipt = $5, receipt_details = $6",
            Change::Release(_) => "error = coalesce($5, error), lease_until = NULL, doubted = NULL",
            Change::Doubt { .. } => "error = $5, lease_until = NULL, doubted = $6",
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
            Change::Release(error) => query.bind(error.as_deref().map(|text| without_nul(text).into_owned())),
            Change::Doubt { error, since } => query.bind(without_nul(error).into_owned()).bind(instant(*since)?),
        };
        let changed = query.execute(&mut *transaction).await?.rows_affected() == 1;
        transaction.commit().await?;
        Ok(changed)
    }
}
