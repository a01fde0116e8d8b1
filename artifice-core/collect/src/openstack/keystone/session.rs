//! What a log-in gives, and how it is refused, whatever the version.

use std::fmt;
use std::time::{Duration, Instant};

use artifice_model::Timestamp;
use artifice_settings::Secret;
use reqwest::Url;

use super::catalog::Endpoint;
use super::error::KeystoneError;
use crate::choice::KnownTenant;
use crate::http::Answer;
use crate::openstack::settings::OpenStack;

/// Tokens are renewed so long before they end, those that end soon after half of their time: a request that has begun
/// must not outlive its token.
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
pub(super) type List<'l> = dyn Fn(Url) -> Result<Vec<KnownTenant>, KeystoneError> + 'l;

/// As whom one is logged in, as Keystone says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// The user, and its domain if there are domains.
    pub user: String,
    /// To what: a project, a domain, the system; empty if to nothing.
    pub scope: String,
    /// What the user may be there.
    pub roles: Vec<String>,
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scope = if self.scope.is_empty() { "nothing" } else { &self.scope };
        write!(f, "{} to {scope}, ", self.user)?;
        match &self.roles[..] {
            [] => f.write_str("without any role"),
            [role] => write!(f, "with the role {role}"),
            roles => write!(f, "with the roles {}", roles.join(", ")),
        }
    }
}

/// What a log-in gives.
pub(super) struct Session {
    pub token: Secret,
    pub identity: Identity,
    /// When to log in again, by this machine's clock: the server's may be another.
    pub renew: Option<Instant>,
    pub endpoints: Vec<Endpoint>,
}

impl Session {
    /// A session that began now, with a token of these times of the server's.
    pub fn new(
        token: Secret,
        (issued, expires): (Option<Timestamp>, Option<Timestamp>),
        identity: Identity,
        endpoints: Vec<Endpoint>,
    ) -> Self {
        let lasts = issued.zip(expires).map(|(issued, expires)| expires.micros().saturating_sub(issued.micros()));
        let lasts = lasts.and_then(|lasts| u64::try_from(lasts).ok()).map(Duration::from_micros);
        let renew = lasts.and_then(|lasts| Instant::now().checked_add(lasts - MARGIN.min(lasts / 2)));
        Session { token, identity, renew, endpoints }
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
            who: settings.credentials.to_string(),
            why,
            suspects: settings.credentials.suspects(&settings.origin),
        },
        404 => KeystoneError::NoSuchVersion { version: version.segment(), key: settings.origin.key("auth_url"), why },
        _ => KeystoneError::Http(*why),
    })
}

/// A URL with something behind its path.
pub(super) fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url
}
