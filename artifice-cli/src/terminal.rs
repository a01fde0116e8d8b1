//! What a terminal is, and may be told.

pub mod status;

use std::io::{self, IsTerminal};
use std::os::fd::AsFd;

/// Whether colours may be used where a terminal is, or is not (<https://no-color.org>).
pub fn may_colour(is_terminal: bool) -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    is_terminal && !is_set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Whether a line on standard error may change in its place.
pub fn may_change_lines() -> bool {
    io::stderr().is_terminal() && std::env::var_os("TERM").is_some_and(|term| term != "dumb")
}

/// Whether colours may be used on standard output.
pub fn colours() -> bool {
    may_colour(io::stdout().is_terminal())
}

/// How many columns of text standard output has: the terminal's, else what `COLUMNS` says. None where nobody says,
/// as in a pipe.
pub fn columns() -> Option<u16> {
    let of_terminal = columns_of(io::stdout());
    let said = || std::env::var("COLUMNS").ok()?.parse().ok();
    of_terminal.or_else(said).filter(|columns| *columns > 0)
}

/// How many columns a terminal has, where it is one that says so.
fn columns_of(terminal: impl AsFd) -> Option<u16> {
    let columns = terminal_size::terminal_size_of(terminal).map(|(terminal_size::Width(columns), _)| columns);
    columns.filter(|columns| *columns > 0)
}

/// A text in bold, where colours may be used.
pub fn bold(text: &str) -> String {
    if colours() { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
}
