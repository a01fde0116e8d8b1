//! Who has metering, and whether all of it is seen.

use std::collections::{BTreeMap, BTreeSet};

use artifice_model::TenantId;
use serde::Deserialize;

use super::error::GnocchiError;
use super::pages::List;
use super::query;
use super::server::Server;
use crate::error::SourceError;
use crate::limits::LONGEST_ERROR;
use crate::source::{Ended, Run, Wanted, WithUsage};
use crate::text;

#[derive(Deserialize)]
struct Row {
    #[serde(deserialize_with = "text::owned")]
    id: String,
    #[serde(default, deserialize_with = "text::optional")]
    project_id: Option<String>,
    #[serde(default)]
    metrics: BTreeMap<String, String>,
}

impl Server {
    /// Who has metrics that are charged, whether or not anybody else knows them.
    pub fn with_usage(&self, wanted: &Wanted, run: &Run<'_>) -> Result<WithUsage, SourceError> {
        let mut found = WithUsage::default();
        let list = List {
            kind: "generic",
            filter: query::alive(query::earliest(wanted)),
            attributes: &["id", "project_id", "metrics", "revision_start"],
        };
        let (mut seen, mut last): (BTreeSet<String>, String) = Default::default();
        let read = self.list(&list, run, &mut |row| {
            let Row { id, project_id, metrics } = self.row(list.kind, row)?;
            let is_charged = |name: &String| wanted.meters.binary_search_by(|meter| meter.name.cmp(name)).is_ok();
            let charged = metrics.keys().filter(|name| is_charged(name)).count();
            match project_id.filter(|id| !id.is_empty()) {
                Some(tenant) => {
                    if charged > 0 && !found.tenants.contains(tenant.as_str()) {
                        found.tenants.insert(tenant.as_str().into());
                    }
                    if seen.len() < 2 {
                        seen.insert(tenant);
                    }
                }
                // Once, whatever was revised.
                None if id != last => found.without_tenant += u64::try_from(charged).unwrap_or(u64::MAX),
                None => {}
            }
            last = id;
            Ok(())
        });
        match read {
            Ok(()) => {}
            Err(Ended::Failed(error)) => return Err(error),
            // Whoever ends it looks at that himself.
            Err(Ended::Stop(_)) => return Ok(found),
        }
        self.sees_everybody(&seen, wanted, run).map_err(|error| self.failed(error))?;
        Ok(found)
    }

    /// Gnocchi shows whoever may not see everything his own project's resources, or those that he has made, and says
    /// nothing of the others. So who is no administrator should see at least two projects, if there are some.
    fn sees_everybody(&self, seen: &BTreeSet<String>, wanted: &Wanted, run: &Run<'_>) -> Result<(), GnocchiError> {
        if seen.len() > 1 {
            self.sees_all.get_or_init(|| true);
            return Ok(());
        }
        if wanted.known.len() < 2 || self.is_administrator(run)? {
            return Ok(());
        }
        let seen = match seen.first() {
            Some(project) => format!("resources of the project {project}"),
            None => "no resources at all".to_owned(),
        };
        Err(GnocchiError::Narrow { who: self.who(), seen, known: wanted.known.len() })
    }

    /// A tenant of whom nothing is shown has nothing only if everything is shown.
    pub fn has_nothing(&self, tenant: &TenantId, run: &Run<'_>) -> Result<(), GnocchiError> {
        if self.is_administrator(run)? {
            Ok(())
        } else {
            Err(GnocchiError::Hidden { who: self.who(), tenant: tenant.clone() })
        }
    }

    /// Only administrators are told how Gnocchi is.
    fn is_administrator(&self, run: &Run<'_>) -> Result<bool, GnocchiError> {
        if let Some(known) = self.sees_all.get() {
            return Ok(*known);
        }
        run.traffic.asked();
        let is_told = self.get(&query::status(&self.base), LONGEST_ERROR)?.is_success();
        Ok(*self.sees_all.get_or_init(|| is_told))
    }
}
