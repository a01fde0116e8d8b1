//! Whom a command is for: tenants named by id or name, or everybody.

use std::collections::{BTreeMap, BTreeSet};

use artifice_model::{Tenant, TenantId};

use crate::run::labels::labels;
use crate::tell::Failed;
use artifice_collect::{Choice, KnownTenant, Seen, Verdict};

/// How many of several tenants of one name are named.
const NAMED: usize = 20;

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
    /// Who is to be billed.
    choice: Choice,
    /// Those known whom it leaves out.
    left_out: BTreeMap<TenantId, Verdict>,
    /// Of whom all is said already.
    done: BTreeSet<TenantId>,
}

impl Tenants {
    /// Those that the source knows go before those that the ledger knows: a project may have been
    /// renamed since, and a new one may have the name of one that was deleted.
    ///
    /// Of whom nobody knows whether `choice` means them, those are billed that were billed before, or are asked for.
    pub fn new(source: Vec<KnownTenant>, ledger: Vec<Tenant>, asked: &[String], choice: Choice) -> Self {
        let mut judged: BTreeMap<TenantId, Verdict> =
            source.iter().map(|tenant| (tenant.id.clone(), choice.judges(tenant))).collect();
        let source: BTreeMap<TenantId, Tenant> =
            source.iter().map(|tenant| (tenant.id.clone(), tenant.tenant())).collect();
        let mut known: BTreeMap<TenantId, Tenant> =
            ledger.into_iter().map(|tenant| (tenant.id.clone(), tenant)).collect();
        let in_ledger: BTreeSet<TenantId> = known.keys().cloned().collect();
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
                ids => {
                    let more =
                        if ids.len() > NAMED { format!(" and {} more", ids.len() - NAMED) } else { String::new() };
                    let some = ids.iter().take(NAMED).map(TenantId::as_str).collect::<Vec<_>>().join(", ");
                    Err(format!("several tenants have this name; name one by its id: {some}{more}"))
                }
            }
        };
        let mut asked: Vec<(String, Result<TenantId, String>)> =
            asked.iter().map(|text| (text.clone(), resolve(text))).collect();
        let forgotten = |id: &TenantId, name| Tenant { id: id.clone(), name };
        for (id, tenant) in &known {
            let judge = || choice.judges(&KnownTenant::forgotten(forgotten(id, tenant.name.clone())));
            judged.entry(id.clone()).or_insert_with(judge);
        }
        for (_, asked) in &mut asked {
            let Ok(id) = &*asked else { continue };
            let judge = || choice.judges(&KnownTenant::forgotten(forgotten(id, None)));
            let verdict = judged.get(id).copied().unwrap_or_else(judge);
            if verdict == Verdict::LeftOut {
                *asked = Err("openstack.tenants leaves it out; change that if it is to be billed".to_owned());
            } else {
                judged.insert(id.clone(), Verdict::Billed);
            }
        }
        let ids = || asked.iter().filter_map(|(_, id)| id.clone().ok()).collect();
        let wanted = (!asked.is_empty()).then(ids);
        for (id, tenant) in source {
            if tenant.name.is_some() || !known.contains_key(&id) {
                known.insert(id, tenant);
            }
        }
        let labels = labels(known.values());
        judged.retain(|id, verdict| match verdict {
            Verdict::Billed => false,
            Verdict::LeftOut => true,
            Verdict::Unknown => !in_ledger.contains(id),
        });
        Tenants { known, asked, wanted, in_ledger, labels, choice, left_out: judged, done: BTreeSet::new() }
    }

    /// Why a tenant is not to be billed, if it is not.
    fn leaves_out(&self, id: &TenantId) -> Option<Verdict> {
        if self.left_out.contains_key(id) || self.known.contains_key(id) {
            return self.left_out.get(id).copied();
        }
        if self.wanted.as_ref().is_some_and(|wanted| wanted.contains(id)) {
            return None;
        }
        let verdict = self.choice.judges(&KnownTenant::forgotten(Tenant { id: id.clone(), name: None }));
        (verdict != Verdict::Billed).then_some(verdict)
    }

    /// Whether a tenant may be billed, asked for or not.
    pub fn takes(&self, id: &TenantId) -> bool {
        self.leaves_out(id).is_none() && !self.done.contains(id)
    }

    /// Those known who are not billed, asked for or not.
    pub fn never(&self) -> impl Iterator<Item = &TenantId> {
        self.left_out.keys().chain(&self.done)
    }

    /// Those who were seen, and of whom nobody knows whether they are to be billed.
    pub fn undecided(&self, seen: &Seen) -> Vec<Tenant> {
        let undecided = |id: &&TenantId| self.leaves_out(id) == Some(Verdict::Unknown);
        seen.tenants.iter().filter(undecided).map(|id| self.told(id)).collect()
    }

    /// The same, for some of them only.
    pub fn only(self, ids: BTreeSet<TenantId>) -> Self {
        Tenants { asked: Vec::new(), wanted: Some(ids), ..self }
    }

    /// The same, without some of whom all is said already.
    pub fn without(mut self, ids: BTreeSet<TenantId>) -> Self {
        if let Some(wanted) = &mut self.wanted {
            wanted.retain(|id| !ids.contains(id));
        }
        self.done.extend(ids);
        self
    }

    /// Those of them that the ledger knows, and that are wanted and may be billed.
    pub fn billed_before(&self) -> impl Iterator<Item = &TenantId> {
        self.in_ledger.iter().filter(|id| self.is_wanted(id) && self.takes(id))
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

    /// The ids of those that anybody knows, and that may be billed.
    pub fn known(&self) -> BTreeSet<TenantId> {
        self.known.keys().filter(|id| self.takes(id)).cloned().collect()
    }

    /// The ids that were asked for; `None` for everybody.
    pub fn wanted(&self) -> Option<&BTreeSet<TenantId>> {
        self.wanted.as_ref()
    }

    /// Whether a tenant is among those asked for.
    pub fn is_wanted(&self, id: &str) -> bool {
        self.wanted.as_ref().is_none_or(|wanted| wanted.contains(id)) && !self.done.contains(id)
    }

    /// A tenant of whom usage was found.
    pub fn found(&self, id: &TenantId) -> Tenant {
        self.known.get(id).cloned().unwrap_or_else(|| Tenant { id: id.clone(), name: None })
    }

    /// Those asked for whom nobody knows: neither the source nor the ledger.
    pub fn missing(&self, seen: &Seen) -> Vec<Failed> {
        let failed = |text: &String, why: String| Failed::of(Tenant { id: text.as_str().into(), name: None }, why);
        let is_known =
            |id: &TenantId| seen.tenants.contains(id) || self.known.contains_key(id) || self.done.contains(id);
        let missing = self.asked.iter().filter_map(|(text, id)| match id {
            Err(why) => Some(failed(text, why.clone())),
            Ok(id) if is_known(id) => None,
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

    fn sourced(all: &[(&str, &str)]) -> Vec<KnownTenant> {
        tenants(all).into_iter().map(KnownTenant::forgotten).collect()
    }

    #[test]
    fn a_name_is_looked_for_in_the_source_first() {
        let source = sourced(&[("1", "demo"), ("2", "twice"), ("3", "twice"), ("4", "renamed"), ("5", "")]);
        let ledger = tenants(&[("0", "demo"), ("9", "gone"), ("4", "old"), ("5", "five"), ("6", "1")]);
        let asked = ["demo", "gone", "renamed", "five", "1", "nobody", "twice"].map(str::to_owned);
        let found = Tenants::new(source, ledger, &asked, Choice::default());
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
        let old = Tenants::new(
            sourced(&[("4", "renamed")]),
            tenants(&[("4", "old")]),
            &["old".to_owned()],
            Choice::default(),
        );
        assert_eq!(old.missing(&Seen::default()).len(), 1);
    }

    /// Reads `openstack.tenants`, as a configuration has it.
    fn choice(yaml: &str) -> Choice {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("c.yaml");
        let openstack = "authentication_url: http://k, default_tenant: a, username: u, password: p";
        std::fs::write(&file, format!("openstack: {{{openstack}, tenants: {yaml}}}\n")).unwrap();
        crate::config::Config::load(&file).unwrap().choice()
    }

    #[test]
    fn who_is_left_out_is_not_billed_and_who_may_be_meant_is_told() {
        let tagged = |id: &str, tags: &[&str]| KnownTenant {
            tags: Some(tags.iter().map(|tag| (*tag).to_owned()).collect()),
            ..KnownTenant::forgotten(Tenant { id: id.into(), name: Some(format!("{id}-name")) })
        };
        let source = || vec![tagged("yes", &["billable"]), tagged("no", &[]), tagged("internal", &["billable"])];
        let ledger = || tenants(&[("no", "no-name"), ("gone", "gone-name")]);
        let chosen = choice("{include: {tag: billable}, exclude: {name: 'internal-*'}}");
        let of = |asked: &[&str]| {
            let asked: Vec<String> = asked.iter().map(|text| (*text).to_owned()).collect();
            Tenants::new(source(), ledger(), &asked, chosen.clone())
        };
        let all = of(&[]);
        let takes = |tenants: &Tenants, id: &str| tenants.takes(&id.into());
        assert_eq!(
            ["yes", "no", "internal", "gone", "new"].map(|id| takes(&all, id)),
            [true, false, false, true, false]
        );
        let known: Vec<TenantId> = all.known().into_iter().collect();
        assert_eq!(known, ["gone", "yes"].map(TenantId::from));
        assert_eq!(all.billed_before().map(TenantId::as_str).collect::<Vec<_>>(), ["gone"]);
        let seen = Seen { tenants: ["yes", "no", "new"].map(TenantId::from).into(), ..Seen::default() };
        assert_eq!(all.undecided(&seen).iter().map(Tenant::called).collect::<Vec<_>>(), ["new"]);

        // Who is asked for is billed, unless that is known to be wrong.
        let asked = of(&["new", "no", "internal-name"]);
        assert!(takes(&asked, "new") && !takes(&asked, "no") && asked.undecided(&seen).is_empty());
        let missing = asked.missing(&seen);
        assert_eq!(missing.iter().map(|failed| failed.tenant.id.as_str()).collect::<Vec<_>>(), ["no", "internal-name"]);
        assert!(missing.iter().all(|failed| failed.why.starts_with("openstack.tenants leaves it out")));
    }
}
