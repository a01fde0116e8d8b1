//! What can be wrong with a log-in, and what to do.

use crate::http::HttpError;

/// Why Keystone gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum KeystoneError {
    /// It does not answer, or not as it should.
    #[error("Keystone: {0}")]
    Http(HttpError),
    /// Its versions cannot be told.
    #[error("Keystone: {why}; is {key} right? With /v3 or /v2.0 at its end, versions need not be asked for")]
    NoVersions {
        /// Where its address stands.
        key: String,
        /// What was answered.
        why: Box<HttpError>,
    },
    /// It has other versions than those known here.
    #[error(
        "Keystone: {url} offers {}, and artifice speaks v3 and v2.0; check {key}",
        if offered.is_empty() { "no version".to_owned() } else { offered.join(", ") }
    )]
    OtherVersions {
        /// Where its address stands.
        key: String,
        /// Its root.
        url: String,
        /// What it offers.
        offered: Vec<String>,
    },
    /// It lets nobody in.
    #[error("Keystone refuses to log in {who} ({why}). {suspects}")]
    Refused {
        /// As whom, and to what.
        who: String,
        /// What it says.
        why: Box<HttpError>,
        /// What may be wrong.
        suspects: String,
    },
    /// A way to log in that the version does not have.
    #[error(
        "Keystone's v2.0 at {url} knows only users with passwords and their tenants, and not {what}; write {key} with /v3 at \
         its end, if it is there"
    )]
    OnlyV3 {
        /// Where it is.
        url: String,
        /// What it does not know.
        what: &'static str,
        /// Where its address stands.
        key: String,
    },
    /// The version in the configured URL is not there.
    #[error("Keystone: {why}; it has no {version} there: write {key} without a version")]
    NoSuchVersion {
        /// The version.
        version: &'static str,
        /// Where its address stands.
        key: String,
        /// What it says.
        why: Box<HttpError>,
    },
    /// A log-in without a token.
    #[error("Keystone: POST {url}: there is no token in the answer; is {key} right?")]
    NoToken {
        /// Where its address stands.
        key: String,
        /// What was asked.
        url: String,
    },
    /// The catalog lacks a service.
    #[error(
        "Keystone's catalog has no {service} service with {lacks}{}",
        key_of(service).map_or(String::new(), |key| format!("; write its URL as {key}, or have it registered in Keystone"))
    )]
    NoService {
        /// Its type.
        service: String,
        /// What it lacks, and what it has instead.
        lacks: String,
    },
    /// The catalog has several of a service.
    #[error("Keystone's catalog has the {service} service in several regions; choose one with openstack.region: {}", regions.join(", "))]
    SeveralRegions {
        /// Its type.
        service: String,
        /// Where.
        regions: Vec<String>,
    },
    /// The catalog's URL of a service is none.
    #[error(
        "the URL in Keystone's catalog of the {service} service is none{}",
        key_of(service).map_or(String::new(), |key| format!("; write it as {key}"))
    )]
    NotAUrl {
        /// Its type.
        service: String,
    },
    /// The catalog of a Keystone that is asked by https names an address without it.
    #[error(
        "Keystone is asked by https, and its catalog says that the {service} service is at {url}, to which a token would go \
         readable through the network; have https registered in Keystone{}, or set openstack.allow_http: true",
        key_of(service).map_or(String::new(), |key| format!(", write its URL as {key}"))
    )]
    PlainHttp {
        /// Its type.
        service: String,
        /// Where it is.
        url: String,
    },
    /// Pages of projects do not end.
    #[error(
        "Keystone: GET {url}: the pages of its projects do not end; upgrade Keystone, or report this to whoever runs it"
    )]
    EndlessPages {
        /// The page that came again.
        url: String,
    },
}

/// Where the address of a service can be written instead.
fn key_of(service: &str) -> Option<&'static str> {
    match service {
        "metering" => Some("openstack.ceilometer_url"),
        "metric" => Some("source.url"),
        _ => None,
    }
}

impl From<HttpError> for KeystoneError {
    /// A log-in that fails on the way is Keystone's own failure.
    fn from(error: HttpError) -> Self {
        let error = match error.log_in() {
            Ok(why) => match why.downcast::<KeystoneError>() {
                Ok(error) => return *error,
                Err(why) => HttpError::log_in_failed(why),
            },
            Err(error) => error,
        };
        KeystoneError::Http(error)
    }
}

impl KeystoneError {
    /// The status of an answer that is an error.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            KeystoneError::Http(error) => match *error.what() {
                crate::http::Failure::Status { status, .. } => Some(status),
                _ => None,
            },
            _ => None,
        }
    }
}
