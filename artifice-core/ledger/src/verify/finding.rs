//! What is not as it must be, and what to do about it.

use artifice_model::{StatementId, Tenant};

use crate::statement::Statement;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gravity {
    /// Something is damaged.
    Wrong,
    /// Nothing is damaged, but a person or the next bill has something to do.
    Waiting,
}

impl Gravity {
    /// Its name in output.
    pub fn name(self) -> &'static str {
        match self {
            Gravity::Wrong => "wrong",
            Gravity::Waiting => "waiting",
        }
    }
}

/// A statement that a finding is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Its id.
    pub id: StatementId,
    /// Its number, if it has one.
    pub number: Option<u64>,
}

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which rule is broken.
    pub rule: &'static str,
    /// How grave that is.
    pub gravity: Gravity,
    /// Whose it is, if it is somebody's.
    pub tenant: Option<Tenant>,
    /// The statement, if it is about one.
    pub statement: Option<About>,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub advice: String,
}

impl Finding {
    /// A finding about nobody in particular.
    pub fn of_all(rule: &'static str, what: String, advice: &str) -> Finding {
        Finding { rule, gravity: Gravity::Wrong, tenant: None, statement: None, what, advice: advice.to_owned() }
    }

    /// A finding about a statement.
    pub fn of_statement(rule: &'static str, statement: &Statement, what: String, advice: &str) -> Finding {
        let about = About { id: statement.id.clone(), number: Some(statement.number) };
        let tenant = Some(statement.tenant.clone());
        Finding { tenant, statement: Some(about), ..Finding::of_all(rule, what, advice) }
    }
}

/// What to do about damage.
pub(crate) const RESTORE: &str =
    "restore the ledger from a backup that has it right, then run `artifice db verify --backend`";
/// What to do where a guard is gone.
pub(crate) const REARM: &str = "make it again as this version's migrations have it; what it would have refused meanwhile \
                                is among the other findings";
