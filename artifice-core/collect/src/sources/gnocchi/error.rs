//! Why a cloud's usage, or a tenant's, cannot be told.

use artifice_model::{TenantId, Timestamp};

use crate::http::{Failure, HttpError};
use crate::openstack::keystone::KeystoneError;

/// Why a cloud's usage, or a tenant's, cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum GnocchiError {
    /// Keystone.
    #[error(transparent)]
    Keystone(#[from] KeystoneError),
    /// Gnocchi does not answer, or with an error.
    #[error("Gnocchi: {0}")]
    Http(HttpError),
    /// What answers is no Gnocchi.
    #[error("Gnocchi: {0}; is source.url right, and is that Gnocchi's v1 API?")]
    NoGnocchi(HttpError),
    /// The token is not taken.
    #[error("Gnocchi: {0}; it refuses the token that Keystone has just given: do both belong to one cloud?")]
    Token(HttpError),
    /// The user is not known.
    #[error(
        "Gnocchi: {0}; it refuses source.username or its password, or wants a token: leave out source.username then"
    )]
    User(HttpError),
    /// Others' resources are left out without a word.
    #[error(
        "Gnocchi shows {} only {seen}, though there are {known} tenants: so nobody else would be billed; give that user \
         a role that sees all of Gnocchi (admin), or name those who are to be billed with -t",
        who
    )]
    Narrow {
        /// As whom one asks.
        who: String,
        /// What is seen.
        seen: String,
        /// How many tenants there are.
        known: usize,
    },
    /// Nothing of a tenant is seen, by who may not see everything.
    #[error(
        "Gnocchi shows {who} nothing of the tenant {tenant}, and does not show that user everything: so nobody knows whether \
         there is anything; give that user a role that sees all of Gnocchi (admin)"
    )]
    Hidden {
        /// As whom one asks.
        who: String,
        /// Whose.
        tenant: TenantId,
    },
    /// The answer is not what was asked for.
    #[error("Gnocchi: {method} {url}: {what}; nothing of it is billed")]
    Content {
        /// How it was asked.
        method: &'static str,
        /// What was asked.
        url: String,
        /// What is wrong.
        what: String,
    },
    /// There is no end to a list.
    #[error("Gnocchi: POST {url}: the pages of its resources do not end; report this to whoever runs it")]
    EndlessPages {
        /// What was asked.
        url: String,
    },
    /// A tenant has more resources than fit.
    #[error(
        "the tenant has more resources in Gnocchi than {most_bytes} bytes hold; raise main.memory, or lower main.workers"
    )]
    TooMany {
        /// How much there is for them.
        most_bytes: u64,
    },
    /// What is charged is not kept.
    #[error(
        "Gnocchi keeps of {meter} (metric {metric}, archive policy {policy}) {has}, of which none serves for what it is \
         charged by ({wants}); give the policy one of these, or say with source.aggregation which one is read all the same"
    )]
    NoMethod {
        /// The meter.
        meter: String,
        /// The metric's id.
        metric: String,
        /// The policy's name.
        policy: String,
        /// What is kept.
        has: String,
        /// What serves.
        wants: String,
    },
    /// The granularity that is configured is not kept.
    #[error(
        "Gnocchi keeps {meter} (metric {metric}, archive policy {policy}) with the granularity {has}, and not as \
         source.granularity says; leave that out to read the finest that reaches over the period"
    )]
    NoGranularity {
        /// The meter.
        meter: String,
        /// The metric's id.
        metric: String,
        /// The policy's name.
        policy: String,
        /// What is kept.
        has: String,
    },
    /// Nothing is left of a time.
    #[error(
        "Gnocchi keeps nothing of this tenant any more from {from} to {to}: the archive policies do not reach back so far; \
         bill sooner, or have them keep more (62 days keep every month until the end of the next)"
    )]
    Lost {
        /// From when.
        from: Timestamp,
        /// To when.
        to: Timestamp,
    },
}

impl From<HttpError> for GnocchiError {
    /// A log-in that fails on the way is Keystone's failure.
    fn from(error: HttpError) -> Self {
        match error.log_in() {
            Ok(why) => match why.downcast::<KeystoneError>() {
                Ok(error) => GnocchiError::Keystone(*error),
                Err(why) => GnocchiError::Http(HttpError::log_in_failed(why)),
            },
            Err(error) => GnocchiError::Http(error),
        }
    }
}

impl GnocchiError {
    /// Whether nobody else needs to be asked about: it is the service, not the tenant.
    pub(super) fn ends_all(&self) -> bool {
        match self {
            GnocchiError::Keystone(_)
            | GnocchiError::NoGnocchi(_)
            | GnocchiError::Token(_)
            | GnocchiError::User(_)
            | GnocchiError::Narrow { .. } => true,
            GnocchiError::Http(error) => error.is_unreachable() || matches!(error.what(), Failure::Redirect { .. }),
            _ => false,
        }
    }

    /// Whether there was no answer in time.
    pub(super) fn is_slow(&self) -> bool {
        matches!(self, GnocchiError::Http(error) if error.is_slow())
    }
}
