//! Why the ledger could not do what it was asked for.

use artifice_model::{Period, StatementId, TenantId};

use crate::Statement;

/// A rule of the ledger's, by the name that it has in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleName(std::borrow::Cow<'static, str>);

/// What the ledger does not do of what it was asked for. Nothing was changed by it.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// A part of the period is billed already.
    #[error(
        "the period {period} overlaps statement {} ({}, {}) for {}; what is billed is not billed again: bill a period beside it",
        .statement.number, .statement.id, .statement.state, .statement.period
    )]
    Overlap {
        /// The period that was to be billed.
        period: Period,
        /// The statement that covers a part of it.
        statement: Box<Statement>,
    },
    /// The database refused by one of its own rules.
    #[error("the ledger refuses: {said}; nothing was changed")]
    Rule {
        /// The rule.
        name: RuleName,
        /// What the database says, beginning with the rule's name.
        said: String,
    },
    /// There is no such statement.
    #[error("the ledger refuses: statement {id} is not there; nothing was changed")]
    Absent {
        /// Its id.
        id: StatementId,
    },
    /// No database keeps it.
    #[error(
        "the ledger refuses: the {what} '{text}' has a NUL character in it, or half of one that JSON writes as two, which no database \
         keeps; correct the metering; nothing was changed"
    )]
    Nul {
        /// What has it.
        what: &'static str,
        /// What it says otherwise.
        text: String,
    },
    /// An adjustment was worked out beside others than are live now, or beside one that is being taken back.
    #[error(
        "statement {number} was adjusted by another program meanwhile, or an adjustment of it is being taken back; nothing \
         was changed: run the command again, a bill finishes that first"
    )]
    Changed {
        /// The number of the statement that was to be adjusted.
        number: u64,
    },
    /// A statement was worked out beside others of its month than are live now.
    #[error(
        "another statement of the same month of tenant {tenant} was stored or voided meanwhile, and prices count the \
         units of the month; nothing was stored: run the command again"
    )]
    MonthChanged {
        /// The tenant's id.
        tenant: TenantId,
    },
    /// A change was decided on beside others of the statement's months than are live now.
    #[error(
        "another statement of the same month as statement {id} was stored or voided meanwhile; nothing was changed: run \
         the command again"
    )]
    Outdated {
        /// The statement's id.
        id: StatementId,
    },
    /// What is stored is not what it should be.
    #[error("{database}: statement {id} is damaged: {what}; restore the ledger from a backup")]
    Damaged {
        /// The database.
        database: String,
        /// The statement's id.
        id: StatementId,
        /// What does not agree.
        what: String,
    },
}

/// Why the ledger could not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// It refuses.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The schema is not one that this program can work with.
    #[error("{database}: {why}")]
    Schema {
        /// The database.
        database: String,
        /// What is wrong, and what to do.
        why: String,
    },
    /// The database cannot be used.
    #[error("{database}: {why}; {advice}")]
    Database {
        /// The database.
        database: String,
        /// Why.
        why: String,
        /// What to do.
        advice: &'static str,
        /// Whether it would be the same for every tenant.
        concerns_all: bool,
    },
    /// The database's server gives no connection.
    #[error(
        "{database}: no connection within {waited_s} s; check database.host and port, and that PostgreSQL is running there"
    )]
    Unreachable {
        /// The database.
        database: String,
        /// How long was waited, in seconds.
        waited_s: u64,
    },
    /// Another program holds the database for too long.
    #[error(
        "{database}: another program has been writing to it for {waited_s} s; run the command again when it has ended"
    )]
    Locked {
        /// The database.
        database: String,
        /// How long was waited, in seconds.
        waited_s: u64,
    },
    /// A sum of what was billed does not fit.
    #[error(
        "{database}: a sum of what was billed has more than 38 digits; ask for fewer tenants or for a shorter period"
    )]
    TooLarge {
        /// The database.
        database: String,
    },
}

impl LedgerError {
    /// Whether it would be the same, and take as long, for every other tenant.
    pub fn concerns_all(&self) -> bool {
        match self {
            LedgerError::Database { concerns_all, .. } => *concerns_all,
            LedgerError::Unreachable { .. } | LedgerError::Locked { .. } | LedgerError::Schema { .. } => true,
            LedgerError::Refused(_) | LedgerError::TooLarge { .. } => false,
        }
    }
}

impl RuleName {
    /// The rule by which one state follows another.
    pub const LIFE: RuleName = RuleName(std::borrow::Cow::Borrowed("statement_life"));

    /// A rule that a database names.
    pub(crate) fn of(name: &str) -> RuleName {
        RuleName(name.to_owned().into())
    }

    /// Whether it refuses what would bill a time twice.
    pub fn is_overlap(&self) -> bool {
        ["statement_no_overlap", "usage_no_overlap"].contains(&self.0.as_ref())
    }
}
