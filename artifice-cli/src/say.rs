//! What is said on standard error: errors, warnings, notes and the log, all in one form.
//!
//! Everything is an event of `tracing`, whoever says it, and is written as `error: …`, `warning: …`, `note: …`
//! (`--log-format text`), or as one JSON object a line (`json`).

use std::fmt;
use std::io::{self, IsTerminal};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use crate::args::{Args, LogFormat};
use crate::terminal::{harmless, may_colour};

/// The target of what is said to people, however little else they want to hear.
const PEOPLE: &str = "artifice_says";

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

/// From here on, what is said is heard.
pub fn start(args: &Args) {
    let level = match (args.quiet, args.verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => LevelFilter::WARN,
        (false, 1) => LevelFilter::INFO,
        (false, _) => LevelFilter::DEBUG,
    };
    // What matters of what the database's client logs comes as an error, in our words and without what
    // an address may hold.
    let client = if level == LevelFilter::DEBUG { LevelFilter::INFO } else { LevelFilter::OFF };
    let people = if args.quiet { LevelFilter::ERROR } else { LevelFilter::INFO };
    let filter = Targets::new().with_default(level).with_target("sqlx", client).with_target(PEOPLE, people);
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        // A standard error that is full or closed must not end a bill.
        .log_internal_errors(false)
        .with_target(false);
    match args.log_format {
        LogFormat::Text => {
            let form = Text { colour: may_colour(io::stderr().is_terminal()) };
            tracing_subscriber::registry().with(layer.event_format(form).with_filter(filter)).init();
        }
        LogFormat::Json => tracing_subscriber::registry().with(layer.json().with_filter(filter)).init(),
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
        let text = harmless(&(said.message + &said.fields));
        if self.colour {
            writeln!(to, "\u{1b}[1;{colour}m{word}:\u{1b}[0m {text}")
        } else {
            writeln!(to, "{word}: {text}")
        }
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
