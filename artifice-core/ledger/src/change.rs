//! Changes of a statement's state, and what the trail says of them.

use artifice_model::Timestamp;

use crate::audit::Action;
use crate::error::{Refusal, RuleName};
use crate::life::{Basis, Claim, Receipt, State};

/// A change of state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A worker takes it to send it.
    Claim(Claim),
    /// The backend has it.
    Commit(Receipt),
    /// The backend surely has it not; with the reason, if sending was tried.
    Release(Option<String>),
    /// Nobody knows; with the reason, and since when nobody is sending any more.
    Doubt {
        /// Why.
        error: String,
        /// Since when.
        since: Timestamp,
    },
    /// A person lets it go, though it is beyond a bound.
    Approve,
    /// It is taken back: before the backend had it, with the reason; or by a credit that the backend has
    /// now, and the reason is stored already.
    Void(Option<String>),
}

impl Change {
    /// The state after it.
    pub fn to(&self) -> State {
        match self {
            Change::Claim(_) => State::Sending,
            Change::Commit(_) => State::Committed,
            Change::Release(_) => State::Pending,
            Change::Doubt { .. } => State::InDoubt,
            Change::Approve => State::Pending,
            Change::Void(_) => State::Void,
        }
    }

    /// What the trail says of it.
    pub(crate) fn action(&self) -> Action {
        match self {
            Change::Claim(_) => Action::Claimed,
            Change::Commit(_) => Action::Committed,
            Change::Release(_) => Action::Returned,
            Change::Doubt { .. } => Action::Doubted,
            Change::Approve => Action::Released,
            Change::Void(_) => Action::Voided,
        }
    }

    /// What the trail says further.
    pub(crate) fn detail(&self) -> Option<&str> {
        match self {
            Change::Claim(claim) => Some(&claim.owner),
            Change::Commit(receipt) => Some(&receipt.reference),
            Change::Release(error) => error.as_deref(),
            Change::Doubt { error, .. } => Some(error),
            Change::Void(reason) => reason.as_deref(),
            Change::Approve => None,
        }
    }
}

impl Basis {
    /// Refuses a change that does not lead on from this state.
    pub(crate) fn check(&self, change: &Change) -> Result<(), Refusal> {
        if self.state.leads_to(change.to()) {
            return Ok(());
        }
        let said = format!("statement_life: {} does not lead to {}", self.state, change.to());
        Err(Refusal::Rule { name: RuleName::LIFE, said })
    }
}
