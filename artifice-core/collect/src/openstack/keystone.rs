//! Keystone: who asks (a token), where services are (the catalog), and whom there is to bill (projects).
//!
//! Identity v3, and v2.0 for clouds of 2013. Which one is told by the path of the configured URL,
//! else by asking its root. Version documents, and `next` links of pages, are believed in nothing
//! but version, path and query: behind proxies their hosts are often wrong, and a token is not sent
//! to a host that neither the configuration nor the catalog names.

mod catalog;
mod error;
mod pages;
mod session;
#[cfg(test)]
mod tests;
mod v2;
mod v3;

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use artifice_model::Tenant;
use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::Value;

use crate::http::{Ask, Auth, Headers, Http, LogInError, Nobody, plain};
use crate::limits::{LONGEST_ERROR, LONGEST_PAGE, MOST_PAGES, PAGES_TIMEOUTS, PROJECTS_BYTES};
use crate::openstack::settings::{OpenStack, SUBJECT};
pub use error::KeystoneError;
use pages::Page;
use session::{Session, Version, below};

/// What a project takes beside its id and its name, in bytes.
const A_PROJECT: usize = 64;

/// A cloud's Keystone, logged in to.
pub struct Keystone {
    http: Http,
    settings: OpenStack,
    version: Version,
    /// Up to and with the version.
    base: Url,
    session: Mutex<Session>,
}

impl Keystone {
    /// Finds out the version and logs in.
    pub fn log_in(http: &Http, settings: &OpenStack) -> Result<Keystone, KeystoneError> {
        let (version, base) = find_version(http, &settings.authentication_url)?;
        let session = start(http, settings, version, &base)?;
        Ok(Keystone { http: http.clone(), settings: settings.clone(), version, base, session: Mutex::new(session) })
    }

    fn session(&self) -> MutexGuard<'_, Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Logs in again.
    fn log_in_again(&self) -> Result<(), KeystoneError> {
        tracing::debug!("logging in again");
        let session = start(&self.http, &self.settings, self.version, &self.base)?;
        *self.session() = session;
        Ok(())
    }

    /// Where the service of a type (`metering`) is.
    pub fn endpoint(&self, service: &str) -> Result<Url, KeystoneError> {
        catalog::find(&self.session().endpoints, service, self.settings.interface, &self.settings)
    }

    /// All projects that there are, or else those that the user has a role in.
    pub fn projects(&self) -> Result<Vec<Tenant>, KeystoneError> {
        let list = |url| self.list(url);
        let endpoints = self.session().endpoints.clone();
        match self.version {
            Version::V3 => v3::projects(&list, &self.settings, &self.base),
            Version::V2 => v2::projects(&list, &self.settings, &self.base, &endpoints),
        }
    }

    /// All pages of a list of projects; a status of refusal is the answer's.
    fn list(&self, first: Url) -> Result<Vec<Tenant>, KeystoneError> {
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
            page.projects(&answer, &mut |tenant| {
                let bytes = A_PROJECT + tenant.id.len() + tenant.name.as_ref().map_or(0, String::len);
                match room.checked_sub(bytes) {
                    Some(left) => {
                        room = left;
                        tenants.push(tenant);
                    }
                    None => is_full = true,
                }
            })?;
            next = page.next(&answer).and_then(|link| on_the_same_host(&url, &link));
            // A page that brings nobody, and still has one after it, would be asked for without end.
            if is_full || (next.is_some() && tenants.len() == before) {
                return Err(KeystoneError::EndlessPages { url: url.to_string() });
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

/// A link's path and query, on the host that is asked already.
fn on_the_same_host(asked: &Url, link: &str) -> Option<Url> {
    let link = asked.join(link).ok()?;
    let mut url = asked.clone();
    url.set_path(link.path());
    url.set_query(link.query());
    Some(url)
}

fn start(http: &Http, settings: &OpenStack, version: Version, base: &Url) -> Result<Session, KeystoneError> {
    match version {
        Version::V3 => v3::log_in(http, settings, base),
        Version::V2 => v2::log_in(http, settings, base),
    }
}

/// The version that the configured URL names, or else the best that its root offers.
fn find_version(http: &Http, configured: &Url) -> Result<(Version, Url), KeystoneError> {
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
        return Err(KeystoneError::NoVersions { why: Box::new(answer.refused()) });
    }
    let document: Value = answer.json().map_err(|error| KeystoneError::NoVersions { why: Box::new(error) })?;
    let offered = offered(&document);
    let best = [("v3", Version::V3), ("v2", Version::V2)];
    let best = best.into_iter().find(|(name, _)| offered.iter().any(|offered| offered.starts_with(name)));
    match best {
        Some((_, version)) => Ok((version, below(configured, version.segment()))),
        None => Err(KeystoneError::OtherVersions { url: plain(&root), offered }),
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
