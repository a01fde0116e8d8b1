//! Answers from memory in the place of the network, for the fuzz targets: no socket, no thread, no waiting.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::time::Duration;

use reqwest::blocking::{Client, RequestBuilder, Response};

thread_local! {
    static ANSWERS: RefCell<VecDeque<Vec<u8>>> = RefCell::default();
    /// One for all: to make one takes a thread and the system's authorities.
    static CLIENT: Option<Client> = Client::builder().tls_certs_only([]).build().ok();
}

/// What is answered to the next requests of this thread: a status, lines of headers, an empty line, the content.
/// Behind the last one there is nothing but errors.
pub fn answer_with(answers: Vec<Vec<u8>>) {
    ANSWERS.set(answers.into());
}

pub(super) fn client() -> Option<Client> {
    CLIENT.with(Clone::clone)
}

/// Nobody waits for an answer that is there already.
pub(super) fn sleep(_: Duration) {}

/// A request that is not sent.
pub(super) struct Unsent(pub RequestBuilder);

impl Unsent {
    /// What comes next.
    pub fn send(self) -> reqwest::Result<Response> {
        self.0.build()?;
        let answer = ANSWERS.with_borrow_mut(VecDeque::pop_front).unwrap_or_else(|| b"500".to_vec());
        Ok(read(&answer).unwrap_or_default().into())
    }
}

/// An answer's text as an answer; what a server could not send is left out.
fn read(answer: &[u8]) -> Option<http::Response<Vec<u8>>> {
    let mut lines = answer.splitn(2, |byte| *byte == b'\n');
    let status = std::str::from_utf8(lines.next()?).ok()?.trim().parse::<u16>().ok()?;
    let mut response = http::Response::builder().status(http::StatusCode::from_u16(status).ok()?);
    let mut rest = lines.next().unwrap_or_default();
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let line = rest[..end].trim_ascii();
        rest = rest.get(end + 1..).unwrap_or_default();
        if line.is_empty() {
            break;
        }
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let name = http::HeaderName::from_bytes(&line[..colon]);
        let value = http::HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            response = response.header(name, value);
        }
    }
    response.body(rest.to_vec()).ok()
}
