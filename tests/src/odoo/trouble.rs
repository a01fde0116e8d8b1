//! What goes wrong, on demand.

use std::time::Duration;

use super::fault::Fault;
use super::value::Value;

/// What happens to a call.
#[derive(Debug, Clone)]
pub enum Does {
    /// The connection is closed without an answer; the call is executed so much later.
    Late(Duration),
    /// The same, but the connection stays open, and nothing comes.
    LateInSilence(Duration),
    /// It takes so long until it is committed; then it is answered.
    Pause(Duration),
    /// It loses against another one that nobody sees.
    Conflict,
    /// It is done, and its answer is the fault of a method without a result.
    NoResult,
    /// It is not done, and this is said.
    Fails(Fault),
    /// It is not done; this is answered.
    Answers(Value),
    /// It is not done; this is answered, as it stands there.
    Says(String),
    /// It is not done; a proxy answers.
    Http(u16, &'static str, &'static str),
    /// It is done; the answer is as if a proxy had replaced it.
    Garbles(u16, &'static str, &'static str),
    /// It is done; the answer promises 10 GB and goes on.
    Huge,
    /// It is done; the answer does not end.
    Endless,
    /// It is done; the answer is a list in a list, so many times.
    Deep(usize),
    /// It is done; the connection is cut after so many bytes of the answer.
    CutAnswer(usize),
    /// The server is killed before it does anything.
    DiesBefore,
    /// The server is killed after the commit.
    DiesAfter,
    /// It is not done, and nothing is ever answered.
    Silence,
}

/// Something that goes wrong.
#[derive(Debug, Clone)]
pub struct Trouble {
    /// The call: `authenticate`, `account.move.load`; or part of it.
    at: String,
    /// How many such calls go well before.
    skip: usize,
    /// How often it happens.
    times: usize,
    does: Does,
}

impl Trouble {
    /// Every such call.
    pub fn at(call: &str, does: Does) -> Trouble {
        Trouble { at: call.to_owned(), skip: 0, times: usize::MAX, does }
    }

    /// Only so many times.
    pub fn times(mut self, times: usize) -> Trouble {
        self.times = times;
        self
    }

    /// The first time.
    pub fn once(self) -> Trouble {
        self.times(1)
    }

    /// Not before so many such calls went well.
    pub fn after(mut self, calls: usize) -> Trouble {
        self.skip = calls;
        self
    }

    /// What happens to this call, if anything does.
    pub fn meets(&mut self, call: &str) -> Option<Does> {
        if !call.contains(&self.at) {
            return None;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return None;
        }
        self.times = self.times.checked_sub(1)?;
        Some(self.does.clone())
    }
}
