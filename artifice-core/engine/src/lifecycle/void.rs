//! Taking a statement back, and letting one go that is held.

use std::sync::Arc;

use artifice_plugin_host::Backend;

use crate::Engine;
use crate::backend::backends::Backends;
use crate::error::EngineError;
use crate::lifecycle::clerk::Clerk;
use crate::lifecycle::deliver::Desk;
use crate::lifecycle::machine::LedgerDesk;
use crate::tell::{Advice, Watch};
use crate::trouble::Trouble;
use artifice_ledger::{Change, Filter, Kind, Ledger, State, Statement, all_statements};

/// A statement that was taken back, and its credit if it has one.
pub type TakenBack = (Statement, Option<Statement>);

impl Engine {
    /// Takes a statement back, with the reason. What the backend surely has not is only stopped; what it
    /// has is taken back by a credit. Safe to repeat: it goes on where it was interrupted.
    ///
    /// Refused is one that has live adjustments, and one on which its month has gone on. `with_later` takes these back,
    /// too, the last one first, and ends at the first that cannot be taken back. Answers what is taken back by then, in
    /// that order, and how it ended: what was taken back stays so.
    pub async fn void(
        &self,
        ledger: Arc<dyn Ledger>,
        backend: Arc<dyn Backend>,
        key: &str,
        (reason, with_later): (&str, bool),
        watch: Watch,
    ) -> (Vec<TakenBack>, Result<(), EngineError>) {
        let mut done = Vec::new();
        let clerk = Clerk::new(self.clone(), ledger, Arc::new(Backends::new(self.clone(), backend)), watch);
        let ended = clerk.void(key, reason, with_later, &mut done).await;
        (done, ended)
    }

    /// Lets a statement go that is held: the next bill sends it.
    pub async fn release(&self, ledger: &dyn Ledger, key: &str) -> Result<Statement, EngineError> {
        let statement = Engine::statement(ledger, key).await?;
        let desk = LedgerDesk { ledger, engine: self, tenant: statement.tenant_no };
        let released =
            statement.state == State::Held && desk.change(&statement.id, &statement.basis(), &Change::Approve).await?;
        if !released {
            let state = desk.read(&statement.id).await?.state;
            return Err(EngineError::NotHeld { number: statement.number, state });
        }
        Ok(desk.read(&statement.id).await?)
    }
}

impl Clerk {
    async fn void(
        &self,
        key: &str,
        reason: &str,
        with_later: bool,
        done: &mut Vec<TakenBack>,
    ) -> Result<(), EngineError> {
        let statement = Engine::statement(self.ledger.as_ref(), key).await?;
        if statement.kind == Kind::Credit {
            return Err(refused(&statement, "it is a credit".to_owned(), Some(Advice::BillPeriod)));
        }
        if statement.state != State::Void {
            // What the ledger does not know may have gone on from it, or be its credit.
            self.look_for_newer_documents(statement.period, |tenant| tenant == statement.tenant.id.as_str()).await?;
        }
        if with_later {
            let later = match statement.state {
                State::Void => Vec::new(),
                State::Voiding => self.engine.stored_meanwhile(self.ledger.as_ref(), &statement).await?,
                _ => self.engine.later(self.ledger.as_ref(), &statement).await?.1,
            };
            for other in &later {
                self.void_one(other, reason, done).await?;
            }
        }
        self.void_one(&statement, reason, done).await
    }

    async fn void_one(
        &self,
        statement: &Statement,
        reason: &str,
        done: &mut Vec<TakenBack>,
    ) -> Result<(), EngineError> {
        let voided = self.take_back(&statement.reference(), Some(reason)).await.map_err(|trouble| match trouble {
            Trouble::Cancelled => EngineError::Cancelled { unsent: Vec::new() },
            trouble => refused(statement, trouble.to_string(), trouble.advice()),
        })?;
        let about = Filter { refers_to: Some(statement.reference()), ..Filter::default() };
        let about = all_statements(self.ledger.as_ref(), &about).await?;
        done.push((voided, about.into_iter().find(|other| other.kind == Kind::Credit)));
        Ok(())
    }
}

fn refused(statement: &Statement, why: String, advice: Option<Advice>) -> EngineError {
    EngineError::NotVoided { number: statement.number, why, advice }
}
