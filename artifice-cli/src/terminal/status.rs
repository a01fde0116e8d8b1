//! One line on a terminal's standard error that changes in its place, below everything else that is written, and is gone
//! in the end. It has only letters of one column each.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

/// What stands in the line, while there is one. There is one terminal, so there is one line.
static LINE: Mutex<Option<String>> = Mutex::new(None);

/// Columns that stay free behind the line: a terminal shows Ctrl-C there itself, and what goes on in a second row could not
/// be taken away again.
const FREE: usize = 3;

/// To the line's beginning, and nothing from there on.
const CLEAR: &str = "\r\u{1b}[K";

/// A line, to be shown. When it is dropped, the terminal is as if there had been none.
pub struct Status(());

impl Status {
    /// An empty line.
    pub fn open() -> Status {
        *LINE.lock().unwrap_or_else(PoisonError::into_inner) = Some(String::new());
        Status(())
    }
}

impl Drop for Status {
    fn drop(&mut self) {
        if LINE.lock().unwrap_or_else(PoisonError::into_inner).take().is_some() {
            put(CLEAR);
        }
    }
}

/// Shows this in the line, if there is one. Where somebody is writing something else, not now: whoever shows must never
/// wait for a terminal that is held.
pub fn show(text: &str) {
    if let Ok(mut line) = LINE.try_lock()
        && let Some(line) = &mut *line
    {
        let room = usize::from(super::columns_of(io::stderr()).unwrap_or(80)).saturating_sub(FREE);
        *line = text.chars().take(room).collect();
        put(&format!("{CLEAR}{line}"));
    }
}

/// Writes something else to the terminal, above the line if there is one.
pub fn apart<T>(write: impl FnOnce() -> T) -> T {
    let line = LINE.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(line) = &*line else { return write() };
    put(CLEAR);
    let written = write();
    put(line);
    written
}

/// Takes the line away before the process ends at once, unless the terminal is held: that is waited for no longer.
pub fn leave() {
    if let Ok(mut line) = LINE.try_lock()
        && line.take().is_some()
    {
        put(CLEAR);
    }
}

/// A standard error that is full or closed must not end a bill.
fn put(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}
