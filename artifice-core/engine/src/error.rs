//! Why a command could not start, or not go on for anybody.

use artifice_model::Timestamp;
use artifice_plugin_host::LoadError;

use crate::config::ConfigError;
use crate::tell::Advice;
use artifice_collect::CollectError;
use artifice_ledger::{LedgerError, State};

/// Why a command could not start, or not go on for anybody.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The configuration, rates or names.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The source.
    #[error(transparent)]
    Collect(#[from] CollectError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The ledger could be used, and can no more.
    #[error("the ledger cannot be used any more, so the run ends here; run the same command again later: {0}")]
    LedgerLost(LedgerError),
    /// The backend's library.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A price list could not be asked.
    #[error("{why}")]
    Price {
        /// Why.
        why: String,
    },
    /// A key of the configuration that this command needs.
    #[error("{file}: {what}")]
    NotConfigured {
        /// The configuration file.
        file: String,
        /// What is missing, and what to write.
        what: &'static str,
    },
    /// The period may still change.
    #[error("the period ends at {end}, and metering may come in until {settled}")]
    NotSettled {
        /// The period's end.
        end: Timestamp,
        /// When it can be billed.
        settled: Timestamp,
    },
    /// No statement has that id or number.
    #[error("there is no statement '{key}'")]
    NoStatement {
        /// What was asked for.
        key: String,
    },
    /// Statements of several backends have that number.
    #[error("several backends have a statement {key}; name it by its id: {}", .ids.join(", "))]
    ManyStatements {
        /// What was asked for.
        key: String,
        /// Their ids.
        ids: Vec<String>,
    },
    /// A statement was made for another backend.
    #[error("statement {number} was made for {made_for}; set main.invoice:object to it for this")]
    OtherBackend {
        /// Its number.
        number: u64,
        /// The backend it was made for.
        made_for: String,
    },
    /// A statement that its backend does not have yet.
    #[error("statement {number} is {state}: there is no document yet")]
    NotCommitted {
        /// Its number.
        number: u64,
        /// How far it has got.
        state: State,
    },
    /// A statement that cannot be taken back.
    #[error("statement {number} was not taken back: {why}")]
    NotVoided {
        /// Its number.
        number: u64,
        /// Why.
        why: String,
        /// What to do, where that is not part of it.
        advice: Option<Advice>,
    },
    /// A statement that is not held.
    #[error("statement {number} is {state}, not held: there is nothing to release")]
    NotHeld {
        /// Its number.
        number: u64,
        /// How far it has got.
        state: State,
    },
    /// The backend failed.
    #[error("{backend}: {why}")]
    Backend {
        /// The backend.
        backend: String,
        /// What it says.
        why: String,
    },
    /// What was billed of a month cannot be read.
    #[error("{database}: prices count the units of a month, and what was billed of it cannot be read")]
    MonthUnread {
        /// The database.
        database: String,
    },
    /// What was billed cannot be read.
    #[error("{database}: what was billed cannot be read")]
    BilledUnread {
        /// The database.
        database: String,
    },
    /// The backend has documents of this ledger that the ledger does not know.
    #[error(
        "{backend} has documents of this ledger that the ledger does not know: {documents}; was it restored from a backup? \
         Nothing is billed or taken back before this is settled, because something might be billed twice: restore a ledger \
         that knows them, or take them back in the backend and, where it still lists them, set main.newer_documents to warn"
    )]
    NewerDocuments {
        /// The backend.
        backend: String,
        /// Their receipts.
        documents: String,
    },
    /// Somebody wished it to end before it was done. Nothing is half done.
    #[error("it was ended before its end")]
    Cancelled {
        /// The numbers of the statements that are stored, and not sent yet.
        unsent: Vec<u64>,
    },
    /// The collecting thread ended early.
    #[error("collecting ended: {0}")]
    Ended(String),
}

impl EngineError {
    /// What to do, where that is not part of what happened.
    pub fn advice(&self) -> Option<Advice> {
        match self {
            EngineError::NotSettled { .. } => Some(Advice::BillLater),
            EngineError::NoStatement { .. } => Some(Advice::ListStatements),
            EngineError::NotCommitted { .. } => Some(Advice::BillFinishes),
            EngineError::NotVoided { advice, .. } => advice.clone(),
            EngineError::MonthUnread { .. } | EngineError::BilledUnread { .. } => Some(Advice::Migrate),
            _ => None,
        }
    }

    /// Whether nothing could even begin: the configuration, the database or the plugin is wrong,
    /// rather than what was found on the way.
    pub fn is_start_up(&self) -> bool {
        match self {
            EngineError::Collect(error) => error.is_start_up(),
            EngineError::Backend { .. }
            | EngineError::Ended(_)
            | EngineError::Cancelled { .. }
            | EngineError::LedgerLost(_) => false,
            EngineError::NoStatement { .. }
            | EngineError::ManyStatements { .. }
            | EngineError::NotCommitted { .. }
            | EngineError::NotVoided { .. }
            | EngineError::NotHeld { .. } => false,
            _ => true,
        }
    }
}
