//! One careful HTTP client, which knows nothing of who asks: bounded in time, bytes and tries.
//!
//! - Every request ends: connecting after 10 seconds, waiting for more of the answer after the configured time, the whole
//!   of it after five times that, the answer at a number of bytes, packed or not. It is unpacked only where its header
//!   says so.
//! - What may pass by itself (a refused or broken connection, 429, 500, 502, 503, 504) is tried up to four times, with pauses
//!   that grow, or as long as the server asks for; all pauses together are bounded (`patience`).
//! - No redirect is followed: a token must not go where nobody said that it should.
//! - No password and no token gets into an error or a log, not even if the server sends it back.
//!
//! Blocks: make it, use it and drop it on a thread that may.

mod ask;
mod basic;
#[cfg(test)]
pub mod canned;
mod error;
mod excerpt;
mod list;
#[cfg(fuzzing)]
pub mod offline;
mod packed;
mod patience;
#[cfg(test)]
mod tests;
mod tls;
mod trust;

use std::io::{ErrorKind, Read};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use reqwest::blocking::{Client, RequestBuilder, Response};
use reqwest::header::{ACCEPT, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use reqwest::{Method, Url, redirect};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::value::RawValue;

pub use ask::{Ask, Auth, Body, Headers, Nobody};
pub use basic::Basic;
pub use error::{Failure, HttpError, LogInError, plain};
pub use trust::Tls;

use crate::limits::LONGEST_ERROR;
use artifice_settings::Secret;
use artifice_text::unquoted;
use error::{cause, elsewhere};
use patience::{Patience, retry_after};

/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How many times the configured time a whole request may take: an answer that keeps coming is not cut short.
const WHOLE: u32 = 5;
/// How much of an answer is read at a time, in bytes.
const CHUNK_BYTES: usize = 64 << 10;

/// A client for HTTP services. Clones share their connections.
#[derive(Clone)]
pub struct Http {
    client: Client,
    timeout: Duration,
    patience: Patience,
}

/// How a streamed answer begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The status, one of success.
    pub status: u16,
}

/// What was answered, whatever its status.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The value of `X-Subject-Token`.
    pub subject_token: Option<Secret>,
    /// The content; of an error, not more than can be of use.
    pub body: Vec<u8>,
    method: Method,
    url: Url,
    /// What it says that its content is.
    content_type: Option<String>,
    secrets: Vec<Secret>,
}

/// An error in the application's own form.
#[derive(Deserialize)]
struct OfApplication {
    #[serde(rename = "error_message")]
    _error_message: IgnoredAny,
}

impl Http {
    /// A client. `timeout` is how long it waits for an answer, and for more of one. Errors name the section `subject` of
    /// the configuration.
    ///
    /// # Errors
    /// [`HttpError`]: the files of `tls` cannot be used.
    pub fn new(subject: &str, tls: &Tls, timeout: Duration) -> Result<Http, HttpError> {
        // The same for the whole process; whoever was first has it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        #[cfg(fuzzing)]
        if let Some(client) = offline::client() {
            return Ok(Http { client, timeout, patience: Patience::default() });
        }
        let builder = || {
            Client::builder()
                .user_agent(concat!("artifice/", env!("CARGO_PKG_VERSION")))
                .redirect(redirect::Policy::none())
                .connect_timeout(CONNECT_TIMEOUT)
                .timeout(timeout)
        };
        let client = tls.client(subject, builder)?;
        Ok(Http { client, timeout, patience: Patience::default() })
    }

    /// Asks, up to four times, and once more where it is to be told anew who asks. An answer of any status but a redirect
    /// is an answer.
    ///
    /// # Errors
    /// [`HttpError`]: there is no answer.
    pub fn ask(&self, ask: &Ask<'_>) -> Result<Answer, HttpError> {
        let answer = self.tried(ask)?;
        if answer.status == 401 && ask.renew()? { self.tried(ask) } else { Ok(answer) }
    }

    /// Asks, and hands over the content of a successful answer as it comes, until there is no more or `each` has enough.
    /// Tried again only before the first of it.
    ///
    /// # Errors
    /// [`HttpError`]: there is no successful answer, or not all of it.
    pub fn stream(&self, ask: &Ask<'_>, each: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> Result<Head, HttpError> {
        let (mut pauses, mut renewed, mut begun) = (self.patience.pauses(), false, false);
        loop {
            let begin = Instant::now();
            let again = match self.send(ask, begin) {
                Ok((response, _)) if response.status().is_success() => {
                    let head = Head { status: response.status().as_u16() };
                    let read = self.read(ask, response, begin, &mut |bytes| {
                        begun = true;
                        each(bytes)
                    });
                    match read {
                        Err(error) if !begun && error.is_transient() => (error, None),
                        read => {
                            read?;
                            self.patience.answered();
                            return Ok(head);
                        }
                    }
                }
                Ok((response, secrets)) => {
                    let (answer, asked_for) = self.answer(ask, response, secrets, begin)?;
                    if answer.status == 401 && !renewed && ask.renew()? {
                        renewed = true;
                        continue;
                    }
                    if !answer.may_pass() {
                        return Err(answer.refused());
                    }
                    (answer.refused(), asked_for)
                }
                Err(error) if error.is_transient() => (error, None),
                Err(error) => return Err(error),
            };
            let (error, asked_for) = again;
            if !pauses.wait(asked_for) {
                return Err(error);
            }
        }
    }

