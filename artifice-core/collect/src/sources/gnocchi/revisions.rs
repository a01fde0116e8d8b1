//! What is asked of a tenant's resources: of which types there are any, and what they said when.

use std::collections::{BTreeMap, BTreeSet};

use artifice_model::sample::Metadata;
use artifice_model::{TenantId, Timestamp};
use artifice_text::unquoted;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::error::GnocchiError;
use super::pages::List;
use super::query;
use super::server::Server;
use crate::http::plain;
use crate::limits::LONGEST_TEXT;
use crate::sink::{Interest, Sink};
use crate::source::{Ended, Run, Wanted};
use crate::text;
use crate::wire::read_metadata;

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
pub(super) struct Revision {
    #[serde(deserialize_with = "text::owned")]
    pub id: String,
    #[serde(deserialize_with = "text::owned")]
    pub original_resource_id: String,
    #[serde(default, deserialize_with = "text::optional")]
    pub project_id: Option<String>,
    pub started_at: Timestamp,
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
    pub revision_start: Timestamp,
    #[serde(default)]
    pub revision_end: Option<Timestamp>,
    #[serde(default)]
    pub metrics: BTreeMap<String, String>,
}

impl Server {
    /// The types of a tenant's resources of which something is charged.
    pub fn kinds(
        &self,
        tenant: &TenantId,
        wanted: &Wanted,
        run: &Run<'_>,
        sink: &mut dyn Sink,
    ) -> Result<BTreeSet<String>, Ended> {
        // With history: what was given away is somebody else's today.
        let list = List {
            kind: "generic",
            filter: query::both(query::of_project(tenant), query::alive(query::earliest(wanted))),
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
    pub fn revisions(
        &self,
        kind: &str,
        tenant: &TenantId,
        wanted: &Wanted,
        run: &Run<'_>,
        take: &mut dyn FnMut(Revision, Vec<(usize, Metadata)>) -> Result<(), Ended>,
    ) -> Result<(), Ended> {
        let filter = query::both(query::of_project(tenant), query::alive(query::earliest(wanted)));
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
    pub fn had_by_others(
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
