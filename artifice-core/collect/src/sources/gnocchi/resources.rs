//! A tenant's resources: which of its metrics are charged, and what they say when.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use artifice_model::sample::Metadata;
use artifice_model::{TenantId, Timestamp};
use artifice_text::unquoted;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::error::GnocchiError;
use super::life::{Life, Spell, spells};
use super::pages::List;
use super::query;
use super::server::Server;
use crate::http::plain;
use crate::limits::LONGEST_TEXT;
use crate::sink::{Interest, Sink};
use crate::source::{Ended, Run, Wanted};
use crate::text;
use crate::wire::read_metadata;

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

/// A row of the list of all types.
#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type", deserialize_with = "text::owned")]
    kind: String,
    #[serde(default, deserialize_with = "text::optional")]
    project_id: Option<String>,
    #[serde(default)]
    metrics: BTreeMap<String, String>,
}

/// A revision of a resource.
#[derive(Deserialize)]
struct Revision {
    #[serde(deserialize_with = "text::owned")]
    id: String,
    #[serde(deserialize_with = "text::owned")]
    original_resource_id: String,
    #[serde(default, deserialize_with = "text::optional")]
    project_id: Option<String>,
    started_at: Timestamp,
    #[serde(default)]
    ended_at: Option<Timestamp>,
    revision_start: Timestamp,
    #[serde(default)]
    revision_end: Option<Timestamp>,
    #[serde(default)]
    metrics: BTreeMap<String, String>,
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

    /// The types of a tenant's resources of which something is charged.
    fn kinds(
        &self,
        tenant: &TenantId,
        wanted: &Wanted,
        run: &Run<'_>,
        sink: &mut dyn Sink,
    ) -> Result<BTreeSet<String>, Ended> {
        let from = wanted.meters.iter().map(|meter| meter.from).min().unwrap_or(wanted.period.start());
        // With history: what was given away is somebody else's today.
        let list = List {
            kind: "generic",
            filter: query::both(query::of_project(tenant), query::alive(from)),
            attributes: &["id", "type", "project_id", "metrics", "revision_start"],
        };
        let (mut kinds, mut known, mut any) = (BTreeSet::new(), BTreeMap::new(), false);
        self.list(&list, run, &mut |row| {
            any = true;
            let Kind { kind, project_id, metrics } = self.row(list.kind, row)?;
            self.is_own(tenant, project_id.as_deref(), list.kind)?;
            for name in metrics.into_keys() {
                let interest = *known.entry(name).or_insert_with_key(|name| {
                    let interest = sink.interest(Some(tenant), name);
                    if interest == Interest::Count {
                        sink.passed(tenant, name, None);
                    }
                    interest
                });
                if matches!(interest, Interest::Take(_)) && !kinds.contains(&kind) {
                    kinds.insert(kind.clone());
                }
            }
            Ok(())
        })?;
        if !any {
            self.has_nothing(tenant, run).map_err(|error| self.failed(error))?;
        }
        Ok(kinds)
    }

    /// Shows the revisions of a tenant's resources of a type, with what each says for the meters that are charged.
    fn revisions(
        &self,
        kind: &str,
        tenant: &TenantId,
        wanted: &Wanted,
        run: &Run<'_>,
        take: &mut dyn FnMut(Revision, Vec<(usize, Metadata)>) -> Result<(), Ended>,
    ) -> Result<(), Ended> {
        let from = wanted.meters.iter().map(|meter| meter.from).min().unwrap_or(wanted.period.start());
        let filter = query::both(query::of_project(tenant), query::alive(from));
        self.list(&List { kind, filter, attributes: &[] }, run, &mut |row| {
            let revision: Revision = self.row(kind, row)?;
            self.is_own(tenant, revision.project_id.as_deref(), kind)?;
            let mut says = Vec::new();
            for name in revision.metrics.keys() {
                let Ok(meter) = wanted.meters.binary_search_by(|meter| meter.name.as_str().cmp(name)) else { continue };
                let read = read_metadata(Some(row.into()), &wanted.meters[meter].keys);
                let read = read.map_err(|error| self.wrong(kind, unquoted(&error.to_string())))?;
                let is_long = read.pairs().find(|(_, value)| value.len() > LONGEST_TEXT);
                if let Some((key, _)) = is_long {
                    return Err(self.wrong(kind, format!("the {key} of resource {} is too long", revision.id)));
                }
                says.push((meter, read.pairs().collect()));
            }
            take(revision, says)
        })
    }

    /// Those of the resources that somebody else had, too.
    fn had_by_others(
        &self,
        kind: &str,
        tenant: &TenantId,
        ids: &[&str],
        run: &Run<'_>,
    ) -> Result<BTreeSet<String>, Ended> {
        #[derive(Deserialize)]
        struct Id {
            #[serde(deserialize_with = "text::owned")]
            id: String,
        }
        let mut found = BTreeSet::new();
        let filter = query::of_others(tenant, ids);
        let attributes = &["id", "revision_start"];
        self.list(&List { kind, filter, attributes }, run, &mut |row| {
            let Id { id } = self.row(kind, row)?;
            found.insert(id);
            Ok(())
        })?;
        Ok(found)
    }

    /// A row, as what it should be.
    pub fn row<'r, T: Deserialize<'r>>(&self, kind: &str, row: &'r RawValue) -> Result<T, Ended> {
        serde_json::from_str(row.get()).map_err(|error| self.wrong(kind, unquoted(&error.to_string())))
    }

    /// A resource of somebody else's is an error: the filter was not obeyed.
    fn is_own(&self, tenant: &TenantId, found: Option<&str>, kind: &str) -> Result<(), Ended> {
        if found == Some(tenant) {
            return Ok(());
        }
        let found = found.unwrap_or("nobody");
        Err(self.wrong(kind, format!("a resource of {found}, though those of {tenant} were asked for")))
    }

    fn wrong(&self, kind: &str, what: String) -> Ended {
        let url = plain(&query::search(&self.base, kind, &[]));
        self.failed(GnocchiError::Content { method: "POST", url, what }).into()
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
