//! Whom a command is for: tenants named by id or name, or everybody.

use std::collections::{BTreeMap, BTreeSet};

use artifice_model::statement::Tenant;

use super::report::Failed;
use crate::collect::Seen;

/// The tenants of a command.
pub(super) struct Tenants {
    /// Those that the ledger knows, by id.
    known: BTreeMap<String, Tenant>,
    /// What was asked for, each with the id it stands for; everybody if empty.
    asked: Vec<(String, Result<String, String>)>,
    /// Every id that was asked for.
    wanted: Option<BTreeSet<String>>,
}

impl Tenants {
    pub fn new(known: Vec<Tenant>, asked: &[String]) -> Self {
        let known: BTreeMap<String, Tenant> = known.into_iter().map(|tenant| (tenant.id.clone(), tenant)).collect();
        let resolve = |text: &String| {
            let named: Vec<&String> =
                known.values().filter(|tenant| tenant.name.as_ref() == Some(text)).map(|tenant| &tenant.id).collect();
            match named[..] {
                [id] if !known.contains_key(text) => Ok(id.clone()),
                [] | [_] => Ok(text.clone()),
                _ if known.contains_key(text) => Ok(text.clone()),
                _ => Err(format!("several tenants have this name; name one by its id: {}", join(&named))),
            }
        };
        let asked: Vec<_> = asked.iter().map(|text| (text.clone(), resolve(text))).collect();
        let ids = || asked.iter().filter_map(|(_, id)| id.clone().ok()).collect();
        let wanted = (!asked.is_empty()).then(ids);
        Tenants { known, asked, wanted }
    }

    /// The ids that were asked for; `None` for everybody.
    pub fn wanted(&self) -> Option<&BTreeSet<String>> {
        self.wanted.as_ref()
    }

    /// Whether a tenant is among those asked for.
    pub fn is_wanted(&self, id: &str) -> bool {
        self.wanted.as_ref().is_none_or(|wanted| wanted.contains(id))
    }

    /// A tenant of whom usage was found.
    pub fn found(&self, id: &str) -> Tenant {
        self.known.get(id).cloned().unwrap_or_else(|| Tenant { id: id.to_owned(), name: None })
    }

    /// Those asked for whom nobody knows: neither the source nor the ledger.
    pub fn missing(&self, seen: &Seen) -> Vec<Failed> {
        let failed = |text: &String, why: String| Failed { tenant: Tenant { id: text.clone(), name: None }, why };
        let missing = self.asked.iter().filter_map(|(text, id)| match id {
            Err(why) => Some(failed(text, why.clone())),
            Ok(id) if seen.tenants.contains(id) || self.known.contains_key(id) => None,
            Ok(_) => Some(failed(
                text,
                "no such tenant, neither in the source nor in the ledger; check the id or name".to_owned(),
            )),
        });
        missing.collect()
    }
}

fn join(ids: &[&String]) -> String {
    ids.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(", ")
}
