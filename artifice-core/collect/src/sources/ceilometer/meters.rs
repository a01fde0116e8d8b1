//! Which meters there are: whether a tenant has any, and which of them nothing charges.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::cloud::Cloud;
use super::error::CloudError;
use super::listed::Listed;
use super::query;
use crate::http::Ask;
use crate::sink::Sink;
use crate::source::{Run, Traffic, Wanted};
use crate::text;

/// For no more tenants than this each is asked about by itself.
const FEW: usize = 4;
/// How many meters of everybody are listed at most, one for each resource.
const MOST_LISTED: usize = 100_000;

/// An answer of `/v2/meters`.
#[derive(Deserialize)]
struct Meter {
    #[serde(deserialize_with = "text::owned")]
    name: String,
    #[serde(default, deserialize_with = "text::optional")]
    project_id: Option<String>,
}

impl Cloud {
    /// Whether there is any meter, of a tenant if one is named.
    pub fn any_meter(&self, tenant: Option<&str>, traffic: &Traffic) -> Result<bool, CloudError> {
        let mut any = false;
        self.meters(tenant, 1, traffic, |_: IgnoredAny| any = true)?;
        Ok(any)
    }

    /// Shows so many meters at most, of a tenant if one is named: one for each of its resources.
    fn meters<T: DeserializeOwned>(
        &self,
        tenant: Option<&str>,
        most: usize,
        traffic: &Traffic,
        take: impl FnMut(T),
    ) -> Result<(), CloudError> {
        let limit = self.learned().knows_limit.then_some(most);
        let mut answer = self.ask(&query::meters(&self.base, tenant, limit), Ask::MOST_BYTES, traffic)?;
        if self.forget_limit(&answer) {
            answer = self.ask(&query::meters(&self.base, tenant, None), Ask::MOST_BYTES, traffic)?;
        }
        if !answer.is_success() {
            return Err(answer.refused().into());
        }
        Ok(answer.each(take)?)
    }

    /// Tells of the meters of a tenant that nothing charges. It is asked for nothing but a warning: where Ceilometer
    /// cannot tell, there is none, nobody's bill fails for it, and it is not asked again.
    pub fn unmapped(&self, tenant: &str, wanted: &Wanted, run: &Run<'_>, sink: &mut dyn Sink) {
        if !self.lists(wanted) {
            return;
        }
        let are_few = wanted.tenants.as_ref().is_some_and(|tenants| tenants.len() <= FEW);
        let (survey, _) = self.surveyed();
        if !are_few
            && survey.is_some()
            && let Some(listed) = self.listed(wanted, run).filter(|listed| listed.is_all)
        {
            listed.tell(Some(tenant), sink);
            return;
        }
        let mut listed = Listed::default();
        self.list(Some(tenant), self.limit, (wanted, run), &mut listed);
        listed.tell(Some(tenant), sink);
    }

    /// The same of everybody.
    pub fn unmapped_of_all(&self, wanted: &Wanted, run: &Run<'_>, sink: &mut dyn Sink) {
        if self.lists(wanted)
            && let Some(listed) = self.listed(wanted, run)
        {
            listed.tell(None, sink);
        }
    }

    /// Whether anybody wants to know, and Ceilometer can tell.
    fn lists(&self, wanted: &Wanted) -> bool {
        wanted.notice_unmapped && !self.learned().no_list
    }

    /// What is listed of everybody: asked for once.
    fn listed(&self, wanted: &Wanted, run: &Run<'_>) -> Option<Arc<Listed>> {
        let _turn = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.learned().listed.clone();
        if before.is_some() {
            return before;
        }
        let mut listed = Listed::default();
        let most = MOST_LISTED.max(self.limit);
        let count = self.list(None, most, (wanted, run), &mut listed)?;
        listed.is_all = count < most;
        let listed = Arc::new(listed);
        self.learned().listed = Some(listed.clone());
        Some(listed)
    }

    /// Lists what nothing charges, and says how many meters there are of whatever kind, if Ceilometer can tell.
    fn list(
        &self,
        tenant: Option<&str>,
        most: usize,
        (wanted, run): (&Wanted, &Run<'_>),
        listed: &mut Listed,
    ) -> Option<usize> {
        let answered = self.learned().answered;
        let mut names: BTreeSet<Arc<str>> = BTreeSet::new();
        let mut count = 0_usize;
        let take = |Meter { name, project_id }: Meter| {
            count += 1;
            let Some(tenant) = tenant.map(str::to_owned).or(project_id) else { return };
            if wanted.meters.iter().any(|meter| meter.name == name) {
                return;
            }
            let name = names.get(name.as_str()).cloned().unwrap_or_else(|| name.into());
            names.insert(name.clone());
            listed.tenants.entry(tenant).or_default().insert(name);
        };
        match self.meters(tenant, most, run.traffic, take) {
            Ok(()) => Some(count),
            Err(error) => {
                let mut learned = self.learned();
                (learned.answered, learned.no_list) = (answered, true);
                tracing::info!(tenant, "Ceilometer does not say which meters there are ({error})");
                None
            }
        }
    }
}
