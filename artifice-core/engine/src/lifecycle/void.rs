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
use artifice_ledger::{Change, Filter, Kind, Ledger, State, Statement, StatementRef, all_statements};

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
        watch: Watch,
    ) -> Result<(Statement, Option<Statement>), EngineError> {
        let statement = Engine::statement(ledger.as_ref(), key).await?;
        let number = statement.number;
        let refuse = |why: String, advice| EngineError::NotVoided { number, why, advice };
        let about = Filter { refers_to: Some(statement.reference()), ..Filter::default() };
        if statement.kind == Kind::Credit {
            return Err(refuse("it is a credit".to_owned(), Some(Advice::BillPeriod)));
        }
        let adjustments = live_adjustments(ledger.as_ref(), &statement).await?;
        if statement.state != State::Void && !adjustments.is_empty() {
            let numbers = adjustments.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
            let why = format!("it has live adjustments; void these first, the last one first: {numbers}");
            return Err(refuse(why, None));
        }
        let worker = Clerk::new(self.clone(), ledger.clone(), Arc::new(Backends::new(self.clone(), backend)), watch);
        let done = worker.take_back(&statement.reference(), Some(reason)).await;
        let statement = done.map_err(|trouble| match trouble {
            Trouble::Cancelled => EngineError::Cancelled { unsent: 0 },
            trouble => refuse(trouble.to_string(), trouble.advice()),
        })?;
        let credit =
            all_statements(ledger.as_ref(), &about).await?.into_iter().find(|other| other.kind == Kind::Credit);
        Ok((statement, credit))
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

/// The numbers of the adjustments that stand in the way of taking a statement back: those of an invoice, or
/// the later ones to the same invoice.
async fn live_adjustments(ledger: &dyn Ledger, statement: &Statement) -> Result<Vec<u64>, EngineError> {
    let invoice = statement.refers_to.as_ref().map_or(&statement.id, |about| &about.id);
    let invoice = StatementRef { tenant: statement.tenant_no, id: invoice.clone() };
    let about = Filter { refers_to: Some(invoice), ..Filter::default() };
    let later = |other: &Statement| statement.kind == Kind::Invoice || other.revision > statement.revision;
    let all = all_statements(ledger, &about).await?.into_iter();
    let live = all.filter(|other| other.kind == Kind::Adjustment && other.state != State::Void && later(other));
    Ok(live.map(|other| other.number).collect())
}