    fn tried(&self, ask: &Ask<'_>) -> Result<Answer, HttpError> {
        let mut pauses = self.patience.pauses();
        loop {
            let begin = Instant::now();
            let outcome = self.once(ask, begin);
            let again = match &outcome {
                Ok((answer, asked_for)) if answer.may_pass() => Some(*asked_for),
                Err(error) if error.is_transient() => Some(None),
                _ => None,
            };
            let status = outcome.as_ref().ok().map(|(answer, _)| answer.status);
            let took_ms = begin.elapsed().as_millis();
            tracing::debug!(status, took_ms, "{} {}", ask.method, plain(ask.url));
            match again {
                Some(asked_for) if pauses.wait(asked_for) => {}
                Some(_) => return outcome.map(|(answer, _)| answer),
                None => {
                    let (answer, _) = outcome?;
                    self.patience.answered();
                    return Ok(answer);
                }
            }
        }
    }

    /// Asks once. Answers also how long the server wants to be left alone.
    fn once(&self, ask: &Ask<'_>, begin: Instant) -> Result<(Answer, Option<Duration>), HttpError> {
        let (response, secrets) = self.send(ask, begin)?;
        self.answer(ask, response, secrets, begin)
    }

    /// Sends once. Answers also what no error may show.
    fn send(&self, ask: &Ask<'_>, begin: Instant) -> Result<(Response, Vec<Secret>), HttpError> {
        let headers = ask.auth.headers().map_err(|error| ask.failed(Failure::LogIn(error)))?;
        let words = headers.iter().filter_map(|(_, value)| value.to_str().ok()).flat_map(str::split_whitespace);
        let words = words.filter(|word| !matches!(*word, "Bearer" | "Basic")).map(|word| Secret::new(word.to_owned()));
        let secrets = words.chain(ask.secret.cloned()).collect();
        let request = self.request(ask, headers);
        #[cfg(fuzzing)]
        let request = offline::Unsent(request);
        let response = request.send().map_err(|error| ask.failed(self.failure(ask, &error, begin)))?;
        let status = response.status().as_u16();
        if matches!(status, 301 | 302 | 303 | 307 | 308) {
            let to = header(&response, LOCATION.as_str()).and_then(|to| ask.url.join(to).ok());
            return Err(ask.failed(Failure::Redirect { status, to: to.map(|to| elsewhere(ask.url, &to)) }));
        }
        Ok((response, secrets))
    }

