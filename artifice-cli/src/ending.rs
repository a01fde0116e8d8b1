//! How a command ended.

use artifice_engine::EngineError;
use artifice_ledger::LedgerError;

use crate::wish::Wish;
use crate::words;

/// How a command ended, if it did what it could.
pub enum Ending {
    /// All of it.
    Done,
    /// For some, or with something missing: said already.
    Failed,
}

/// Why a command could not do what it was for.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The engine.
    #[error("{}", words::error(.0))]
    Engine(#[from] EngineError),
    /// Somebody wished it to end.
    #[error("{why}")]
    Interrupted {
        /// How far it got, and how it goes on.
        why: String,
        /// Who wished it.
        wish: Wish,
    },
    /// The arguments.
    #[error("{0}")]
    Arguments(String),
    /// The ledger, after a part of the output was written.
    #[error("the output is incomplete, because {0}")]
    Incomplete(LedgerError),
    /// Standard output.
    #[error("the output cannot be written: {0}")]
    Output(#[from] std::io::Error),
}

impl CommandError {
    /// Whether nothing was begun: exit status 2.
    pub fn is_start_up(&self) -> bool {
        match self {
            CommandError::Engine(error) => error.is_start_up(),
            CommandError::Arguments(_) => true,
            CommandError::Interrupted { .. } | CommandError::Incomplete(_) | CommandError::Output(_) => false,
        }
    }
}
