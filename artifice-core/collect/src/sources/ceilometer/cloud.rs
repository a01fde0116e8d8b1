//! A cloud that one is logged in to, and what its Ceilometer taught on the way.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use artifice_model::Timestamp;
use reqwest::Url;
use serde::Deserialize;

use super::error::CloudError;
use super::query;
use super::settings::CeilometerSettings;
use crate::choice::KnownTenant;
use crate::error::{Reach, SourceError};
use crate::http::{Answer, Ask, Http, plain};
use crate::limits::LONGEST_PAGE;
use crate::openstack::keystone::Keystone;
use crate::openstack::settings::{OpenStack, SUBJECT};
use crate::source::{Observation, Run, Wanted, WithUsage};
use crate::text;

/// The first instant that is asked for: nothing was metered before.
pub(super) const EPOCH: Timestamp = Timestamp::from_micros(0);

/// A cloud that one is logged in to.
pub(super) struct Cloud {
    http: Http,
    keystone: Keystone,
    pub base: Url,
    /// How many samples are asked for at a time.
    pub limit: usize,
    learned: Mutex<Learned>,
}

/// What the server taught on the way.
pub(super) struct Learned {
    /// Whether it knows that it can be limited. The first releases do not.
    pub knows_limit: bool,
    /// Lengths at which answers may have been cut: each the longest when it came.
    pub lengths: BTreeSet<usize>,
    /// Whether it has ever failed to say which meters there are.
    pub no_list: bool,
    /// Whether it has answered anything since its last failure.
    pub answered: bool,
}

/// The answers to `…/statistics?groupby=project_id`.
#[derive(Deserialize)]
struct Group {
    groupby: Option<By>,
    #[serde(default)]
    count: u64,
}

#[derive(Deserialize)]
struct By {
    #[serde(default, deserialize_with = "text::optional")]
    project_id: Option<String>,
}

impl Cloud {
    /// Logs in to Keystone, and finds Ceilometer.
    pub fn log_in(settings: &CeilometerSettings) -> Result<Cloud, CloudError> {
        let CeilometerSettings { cloud, limit } = settings;
        let http = Http::new(SUBJECT, &cloud.tls, cloud.timeout)?;
        if cloud.tls.trusts_anybody {
            tracing::warn!(
                "certificates are not checked ({}), so the password may go to anybody who stands in between; name the \
                 authority in openstack.ca_file instead",
                cloud.origin.key("verify")
            );
        }
        let keystone = Keystone::log_in(&http, cloud)?;
        let base = match &cloud.ceilometer_url {
            Some(url) => url.clone(),
            None => keystone.endpoint("metering")?,
        };
        tracing::debug!(ceilometer = %plain(&base), "logged in");
        let learned = Learned { knows_limit: true, lengths: BTreeSet::new(), no_list: false, answered: false };
        Ok(Cloud { http, keystone, base: query::base(&base), limit: *limit, learned: Mutex::new(learned) })
    }

    /// The projects that Keystone knows.
    pub fn projects(&self) -> Result<Vec<KnownTenant>, CloudError> {
        Ok(self.keystone.projects()?)
    }

    /// As whom one is logged in, and where.
    pub fn logged_in(&self, settings: &OpenStack) -> Observation {
        Observation::LoggedIn {
            identity: self.keystone.identity(),
            keystone: plain(self.keystone.url()),
            region: settings.region.clone(),
            metering: plain(&self.base),
        }
    }

    pub fn learned(&self) -> MutexGuard<'_, Learned> {
        self.learned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A failure, and how far it reaches.
    pub fn failed(&self, error: CloudError) -> SourceError {
        let reach = if error.ends_all() { Reach::Service } else { Reach::Tenant };
        let answered = std::mem::take(&mut self.learned().answered);
        SourceError { reach, slow: error.is_slow(), answered, what: Box::new(error) }
    }

    /// Who has samples of charged meters, whether or not anybody else knows them. A server that cannot say that is
    /// not asked again.
    pub fn with_samples(&self, wanted: &Wanted, run: &Run<'_>) -> Result<WithUsage, SourceError> {
        let mut found = WithUsage::default();
        for meter in &wanted.meters {
            if run.cancel.is_cancelled() {
                break;
            }
            let url = query::samples_by_tenant(&self.base, &meter.name, meter.from.max(EPOCH), wanted.period.end());
            let mut take = |Group { groupby, count }: Group| match groupby.and_then(|by| by.project_id) {
                Some(tenant) if !tenant.is_empty() => drop(found.tenants.insert(tenant.into())),
                _ => found.without_tenant = found.without_tenant.saturating_add(count),
            };
            let groups = match self.ask(&url, LONGEST_PAGE) {
                Ok(answer) if answer.is_success() => answer.each(&mut take).map_err(CloudError::from),
                Ok(answer) => Err(answer.refused().into()),
                Err(error) => Err(error),
            };
            match groups {
                Ok(()) => {}
                Err(error) if error.ends_all() && !error.is_no_ceilometer() => return Err(self.failed(error)),
                Err(error) => {
                    let failed = self.failed(error);
                    let what = CloudError::NotWho { why: failed.to_string() }.into();
                    found.incomplete = Some(SourceError { what, ..failed });
                    break;
                }
            }
        }
        Ok(found)
    }

    /// Whether an answer says that this server does not know what a limit is: then it gets none.
    pub fn forget_limit(&self, answer: &Answer) -> bool {
        let says = answer.says().to_lowercase();
        let unknown = answer.status == 400 && says.contains("unknown argument") && says.contains("limit");
        let mut learned = self.learned();
        let news = unknown && learned.knows_limit;
        learned.knows_limit &= !unknown;
        news
    }

    /// Asks, with a token.
    pub fn ask(&self, url: &Url, most_bytes: usize) -> Result<Answer, CloudError> {
        let answer = self.http.ask(&Ask { most_bytes, ..Ask::get(url, &self.keystone, SUBJECT) })?;
        match answer.status {
            404 => return Err(CloudError::NoCeilometer(answer.refused())),
            410 => return Err(CloudError::Gone(answer.refused())),
            // What Ceilometer itself refuses is about the tenant; what stands before it, about the token.
            401 if !answer.is_of_application() => return Err(CloudError::Token(answer.refused())),
            502..=504 => {}
            _ => self.learned().answered = true,
        }
        Ok(answer)
    }
}
