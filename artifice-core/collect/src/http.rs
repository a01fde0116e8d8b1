//! One careful HTTP client for all services of a cloud: bounded in time, bytes and tries.
//!
//! - Every request ends: connecting after 10 seconds, the whole of it after the configured time, the
//!   answer at a number of bytes.
//! - What passes by itself (a refused or broken connection, 502, 503, 504, 429) is tried three times.
//! - No redirect is followed: a token must not go where nobody said that it should.
//! - No password and no token gets into an error or a log, not even if the server sends it back.
//!
//! Blocks: make it, use it and drop it on a thread that may.

#[cfg(test)]
pub mod canned;
mod error;
mod excerpt;
#[cfg(test)]
mod tests;

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use reqwest::blocking::{Client, RequestBuilder, Response};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Certificate, Method, Url, redirect};
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use error::{Failure, HttpError, plain};

use artifice_settings::Secret;
use error::cause;

/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long it waits before the second and the third try.
const WAITS: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(1)];
/// The longest wait that a server can ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// How much of an answer is read at a time, in bytes.
const CHUNK_BYTES: usize = 64 << 10;

/// A client for the services of a cloud.
pub struct Http {
    client: Client,
    timeout: Duration,
}

/// What is asked.
pub struct Ask<'a> {
    /// Whom.
    pub url: &'a Url,
    /// As whom: goes along as `X-Auth-Token`.
    pub token: Option<&'a Secret>,
    /// A JSON text makes it a POST.
    pub json: Option<String>,
    /// What else an answer must not be quoted with.
    pub secret: Option<&'a Secret>,
    /// The longest answer that is read, in bytes.
    pub most_bytes: usize,
}

/// What was answered, whatever its status.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The value of `X-Subject-Token`.
    pub subject_token: Option<Secret>,
    /// The content.
    pub body: Vec<u8>,
    method: Method,
    url: Url,
    secrets: Vec<Secret>,
}

impl<'a> Ask<'a> {
    /// The longest answer that is read where nobody says otherwise, in bytes.
    pub const MOST_BYTES: usize = 64 << 20;

    /// A GET with a token.
    pub fn get(url: &'a Url, token: Option<&'a Secret>) -> Self {
        Ask { url, token, json: None, secret: None, most_bytes: Ask::MOST_BYTES }
    }

    fn method(&self) -> Method {
        if self.json.is_some() { Method::POST } else { Method::GET }
    }

    fn failed(&self, what: Failure) -> HttpError {
        HttpError { method: self.method().to_string(), url: plain(self.url), what: Box::new(what) }
    }
}

