//! Why a request came to nothing.

use std::error::Error;
use std::time::Duration;

use artifice_text::without_passwords;
use reqwest::Url;

/// Why nobody is logged in.
pub type LogInError = Box<dyn Error + Send + Sync>;

/// A request that came to nothing: which one, and why.
#[derive(Debug, thiserror::Error)]
#[error("{method} {url}: {what}")]
pub struct HttpError {
    pub(super) method: String,
    pub(super) url: String,
    /// Why.
    pub(super) what: Box<Failure>,
}

/// Why a request came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// There was no connection.
    #[error("cannot connect: {why}; check the URL, and whether that service is running")]
    Unreachable {
        /// What the system says.
        why: String,
        /// Whether that was said after a long wait.
        timed_out: bool,
    },
    /// There was no encrypted connection, or not to whom it should be.
    #[error("cannot connect: {why}; {advice}")]
    NotTrusted {
        /// What is wrong with the certificate, or with what is spoken there.
        why: String,
        /// What to do.
        advice: String,
    },
    /// There was no answer in time.
    #[error("no complete answer within {}; look after that service, or raise {subject}.timeout", shown(*after))]
    TimedOut {
        /// The time.
        after: Duration,
        /// The section of the configuration that is about it.
        subject: String,
    },
    /// The connection broke.
    #[error("the connection broke: {why}; look after that service, and run the command again")]
    Broken {
        /// What the system says.
        why: String,
    },
    /// The answer does not end.
    #[error("the answer is longer than {most_bytes} bytes; is the URL right?")]
    TooLong {
        /// How many were read.
        most_bytes: usize,
    },
    /// The answer points elsewhere.
    #[error(
        "the answer ({status}) points to {}, and a token is not taken there; write the right URL into the configuration",
        to.as_deref().unwrap_or("nowhere")
    )]
    Redirect {
        /// The status.
        status: u16,
        /// Where.
        to: Option<String>,
    },
    /// The answer is an error.
    #[error("{}{}", status_text(*status), after(says))]
    Status {
        /// The status.
        status: u16,
        /// What it says.
        says: String,
    },
    /// The answer is not what that service answers.
    #[error("the answer ({status}, {says}) is not what it should be: {why}; is the URL right?")]
    NotAsExpected {
        /// The status.
        status: u16,
        /// What is wrong with it.
        why: String,
        /// What it is instead.
        says: String,
    },
    /// Nobody is logged in.
    #[error("{0}")]
    LogIn(LogInError),
    /// There can be no request at all.
    #[error("{0}")]
    Client(String),
}

impl HttpError {
    /// Why.
    pub fn what(&self) -> &Failure {
        &self.what
    }

    /// What went wrong with the log-in, if it was that; else this error.
    ///
    /// # Errors
    /// This error.
    pub fn log_in(self) -> Result<LogInError, HttpError> {
        match *self.what {
            Failure::LogIn(error) => Ok(error),
            what => Err(HttpError { what: Box::new(what), ..self }),
        }
    }

    /// A log-in that failed, whatever was to be asked.
    pub fn log_in_failed(why: LogInError) -> Self {
        HttpError { method: "log-in".to_owned(), url: String::new(), what: Box::new(Failure::LogIn(why)) }
    }

    /// Whether it may pass by itself, at once.
    pub(super) fn is_transient(&self) -> bool {
        match *self.what {
            Failure::Unreachable { timed_out, .. } => !timed_out,
            Failure::Broken { .. } => true,
            _ => false,
        }
    }

    /// Whether the service is not there, for anybody.
    pub fn is_unreachable(&self) -> bool {
        match *self.what {
            Failure::Unreachable { .. } | Failure::NotTrusted { .. } | Failure::Broken { .. } => true,
            Failure::Status { status, .. } => matches!(status, 502 | 503),
            _ => false,
        }
    }

    /// Whether it took too long: perhaps only this once.
    pub fn is_slow(&self) -> bool {
        matches!(*self.what, Failure::TimedOut { .. } | Failure::Status { status: 504, .. })
    }
}

fn shown(time: Duration) -> String {
    if time.subsec_millis() == 0 { format!("{} s", time.as_secs()) } else { format!("{} ms", time.as_millis()) }
}

fn status_text(status: u16) -> String {
    let reason = reqwest::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    reason.map_or_else(|| status.to_string(), |reason| format!("{status} {reason}"))
}

fn after(says: &str) -> String {
    if says.is_empty() { String::new() } else { format!(": {says}") }
}

/// The innermost cause, in its own words: those around it repeat the URL, and say less.
pub(super) fn cause(error: &(dyn Error + 'static)) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

/// A place that an answer points to, in as much as it may be shown: whoever makes up an address puts what he likes into
/// its path and query, tokens too.
pub(super) fn elsewhere(asked: &Url, to: &Url) -> String {
    let (asked, origin) = (asked.origin().ascii_serialization(), to.origin().ascii_serialization());
    if asked == origin { format!("another path of {origin}") } else { origin }
}

/// A URL as it may be shown: whoever wrote a password into it did not mean to publish it.
pub fn plain(url: &Url) -> String {
    let mut url = url.clone();
    if !url.username().is_empty() || url.password().is_some() {
        // Fails for URLs that can have no user.
        let _ = url.set_username("");
        let _ = url.set_password(None);
    }
    without_passwords(url.as_str())
}
