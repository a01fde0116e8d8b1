//! What people and scripts see: tables, JSON, CSV on standard output; everything else on standard error.

pub mod bills;
pub mod explain;
pub mod history;
pub mod rates;
pub mod statements;
pub mod verify;

use std::io::{self, Write};

use artifice_engine::Failed;
use artifice_model::{Calendar, Period};
use comfy_table::{ContentArrangement, Table, presets};

use crate::words;

/// Writes to standard output. Whoever closed it has read enough: that is no error, and changes
/// nothing of how the command ends.
pub fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Says something to a person, on standard error.
pub fn note(text: &str) {
    // Nobody is there to hear of a standard error that is closed.
    let _ = writeln!(io::stderr(), "{}", harmless(text));
}

/// A text without what a terminal would obey: names come from tenants.
fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// Says who failed, and why.
pub fn failure(failed: &Failed) {
    let (tenant, why) = (&failed.tenant, words::why(failed));
    match &tenant.name {
        Some(name) => note(&format!("error: tenant {name} ({}): {why}", tenant.id)),
        None => note(&format!("error: tenant {}: {why}", tenant.id)),
    }
}

/// A period for people: by its local dates, as `--from` and `--to` take them, where it has such.
pub fn period(period: Period, calendar: Option<Calendar>) -> String {
    let date = |at| calendar?.date_of_midnight(at);
    match (date(period.start()), date(period.end())) {
        (Some(start), Some(end)) => format!("{start} to {end}"),
        _ => period.to_string(),
    }
}

/// A table for people, with a line break at its end; empty without rows.
pub fn table(headers: &[&str], rows: Vec<Vec<String>>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Disabled);
    let harmless = |row: Vec<String>| row.iter().map(|cell| harmless(cell)).collect::<Vec<_>>();
    table.set_header(headers).add_rows(rows.into_iter().map(harmless));
    format!("{table}\n")
}
