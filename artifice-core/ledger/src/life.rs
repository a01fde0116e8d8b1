//! A statement's life: the states it can be in, and what may follow what.
//!
//! | state | meaning | what may happen next |
//! |---|---|---|
//! | `held` | stored, but beyond a bound (`limits:`): a person looks at it first | release → `pending`; void → `void` |
//! | `pending` | stored with usage and lines, nobody else knows it | a worker claims it → `sending`; void → `void` |
//! | `sending` | claimed; the backend may or may not have it | receipt → `committed`; clear refusal → `pending` with its error; time-out, crash, lost lease → `in_doubt` |
//! | `in_doubt` | nobody knows | the backend has the key → `committed`; it has it not, and its longest delayed commit has passed → `pending` |
//! | `committed` | the backend has it; its receipt is stored | void → `voiding` |
//! | `voiding` | a credit document is under way, itself a statement with this life | credit committed → `void` |
//! | `void` | its periods are free again; kept with its reason | nothing |
//!
//! A credit takes a document back that the backend has, so it is never held and never void itself. What
//! has live adjustments is not taken back before they are.
//!
//! A change names the state *and the claim* that it is based on, and does nothing if either is no
//! longer so: a worker that was away for long, and whose statement somebody else has taken up,
//! cannot overwrite what became of it.
//!
//! # Crash points and recoveries
//! | the program dies | what is there | what the next run does |
//! |---|---|---|
//! | before the statement is stored | nothing | collects and stores it |
//! | after storing, before the claim | `pending` | claims and sends it, from what is stored |
//! | after the claim, before or while sending | `sending`, its worker gone | `in_doubt`; asks the backend; has it not → sends |
//! | after sending, before the receipt is stored | `sending`, its worker gone | `in_doubt`; asks the backend; has it → stores the receipt |
//! | after the receipt is stored | `committed` | says that it was billed before |
//! | before a credit is stored | `committed` | nothing: `statement void` begins again |
//! | after the credit is stored (which is when its statement begins `voiding`) | `voiding`, its credit in any state of the above | finishes the credit as any statement |
//! | after the credit is committed, before its statement is void | `voiding`, its credit `committed` | ends the statement and its usage |

use std::fmt;
use std::str::FromStr;

use artifice_model::Timestamp;

use crate::ids::Token;

/// How far a statement has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Stored, but beyond a bound: a person releases it or takes it back.
    Held,
    /// Stored; nobody else knows it.
    Pending,
    /// Claimed by a worker; the backend may or may not have it.
    Sending,
    /// Nobody knows whether the backend has it.
    InDoubt,
    /// The backend has it.
    Committed,
    /// A credit document is under way.
    Voiding,
    /// Taken back.
    Void,
}

/// Every way from one state to another.
pub const WAYS: [(State, State); 11] = [
    (State::Held, State::Pending),
    (State::Held, State::Void),
    (State::Pending, State::Sending),
    (State::Pending, State::Void),
    (State::Sending, State::Committed),
    (State::Sending, State::Pending),
    (State::Sending, State::InDoubt),
    (State::InDoubt, State::Committed),
    (State::InDoubt, State::Pending),
    (State::Committed, State::Voiding),
    (State::Voiding, State::Void),
];

impl State {
    /// Every state, with its name in the ledger and in output.
    pub const ALL: [(&str, State); 7] = [
        ("held", State::Held),
        ("pending", State::Pending),
        ("sending", State::Sending),
        ("in_doubt", State::InDoubt),
        ("committed", State::Committed),
        ("voiding", State::Voiding),
        ("void", State::Void),
    ];

    /// Whether a statement may go from this state to that one.
    pub fn leads_to(self, next: State) -> bool {
        WAYS.contains(&(self, next))
    }

    /// Whether a run has something left to do for it. (What is held waits for a person.)
    pub fn is_unfinished(self) -> bool {
        matches!(self, State::Pending | State::Sending | State::InDoubt | State::Voiding)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(State::ALL.iter().find(|(_, state)| state == self).map_or("", |(name, _)| name))
    }
}

impl FromStr for State {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = State::ALL.map(|(name, _)| name).join(", ");
        let found = State::ALL.iter().find(|(name, _)| *name == text);
        found.map(|(_, state)| *state).ok_or_else(|| format!("'{text}' is no status; there are {names}"))
    }
}

/// A worker's hold on a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Names this one hold; a later hold on the same statement has another.
    pub token: Token,
    /// Who holds it.
    pub owner: String,
    /// Until when, unless it is given up earlier.
    pub lease_until: Timestamp,
}

/// What a change is based on: nothing happens if the statement is no longer so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// The state it was seen in.
    pub state: State,
    /// The token of the claim it was seen with.
    pub token: Option<Token>,
}

/// What the backend calls the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What a person would look for.
    pub reference: String,
    /// What the backend wants to know again, by key.
    pub details: Vec<(String, String)>,
}
