//! How readings end, as those who asked for them hear it.

use crate::error::{CollectError, Reach, SourceError, UsageError};
use crate::sink::Stop;
use crate::source::Ended;

/// What ends the reading of all tenants.
pub(super) fn ends_all(ended: Ended) -> CollectError {
    match ended {
        Ended::Failed(error) => error.into(),
        Ended::Stop(Stop::Sort(error)) => error.into(),
        Ended::Stop(Stop::Cancelled) => CollectError::Cancelled,
        Ended::Stop(stop) => SourceError::new(Reach::Service, fault(&stop)).into(),
    }
}

/// The thread of a reading ended without an answer.
pub(super) fn panicked() -> Ended {
    let why = "its reading panicked".to_owned();
    SourceError::new(Reach::Tenant, UsageError::Fault { why }).into()
}

/// A source doubts what it has looked at closely.
pub(super) fn doubts_again() -> Ended {
    let why = "the source has it read again and again".to_owned();
    SourceError::new(Reach::Tenant, UsageError::Fault { why }).into()
}

/// What a source did that it may not.
pub(super) fn fault(stop: &Stop) -> UsageError {
    let why = match stop {
        Stop::Disorder { resource, meter } => {
            format!("the source hands over the series {meter} of resource {resource} out of order")
        }
        Stop::ManyTenants => "the source hands over series in order while all tenants are read".to_owned(),
        Stop::Again | Stop::Cancelled | Stop::Sort(_) => "the source stops for no reason".to_owned(),
    };
    UsageError::Fault { why }
}
