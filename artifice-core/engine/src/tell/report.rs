//! What became of a tenant.

use artifice_ledger::Statement;
use artifice_model::Tenant;
use artifice_model::statement::{Draft, Problem};

use crate::tell::Advice;

/// What became of a tenant.
#[derive(Debug, Clone)]
pub enum Told {
    /// It was billed.
    Billed(Box<Billed>),
    /// What a bill would say.
    Previewed(Box<Preview>),
    /// It failed.
    Failed(Failed),
}

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

/// A draft, and what stands in the way of billing it.
#[derive(Debug, Clone)]
pub struct Preview {
    /// What a bill would say.
    pub draft: Draft,
    /// What has no cost, and why.
    pub problems: Vec<Problem>,
}

/// A tenant for whom a command failed. The others are not concerned.
#[derive(Debug, Clone)]
pub struct Failed {
    /// The tenant.
    pub tenant: Tenant,
    /// What happened.
    pub why: String,
    /// What to do, where that is not part of what happened.
    pub advice: Option<Advice>,
}

impl Failed {
    /// A tenant that failed for a reason that says itself what to do.
    pub fn of(tenant: Tenant, why: impl ToString) -> Failed {
        Failed { tenant, why: why.to_string(), advice: None }
    }
}
