//! A tenant's resources: which of its metrics are charged, and what they say when.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use artifice_model::TenantId;
use artifice_model::sample::Metadata;

use super::error::GnocchiError;
use super::life::{Life, Spell, spells};
use super::query;
use super::revisions::Revision;
use super::server::Server;
use crate::sink::Sink;
use crate::source::{Ended, Run, Wanted};

/// What a series takes beside its texts, in bytes; a little too much is safe.
const A_SERIES: usize = 512;
/// How many resources are asked about at once.
const MOST_IDS: usize = 500;

/// A metric that is charged.
#[derive(Debug)]
pub struct Series {
    /// What its resource is called on a bill: as whoever metered it calls it.
    pub resource: Arc<str>,
    /// The meter's place in what is wanted.
    pub meter: usize,
    /// The metric's id.
    pub metric: String,
    /// Whose it is when, and what it says.
    pub life: Life,
}

/// A resource that is being read: its revisions come one after the other.
struct Resource {
    last: Revision,
    /// What each revision says, for each charged meter.
    says: BTreeMap<usize, Vec<Spell>>,
}

/// How much may be kept of a tenant, in bytes.
struct Room {
    most: u64,
    left: Cell<u64>,
}

impl Room {
    fn take(&self, bytes: usize) -> Result<(), GnocchiError> {
        let left = self.left.get().checked_sub(u64::try_from(bytes).unwrap_or(u64::MAX));
        self.left.set(left.ok_or(GnocchiError::TooMany { most_bytes: self.most })?);
        Ok(())
    }
}

impl Server {
    /// The metrics of a tenant that are charged. Tells the sink of those that are not.
    pub fn series(
        &self,
        tenant: &TenantId,
        wanted: &Wanted,
        run: &Run<'_>,
        sink: &mut dyn Sink,
    ) -> Result<Vec<Series>, Ended> {
        let failed = |error| Ended::from(self.failed(error));
        let most = run.memory_bytes / 4;
        let room = Room { most, left: Cell::new(most) };
        let mut resources: BTreeMap<String, Resource> = BTreeMap::new();
        let mut others: BTreeSet<String> = BTreeSet::new();
        for kind in self.kinds(tenant, wanted, run, sink)? {
            let before: BTreeSet<String> = resources.keys().cloned().collect();
            self.revisions(&kind, tenant, wanted, run, &mut |revision, says| {
                add(&mut resources, revision, says, &room).map_err(failed)
            })?;
            let unsure: Vec<&str> = resources
                .iter()
                .filter(|(id, resource)| !before.contains(*id) && resource.may_have_been_others())
                .map(|(id, _)| id.as_str())
                .collect();
            for ids in unsure.chunks(MOST_IDS) {
                others.extend(self.had_by_others(&kind, tenant, ids, run)?);
            }
        }
        let mut names: HashMap<&str, usize> = HashMap::new();
        for resource in resources.values() {
            *names.entry(&resource.last.original_resource_id).or_default() += 1;
        }
        // Where two of one name are told apart (somebody else began to write them), Gnocchi's own name is used.
        let twice: BTreeSet<String> =
            names.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name.to_owned()).collect();
        let mut all = Vec::new();
        for (id, Resource { last, says }) in resources {
            let is_twice = twice.contains(&last.original_resource_id);
            let resource: Arc<str> = if is_twice { id.as_str().into() } else { last.original_resource_id.into() };
            for (meter, says) in says {
                let name = wanted.meters.get(meter).map(|meter| meter.name.as_str()).unwrap_or_default();
                let Some(metric) = last.metrics.get(name).cloned() else { continue };
                let life = Life {
                    started: last.started_at,
                    ended: last.ended_at,
                    was_others: others.contains(&id),
                    spells: spells(says),
                };
                all.push(Series { resource: resource.clone(), meter, metric, life });
            }
        }
        Ok(all)
    }
}

impl Resource {
    /// Whether it begins so late, for this tenant, that somebody else may have had it before.
    fn may_have_been_others(&self) -> bool {
        let first = self.says.values().filter_map(|spells| spells.first()).map(|spell| spell.from).min();
        first.is_some_and(|first| first > self.last.started_at.plus(query::PROMPT_US))
    }
}

/// Adds the next revision.
fn add(
    resources: &mut BTreeMap<String, Resource>,
    revision: Revision,
    says: Vec<(usize, Metadata)>,
    room: &Room,
) -> Result<(), GnocchiError> {
    let (from, until) = (revision.revision_start, revision.revision_end);
    let id = revision.id.clone();
    let texts = revision.id.len() + revision.original_resource_id.len() + 100 * revision.metrics.len();
    match resources.get_mut(&id) {
        Some(resource) => resource.last = revision,
        None => {
            room.take(A_SERIES + texts)?;
            resources.insert(id.clone(), Resource { last: revision, says: BTreeMap::new() });
        }
    }
    let Some(resource) = resources.get_mut(&id) else { return Ok(()) };
    for (meter, metadata) in says {
        let spells = resource.says.entry(meter).or_default();
        let same = spells.last().filter(|last| *last.metadata == metadata).map(|last| last.metadata.clone());
        let metadata = match same {
            Some(same) => same,
            None => {
                room.take(A_SERIES + metadata.bytes())?;
                Arc::new(metadata)
            }
        };
        room.take(size_of::<Spell>())?;
        spells.push(Spell { from, until, metadata });
    }
    Ok(())
}