impl Http {
    /// A client. `ca_file` holds further certificate authorities in PEM; `timeout` is for a whole request.
    pub fn new(ca_file: Option<&Path>, timeout: Duration) -> Result<Http, HttpError> {
        // The same for the whole process; whoever was first has it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = || {
            Client::builder()
                .user_agent(concat!("artifice/", env!("CARGO_PKG_VERSION")))
                .redirect(redirect::Policy::none())
                .connect_timeout(CONNECT_TIMEOUT)
                .timeout(timeout)
        };
        let unusable = |file: &Path, why: String| {
            let what = Failure::Client(format!("{why}; correct openstack.ca_file, or leave it out"));
            HttpError { method: "openstack.ca_file".to_owned(), url: file.display().to_string(), what: Box::new(what) }
        };
        let client = match ca_file {
            Some(file) => {
                let pem = fs::read(file).map_err(|error| unusable(file, error.to_string()))?;
                let authorities = Certificate::from_pem_bundle(&pem).map_err(|error| unusable(file, cause(&error)))?;
                if authorities.is_empty() {
                    return Err(unusable(file, "no certificate in PEM is in it".to_owned()));
                }
                builder().tls_certs_merge(authorities).build().map_err(|error| unusable(file, cause(&error)))?
            }
            // A system without authorities can still speak plain HTTP.
            None => builder().build().or_else(|_| builder().tls_certs_only([]).build()).map_err(|error| {
                let what = Failure::Client(cause(&error));
                HttpError { method: "HTTP".to_owned(), url: "client".to_owned(), what: Box::new(what) }
            })?,
        };
        Ok(Http { client, timeout })
    }

    /// Asks, up to three times. An answer of any status but a redirect is an answer.
    pub fn ask(&self, ask: &Ask<'_>) -> Result<Answer, HttpError> {
        let mut waits = WAITS.iter();
        loop {
            let begin = Instant::now();
            let outcome = self.once(ask, begin);
            let again = match &outcome {
                Ok((answer, wait)) if matches!(answer.status, 429 | 502..=504) => Some(*wait),
                Err(error) if error.is_transient() => Some(None),
                _ => None,
            };
            let status = outcome.as_ref().ok().map(|(answer, _)| answer.status);
            let took_ms = begin.elapsed().as_millis();
            tracing::debug!(status, took_ms, "{} {}", ask.method(), plain(ask.url));
            match (again, waits.next()) {
                (Some(asked_for), Some(wait)) => sleep(asked_for.unwrap_or(*wait).min(LONGEST_WAIT)),
                _ => return outcome.map(|(answer, _)| answer),
            }
        }
    }

    /// Asks once. Answers also how long the server wants to be left alone.
    fn once(&self, ask: &Ask<'_>, begin: Instant) -> Result<(Answer, Option<Duration>), HttpError> {
        let response = self.request(ask).send().map_err(|error| ask.failed(self.failure(ask.url, &error, begin)))?;
        let status = response.status().as_u16();
        let header = |name| response.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        if matches!(status, 301 | 302 | 303 | 307 | 308) {
            let to = header(LOCATION).and_then(|to| ask.url.join(to).ok());
            return Err(ask.failed(Failure::Redirect { status, to: to.as_ref().map(plain) }));
        }
        let wait = header(RETRY_AFTER).and_then(|text| text.parse().ok()).map(Duration::from_secs);
        let subject_token =
            header("X-Subject-Token".parse().unwrap_or(ACCEPT)).map(|text| Secret::new(text.to_owned()));
        let body = self.body(ask, response, begin)?;
        let secrets = [ask.token, ask.secret].into_iter().flatten().cloned().collect();
        let answer = Answer { status, subject_token, body, method: ask.method(), url: ask.url.clone(), secrets };
        Ok((answer, wait))
    }

    fn request(&self, ask: &Ask<'_>) -> RequestBuilder {
        let mut request = self.client.request(ask.method(), ask.url.clone()).header(ACCEPT, "application/json");
        if let Some(Ok(mut token)) = ask.token.map(|token| HeaderValue::from_str(token.reveal())) {
            token.set_sensitive(true);
            request = request.header("X-Auth-Token", token);
        }
        match &ask.json {
            Some(json) => request.header(CONTENT_TYPE, "application/json").body(json.clone()),
            None => request,
        }
    }

    fn body(&self, ask: &Ask<'_>, mut response: Response, begin: Instant) -> Result<Vec<u8>, HttpError> {
        let (mut body, mut chunk) = (Vec::new(), vec![0; CHUNK_BYTES]);
        loop {
            // A server that sends a byte now and then does not run into any other time-out.
            if begin.elapsed() > self.timeout {
                return Err(ask.failed(Failure::TimedOut { after: self.timeout }));
            }
            match response.read(&mut chunk) {
                Ok(0) => return Ok(body),
                Ok(count) if body.len() + count > ask.most_bytes => {
                    return Err(ask.failed(Failure::TooLong { most_bytes: ask.most_bytes }));
                }
                Ok(count) => body.extend_from_slice(&chunk[..count]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<reqwest::Error>());
                    let why = inner.map_or_else(|| cause(&error), |inner| cause(inner));
                    return Err(ask.failed(self.broken(why, begin)));
                }
            }
        }
    }

    fn failure(&self, url: &Url, error: &reqwest::Error, begin: Instant) -> Failure {
        if error.is_connect() {
            let timed_out = error.is_timeout();
            let why = if timed_out { "no answer within 10 seconds".to_owned() } else { cause(error) };
            Failure::Unreachable { why, timed_out, https: url.scheme() == "https" }
        } else if error.is_timeout() {
            Failure::TimedOut { after: self.timeout }
        } else {
            self.broken(cause(error), begin)
        }
    }

    /// A connection that ends when the time does was ended for that, whatever the library calls it.
    fn broken(&self, why: String, begin: Instant) -> Failure {
        match begin.elapsed() >= self.timeout || why.contains("timed out") {
            true => Failure::TimedOut { after: self.timeout },
            false => Failure::Broken { why },
        }
    }
}

impl Answer {
    /// Whether the status is one of success.
    pub fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// Whether an error is the application's own, rather than of what stands before it.
    pub fn is_of_application(&self) -> bool {
        serde_json::from_slice::<Value>(&self.body).is_ok_and(|body| body.get("error_message").is_some())
    }

    /// Whom was asked, and what.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// What an error's answer says, in a line.
    pub fn says(&self) -> String {
        excerpt::excerpt(&self.body, &self.secrets)
    }

    /// An answer that is of no use, as an error.
    pub fn refused(&self) -> HttpError {
        self.failed(Failure::Status { status: self.status, says: self.says() })
    }

    /// The content, as what it should be.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, HttpError> {
        serde_json::from_slice(&self.body)
            .map_err(|error| self.failed(Failure::NotAsExpected { why: error.to_string(), says: self.says() }))
    }

    /// An error about this answer.
    pub fn failed(&self, what: Failure) -> HttpError {
        HttpError { method: self.method.to_string(), url: plain(&self.url), what: Box::new(what) }
    }
}
