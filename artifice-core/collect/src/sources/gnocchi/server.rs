//! A Gnocchi that can be asked, and what it taught on the way.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use reqwest::{Method, Url};
use serde_json::Value;

use super::error::GnocchiError;
use super::policy::Policy;
use super::query;
use super::settings::{GnocchiSettings, SUBJECT};
use crate::choice::KnownTenant;
use crate::error::{Reach, SourceError};
use crate::http::{Answer, Ask, Auth, Basic, Body, Http, plain};
use crate::openstack::keystone::Keystone;
use crate::openstack::settings::SUBJECT as OPENSTACK;
use crate::source::Observation;

/// How long the longest page was so far.
#[derive(Debug, Default)]
pub(super) struct Longest(AtomicUsize);

impl Longest {
    /// Whether a page of that length may have been cut.
    pub fn may_be_cut(&self, length: usize) -> bool {
        let longest = self.0.fetch_max(length, Ordering::SeqCst);
        length >= query::LIMIT || (length > 0 && length >= longest)
    }
}

/// A Gnocchi that can be asked.
pub(super) struct Server {
    http: Http,
    keystone: Option<Keystone>,
    basic: Option<(String, Basic)>,
    pub base: Url,
    pub settings: GnocchiSettings,
    /// Whether it has answered anything since its last failure.
    answered: AtomicBool,
    /// How long its longest page was.
    pub longest: Longest,
    /// Whether it shows everybody's resources.
    pub sees_all: OnceLock<bool>,
    /// What was kept of the metric of that name that was looked at last: others of that name are likely kept alike.
    policies: Mutex<BTreeMap<String, Policy>>,
}

impl Server {
    /// Logs in, where there is anything to log in to, and finds Gnocchi.
    pub fn log_in(settings: &GnocchiSettings) -> Result<Server, GnocchiError> {
        let http = Http::new(SUBJECT, &settings.tls, settings.timeout)?;
        let keystone = match &settings.cloud {
            Some(cloud) => {
                let http = Http::new(OPENSTACK, &cloud.tls, cloud.timeout)?;
                Some(Keystone::log_in(&http, cloud)?)
            }
            None => None,
        };
        let base = match (&settings.url, &keystone) {
            (Some(url), _) => url.clone(),
            (None, Some(keystone)) => keystone.endpoint("metric")?,
            // The settings are not read without either.
            (None, None) => return Err(no_address()),
        };
        let basic = settings.user.as_ref().map(|(name, password)| (name.clone(), Basic::new(name, password)));
        tracing::debug!(gnocchi = %plain(&base), "found");
        Ok(Server {
            http,
            keystone,
            basic,
            base: query::base(&base),
            settings: settings.clone(),
            answered: AtomicBool::new(false),
            longest: Longest::default(),
            sees_all: OnceLock::new(),
            policies: Mutex::default(),
        })
    }

    /// The projects that Keystone knows; nobody, if it is not asked.
    pub fn projects(&self) -> Result<Vec<KnownTenant>, GnocchiError> {
        Ok(self.keystone.as_ref().map(Keystone::projects).transpose()?.unwrap_or_default())
    }

    /// As whom one is logged in, and where.
    pub fn logged_in(&self) -> Option<Observation> {
        let keystone = self.keystone.as_ref()?;
        Some(Observation::LoggedIn {
            identity: keystone.identity(),
            keystone: plain(keystone.url()),
            region: self.settings.cloud.as_ref().and_then(|cloud| cloud.region.clone()),
            metering: plain(&self.base),
        })
    }

    /// As whom one asks.
    pub fn who(&self) -> String {
        match (&self.basic, &self.keystone) {
            (Some((name, _)), _) => name.clone(),
            (None, Some(keystone)) => keystone.identity().user,
            (None, None) => "nobody".to_owned(),
        }
    }

    /// A failure, and how far it reaches.
    pub fn failed(&self, error: GnocchiError) -> SourceError {
        let reach = if error.ends_all() { Reach::Service } else { Reach::Tenant };
        let answered = self.answered.swap(false, Ordering::SeqCst);
        SourceError { reach, slow: error.is_slow(), answered, what: Box::new(error) }
    }

    /// What is likely kept of metrics of that name.
    pub fn guess(&self, meter: &str) -> Option<Policy> {
        self.policies.lock().unwrap_or_else(PoisonError::into_inner).get(meter).cloned()
    }

    /// Learns what is kept of a metric of that name.
    pub fn learn(&self, meter: &str, policy: &Policy) {
        let mut policies = self.policies.lock().unwrap_or_else(PoisonError::into_inner);
        if policies.get(meter) != Some(policy) {
            policies.insert(meter.to_owned(), policy.clone());
        }
    }

    /// Asks for what is there.
    pub fn get(&self, url: &Url, most_bytes: usize) -> Result<Answer, GnocchiError> {
        self.ask(Ask { most_bytes, ..Ask::get(url, self.auth(), SUBJECT) })
    }

    /// Asks for what a body describes.
    pub fn post(&self, url: &Url, body: &Value, most_bytes: usize) -> Result<Answer, GnocchiError> {
        let (method, body) = (Method::POST, Body::Json(body.to_string()));
        self.ask(Ask { method, body, most_bytes, ..Ask::get(url, self.auth(), SUBJECT) })
    }

    fn auth(&self) -> &dyn Auth {
        match (&self.basic, &self.keystone) {
            (Some((_, basic)), _) => basic,
            (None, Some(keystone)) => keystone,
            (None, None) => &crate::http::Nobody,
        }
    }

    fn ask(&self, ask: Ask<'_>) -> Result<Answer, GnocchiError> {
        let secret = self.settings.user.as_ref().map(|(_, password)| password);
        let answer = self.http.ask(&Ask { secret: secret.filter(|secret| !secret.reveal().is_empty()), ..ask })?;
        match answer.status {
            401 if self.basic.is_some() => return Err(GnocchiError::User(answer.refused())),
            401 => return Err(GnocchiError::Token(answer.refused())),
            // Gnocchi itself says what is not there; what has no such path is another service.
            404 if !is_own(&answer) => return Err(GnocchiError::NoGnocchi(answer.refused())),
            502..=504 => {}
            _ => self.answered.store(true, Ordering::SeqCst),
        }
        Ok(answer)
    }
}

/// Whether an error says what is not there, in words or as `{cause, …}`.
fn is_own(answer: &Answer) -> bool {
    let says: Option<Value> = serde_json::from_slice(&answer.body).ok();
    says.is_some_and(|says| says["code"] == 404 && (says["description"].is_string() || says["description"].is_object()))
}

fn no_address() -> GnocchiError {
    let what = "nobody says where Gnocchi is; write source.url".to_owned();
    GnocchiError::Content { method: "GET", url: "/".to_owned(), what }
}
