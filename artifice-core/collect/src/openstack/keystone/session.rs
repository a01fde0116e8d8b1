//! What a log-in gives, and how it is refused, whatever the version.

use std::time::{Duration, Instant};

use artifice_model::{Tenant, Timestamp};
use artifice_settings::Secret;
use reqwest::Url;

use super::catalog::Endpoint;
use super::error::KeystoneError;
use crate::http::Answer;
use crate::openstack::settings::OpenStack;

/// Tokens are renewed so long before they end: a request that has begun must not outlive its token.
const MARGIN: Duration = Duration::from_secs(60);
/// A version of Keystone's interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    V2,
    V3,
}

impl Version {
    pub fn segment(self) -> &'static str {
        match self {
            Version::V2 => "v2.0",
            Version::V3 => "v3",
        }
    }
}

/// Asks for all pages of a list of projects.
pub(super) type List<'l> = dyn Fn(Url) -> Result<Vec<Tenant>, KeystoneError> + 'l;

/// What a log-in gives.
pub(super) struct Session {
    pub token: Secret,
    /// When to log in again, by this machine's clock: the server's may be another.
    pub renew: Option<Instant>,
    pub endpoints: Vec<Endpoint>,
}

impl Session {
    /// A session that began now, with a token of these times of the server's.
    pub fn new(token: Secret, issued: Option<Timestamp>, expires: Option<Timestamp>, endpoints: Vec<Endpoint>) -> Self {
        let lasts = issued.zip(expires).map(|(issued, expires)| expires.micros().saturating_sub(issued.micros()));
        let lasts = lasts.and_then(|lasts| u64::try_from(lasts).ok()).map(Duration::from_micros);
        // One that lasts no longer than the margin is used until it is refused.
        let renew =
            lasts.and_then(|lasts| lasts.checked_sub(MARGIN)).and_then(|lasts| Instant::now().checked_add(lasts));
        Session { token, renew, endpoints }
    }
}

/// What is wrong where a log-in was refused.
pub(super) fn refused(answer: &Answer, settings: &OpenStack, version: Version) -> Result<(), KeystoneError> {
    let why = Box::new(match answer.status {
        200..=299 => return Ok(()),
        _ => answer.refused(),
    });
    Err(match answer.status {
        401 | 403 => KeystoneError::Refused {
            username: settings.username.clone(),
            project: settings.default_tenant.clone(),
            why,
        },
        404 => KeystoneError::NoSuchVersion { version: version.segment(), why },
        _ => KeystoneError::Http(*why),
    })
}

/// A URL with something behind its path.
pub(super) fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url
}
