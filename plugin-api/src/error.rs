//! What a backend answers when it cannot do what it was asked for.

use std::fmt;

use abi_stable::StableAbi;
use abi_stable::std_types::{RString, RVec};

use crate::answers::Detail;

/// What an error means for the document under way. The host decides by it what happens next, so
/// the choice between the first two and [`ErrorKind::Unknown`] is the most important one that a
/// backend makes.
#[repr(u8)]
#[derive(StableAbi, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Surely not done, and asking again will not help until somebody has changed something.
    Refused,
    /// Surely not done; the same may succeed later.
    Unavailable,
    /// Nobody knows: the answer did not come, or could not be read. The host asks
    /// [`find`](crate::Backend::find) before it sends anything again.
    Unknown,
    /// The configuration is wrong.
    Configuration,
    /// The backend panicked. It is not used any more. (Made by the interface, not by backends.)
    Panicked,
}

/// An error of a backend: what happened, and what to do about it.
#[repr(C)]
#[derive(StableAbi, Debug, Clone, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    message: RString,
    extra: RVec<Detail>,
}

impl Error {
    /// An error of that kind. The message says what happened, where, and what to do; it must not
    /// contain a secret.
    pub fn new(kind: ErrorKind, message: impl fmt::Display) -> Self {
        Error { kind, message: message.to_string().into(), extra: RVec::new() }
    }

    /// The error, with one more fact.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.extra.push(Detail { key: key.into().into(), value: value.into().into() });
        self
    }

    /// Surely not done, and asking again will not help until somebody has changed something.
    pub fn refused(message: impl fmt::Display) -> Self {
        Error::new(ErrorKind::Refused, message)
    }

    /// Surely not done; the same may succeed later.
    pub fn unavailable(message: impl fmt::Display) -> Self {
        Error::new(ErrorKind::Unavailable, message)
    }

    /// Nobody knows whether it was done.
    pub fn unknown(message: impl fmt::Display) -> Self {
        Error::new(ErrorKind::Unknown, message)
    }

    /// The configuration is wrong.
    pub fn configuration(message: impl fmt::Display) -> Self {
        Error::new(ErrorKind::Configuration, message)
    }

    /// What the error means for the document under way.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What happened, and what to do.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Further facts, by key.
    pub fn extra(&self) -> &[Detail] {
        &self.extra
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