    /// All of an answer.
    fn answer(
        &self,
        ask: &Ask<'_>,
        response: Response,
        secrets: Vec<Secret>,
        begin: Instant,
    ) -> Result<(Answer, Option<Duration>), HttpError> {
        let wait = header(&response, RETRY_AFTER.as_str()).and_then(retry_after);
        let subject_token = header(&response, "X-Subject-Token").map(|text| Secret::new(text.to_owned()));
        let content_type = header(&response, CONTENT_TYPE.as_str()).map(str::to_owned);
        let (status, mut body) = (response.status().as_u16(), Vec::new());
        let is_error = status >= 400;
        self.read(ask, response, begin, &mut |bytes| {
            body.extend_from_slice(bytes);
            // Of a page of errors nobody is shown more.
            if is_error && body.len() >= LONGEST_ERROR { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        let (method, url) = (ask.method.clone(), ask.url.clone());
        Ok((Answer { status, subject_token, body, method, url, content_type, secrets }, wait))
    }

    fn request(&self, ask: &Ask<'_>, headers: Headers) -> RequestBuilder {
        let mut request = self.client.request(ask.method.clone(), ask.url.clone()).header(ACCEPT, "application/json");
        for (name, value) in ask.headers.iter().cloned().chain(headers) {
            request = request.header(name, value);
        }
        match &ask.body {
            Body::Json(json) => request.header(CONTENT_TYPE, "application/json").body(json.clone()),
            Body::Bytes { content_type, bytes } => request.header(CONTENT_TYPE, *content_type).body(bytes.to_vec()),
            Body::None => request,
        }
    }

    fn read(
        &self,
        ask: &Ask<'_>,
        response: Response,
        begin: Instant,
        each: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<(), HttpError> {
        let mut response = packed::unpack(response, ask.most_bytes).map_err(|what| ask.failed(what))?;
        let (mut read, mut chunk) = (0, vec![0; CHUNK_BYTES]);
        loop {
            // A server that sends a byte now and then does not run into any other time-out.
            if begin.elapsed() > self.timeout * WHOLE {
                return Err(
                    ask.failed(Failure::TimedOut { after: self.timeout * WHOLE, subject: ask.subject.to_owned() })
                );
            }
            match response.read(&mut chunk) {
                Ok(0) => return Ok(()),
                Ok(count) if read + count > ask.most_bytes => {
                    return Err(ask.failed(Failure::TooLong { most_bytes: ask.most_bytes }));
                }
                Ok(count) => {
                    read += count;
                    if each(&chunk[..count]).is_break() {
                        return Ok(());
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if packed::is_too_long(&error) => {
                    return Err(ask.failed(Failure::TooLong { most_bytes: ask.most_bytes }));
                }
                Err(error) => {
                    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<reqwest::Error>());
                    let why = inner.map_or_else(|| cause(&error), |inner| cause(inner));
                    return Err(ask.failed(self.broken(ask, why, begin)));
                }
            }
        }
    }

    fn failure(&self, ask: &Ask<'_>, error: &reqwest::Error, begin: Instant) -> Failure {
        if error.is_connect() {
            let timed_out = error.is_timeout();
            let why = if timed_out { "no answer within 10 seconds".to_owned() } else { cause(error) };
            match tls::words(error, ask.subject) {
                Some((why, advice)) => Failure::NotTrusted { why, advice },
                None => Failure::Unreachable { why, timed_out },
            }
        } else if error.is_timeout() {
            self.timed_out(ask)
        } else {
            self.broken(ask, cause(error), begin)
        }
    }

    fn timed_out(&self, ask: &Ask<'_>) -> Failure {
        Failure::TimedOut { after: self.timeout, subject: ask.subject.to_owned() }
    }

    /// A connection that ends when the time does was ended for that, whatever the library calls it.
    fn broken(&self, ask: &Ask<'_>, why: String, begin: Instant) -> Failure {
        match begin.elapsed() >= self.timeout || why.contains("timed out") {
            true => self.timed_out(ask),
            false => Failure::Broken { why },
        }
    }
}

fn header<'r>(response: &'r Response, name: &str) -> Option<&'r str> {
    response.headers().get(name).and_then(|value| value.to_str().ok())
}

impl Answer {
    /// Whether the status is one of success.
    pub fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// Whether the same may be answered otherwise a moment later: somebody is too busy, or not there. Whatever is asked here
    /// may be asked twice: log-ins and questions are posted, and they change nothing.
    fn may_pass(&self) -> bool {
        matches!(self.status, 429 | 500 | 502..=504)
    }

    /// Whether an error is the application's own, rather than of what stands before it.
    pub fn is_of_application(&self) -> bool {
        serde_json::from_slice::<OfApplication>(&self.body).is_ok()
    }

    /// Whom was asked, and what.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// What an error's answer says, in a line.
    pub fn says(&self) -> String {
        let body = &self.body[..self.body.len().min(LONGEST_ERROR)];
        excerpt::excerpt(body, self.content_type.as_deref(), &self.secrets)
    }

    /// An answer that is of no use, as an error.
    pub fn refused(&self) -> HttpError {
        self.failed(Failure::Status { status: self.status, says: self.says() })
    }

    /// The content, as what it should be.
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, HttpError> {
        serde_json::from_slice(&self.body).map_err(|error| self.not_as_expected(&error))
    }

    /// The elements of a list, one after the other: none is kept.
    pub fn each<T: DeserializeOwned>(&self, mut take: impl FnMut(T)) -> Result<(), HttpError> {
        list::each(&self.body, &mut take).map_err(|error| self.not_as_expected(&error))
    }

    /// The same of a list inside the content.
    pub fn each_of<T: DeserializeOwned>(&self, list: &RawValue, mut take: impl FnMut(T)) -> Result<(), HttpError> {
        list::each(list.get().as_bytes(), &mut take).map_err(|error| self.not_as_expected(&error))
    }

    fn not_as_expected(&self, error: &serde_json::Error) -> HttpError {
        let says = excerpt::described(&self.body, self.content_type.as_deref());
        self.failed(Failure::NotAsExpected { status: self.status, why: unquoted(&error.to_string()), says })
    }

    /// An error about this answer.
    pub fn failed(&self, what: Failure) -> HttpError {
        HttpError { method: self.method.to_string(), url: plain(&self.url), what: Box::new(what) }
    }
}
