//! A cloud that one is logged in to, and what its Ceilometer taught on the way.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use artifice_model::{TenantId, Timestamp};
use reqwest::Url;

use super::error::CloudError;
use super::listed::Listed;
use super::query;
use super::settings::CeilometerSettings;
use super::survey::Survey;
use crate::choice::KnownTenant;
use crate::error::{Reach, SourceError};
use crate::http::{Answer, Ask, Http, plain};
use crate::openstack::keystone::Keystone;
use crate::openstack::settings::{OpenStack, SUBJECT};
use crate::source::{Observation, Traffic};

/// The first instant that is asked for: nothing was metered before.
pub(super) const EPOCH: Timestamp = Timestamp::from_micros(0);

/// What has samples of several tenants: how many of each.
pub(super) type Shared = HashMap<String, BTreeMap<TenantId, u64>>;

/// A cloud that one is logged in to.
pub(super) struct Cloud {
    http: Http,
    keystone: Keystone,
    pub base: Url,
    /// How many samples are asked for at a time.
    pub limit: usize,
    learned: Mutex<Learned>,
    /// Held by whoever asks something about everybody: it asks for all who wait for that.
    pub asking: Mutex<()>,
}

/// What the server taught on the way.
#[derive(Default)]
pub(super) struct Learned {
    /// Whether it knows that it can be limited. The first releases do not.
    pub knows_limit: bool,
    /// Lengths at which answers may have been cut: each the longest when it came.
    pub lengths: BTreeSet<usize>,
    /// Whether it has ever failed to say which meters there are.
    pub no_list: bool,
    /// What statistics say of everybody, where it is certain that they do.
    pub survey: Option<Arc<Survey>>,
    /// Whether less came than they say: from then on nothing is taken of an answer that may not be all.
    pub is_careful: bool,
    /// What had several tenants, by meter, once somebody has asked.
    pub shared: HashMap<String, Arc<Shared>>,
    /// The meters of everybody that nothing charges, once somebody has asked.
    pub listed: Option<Arc<Listed>>,
    /// Whether it has answered anything since its last failure.
    pub answered: bool,
}

impl Cloud {
    /// Logs in to Keystone, and finds Ceilometer.
    pub fn log_in(settings: &CeilometerSettings) -> Result<Cloud, CloudError> {
        let CeilometerSettings { cloud, limit } = settings;
        let http = Http::new(SUBJECT, &cloud.tls, cloud.timeout)?;
        let keystone = Keystone::log_in(&http, cloud)?;
        let base = match &cloud.ceilometer_url {
            Some(url) => url.clone(),
            None => keystone.endpoint("metering")?,
        };
        tracing::debug!(ceilometer = %plain(&base), "logged in");
        let learned = Mutex::new(Learned { knows_limit: true, ..Learned::default() });
        Ok(Cloud { http, keystone, base: query::base(&base), limit: *limit, learned, asking: Mutex::default() })
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

    /// What statistics say of everybody, if they do; and whether less came than they say.
    pub fn surveyed(&self) -> (Option<Arc<Survey>>, bool) {
        let learned = self.learned();
        (learned.survey.clone(), learned.is_careful)
    }

    /// A failure, and how far it reaches.
    pub fn failed(&self, error: CloudError) -> SourceError {
        let reach = if error.ends_all() { Reach::Service } else { Reach::Tenant };
        let answered = std::mem::take(&mut self.learned().answered);
        SourceError { reach, slow: error.is_slow(), answered, what: Box::new(error) }
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
    pub fn ask(&self, url: &Url, most_bytes: usize, traffic: &Traffic) -> Result<Answer, CloudError> {
        traffic.asked();
        let answer = self.http.ask(&Ask { most_bytes, ..Ask::get(url, &self.keystone, SUBJECT) })?;
        match answer.status {
            404 => return Err(CloudError::NoCeilometer(answer.refused())),
            410 => {
                let gnocchi = self.keystone.endpoint("metric").ok().map(|url| plain(&url));
                return Err(CloudError::Gone { why: answer.refused(), gnocchi });
            }
            // What Ceilometer itself refuses is about the tenant; what stands before it, about the token.
            401 if !answer.is_of_application() => return Err(CloudError::Token(answer.refused())),
            502..=504 => {}
            _ => self.learned().answered = true,
        }
        Ok(answer)
    }
}
