//! Who has how many samples of what: Ceilometer's statistics by project, one request a meter.
//!
//! Whoever may not see everybody gets, without a word, the statistics of the own project. So an answer is believed to be
//! about everybody only if it shows several tenants; one that shows nobody or one tenant, if answers before it and after it
//! show several. (What one may see can change with each token.) Roles are not asked: which of them may see everybody is
//! the policy of each cloud.
//!
//! What statistics say is never the reason that a tenant is left out. Of whom they say that it has no sample of a meter,
//! it is not asked for that meter: they count the rows that would be answered, by the same filter. Of whom they say that
//! it has some, as many have to come.

use serde::Deserialize;

use super::cloud::{Cloud, EPOCH};
use super::error::CloudError;
use super::query;
use super::survey::{Counts, Survey};
use crate::error::SourceError;
use crate::limits::LONGEST_PAGE;
use crate::source::{Run, Wanted, WantedMeter, WithUsage};
use crate::text;

/// The answers to `…/statistics?groupby=project_id`.
#[derive(Deserialize)]
struct Group {
    groupby: Option<By>,
    #[serde(default)]
    count: u64,
}

/// Whose samples are counted.
#[derive(Default, Deserialize)]
pub(super) struct By {
    #[serde(default, deserialize_with = "text::optional")]
    pub project_id: Option<String>,
    #[serde(default, deserialize_with = "text::optional")]
    pub resource_id: Option<String>,
}

impl Cloud {
    /// Who has samples of charged meters, whether or not anybody else knows them. A server that cannot say that is not
    /// asked again.
    pub fn with_samples(&self, wanted: &Wanted, run: &Run<'_>) -> Result<WithUsage, SourceError> {
        let mut found = WithUsage::default();
        let mut all = Vec::new();
        for meter in &wanted.meters {
            if run.cancel.is_cancelled() {
                return Ok(found);
            }
            let counts = match self.counts(meter, wanted, run) {
                Ok(counts) => counts,
                Err(error) if error.ends_all() && !error.is_no_ceilometer() => return Err(self.failed(error)),
                Err(error) => {
                    let failed = self.failed(error);
                    let what = CloudError::NotWho { why: failed.to_string() }.into();
                    found.incomplete = Some(SourceError { what, ..failed });
                    return Ok(found);
                }
            };
            found.tenants.extend(counts.tenants.keys().cloned());
            found.without_tenant = found.without_tenant.saturating_add(counts.nobodys);
            all.push(counts);
        }
        let survey = match self.proved(all, wanted, run) {
            Ok(survey) => survey,
            Err(error) if error.ends_all() => return Err(self.failed(error)),
            Err(error) => {
                tracing::info!("what statistics say of everybody is not relied on ({error})");
                None
            }
        };
        if let Some(survey) = survey {
            found.at_once = survey.everybody_costs_less(wanted, self.limit);
            tracing::debug!(at_once = found.at_once, tenants = found.tenants.len(), "statistics show everybody");
            self.learned().survey = Some(survey.into());
        }
        Ok(found)
    }

    /// The survey, if it is certain that it shows everybody: some answers are asked for once more for that.
    fn proved(&self, mut all: Vec<Counts>, wanted: &Wanted, run: &Run<'_>) -> Result<Option<Survey>, CloudError> {
        let Some(first) = all.iter().position(Counts::shows_several) else { return Ok(None) };
        let is_closed = first == 0 && all.last().is_some_and(Counts::shows_several);
        for meter in (0..first).chain((!is_closed).then_some(first)) {
            if let (Some(counts), Some(wanted_meter)) = (all.get_mut(meter), wanted.meters.get(meter)) {
                *counts = self.counts(wanted_meter, wanted, run)?;
            }
        }
        Ok(all.get(first).is_some_and(Counts::shows_several).then_some(Survey(all)))
    }

    fn counts(&self, meter: &WantedMeter, wanted: &Wanted, run: &Run<'_>) -> Result<Counts, CloudError> {
        let mut counts = Counts::default();
        self.groups(meter, false, wanted, run, |by, count| counts.add(by.project_id, count))?;
        Ok(counts)
    }

    /// Shows how many samples of a meter each tenant has; of each resource, if they are told apart.
    pub fn groups(
        &self,
        meter: &WantedMeter,
        by_resource: bool,
        wanted: &Wanted,
        run: &Run<'_>,
        mut take: impl FnMut(By, u64),
    ) -> Result<(), CloudError> {
        let when = (meter.from.max(EPOCH), wanted.period.end());
        let answer = self.ask(&query::counts(&self.base, &meter.name, when, by_resource), LONGEST_PAGE, run.traffic)?;
        if !answer.is_success() {
            return Err(answer.refused().into());
        }
        Ok(answer.each(|Group { groupby, count }: Group| take(groupby.unwrap_or_default(), count))?)
    }
}
