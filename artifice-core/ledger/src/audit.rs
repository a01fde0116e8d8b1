//! The trail: who did what to a statement, when, by which command and from which configuration.
//!
//! An entry is stored in the transaction that does what it tells of, so that nothing is done without
//! one, and none tells of what was not done. Entries only grow, one after the other for each statement.

use artifice_model::Timestamp;

use crate::State;

/// On whose behalf a program uses the ledger: what every entry of the trail begins with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Author {
    /// A person's account and the machine: `alice@billing-1`.
    pub who: String,
    /// The command, as it was given.
    pub command: String,
    /// SHA-256 of the configuration file, in hexadecimal.
    pub configuration: String,
}

/// On whose behalf something is done, and when.
#[derive(Debug, Clone, Copy)]
pub struct Act<'a> {
    /// On whose behalf.
    pub author: &'a Author,
    /// When.
    pub at: Timestamp,
}

/// The version of this program, for the trail.
pub(crate) const PROGRAM: &str = concat!("artifice ", env!("CARGO_PKG_VERSION"));

/// What was done to a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It was made.
    Stored,
    /// It was made, and is beyond a bound.
    Held,
    /// A person let it go all the same.
    Released,
    /// A worker took it to send it.
    Claimed,
    /// The backend has it.
    Committed,
    /// The backend surely has it not.
    Returned,
    /// Nobody knows.
    Doubted,
    /// Taking it back began: its credit was made.
    Voiding,
    /// It was taken back.
    Voided,
    /// Its document was written once more.
    Regenerated,
}

impl Action {
    /// Its name in the ledger and in output.
    pub fn name(self) -> &'static str {
        match self {
            Action::Stored => "stored",
            Action::Held => "held",
            Action::Released => "released",
            Action::Claimed => "claimed",
            Action::Committed => "committed",
            Action::Returned => "returned",
            Action::Doubted => "doubted",
            Action::Voiding => "voiding",
            Action::Voided => "voided",
            Action::Regenerated => "regenerated",
        }
    }
}

/// An entry of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// On whose behalf.
    pub author: Author,
    /// Which program.
    pub program: String,
    /// What was done, by [`Action::name`].
    pub action: String,
    /// The statement's state after it.
    pub state: State,
    /// The reason, the receipt, the error: what belongs to the action.
    pub detail: Option<String>,
}
