//! The real world, as [`deliver`](crate::lifecycle::deliver) sees it: the ledger, the clock, the processes.

use std::time::Duration;

use artifice_model::Timestamp;
use async_trait::async_trait;

use crate::backend::deadlines;
use crate::crash;
use crate::lifecycle::deliver::{Desk, World};
use crate::lifecycle::owner::Owner;
use artifice_ledger::now;
use artifice_ledger::{Basis, Change, Filter, Ledger, LedgerError, Statement};

/// The ledger as [`deliver`] sees it.
pub(crate) struct LedgerDesk<'l>(pub &'l dyn Ledger);

#[async_trait]
impl Desk for LedgerDesk<'_> {
    async fn read(&self, id: &str) -> Result<Statement, LedgerError> {
        let found = self.0.statement_list(&Filter { key: Some(id.to_owned()), ..Filter::default() }).await?;
        found.into_iter().next().ok_or_else(|| LedgerError::Refused { rule: format!("statement {id} is not there") })
    }

    async fn change(&self, id: &str, basis: &Basis, change: &Change) -> Result<bool, LedgerError> {
        crash::point(&format!("before {}>{}", basis.state, change.to())).await;
        let changed = self.0.statement_change(id, basis, change).await?;
        crash::point(&format!("after {}>{}", basis.state, change.to())).await;
        Ok(changed)
    }
}

/// The machine's clock and processes, for one statement.
pub(crate) struct Machine {
    pub owner: Owner,
    /// How long its sending may take.
    pub sending: Duration,
}

#[async_trait]
impl World for Machine {
    fn now(&self) -> Timestamp {
        now()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn token(&self) -> String {
        uuid::Uuid::now_v7().to_string()
    }

    fn owner(&self) -> String {
        self.owner.to_string()
    }

    fn is_gone(&self, owner: &str) -> bool {
        self.owner.knows_to_be_gone(owner)
    }

    fn lease_us(&self) -> i64 {
        i64::try_from(deadlines::lease(self.sending).as_micros()).unwrap_or(i64::MAX)
    }
}
