//! Why something could not be done for a tenant.

use artifice_ledger::{Ledger, LedgerError, Statement};
use artifice_model::Tenant;

use crate::error::EngineError;
use crate::tell::{Advice, Failed};

/// Why something could not be done for a tenant.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// Something of the tenant's own, or of its statement's.
    #[error("{why}")]
    Tenant {
        /// What happened.
        why: String,
        /// What to do, where that is not part of it.
        advice: Option<Advice>,
    },
    /// The ledger could not do what it was asked for.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Somebody wished the run to end, before the tenant's next step.
    #[error("the run was ended")]
    Cancelled,
}

impl From<String> for Trouble {
    fn from(why: String) -> Self {
        Trouble::Tenant { why, advice: None }
    }
}

impl Trouble {
    /// Something of the tenant's own, and what to do.
    pub fn with(why: String, advice: Advice) -> Trouble {
        Trouble::Tenant { why, advice: Some(advice) }
    }

    /// What to do, where that is not part of what happened.
    pub fn advice(&self) -> Option<Advice> {
        match self {
            Trouble::Tenant { advice, .. } => advice.clone(),
            Trouble::Ledger(_) | Trouble::Cancelled => None,
        }
    }

    /// What is told of the tenant.
    pub fn of(&self, tenant: Tenant) -> Failed {
        Failed { tenant, why: self.to_string(), advice: self.advice() }
    }

    /// Whether it was only this tenant's: without a ledger nobody can be billed, and every one of them
    /// would wait for it anew.
    pub async fn concerns_others(self, ledger: &dyn Ledger) -> Result<(), EngineError> {
        match self {
            Trouble::Ledger(error) if error.concerns_all() => Err(EngineError::LedgerLost(error)),
            Trouble::Ledger(_) => ledger.check().await.map_err(EngineError::LedgerLost),
            Trouble::Tenant { .. } | Trouble::Cancelled => Ok(()),
        }
    }
}

/// What is said of a statement that waits for a person.
pub(crate) fn is_held(statement: &Statement) -> Trouble {
    let number = statement.number;
    let why = statement.error.as_deref().unwrap_or("it is beyond a bound");
    Trouble::with(format!("statement {number} is held, because {why}"), Advice::Release { number })
}
