//! Keystone: who asks (a token), where services are (the catalog), and whom there is to bill (projects).
//!
//! Identity v3, and v2.0 for clouds of 2013. Which one is told by the path of the configured URL,
//! else by asking its root. Version documents are believed in nothing but the version, and `next` links of pages in
//! nothing but the query: behind proxies their hosts and paths are often wrong, and a token is not sent to a host
//! that neither the configuration nor the catalog names.

mod catalog;
mod error;
mod pages;
mod session;
#[cfg(test)]
mod tests;
mod v2;
mod v3;

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::Value;

use crate::choice::KnownTenant;
use crate::http::{Ask, Auth, Headers, Http, LogInError, Nobody, plain};
use crate::limits::{LONGEST_ERROR, LONGEST_PAGE, MOST_PAGES, PAGES_TIMEOUTS, PROJECTS_BYTES};
use crate::openstack::credentials::Credentials;
use crate::openstack::settings::{OpenStack, SUBJECT};
pub use error::KeystoneError;
use pages::Page;
pub use session::Identity;
use session::{Session, Version, below};

/// A cloud's Keystone, logged in to.
pub struct Keystone {
    http: Http,
    settings: OpenStack,
    version: Version,
    /// Up to and with the version.
    base: Url,
    session: Mutex<Session>,
    /// How often one has logged in again.
    times: AtomicU64,
    /// Held by whoever does: it does it for all who wait for that.
    again: Mutex<()>,
}

impl Keystone {
    /// Finds out the version and logs in.
    pub fn log_in(http: &Http, settings: &OpenStack) -> Result<Keystone, KeystoneError> {
        if settings.tls.trusts_anybody {
            tracing::warn!(
                "certificates are not checked ({}), so the password may go to anybody who stands in between; name the \
                 authority in openstack.ca_file instead",
                settings.origin.key("verify")
            );
        }
        let (version, base) = find_version(http, settings)?;
        let session = start(http, settings, version, &base)?;
        let (http, settings, session) = (http.clone(), settings.clone(), Mutex::new(session));
        Ok(Keystone { http, settings, version, base, session, times: AtomicU64::new(0), again: Mutex::new(()) })
    }

    /// Where it is, up to and with the version.
    pub fn url(&self) -> &Url {
        &self.base
    }

    /// As whom one is logged in.
    pub fn identity(&self) -> Identity {
        self.session().identity.clone()
    }

    fn session(&self) -> MutexGuard<'_, Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Logs in again, unless somebody else has done so meanwhile.
    fn log_in_again(&self) -> Result<(), KeystoneError> {
        let before = self.times.load(Ordering::SeqCst);
        let _turn = self.again.lock().unwrap_or_else(PoisonError::into_inner);
        if self.times.load(Ordering::SeqCst) != before {
            return Ok(());
        }
        tracing::debug!("logging in again");
        let session = start(&self.http, &self.settings, self.version, &self.base)?;
        *self.session() = session;
        self.times.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    /// Where the service of a type (`metering`) is.
    pub fn endpoint(&self, service: &str) -> Result<Url, KeystoneError> {
        catalog::find(&self.session().endpoints, service, self.settings.interface, &self.settings)
    }

    /// All projects that there are, or else those that the user has a role in.
    pub fn projects(&self) -> Result<Vec<KnownTenant>, KeystoneError> {
        let list = |url| self.list(url);
        let endpoints = self.session().endpoints.clone();
        match self.version {
            Version::V3 => {
                let mut projects = v3::projects(&list, &self.settings, &self.base)?;
                if self.settings.tenants.asks_for_domains() {
                    self.name_domains(&mut projects)?;
                }
                Ok(projects)
            }
            Version::V2 => v2::projects(&list, &self.settings, &self.base, &endpoints),
        }
    }

    /// Adds what domains are called.
    fn name_domains(&self, projects: &mut [KnownTenant]) -> Result<(), KeystoneError> {
        let domains = match self.list(v3::paged(&self.base, "domains")) {
            Err(error) if error.status() == Some(403) => {
                let who = self.settings.credentials.who();
                tracing::warn!(
                    "Keystone does not tell {who} what its domains are called ({error}); name them by their ids"
                );
                return Ok(());
            }
            domains => domains?,
        };
        let names: BTreeMap<String, Option<String>> =
            domains.into_iter().map(|domain| (domain.id.to_string(), domain.name)).collect();
        for domain in projects.iter_mut().filter_map(|project| project.domain.as_mut()) {
            domain.name = names.get(&domain.id).cloned().flatten();
        }
        Ok(())
    }

    /// All pages of a list of projects, or of domains; a status of refusal is the answer's.
    fn list(&self, first: Url) -> Result<Vec<KnownTenant>, KeystoneError> {
        let (mut tenants, mut visited) = (Vec::new(), HashSet::new());
        let (mut room, begin) = (PROJECTS_BYTES, Instant::now());
        let mut next = Some(first);
        while let Some(url) = next {
            let is_late = begin.elapsed() > self.settings.timeout.saturating_mul(PAGES_TIMEOUTS);
            if !visited.insert(url.clone()) || visited.len() > MOST_PAGES || is_late {
                return Err(KeystoneError::EndlessPages { url: plain(&url) });
            }
            let answer = self.http.ask(&Ask { most_bytes: LONGEST_PAGE, ..Ask::get(&url, self, SUBJECT) })?;
            if !answer.is_success() {
                return Err(answer.refused().into());
            }
            let before = tenants.len();
            let mut is_full = false;
            let page: Page<'_> = answer.json()?;
            page.projects(&answer, &mut |tenant| match room.checked_sub(tenant.bytes()) {
                Some(left) => {
                    room = left;
                    tenants.push(tenant);
                }
                None => is_full = true,
            })?;
            next = page.next(&answer).and_then(|link| next_of(&url, &link));
            // A page that brings nobody, and still has one after it, would be asked for without end.
            if is_full || (next.is_some() && tenants.len() == before) {
                return Err(KeystoneError::EndlessPages { url: plain(&url) });
            }
            if page.truncated && next.is_none() {
                tracing::warn!(
                    "Keystone lists only its first {} projects; raise its list_limit, or name the other tenants by id",
                    tenants.len()
                );
            }
        }
        Ok(tenants)
    }
}

/// The token: renewed before it ends, and where a service refuses it.
impl Auth for Keystone {
    fn headers(&self) -> Result<Headers, LogInError> {
        let ends = self.session().renew.is_some_and(|renew| renew <= Instant::now());
        if ends {
            self.log_in_again()?;
        }
        let Ok(mut token) = HeaderValue::from_str(self.session().token.reveal()) else { return Ok(Vec::new()) };
        token.set_sensitive(true);
        Ok(vec![(HeaderName::from_static("x-auth-token"), token)])
    }

