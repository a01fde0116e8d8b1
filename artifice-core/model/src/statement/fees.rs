//! Fees: what is charged without metering.

use crate::aggregate::matches;
use crate::decimal::Decimal;
use crate::money::Currency;
use crate::rate::Validity;
use crate::tenant::TenantId;

/// An amount that a tenant with usage pays, whatever the usage is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fee {
    /// Its name: the service of its line.
    pub name: String,
    /// The part of the statement it stands in.
    pub section: String,
    /// How much.
    pub amount: Decimal,
    /// In which money.
    pub currency: Currency,
    /// How often.
    pub per: FeePer,
    /// Of a month's fee: whether it is only for the days on which something of `uses` was used.
    pub by_day: bool,
    /// Who pays it, by id; everybody if empty.
    pub tenants: Vec<TenantId>,
    /// When it is raised: as of the last instant of what it is for.
    pub valid: Validity,
    /// Only for who used one of these sections or services (patterns, in which `*` stands for anything); for
    /// all who used anything if empty.
    pub uses: Vec<String>,
    /// Where it stands, for people.
    pub origin: String,
}

/// How often a fee is raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeePer {
    /// Once for each calendar month, in the statement whose period reaches the month's end.
    Month,
    /// Once for each statement's period.
    Period,
}

impl Fee {
    /// Whether a tenant is among those who pay it.
    pub fn is_paid_by(&self, tenant: &TenantId) -> bool {
        self.tenants.is_empty() || self.tenants.contains(tenant)
    }

    /// Whether it is for who used that.
    pub fn is_for(&self, section: &str, service: &str) -> bool {
        self.uses.is_empty() || self.uses.iter().any(|pattern| matches(pattern, section) || matches(pattern, service))
    }
}
