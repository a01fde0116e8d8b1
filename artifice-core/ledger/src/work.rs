//! Who works on whom: so that of many workers no two bill the same tenant at once.
//!
//! This saves work and waiting, nothing else. That nothing is billed or sent twice is what the
//! database's refusals and the claims of statements are for: they hold also where a worker believes that it
//! still has a tenant, and has not.

use std::time::Duration;

use artifice_model::Timestamp;

use crate::ids::Token;

/// A worker's hold on tenants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Names this hold.
    pub token: Token,
    /// Who holds: as in a statement's claim.
    pub owner: String,
    /// For how long from now on, by the database's clock, unless it is kept.
    pub lasts: Duration,
}

impl Lease {
    /// Until when it lasts, from now on.
    pub(crate) fn until(&self, now: Timestamp) -> Timestamp {
        now.plus(i64::try_from(self.lasts.as_micros()).unwrap_or(i64::MAX))
    }
}

/// Who has a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Names its hold.
    pub token: Token,
    /// Who it is.
    pub owner: String,
}
