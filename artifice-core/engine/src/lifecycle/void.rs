//! Taking a statement back, and letting one go that is held.

use std::sync::Arc;

use artifice_plugin_host::Backend;

use crate::Engine;
use crate::backend::backends::Backends;
use crate::error::EngineError;
use crate::lifecycle::deliver::Desk;
use crate::lifecycle::machine::LedgerDesk;
use crate::lifecycle::worker::Worker;
use artifice_ledger::{Change, Filter, Kind, Ledger, State, Statement};

impl Engine {
    /// Takes a statement back, with the reason. What the backend surely has not is only stopped; what it
    /// has is taken back by a credit. Safe to repeat: it goes on where it was interrupted. Answers the
    /// statement, which is void then, and its credit if it has one.
    pub async fn void(
        &self,
        ledger: Arc<dyn Ledger>,
        backend: Arc<dyn Backend>,
        key: &str,
        reason: &str,
    ) -> Result<(Statement, Option<Statement>), EngineError> {
        let statement = Engine::statement(ledger.as_ref(), key).await?;
        let number = statement.number;
        let refuse = |why: String| EngineError::NotVoided { number, why };
        let about = Filter { refers_to: Some(statement.id.clone()), ..Filter::default() };
        if statement.kind == Kind::Credit {
            let why = "it is a credit; what it takes back is billed again by `artifice bill`".to_owned();
            return Err(refuse(why));
        }
        let adjustments = live_adjustments(ledger.as_ref(), &statement).await?;
        if statement.state != State::Void && !adjustments.is_empty() {
            let numbers = adjustments.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
            return Err(refuse(format!("it has live adjustments; void these first, the last one first: {numbers}")));
        }
        let worker = Worker::new(self.clone(), ledger.clone(), Arc::new(Backends::new(self.clone(), backend)));
        let done = worker.take_back(&statement.id, Some(reason)).await;
        let statement = done.map_err(|trouble| refuse(trouble.to_string()))?;
        let credit = ledger.statement_list(&about).await?.into_iter().find(|other| other.kind == Kind::Credit);
        Ok((statement, credit))
    }

    /// Lets a statement go that is held: the next bill sends it.
    pub async fn release(&self, ledger: &dyn Ledger, key: &str) -> Result<Statement, EngineError> {
        let statement = Engine::statement(ledger, key).await?;
        let released = statement.state == State::Held
            && LedgerDesk(ledger).change(&statement.id, &statement.basis(), &Change::Approve).await?;
        if !released {
            let state = Engine::statement(ledger, &statement.id).await?.state;
            return Err(EngineError::NotHeld { number: statement.number, state });
        }
        Engine::statement(ledger, &statement.id).await
    }
}

/// The numbers of the adjustments that stand in the way of taking a statement back: those of an invoice, or
/// the later ones to the same invoice.
async fn live_adjustments(ledger: &dyn Ledger, statement: &Statement) -> Result<Vec<u64>, EngineError> {
    let invoice = statement.refers_to.as_ref().map_or(&statement.id, |about| &about.id);
    let about = Filter { refers_to: Some(invoice.clone()), ..Filter::default() };
    let later = |other: &Statement| statement.kind == Kind::Invoice || other.revision > statement.revision;
    let all = ledger.statement_list(&about).await?.into_iter();
    let live = all.filter(|other| other.kind == Kind::Adjustment && other.state != State::Void && later(other));
    Ok(live.map(|other| other.number).collect())
}
