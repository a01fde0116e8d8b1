//! What a run says at its end.

use artifice_model::Tenant;

use artifice_ledger::Statement;

/// A tenant that was billed.
#[derive(Debug, Clone)]
pub struct Billed {
    /// The statement.
    pub statement: Statement,
    /// How it came about.
    pub how: How,
}

/// How a statement came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Collected, stored and sent by this run.
    New,
    /// Stored by an earlier run, and finished by this one.
    Finished,
    /// Billed before; this run did nothing.
    Before,
}

/// A tenant for whom a command failed. The others are not concerned.
#[derive(Debug, Clone)]
pub struct Failed {
    /// The tenant.
    pub tenant: Tenant,
    /// What happened, and what to do.
    pub why: String,
}
