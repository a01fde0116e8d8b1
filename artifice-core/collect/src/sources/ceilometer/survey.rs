//! Who has how many samples of what, and what it costs to read them.

use std::collections::BTreeMap;

use artifice_model::TenantId;

use crate::source::Wanted;

/// About as many samples as are read in the time that a request takes by itself.
const A_REQUEST: u64 = 500;

/// Who has how many samples of a meter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Whose they are.
    pub tenants: BTreeMap<TenantId, u64>,
    /// Those of no tenant.
    pub nobodys: u64,
}

impl Counts {
    /// Adds some, of a tenant or of nobody.
    pub fn add(&mut self, tenant: Option<String>, count: u64) {
        let counted = match tenant {
            Some(tenant) if !tenant.is_empty() => self.tenants.entry(tenant.into()).or_default(),
            _ => &mut self.nobodys,
        };
        *counted = counted.saturating_add(count);
    }

    /// Whether there are several tenants.
    pub fn shows_several(&self) -> bool {
        self.tenants.len() > 1
    }
}

/// What statistics say of everybody, meter by meter as they are wanted.
#[derive(Debug)]
pub(super) struct Survey(pub Vec<Counts>);

impl Survey {
    /// How many samples of a meter a tenant has.
    pub fn of(&self, tenant: &str, meter: usize) -> u64 {
        self.0.get(meter).and_then(|counts| counts.tenants.get(tenant)).copied().unwrap_or(0)
    }

    /// How many there are of it, nobody's included.
    pub fn all_of(&self, meter: usize) -> u64 {
        self.0
            .get(meter)
            .map_or(0, |counts| counts.tenants.values().fold(counts.nobodys, |all, count| all.saturating_add(*count)))
    }

    /// Who has samples of a meter, and how many.
    pub fn tenants(&self, meter: usize) -> impl Iterator<Item = (&TenantId, u64)> {
        self.0.get(meter).into_iter().flat_map(|counts| &counts.tenants).map(|(tenant, count)| (tenant, *count))
    }

    /// Whether to read everybody costs less than to read those who are wanted, where an answer has at most so many samples.
    pub fn everybody_costs_less(&self, wanted: &Wanted, limit: usize) -> bool {
        let limit = u64::try_from(limit).unwrap_or(u64::MAX).max(1);
        let cost = |samples: u64| match samples {
            0 => 0,
            some => (some / limit + 1).saturating_mul(A_REQUEST).saturating_add(some),
        };
        let is_wanted = |tenant: &TenantId| {
            wanted.tenants.as_ref().is_none_or(|tenants| tenants.contains(tenant)) && !wanted.skip.contains(tenant)
        };
        let (mut everybody, mut one_by_one) = (0_u64, 0_u64);
        for meter in 0..self.0.len() {
            everybody = everybody.saturating_add(cost(self.all_of(meter)));
            for (_, count) in self.tenants(meter).filter(|(tenant, _)| is_wanted(tenant)) {
                one_by_one = one_by_one.saturating_add(cost(count));
            }
        }
        one_by_one > 0 && everybody <= one_by_one
    }
}

#[cfg(test)]
mod tests;
