//! Why a cloud's usage, or a tenant's, cannot be told.

use super::windows::Window;
use crate::http::{Failure, HttpError};
use crate::openstack::keystone::KeystoneError;
use crate::sources::file::FileError;

/// Why a cloud's usage, or a tenant's, cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum CloudError {
    /// Keystone.
    #[error(transparent)]
    Keystone(#[from] KeystoneError),
    /// Ceilometer does not answer, or with an error.
    #[error("Ceilometer: {0}")]
    Http(HttpError),
    /// What answers is no Ceilometer: it has a list for every meter, be it unknown.
    #[error("Ceilometer: {0}; is openstack.ceilometer_url right, and is that Ceilometer's v2 API?")]
    NoCeilometer(HttpError),
    /// The cloud has moved to Gnocchi.
    #[error(
        "Ceilometer: {why} This cloud keeps its metering in Gnocchi: write `source: {{kind: gnocchi}}`; {}",
        gnocchi.as_ref().map_or_else(|| "its catalog names no Gnocchi".to_owned(), |url| format!("its catalog has it at {url}"))
    )]
    Gone {
        /// What it says.
        why: HttpError,
        /// Where Gnocchi is, if the catalog says it.
        gnocchi: Option<String>,
    },
    /// The token is not taken.
    #[error("Ceilometer: {0}; it refuses the token that Keystone has just given: do both belong to one cloud?")]
    Token(HttpError),
    /// The answer is not what it should be.
    #[error("Ceilometer: {0}")]
    Content(#[from] FileError),
    /// More samples in a microsecond than can be asked for.
    #[error(
        "Ceilometer has more than {} samples of {meter} from {} up to {}, which is more than can be asked for; \
         look at its samples of that instant",
        window.limit, window.from, window.to
    )]
    Crowded {
        /// The meter.
        meter: String,
        /// When.
        window: Window,
    },
    /// An answer that is full of samples of other times hides those that were asked for.
    #[error(
        "Ceilometer: GET {url}: the answer is full, with samples of other times: it does not obey the filter timestamp, \
             so nobody knows what is missing; raise source.limit above the number of all samples of the tenant"
    )]
    IgnoresTime {
        /// What was asked.
        url: String,
    },
    /// There are samples that are not answered.
    #[error(
        "Ceilometer counts {counted} samples of {meter}, and answers {came} of them; run the command again: what has just \
         run out of its time to live is not counted then"
    )]
    Fewer {
        /// The meter.
        meter: String,
        /// How many samples there are.
        counted: u64,
        /// How many were answered.
        came: u64,
    },
    /// Who has samples is not known.
    #[error(
        "Ceilometer cannot say who has samples, so tenants that neither Keystone nor the ledger knows are left out; \
         name them with -t ({why})"
    )]
    NotWho {
        /// What it says.
        why: String,
    },
}

impl From<HttpError> for CloudError {
    /// A log-in that fails on the way is Keystone's failure.
    fn from(error: HttpError) -> Self {
        match error.log_in() {
            Ok(why) => match why.downcast::<KeystoneError>() {
                Ok(error) => CloudError::Keystone(*error),
                Err(why) => CloudError::Http(HttpError::log_in_failed(why)),
            },
            Err(error) => CloudError::Http(error),
        }
    }
}

impl CloudError {
    /// Whether nobody else needs to be asked about: it is the service, not the tenant.
    pub(super) fn ends_all(&self) -> bool {
        match self {
            CloudError::Keystone(_) | CloudError::NoCeilometer(_) | CloudError::Gone { .. } | CloudError::Token(_) => {
                true
            }
            CloudError::Http(error) => error.is_unreachable() || matches!(error.what(), Failure::Redirect { .. }),
            CloudError::Content(_)
            | CloudError::Crowded { .. }
            | CloudError::IgnoresTime { .. }
            | CloudError::Fewer { .. }
            | CloudError::NotWho { .. } => false,
        }
    }

    /// Whether there was no answer in time.
    pub(super) fn is_slow(&self) -> bool {
        matches!(self, CloudError::Http(error) if error.is_slow())
    }

    /// Whether a path was not there.
    pub(super) fn is_no_ceilometer(&self) -> bool {
        matches!(self, CloudError::NoCeilometer(_))
    }
}
