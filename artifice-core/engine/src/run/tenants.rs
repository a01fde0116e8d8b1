//! Whom a command is for: tenants named by id or name, or everybody.

use std::collections::{BTreeMap, BTreeSet};

use artifice_model::{Tenant, TenantId};

use crate::run::labels::labels;
use crate::tell::Failed;
use artifice_collect::Seen;

/// The tenants of a command.
#[derive(Clone)]
pub(crate) struct Tenants {
    /// Those that the source or the ledger knows, by id.
    known: BTreeMap<TenantId, Tenant>,
    /// What was asked for, each with the id it stands for; everybody if empty.
    asked: Vec<(String, Result<TenantId, String>)>,
    /// Every id that was asked for.
    wanted: Option<BTreeSet<TenantId>>,
    /// Those that the ledger knows.
    in_ledger: BTreeSet<TenantId>,
    /// What those are called whose name is not their own.
    labels: BTreeMap<TenantId, String>,
}

impl Tenants {
    /// Those that the source knows go before those that the ledger knows: a project may have been
    /// renamed since, and a new one may have the name of one that was deleted.
    pub fn new(source: Vec<Tenant>, ledger: Vec<Tenant>, asked: &[String]) -> Self {
        let by_id = |tenants: Vec<Tenant>| tenants.into_iter().map(|tenant| (tenant.id.clone(), tenant));
        let source: BTreeMap<TenantId, Tenant> = by_id(source).collect();
        let mut known: BTreeMap<TenantId, Tenant> = by_id(ledger).collect();
        let in_ledger = known.keys().cloned().collect();
        let named = |known: &BTreeMap<TenantId, Tenant>, text: &String| -> Vec<TenantId> {
            known.values().filter(|tenant| tenant.name.as_ref() == Some(text)).map(|tenant| tenant.id.clone()).collect()
        };
        let resolve = |text: &String| {
            if source.contains_key(text.as_str()) || known.contains_key(text.as_str()) {
                return Ok(text.as_str().into());
            }
            let mut named_so = named(&source, text);
            if named_so.is_empty() {
                named_so = named(&known, text);
                // Today's name of a tenant is the source's.
                named_so.retain(|id| source.get(id).is_none_or(|tenant| tenant.name.is_none()));
            }
            match &named_so[..] {
                [] => Ok(text.as_str().into()),
                [id] => Ok(id.clone()),
                ids => Err(format!("several tenants have this name; name one by its id: {}", ids.join(", "))),
            }
        };
        let asked: Vec<_> = asked.iter().map(|text| (text.clone(), resolve(text))).collect();
        let ids = || asked.iter().filter_map(|(_, id)| id.clone().ok()).collect();
        let wanted = (!asked.is_empty()).then(ids);
        for (id, tenant) in source {
            if tenant.name.is_some() || !known.contains_key(&id) {
                known.insert(id, tenant);
            }
        }
        let labels = labels(known.values());
        Tenants { known, asked, wanted, in_ledger, labels }
    }

    /// The same, for some of them only.
    pub fn only(self, ids: BTreeSet<TenantId>) -> Self {
        Tenants { asked: Vec::new(), wanted: Some(ids), ..self }
    }

    /// Those of them that the ledger knows, and that are wanted.
    pub fn billed_before(&self) -> impl Iterator<Item = &TenantId> {
        self.in_ledger.iter().filter(|id| self.is_wanted(id))
    }

    /// What a tenant is called whose name is not its own.
    pub fn label(&self, id: &TenantId) -> Option<&str> {
        self.labels.get(id).map(String::as_str)
    }

    /// A tenant as people are told of it.
    pub fn told(&self, id: &TenantId) -> Tenant {
        let found = self.found(id);
        Tenant { name: self.label(id).map(str::to_owned).or(found.name), ..found }
    }

    /// The ids of those that anybody knows.
    pub fn known(&self) -> BTreeSet<TenantId> {
        self.known.keys().cloned().collect()
    }

    /// The ids that were asked for; `None` for everybody.
    pub fn wanted(&self) -> Option<&BTreeSet<TenantId>> {
        self.wanted.as_ref()
    }

    /// Whether a tenant is among those asked for.
    pub fn is_wanted(&self, id: &str) -> bool {
        self.wanted.as_ref().is_none_or(|wanted| wanted.contains(id))
    }

    /// A tenant of whom usage was found.
    pub fn found(&self, id: &TenantId) -> Tenant {
        self.known.get(id).cloned().unwrap_or_else(|| Tenant { id: id.clone(), name: None })
    }

    /// Those asked for whom nobody knows: neither the source nor the ledger.
    pub fn missing(&self, seen: &Seen) -> Vec<Failed> {
        let failed = |text: &String, why: String| Failed::of(Tenant { id: text.as_str().into(), name: None }, why);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn tenants(all: &[(&str, &str)]) -> Vec<Tenant> {
        let name = |name: &str| (!name.is_empty()).then(|| name.to_owned());
        all.iter().map(|(id, text)| Tenant { id: (*id).into(), name: name(text) }).collect()
    }

    #[test]
    fn a_name_is_looked_for_in_the_source_first() {
        let source = tenants(&[("1", "demo"), ("2", "twice"), ("3", "twice"), ("4", "renamed"), ("5", "")]);
        let ledger = tenants(&[("0", "demo"), ("9", "gone"), ("4", "old"), ("5", "five"), ("6", "1")]);
        let asked = ["demo", "gone", "renamed", "five", "1", "nobody", "twice"].map(str::to_owned);
        let found = Tenants::new(source, ledger, &asked);
        let wanted: Vec<&str> = found.wanted().unwrap().iter().map(TenantId::as_str).collect();
        assert_eq!(wanted, ["1", "4", "5", "9", "nobody"]);
        let missing = found.missing(&Seen::default());
        let missing: Vec<_> = missing.iter().map(|failed| (failed.tenant.id.as_str(), failed.why.as_str())).collect();
        assert_eq!(missing.len(), 2);
        assert!(missing[0].0 == "nobody" && missing[0].1.starts_with("no such tenant"));
        assert_eq!(missing[1], ("twice", "several tenants have this name; name one by its id: 2, 3"));
        let name = |id| found.found(&TenantId::from(id)).name;
        assert_eq!([name("4"), name("5")].map(Option::unwrap), ["renamed", "five"]);
        assert_eq!((name("x"), found.known().len()), (None, 8));
        // An old name is nobody's any more.
        let old = Tenants::new(tenants(&[("4", "renamed")]), tenants(&[("4", "old")]), &["old".to_owned()]);
        assert_eq!(old.missing(&Seen::default()).len(), 1);
    }
}
