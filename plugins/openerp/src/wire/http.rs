//! One careful HTTP client: bounded in time and bytes, and never redirected.

use std::io::{ErrorKind, Read};
use std::time::{Duration, Instant};

use artifice_plugin_api::Error;
use reqwest::blocking::{Client, Response};
use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Certificate, Url, redirect};

use super::answer::{Answer, Fault};
use super::read::read;
use super::tls;
use crate::file;
use crate::settings::Endpoint;
use crate::text::plain;

/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How much of an answer is read at a time, in bytes.
const CHUNK_BYTES: usize = 64 << 10;

/// A client for one ERP.
pub struct Http {
    client: Client,
    base: Url,
    most_bytes: usize,
}

/// Why there is no answer.
#[derive(Debug)]
pub struct Lost {
    /// Whether the request surely never reached the ERP.
    pub unsent: bool,
    /// Whether the same may succeed later.
    pub passes: bool,
    /// The status of what did answer, if it was HTTP.
    pub status: Option<u16>,
    /// What happened, and what to do.
    pub why: String,
}

impl Lost {
    fn unsent(passes: bool, why: String) -> Self {
        Lost { unsent: true, passes, status: None, why }
    }

    fn unknown(status: Option<u16>, why: String) -> Self {
        Lost { unsent: false, passes: true, status, why }
    }
}

impl Http {
    /// A client. Nothing is sent yet.
    pub fn new(endpoint: &Endpoint) -> Result<Http, Error> {
        // The same for the whole library; whoever was first has it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        #[cfg(fuzzing)]
        if let Some(client) = super::offline::client() {
            return Ok(Http { client, base: endpoint.url.clone(), most_bytes: endpoint.most_bytes });
        }
        let builder = || {
            Client::builder()
                .user_agent(concat!("artifice-openerp/", env!("CARGO_PKG_VERSION")))
                .redirect(redirect::Policy::none())
                .connect_timeout(CONNECT_TIMEOUT)
        };
        let client = match &endpoint.ca_file {
            Some(file) => {
                let unusable = |why: String| {
                    Error::configuration(format_args!(
                        "invoice:config: ca_file: {}: {why}; name a file of certificates in PEM, or leave it out",
                        file.display()
                    ))
                };
                let pem = file::bytes(file).map_err(|error| unusable(error.to_string()))?;
                let authorities = Certificate::from_pem_bundle(&pem).map_err(|error| unusable(cause(&error)))?;
                if authorities.is_empty() {
                    return Err(unusable("no certificate is in it".to_owned()));
                }
                builder().tls_certs_merge(authorities).build().map_err(|error| unusable(cause(&error)))?
            }
            // A system without authorities can still speak plain HTTP.
            None => builder()
                .build()
                .or_else(|_| builder().tls_certs_only([]).build())
                .map_err(|error| Error::unavailable(format_args!("no HTTP client: {}", cause(&error))))?,
        };
        Ok(Http { client, base: endpoint.url.clone(), most_bytes: endpoint.most_bytes })
    }

