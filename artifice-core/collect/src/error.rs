//! Why usage cannot be told: of one tenant, or of anybody.

use artifice_model::aggregate::AggregateError;

use crate::{CloudError, FileError, SortError};

/// Why one tenant's usage cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum UsageError {
    /// Its samples cannot be aggregated.
    #[error(transparent)]
    Series(#[from] SeriesError),
    /// Its samples cannot be had.
    #[error(transparent)]
    Cloud(Box<CloudError>),
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
    /// A file cannot be read, or holds something else than samples.
    #[error(transparent)]
    File(#[from] FileError),
    /// A cloud cannot be asked at all.
    #[error(transparent)]
    Cloud(Box<CloudError>),
    /// A temporary file cannot be written or read.
    #[error(transparent)]
    Sort(#[from] SortError),
}

impl From<CloudError> for CollectError {
    fn from(error: CloudError) -> Self {
        CollectError::Cloud(Box::new(error))
    }
}

impl CollectError {
    /// Whether reading could not even begin, rather than failed on the way.
    pub fn is_start_up(&self) -> bool {
        match self {
            CollectError::File(error) => error.is_unopened(),
            // Of what fails later, it fails tenants.
            CollectError::Cloud(_) => true,
            CollectError::Sort(_) => false,
        }
    }
}
