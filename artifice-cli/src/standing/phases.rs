//! Where the time of a run goes. Several tenants are worked on at once, so phases overlap, and their sum says little.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use artifice_model::TenantId;

/// How long each phase has lasted.
#[derive(Debug, Default)]
pub struct Phases {
    /// Reading the source, and aggregating it.
    pub collecting: Duration,
    /// The time in which anybody was charged, or stored.
    pub charging: Busy,
    /// The time in which anything was sent.
    pub sending: Busy,
    /// Who is worked on, and whether that has come to the sending.
    at: HashMap<TenantId, bool>,
}

/// The time in which at least one was at something.
#[derive(Debug, Default)]
pub struct Busy {
    now: usize,
    since: Option<Instant>,
    /// All of it that is over.
    pub total: Duration,
}

impl Busy {
    fn begins(&mut self, now: Instant) {
        self.now += 1;
        self.since.get_or_insert(now);
    }

    fn ends(&mut self, now: Instant) {
        self.now = self.now.saturating_sub(1);
        if self.now == 0
            && let Some(since) = self.since.take()
        {
            self.total += now.saturating_duration_since(since);
        }
    }
}

impl Phases {
    /// A tenant begins to be charged.
    pub fn charges(&mut self, tenant: &TenantId, now: Instant) {
        self.ends(tenant, now);
        self.charging.begins(now);
        self.at.insert(tenant.clone(), false);
    }

    /// A statement of a tenant is sent: of several, the first one counts.
    pub fn sends(&mut self, tenant: &TenantId, now: Instant) {
        match self.at.insert(tenant.clone(), true) {
            Some(true) => return,
            Some(false) => self.charging.ends(now),
            None => {}
        }
        self.sending.begins(now);
    }

    /// The work on a tenant has ended.
    pub fn ends(&mut self, tenant: &TenantId, now: Instant) {
        match self.at.remove(tenant) {
            Some(true) => self.sending.ends(now),
            Some(false) => self.charging.ends(now),
            None => {}
        }
    }
}
