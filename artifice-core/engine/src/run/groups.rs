//! Tenants of a run by the rules that they go by: what is adjusted is aggregated as it was then.

use std::collections::BTreeSet;
use std::sync::Arc;

use artifice_ledger::{Kind, State, Statement};
use artifice_model::statement::Rules;
use artifice_model::{Period, TenantId};

use crate::Purpose;
use crate::draft::month::whole_months;
use crate::error::EngineError;
use crate::run::shared::Run;
use crate::run::tenants::Tenants;

/// Tenants that go by the same rules.
pub(crate) struct Group {
    pub rules: Arc<Rules>,
    /// Who they are; of the rest, whoever is wanted.
    tenants: Option<BTreeSet<TenantId>>,
    /// Who is in no need of it.
    pub skip: BTreeSet<TenantId>,
    /// Whether it is all those who go by today's rules.
    pub is_rest: bool,
}

impl Group {
    /// Who they are, if they are not the rest.
    pub fn ids(&self) -> impl Iterator<Item = &TenantId> {
        self.tenants.iter().flatten()
    }

    /// The tenants of a command that are in it.
    pub fn of(&self, tenants: &Tenants) -> Tenants {
        self.tenants.clone().map_or_else(|| tenants.clone(), |ids| tenants.clone().only(ids))
    }
}

/// Whoever goes by today's rules, after those who go by others: of each of these an invoice is adjusted that was made by
/// them. Only these are worth a reading of the source of their own.
pub(crate) fn groups<'s>(
    today: Rules,
    adjusted: impl Iterator<Item = &'s Statement>,
    done: &BTreeSet<TenantId>,
) -> Vec<Group> {
    let mut groups: Vec<(Arc<Rules>, BTreeSet<TenantId>)> = Vec::new();
    for invoice in adjusted.filter(|invoice| !done.contains(&invoice.tenant.id)) {
        let Some(rules) = invoice.rules.as_ref().filter(|rules| ***rules != today) else { continue };
        let id = invoice.tenant.id.clone();
        match groups.iter_mut().find(|(other, _)| other == rules) {
            Some((_, ids)) => drop(ids.insert(id)),
            None => groups.push((rules.clone(), BTreeSet::from([id]))),
        }
    }
    let mut skip = done.clone();
    skip.extend(groups.iter().flat_map(|(_, ids)| ids.iter().cloned()));
    let of_group = |(rules, ids)| Group { rules, tenants: Some(ids), skip: done.clone(), is_rest: false };
    let mut all: Vec<Group> = groups.into_iter().map(of_group).collect();
    all.push(Group { rules: Arc::new(today), tenants: None, skip, is_rest: true });
    all
}

/// The invoices of exactly a period that can be adjusted.
pub(crate) fn adjusted(statements: &[Statement], period: Period) -> impl Iterator<Item = &Statement> {
    statements
        .iter()
        .filter(move |other| other.kind == Kind::Invoice && other.state == State::Committed && other.period == period)
}

impl Run {
    /// The groups of a round.
    pub async fn groups(&self, tenants: &Tenants, done: &BTreeSet<TenantId>) -> Result<Vec<Group>, EngineError> {
        let statements = match self.purpose {
            Purpose::Invoice => Vec::new(),
            Purpose::Adjustment => self.concerned(tenants).await?.statements,
        };
        Ok(groups(self.clerk.engine.config().rules(), adjusted(&statements, self.period), done))
    }

    /// The whole months that a period lies in.
    pub fn months(&self, period: Period) -> Period {
        whole_months(&self.clerk.engine.config().main.calendar, period)
    }
}
