//! What went wrong, in words: a task has no caller that could tell one failure from another.

use std::fmt;
use std::io;

/// Why a task stopped.
#[derive(Debug)]
pub struct Failure(pub String);

/// What a task gives, or why it stopped.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

/// A [`Failure`] that says what was being done to which thing.
pub fn failed(what: impl fmt::Display, why: &io::Error) -> Failure {
    Failure(format!("{what}: {why}"))
}
