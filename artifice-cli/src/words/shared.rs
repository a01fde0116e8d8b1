//! Notices that many tenants may have in common.
//!
//! A notice that may come for many tenants is [`Shared`]: what is the same for all of them is its beginning and its
//! end, and what is counted stands between. To add one, say these three; that they are told in one line for all
//! tenants, or each by itself with `-v`, is done by whoever tells them (`listening.rs`).

use super::count::Count;

/// A notice in words.
pub enum Words {
    /// Told at once, by itself.
    Once(String),
    /// Told with others of its kind.
    Shared(Shared),
}

/// What many tenants may have in common.
pub struct Shared {
    /// Whose it is.
    pub tenant: String,
    /// The same for all of its kind, service and meter, up to what is counted.
    pub before: String,
    /// What there is of it, of this tenant.
    pub count: Count,
    /// The same for all, behind what is counted.
    pub after: String,
}

impl Shared {
    /// Of a tenant.
    pub fn of(tenant: &str, before: String, count: Count, after: &str) -> Words {
        Words::Shared(Shared { tenant: tenant.to_owned(), before, count, after: after.to_owned() })
    }

    /// The whole, of this tenant alone.
    pub fn each(&self) -> String {
        format!("tenant {}: {}{}{}", self.tenant, self.before, self.count, self.after)
    }
}
