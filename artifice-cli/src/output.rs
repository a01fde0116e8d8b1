//! What people and scripts see: tables, JSON, CSV on standard output; everything else on standard error.

pub mod bills;
pub mod csv;
pub mod explain;
pub mod history;
pub mod rates;
pub mod statements;
mod tables;
pub mod verify;

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use artifice_engine::Failed;
use artifice_model::{Calendar, Decimal, Period, Timestamp};

use crate::say;
use crate::terminal::status::apart;
use crate::words;
pub use tables::{Ids, table};

/// Writes to standard output. Whoever closed it has read enough: that is no error, and changes
/// nothing of how the command ends.
pub fn print(text: &str) -> io::Result<()> {
    let write = || {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush())
    };
    // What is no terminal nobody sees beside the line of a run.
    match if io::stdout().is_terminal() { apart(write) } else { write() } {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// The same of JSON, which says every character, and shows none that does harm.
pub fn print_json(text: &str) -> io::Result<()> {
    print(&artifice_text::json(text))
}

/// Says who failed, and why.
pub fn failure(failed: &Failed) {
    let (tenant, why) = (&failed.tenant, words::why(failed));
    match &tenant.name {
        Some(name) => say::error(&format!("tenant {} ({}): {why}", artifice_text::name(name), tenant.id)),
        None => say::error(&format!("tenant {}: {why}", tenant.id)),
    }
}

/// A quantity with its unit. A plain count has none that people would say.
pub fn quantity(quantity: impl Display, unit: &str) -> String {
    if unit == "1" { quantity.to_string() } else { format!("{quantity} {unit}") }
}

/// What is paid for what. A plain amount is for nothing that people would say.
pub fn rate(amount: Decimal, per: &str) -> String {
    if per == "1" { amount.to_string() } else { format!("{amount} per {per}") }
}

/// An instant for people: a local date, where it is one.
pub fn instant(at: Timestamp, calendar: Option<Calendar>) -> String {
    let date = calendar.and_then(|calendar| calendar.date_of_midnight(at));
    date.map_or_else(|| at.to_string(), |date| date.to_string())
}

/// A period for people: by its local dates, as `--from` and `--to` take them, where it has such.
pub fn period(period: Period, calendar: Option<Calendar>) -> String {
    let date = |at| calendar?.date_of_midnight(at);
    match (date(period.start()), date(period.end())) {
        (Some(start), Some(end)) => format!("{start} to {end}"),
        _ => period.to_string(),
    }
}