    /// The address of a path, for people too.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base.as_str().trim_end_matches('/'))
    }

    /// Sends a request once, and reads the answer.
    pub fn call(&self, path: &str, xml: Vec<u8>, timeout: Duration) -> Result<Result<Answer, Fault>, Lost> {
        let begin = Instant::now();
        let request = self.client.post(self.address(path)).header(CONTENT_TYPE, "text/xml").timeout(timeout).body(xml);
        #[cfg(fuzzing)]
        let request = super::offline::Unsent(request);
        let response = request.send().map_err(|error| failed(&error, begin, timeout))?;
        let status = response.status().as_u16();
        if matches!(status, 300..=399) {
            let to = response.headers().get(LOCATION).and_then(|to| self.base.join(to.to_str().ok()?).ok());
            let to = to.map_or_else(|| "nowhere".to_owned(), |to| elsewhere(&self.base, &to));
            let why = format!(
                "the answer ({status}) points to {to}, and a password is not taken there; write the right address as url"
            );
            // Who redirects has done nothing.
            return Err(Lost { status: Some(status), ..Lost::unsent(false, why) });
        }
        let body = self.body(response, begin, timeout)?;
        let text = std::str::from_utf8(&body);
        if status != 200 {
            return Err(refused(status, &body));
        }
        let not_read = |why: String| {
            let is = plain::described(&body);
            let why = format!(
                "the answer ({status}, {is}) is not what it should be: {why}; does url lead to the ERP itself, or to a proxy's or log-in page?"
            );
            Lost { passes: false, ..Lost::unknown(Some(status), why) }
        };
        let text = text.map_err(|_| not_read("it is no UTF-8".to_owned()))?;
        read(text).map_err(|why| not_read(why.to_string()))
    }

    fn body(&self, mut response: Response, begin: Instant, timeout: Duration) -> Result<Vec<u8>, Lost> {
        let (mut body, mut chunk) = (Vec::new(), vec![0; CHUNK_BYTES]);
        let status = Some(response.status().as_u16());
        loop {
            // A server that sends a byte now and then does not run into any other time-out.
            if begin.elapsed() > timeout {
                return Err(Lost { status, ..late(timeout) });
            }
            match response.read(&mut chunk) {
                Ok(0) => return Ok(body),
                Ok(count) if body.len() + count > self.most_bytes => {
                    let why = format!(
                        "the answer is longer than {} bytes; does url lead to the ERP? (most_bytes sets that bound)",
                        self.most_bytes
                    );
                    return Err(Lost { passes: false, ..Lost::unknown(status, why) });
                }
                Ok(count) => body.extend_from_slice(chunk.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) if begin.elapsed() >= timeout => return Err(Lost { status, ..late(timeout) }),
                Err(error) => {
                    let why = format!("the connection broke in the middle of the answer: {}", cause(&error));
                    return Err(Lost::unknown(status, why));
                }
            }
        }
    }
}

fn late(timeout: Duration) -> Lost {
    let seconds = timeout.as_secs().max(1);
    Lost::unknown(None, format!("no complete answer within {seconds} s; look after the ERP, or raise timeout_s"))
}

fn failed(error: &reqwest::Error, begin: Instant, timeout: Duration) -> Lost {
    let why = cause(error);
    if error.is_builder() {
        return Lost::unsent(false, format!("the request cannot be made: {why}"));
    }
    if error.is_connect() {
        return match tls::words(error) {
            // It does not pass by itself.
            Some((why, advice)) => Lost::unsent(false, format!("cannot connect: {}; {advice}", plain::line(&why))),
            None => Lost::unsent(true, format!("cannot connect: {why}; check url, and whether the ERP is running")),
        };
    }
    if error.is_timeout() || begin.elapsed() >= timeout {
        return late(timeout);
    }
    Lost::unknown(None, format!("the connection broke: {why}; look after the ERP, and run the command again"))
}

/// An answer that is no success of HTTP: of a proxy, or of an ERP that has no such address.
fn refused(status: u16, body: &[u8]) -> Lost {
    let is = plain::described(body);
    let reason = reqwest::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("");
    let what = format!("HTTP {status} {reason}");
    let what = what.trim_end();
    match status {
        404 => {
            let why = format!("{what}: there is no XML-RPC at this address; correct url (the answer is {is})");
            Lost { status: Some(status), ..Lost::unsent(false, why) }
        }
        // Refused by what stands before the ERP, so it never came to it.
        401 | 403 | 405 | 407 | 413 | 429 => {
            let why =
                format!("{what}: refused before it came to the ERP; ask whoever runs the proxy (the answer is {is})");
            Lost { status: Some(status), ..Lost::unsent(status == 429, why) }
        }
        _ => Lost::unknown(
            Some(status),
            format!("{what}; look after the ERP and what stands before it (the answer is {is})"),
        ),
    }
}

/// A place that an answer points to, in as much as it may be shown: anything may stand in its path and query.
fn elsewhere(asked: &Url, to: &Url) -> String {
    let (asked, origin) = (asked.origin().ascii_serialization(), to.origin().ascii_serialization());
    if asked == origin { format!("another path of {origin}") } else { origin }
}

/// What is at the bottom of an error.
fn cause(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    plain::line(&last.to_string())
}
