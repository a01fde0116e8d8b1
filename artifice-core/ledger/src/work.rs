//! Who works on whom: so that of many workers no two bill the same tenant at once.
//!
//! This saves work and waiting, nothing else. That nothing is billed or sent twice is what the
//! database's refusals and the claims of statements are for: they hold also where a worker believes that it
//! still has a tenant, and has not.

use std::time::Duration;

/// A worker's hold on tenants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Names this hold.
    pub token: String,
    /// Who holds: as in a statement's claim.
    pub owner: String,
    /// For how long from now on, by the database's clock, unless it is kept.
    pub lasts: Duration,
}

impl Lease {
    /// How long it lasts, in microseconds.
    pub(crate) fn lasts_us(&self) -> i64 {
        i64::try_from(self.lasts.as_micros()).unwrap_or(i64::MAX)
    }
}

/// Who has a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Names its hold.
    pub token: String,
    /// Who it is.
    pub owner: String,
}