    fn renew(&self) -> Result<bool, LogInError> {
        self.log_in_again()?;
        Ok(true)
    }
}

/// The same list from where a link says.
fn next_of(asked: &Url, link: &str) -> Option<Url> {
    let link = asked.join(link).ok()?;
    let mut url = asked.clone();
    url.set_query(link.query());
    Some(url)
}

fn start(http: &Http, settings: &OpenStack, version: Version, base: &Url) -> Result<Session, KeystoneError> {
    let session = match version {
        Version::V3 => v3::log_in(http, settings, base)?,
        Version::V2 => v2::log_in(http, settings, base)?,
    };
    match settings.credentials {
        // What one gets for a token ends when that does: to ask early gains nothing.
        Credentials::Token { .. } => Ok(Session { renew: None, ..session }),
        _ => Ok(session),
    }
}

/// The version that the configured URL names, or else the best that its root offers.
fn find_version(http: &Http, settings: &OpenStack) -> Result<(Version, Url), KeystoneError> {
    let (configured, key) = (&settings.authentication_url, || settings.origin.key("auth_url"));
    let last = configured.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    for (version, names) in [(Version::V3, ["v3", "v3"]), (Version::V2, ["v2.0", "v2"])] {
        if names.contains(&last) {
            let mut base = configured.clone();
            base.set_path(configured.path().trim_end_matches('/'));
            return Ok((version, base));
        }
    }
    let root = below(configured, "");
    let answer = http.ask(&Ask { most_bytes: LONGEST_ERROR, ..Ask::get(&root, &Nobody, SUBJECT) })?;
    // 300 "Multiple Choices" is Keystone's usual answer here.
    if !answer.is_success() && answer.status != 300 {
        return Err(KeystoneError::NoVersions { key: key(), why: Box::new(answer.refused()) });
    }
    let document: Value =
        answer.json().map_err(|error| KeystoneError::NoVersions { key: key(), why: Box::new(error) })?;
    let offered = offered(&document);
    let best = [("v3", Version::V3), ("v2", Version::V2)];
    let best = best.into_iter().find(|(name, _)| offered.iter().any(|offered| offered.starts_with(name)));
    match best {
        Some((_, version)) => Ok((version, below(configured, version.segment()))),
        None => Err(KeystoneError::OtherVersions { key: key(), url: plain(&root), offered }),
    }
}

/// The ids of the versions in a document: `{versions: {values: […]}}`, `{versions: […]}` or `{version: {…}}`.
fn offered(document: &Value) -> Vec<String> {
    let versions = &document["versions"];
    let listed = versions["values"].as_array().or_else(|| versions.as_array());
    let listed = listed.map(Vec::as_slice).unwrap_or_default();
    let all = listed.iter().chain([&document["version"]]);
    all.filter_map(|version| version["id"].as_str()).map(str::to_owned).collect()
}
