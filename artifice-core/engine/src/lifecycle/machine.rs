//! The real world, as [`deliver`](crate::lifecycle::deliver) sees it: the ledger, the clock, the processes.

use std::time::Duration;

use artifice_model::Timestamp;
use async_trait::async_trait;

use crate::Engine;
use crate::backend::deadlines;
use crate::clock::now;
use crate::crash;
use crate::lifecycle::deliver::{Desk, World};
use crate::lifecycle::owner::Owner;
use crate::tell::{Listener, Notice};
use artifice_ledger::{
    Basis, Change, ChangeOf, Ledger, LedgerError, Month, Statement, StatementId, StatementRef, TenantNo, Token,
    one_statement, only,
};

/// The ledger as [`deliver`] sees it: one tenant's statements.
pub(crate) struct LedgerDesk<'l> {
    pub ledger: &'l dyn Ledger,
    /// On whose behalf statements are changed.
    pub engine: &'l Engine,
    pub tenant: TenantNo,
}

impl LedgerDesk<'_> {
    fn statement(&self, id: &StatementId) -> StatementRef {
        StatementRef { tenant: self.tenant, id: id.clone() }
    }

    /// Changes a statement, if it is still as `basis` says, and the live statements of its months are those of `month`.
    pub async fn change_beside(
        &self,
        id: &StatementId,
        basis: &Basis,
        change: &Change,
        month: &Month,
    ) -> Result<bool, LedgerError> {
        self.change_if(id, basis, change, Some(month)).await
    }

    async fn change_if(
        &self,
        id: &StatementId,
        basis: &Basis,
        change: &Change,
        month: Option<&Month>,
    ) -> Result<bool, LedgerError> {
        crash::point(&format!("before {}>{}", basis.state, change.to())).await;
        let of = ChangeOf { statement: &self.statement(id), basis, change, month };
        let changed = only(self.ledger.statement_change(&[of], self.engine.act()).await?)?;
        crash::point(&format!("after {}>{}", basis.state, change.to())).await;
        Ok(changed)
    }
}

#[async_trait]
impl Desk for LedgerDesk<'_> {
    async fn read(&self, id: &StatementId) -> Result<Statement, LedgerError> {
        one_statement(self.ledger, &self.statement(id)).await
    }

    async fn change(&self, id: &StatementId, basis: &Basis, change: &Change) -> Result<bool, LedgerError> {
        self.change_if(id, basis, change, None).await
    }
}

/// The machine's clock and processes, for one statement.
pub(crate) struct Machine<'w> {
    pub owner: Owner,
    /// Hears of what it waits for.
    pub listener: &'w dyn Listener,
    /// How long its sending may take.
    pub sending: Duration,
}

#[async_trait]
impl World for Machine<'_> {
    fn now(&self) -> Timestamp {
        now()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn token(&self) -> Token {
        uuid::Uuid::now_v7().to_string().into()
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

    fn waits_for(&self, number: u64) {
        self.listener.notice(&Notice::BeingSent { number });
    }
}
