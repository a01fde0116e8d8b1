//! Whose a resource was, and when: one has one owner at a time, whoever is asked about.
//!
//! Nothing announces to its old project that a volume was given away, so a hold without an end ends where the source
//! shows the same resource and meter under another tenant. Nearly all resources have one tenant for ever: of them
//! only that is kept. Of the others, the instants at which they were seen with another tenant than before.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use artifice_model::aggregate::Takeover;
use artifice_model::sample::SeriesKey;
use artifice_model::{TenantId, Timestamp};

use crate::sort::{SortError, Sorter};

/// Resource and meter.
type Thing = (Box<str>, Box<str>);

/// Which resources were seen with more than one tenant.
#[derive(Default)]
pub(crate) struct Owners {
    first: HashMap<Thing, TenantId>,
    shared: HashSet<Thing>,
}

/// When resources were seen with another tenant than before.
#[derive(Default)]
pub(crate) struct Ownership(HashMap<Thing, Vec<(Timestamp, TenantId)>>);

impl Owners {
    /// A series was seen for the first time.
    pub fn see(&mut self, tenant: &str, resource: &str, meter: &str) {
        let thing = (Box::from(resource), Box::from(meter));
        match self.first.get(&thing) {
            Some(known) if **known == *tenant => {}
            Some(_) => drop(self.shared.insert(thing)),
            None => drop(self.first.insert(thing, tenant.into())),
        }
    }

    /// Finds out when each was whose.
    pub fn settle(self, sorter: &mut Sorter) -> Result<Ownership, SortError> {
        let Owners { shared, .. } = self;
        let mut seen: HashMap<Thing, BTreeSet<(Timestamp, TenantId)>> = HashMap::new();
        if !shared.is_empty() {
            sorter.scan(&mut |key: &SeriesKey, at| {
                let thing = (key.resource.clone(), key.meter.clone());
                if shared.contains(&thing) {
                    seen.entry(thing).or_default().insert((at, key.tenant.clone()));
                }
            })?;
        }
        let changes = |(thing, seen): (Thing, BTreeSet<(Timestamp, TenantId)>)| {
            let mut changes: Vec<(Timestamp, TenantId)> = seen.into_iter().collect();
            changes.dedup_by(|later, before| later.1 == before.1);
            (thing, changes)
        };
        Ok(Ownership(seen.into_iter().map(changes).collect()))
    }
}

impl Ownership {
    /// When others were seen with what a series is of.
    pub fn of(&self, key: &SeriesKey) -> Arc<[Takeover]> {
        if self.0.is_empty() {
            return Arc::default();
        }
        let changes = self.0.get(&(key.resource.clone(), key.meter.clone()));
        let others = changes.into_iter().flatten().filter(|(_, tenant)| *tenant != key.tenant);
        // Of two who were seen at one instant, the one whose id is greater has it from then on.
        others.map(|(at, tenant)| Takeover { at: *at, is_after: *tenant > key.tenant }).collect()
    }
}

#[cfg(test)]
mod tests;
