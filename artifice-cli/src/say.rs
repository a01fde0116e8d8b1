//! What is said on standard error: errors, warnings, notes and the log, all in one form.
//!
//! Everything is an event of `tracing`, whoever says it, and is written as `error: …`, `warning: …`, `note: …`
//! (`--log-format text`), or as one JSON object a line (`json`). Nothing that is known for a secret is said; and
//! whatever is said is one line, harmless and bounded: it may hold what tenants and servers write.

use std::fmt;
use std::io::{self, IsTerminal};
use std::sync::OnceLock;

use artifice_text::{hide, json, line};
use clap::ValueEnum;
use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use crate::terminal::{may_change_lines, may_colour, status};

/// The target of what is said to people, however little else they want to hear.
const PEOPLE: &str = "artifice_says";

/// The target of what has several lines of its own.
const LINES: &str = "artifice_says_lines";

/// Says what is wrong, in lines: each comes from whoever made sure that nobody else's text is one.
pub fn error_in_lines(text: &str) {
    tracing::error!(target: LINES, "{text}");
}

/// Says what is wrong.
pub fn error(text: &str) {
    tracing::error!(target: PEOPLE, "{text}");
}

/// Says what somebody should know.
pub fn warning(text: &str) {
    tracing::warn!(target: PEOPLE, "{text}");
}

/// Says what somebody may want to know.
pub fn note(text: &str) {
    tracing::info!(target: PEOPLE, "{text}");
}

/// Whether somebody asked for more than that.
pub fn says_more() -> bool {
    tracing::enabled!(Level::INFO)
}

/// The form of what is said on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

/// How it is shown how far a run has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Showing {
    /// As a line on the terminal, which changes.
    Line,
    /// As a note once in a while.
    Notes,
    /// Not at all.
    Nothing,
}

/// What [`start`] was told to show.
static SHOWING: OnceLock<Showing> = OnceLock::new();

/// How it is to be shown how far a run has got.
pub fn showing() -> Showing {
    SHOWING.get().copied().unwrap_or(Showing::Nothing)
}

/// From here on, what is said is heard: with `quiet` only errors, with `verbose` of 1 or 2 more than usual.
pub fn start(format: LogFormat, quiet: bool, verbose: u8) {
    let showing = match (quiet, format) {
        (true, _) => Showing::Nothing,
        (false, LogFormat::Text) if may_change_lines() => Showing::Line,
        (false, LogFormat::Text | LogFormat::Json) => Showing::Notes,
    };
    let _ = SHOWING.set(showing);
    let level = match (quiet, verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => LevelFilter::WARN,
        (false, 1) => LevelFilter::INFO,
        (false, _) => LevelFilter::DEBUG,
    };
    // What matters of what the database's client logs comes as an error, in our words and without what
    // an address may hold.
    let client = if level == LevelFilter::DEBUG { LevelFilter::INFO } else { LevelFilter::OFF };
    let people = if quiet { LevelFilter::ERROR } else { LevelFilter::INFO };
    let filter = Targets::new()
        .with_default(level)
        .with_target("sqlx", client)
        .with_target(PEOPLE, people)
        .with_target(LINES, people);
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(|| Apart(io::stderr()))
        // A standard error that is full or closed must not end a bill.
        .log_internal_errors(false)
        .with_target(false);
    match format {
        LogFormat::Text => {
            let form = Text { colour: may_colour(io::stderr().is_terminal()) };
            tracing_subscriber::registry().with(layer.event_format(form).with_filter(filter)).init();
        }
        LogFormat::Json => {
            let layer = layer.json().with_writer(|| Json(Apart(io::stderr())));
            tracing_subscriber::registry().with(layer.with_filter(filter)).init();
        }
    }
}

/// `error: what happened`
struct Text {
    colour: bool,
}

impl<S, N> FormatEvent<S, N> for Text
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let (word, colour) = match *event.metadata().level() {
            Level::ERROR => ("error", 31),
            Level::WARN => ("warning", 33),
            Level::INFO => ("note", 36),
            Level::DEBUG | Level::TRACE => ("debug", 35),
        };
        let mut said = Said::default();
        event.record(&mut said);
        let text = said.message + &said.fields;
        let text = hide(&text);
        let text = match event.metadata().target() {
            LINES => text.lines().map(line).collect::<Vec<_>>().join("\n"),
            _ => line(&text).into_owned(),
        };
        if self.colour {
            writeln!(to, "\u{1b}[1;{colour}m{word}:\u{1b}[0m {text}")
        } else {
            writeln!(to, "{word}: {text}")
        }
    }
}

/// Writes events above the line that may be at the end of a terminal.
struct Apart(io::Stderr);

impl io::Write for Apart {
    /// An event comes whole.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        status::apart(|| self.0.write_all(event))?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Writes events that are JSON already.
struct Json(Apart);

impl io::Write for Json {
    /// An event comes whole.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = match serde_json::from_slice::<Value>(event) {
            Ok(mut json) => {
                hide_in(&mut json);
                format!("{json}\n")
            }
            Err(_) => format!("{}\n", line(&hide(&String::from_utf8_lossy(event)))),
        };
        self.0.write_all(json(&text).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Hides what is known for a secret in every text.
fn hide_in(value: &mut Value) {
    match value {
        Value::String(text) => *text = hide(text).into_owned(),
        Value::Array(items) => items.iter_mut().for_each(hide_in),
        Value::Object(members) => members.values_mut().for_each(hide_in),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What an event says.
#[derive(Default)]
struct Said {
    message: String,
    fields: String,
}

impl Visit for Said {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            name => self.fields.push_str(&format!(" {name}={value:?}")),
        }
    }
}
