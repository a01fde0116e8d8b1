//! Why there is no draft.

use crate::exact::Overflow;
use crate::rate::PriceError;

/// Why there is no draft.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// A price list could not be asked.
    #[error(transparent)]
    Price(#[from] PriceError),
    /// What something costs is too large.
    #[error(
        "'{service}' at '{location}', used by {resource}: the cost is larger than a bill can hold (22 digits before the \
         point); correct the price at {origin}, or the metering"
    )]
    TooLarge {
        /// The service.
        service: String,
        /// The location.
        location: String,
        /// The resource's id.
        resource: String,
        /// Where the price stands.
        origin: String,
    },
    /// What a card adds to the costs is too large.
    #[error(
        "{what} makes an amount that is larger than a bill can hold (22 digits before the point); correct the card"
    )]
    CardTooLarge {
        /// What it is, and where it stands if that is known.
        what: String,
    },
    /// A sum is too large.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}
