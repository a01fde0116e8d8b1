//! Why usage cannot be told: of one tenant, or of anybody.

use std::error::Error;

use artifice_model::aggregate::AggregateError;

use crate::sort::SortError;

/// How far a failure of a source reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// To the tenant that is being read.
    Tenant,
    /// To all tenants that remain.
    Service,
    /// Nothing can begin.
    Start,
}

/// A source failed.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct SourceError {
    /// How far it reaches.
    pub reach: Reach,
    /// Whether there was no answer in time.
    pub slow: bool,
    /// Whether the source has answered anything since its failure before this one.
    pub answered: bool,
    /// What happened, where, and what to do.
    pub what: Box<dyn Error + Send + Sync>,
}

impl SourceError {
    /// A failure of this reach, and not for lack of time.
    pub fn new(reach: Reach, what: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        SourceError { reach, slow: false, answered: false, what: what.into() }
    }
}

/// Why one tenant's usage cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum UsageError {
    /// Its samples cannot be aggregated.
    #[error(transparent)]
    Series(#[from] SeriesError),
    /// Its samples cannot be had.
    #[error(transparent)]
    Source(SourceError),
    /// Something before ended all reading.
    #[error("not collected: {why}")]
    Lost {
        /// What ended it.
        why: String,
    },
    /// The source has not kept to what it promises.
    #[error("not collected: {why}; this is a fault of artifice: report it, with the kind of the source")]
    Fault {
        /// What it did.
        why: String,
    },
    /// Two entries would charge the same.
    #[error(
        "resource {resource} would be charged twice as '{service}', by the entries {one} and {other}; give one of \
         them another service, or a `match` that excludes the other's"
    )]
    Twice {
        /// The resource's id.
        resource: String,
        /// What it would be charged as.
        service: String,
        /// An entry's id.
        one: String,
        /// Another one's.
        other: String,
    },
}

/// The samples of a series cannot be aggregated.
#[derive(Debug, thiserror::Error)]
#[error("meter {meter} of resource {resource}: {error}")]
pub struct SeriesError {
    /// The resource's id.
    pub resource: String,
    /// The meter's name.
    pub meter: String,
    /// Why.
    pub error: AggregateError,
}

/// Why nothing could be collected.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The source failed, for all.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A temporary file cannot be written or read.
    #[error(transparent)]
    Sort(#[from] SortError),
    /// Nobody wants it any more.
    #[error("collecting was cancelled; what was not handed over before is not billed")]
    Cancelled,
}

impl CollectError {
    /// Whether reading could not even begin, rather than failed on the way.
    pub fn is_start_up(&self) -> bool {
        match self {
            CollectError::Source(error) => error.reach == Reach::Start,
            CollectError::Sort(_) | CollectError::Cancelled => false,
        }
    }
}
