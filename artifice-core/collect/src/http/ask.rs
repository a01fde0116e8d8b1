//! What is asked, and as whom.

use artifice_settings::Secret;
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Method, Url};

use super::error::{Failure, HttpError, LogInError, plain};
use crate::limits::{LONGEST_ANSWER, LONGEST_LOG_IN};

/// Headers of a request.
pub type Headers = Vec<(HeaderName, HeaderValue)>;

/// As whom one asks.
pub trait Auth: Send + Sync {
    /// The headers that say so: `X-Auth-Token`, Bearer, Basic.
    ///
    /// # Errors
    /// [`LogInError`]: there are none.
    fn headers(&self) -> Result<Headers, LogInError>;

    /// They were refused. Says whether there are other ones now.
    ///
    /// # Errors
    /// [`LogInError`]: there can be none.
    fn renew(&self) -> Result<bool, LogInError>;
}

/// Asks as nobody.
pub struct Nobody;

impl Auth for Nobody {
    fn headers(&self) -> Result<Headers, LogInError> {
        Ok(Vec::new())
    }

    fn renew(&self) -> Result<bool, LogInError> {
        Ok(false)
    }
}

/// What goes along with a request.
pub enum Body<'a> {
    /// Nothing.
    None,
    /// A JSON text.
    Json(String),
    /// Anything.
    Bytes {
        /// What it is.
        content_type: &'a str,
        /// It.
        bytes: &'a [u8],
    },
}

/// What is asked.
pub struct Ask<'a> {
    /// How.
    pub method: Method,
    /// Whom.
    pub url: &'a Url,
    /// Further headers.
    pub headers: &'a [(HeaderName, HeaderValue)],
    /// What goes along.
    pub body: Body<'a>,
    /// As whom.
    pub auth: &'a dyn Auth,
    /// What else an answer must not be quoted with.
    pub secret: Option<&'a Secret>,
    /// The longest answer that is read, in bytes.
    pub most_bytes: usize,
    /// The section of the configuration that an error names.
    pub subject: &'a str,
}

impl<'a> Ask<'a> {
    /// The longest answer that is read where nobody says otherwise, in bytes.
    pub const MOST_BYTES: usize = LONGEST_ANSWER;

    /// A GET.
    pub fn get(url: &'a Url, auth: &'a dyn Auth, subject: &'a str) -> Self {
        let (method, body, most_bytes) = (Method::GET, Body::None, Ask::MOST_BYTES);
        Ask { method, url, headers: &[], body, auth, secret: None, most_bytes, subject }
    }

    /// A POST of a JSON text, as nobody yet: a log-in.
    pub fn post(url: &'a Url, json: String, secret: &'a Secret, subject: &'a str) -> Self {
        let (method, body) = (Method::POST, Body::Json(json));
        Ask { method, body, secret: Some(secret), most_bytes: LONGEST_LOG_IN, ..Ask::get(url, &Nobody, subject) }
    }

    pub(super) fn failed(&self, what: Failure) -> HttpError {
        HttpError { method: self.method.to_string(), url: plain(self.url), what: Box::new(what) }
    }

    /// Has it told anew who asks, if that can be.
    pub(super) fn renew(&self) -> Result<bool, HttpError> {
        self.auth.renew().map_err(|error| self.failed(Failure::LogIn(error)))
    }
}
