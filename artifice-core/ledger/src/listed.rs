//! Lists of statements, and what in them cannot be read.

use artifice_model::{StatementId, Tenant};

use crate::error::Refusal;
use crate::statement::Statement;

/// Statements, and the rows that should be some and cannot be read.
#[derive(Debug, Default)]
pub struct Listed {
    /// The statements.
    pub statements: Vec<Statement>,
    /// What somebody has damaged. It concerns its own tenant, and nobody else.
    pub unreadable: Vec<Unreadable>,
    /// Where the next page begins, if there may be one.
    pub next: Option<StatementPlace>,
}

/// Where a statement stands among all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementPlace {
    /// The backend, whose numbers are its own.
    pub backend: String,
    /// The number.
    pub number: i64,
}

/// A row that should be a statement and cannot be read.
#[derive(Debug)]
pub struct Unreadable {
    /// Whose it is.
    pub tenant: Tenant,
    /// Its id.
    pub id: StatementId,
    /// Its number, if that can be read.
    pub number: Option<u64>,
    /// What cannot be read.
    pub what: String,
    /// The same as an error.
    pub error: Refusal,
}
