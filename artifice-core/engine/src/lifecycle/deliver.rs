//! Handing a stored statement to its backend, exactly once.
//!
//! [`deliver`] follows the table of [`artifice_ledger::WAYS`]: it looks where the statement stands,
//! takes one step, and looks again, until there is nothing left to do in this run. It may be
//! stopped between any two steps, and any number of workers may follow it at once: every change is
//! conditional on what it was based on, and what a worker has lost it notices by that.
//!
//! It sees the ledger as a [`Desk`] and the backend as a [`Courier`], so that the tests can run
//! this very code against every interleaving of workers, crashes and late commits.

use std::time::Duration;

use artifice_model::Timestamp;
use async_trait::async_trait;

use artifice_ledger::{Basis, Change, Claim, LedgerError, Receipt, State, Statement, StatementId, Token};

/// Where a statement stands, and how that changes.
#[async_trait]
pub trait Desk: Send + Sync {
    /// The statement as it is now.
    async fn read(&self, id: &StatementId) -> Result<Statement, LedgerError>;
    /// Changes it, if it is still as `basis` says.
    async fn change(&self, id: &StatementId, basis: &Basis, change: &Change) -> Result<bool, LedgerError>;
}

/// The backend.
#[async_trait]
pub trait Courier: Send + Sync {
    /// Sends a statement.
    async fn send(&self, statement: &Statement) -> Sent;
    /// The receipt of the document under the statement's key, if the backend has one.
    async fn find(&self, statement: &Statement) -> Result<Option<Receipt>, String>;
    /// How long after a broken connection a commit may still happen, in microseconds.
    async fn longest_delay_us(&self) -> Result<i64, String>;
}

/// What became of a sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// The backend has it.
    Received(Receipt),
    /// The backend surely has it not, and why.
    NotSent(String),
    /// Nobody knows, and why.
    Unknown(String),
}

/// Everything else that a worker sees: time, and other workers.
#[async_trait]
pub trait World: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
    /// Waits.
    async fn sleep(&self, duration: Duration);
    /// A name for a new claim, that no other claim ever had.
    fn token(&self) -> Token;
    /// Who this worker is, for its claims.
    fn owner(&self) -> String;
    /// Whether the owner of a claim certainly runs no more.
    fn is_gone(&self, owner: &str) -> bool;
    /// How long a claim holds without being given up, in microseconds: longer than a sending may take.
    fn lease_us(&self) -> i64;
    /// Hears that another program is sending the statement of that number, and is waited for.
    fn waits_for(&self, number: u64) {
        let _ = number;
    }
}

/// What a run could do for a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivered {
    /// The backend has it.
    Committed(Statement),
    /// The backend surely has it not; the next run tries again.
    NotSent(Statement),
    /// Nobody knows, and the backend cannot be asked now; the next run asks again.
    InDoubt {
        /// The statement.
        statement: Statement,
        /// Why the backend cannot be asked.
        why: String,
    },
    /// It was taken back.
    Void(Statement),
    /// It waits for a person.
    Held(Statement),
}

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// That the backend has it.
    Send,
    /// To know whether the backend has it. Nothing is sent.
    Settle,
}

/// How often a worker looks whether another one has finished.
const POLL: Duration = Duration::from_millis(100);

/// Does for a statement what can be done in one run. Sends it once at most.
pub async fn deliver(
    desk: &dyn Desk,
    courier: &dyn Courier,
    world: &dyn World,
    id: &StatementId,
    aim: Aim,
) -> Result<Delivered, LedgerError> {
    let mut tried = aim == Aim::Settle;
    // What was seen last, and since when by this worker's own clock: the times in the ledger are
    // other clocks' times, and one that went wrong must not make anybody wait for ever.
    let mut seen: Option<(Basis, Timestamp)> = None;
    loop {
        let statement = desk.read(id).await?;
        let basis = statement.basis();
        let seen_since = match &seen {
            Some((before, since)) if *before == basis => *since,
            _ => seen.insert((basis.clone(), world.now())).1,
        };
        match statement.state {
            State::Committed | State::Voiding => return Ok(Delivered::Committed(statement)),
            State::Void => return Ok(Delivered::Void(statement)),
            State::Held => return Ok(Delivered::Held(statement)),
            State::Pending if tried => return Ok(Delivered::NotSent(statement)),
            State::Pending => {
                let lease_until = world.now().plus(world.lease_us());
                let claim = Claim { token: world.token(), owner: world.owner(), lease_until };
                let held = Basis { state: State::Sending, token: Some(claim.token.clone()) };
                if !desk.change(id, &basis, &Change::Claim(claim)).await? {
                    continue;
                }
                tried = true;
                let change = match courier.send(&statement).await {
                    Sent::Received(receipt) => Change::Commit(receipt),
                    Sent::NotSent(why) => Change::Release(Some(why)),
                    Sent::Unknown(error) => Change::Doubt { error, since: world.now() },
                };
                // If this changes nothing, the lease was lost: whoever took over goes on.
                desk.change(id, &held, &change).await?;
            }
            State::Sending => {
                let held_by = statement.claim.as_ref();
                let too_long = seen_since.plus(world.lease_us()) <= world.now();
                let lost = held_by
                    .is_none_or(|claim| too_long || claim.lease_until <= world.now() || world.is_gone(&claim.owner));
                if lost {
                    let error = "the program ended while it was being sent".to_owned();
                    desk.change(id, &basis, &Change::Doubt { error, since: world.now() }).await?;
                } else {
                    if seen_since == world.now() {
                        world.waits_for(statement.number);
                    }
                    world.sleep(POLL).await;
                }
            }
            State::InDoubt => {
                let in_doubt = |why| Ok(Delivered::InDoubt { statement: statement.clone(), why });
                let delay_us = match courier.longest_delay_us().await {
                    Ok(delay_us) => delay_us,
                    Err(why) => return in_doubt(why),
                };
                // A "yes" counts at once, a "no" only if it was asked when nothing could follow any more.
                let certain_from = statement.doubted.unwrap_or(seen_since).min(seen_since).plus(delay_us);
                let wait_us = certain_from.micros().saturating_sub(world.now().micros());
                let change = match courier.find(&statement).await {
                    Ok(Some(receipt)) => Change::Commit(receipt),
                    Ok(None) => match u64::try_from(wait_us) {
                        Ok(wait_us @ 1..) => {
                            world.sleep(Duration::from_micros(wait_us)).await;
                            continue;
                        }
                        _ => Change::Release(None),
                    },
                    Err(why) => return in_doubt(why),
                };
                desk.change(id, &basis, &change).await?;
            }
        }
    }
}
