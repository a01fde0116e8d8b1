//! One line on a terminal's standard error that changes in its place, below everything else that is written, and is gone
//! in the end. It has only letters of one column each.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The line, while there is one. There is one terminal, so there is one line.
static LINE: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// A line, to be shown. When it is dropped, the terminal is as if there had been none.
pub struct Status(());

impl Status {
    /// An empty line.
    pub fn open() -> Status {
        let line = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        // Whatever is longer than the terminal is wide is cut: two lines could not be taken away again.
        let line = line.with_style(ProgressStyle::with_template("{wide_msg}").unwrap_or(ProgressStyle::default_bar()));
        *LINE.lock().unwrap_or_else(PoisonError::into_inner) = Some(line);
        Status(())
    }
}

impl Drop for Status {
    fn drop(&mut self) {
        if let Some(line) = LINE.lock().unwrap_or_else(PoisonError::into_inner).take() {
            line.finish_and_clear();
        }
    }
}

/// Shows this in the line, if there is one. Where somebody is writing something else, not now: whoever shows must never
/// wait for a terminal that is held.
pub fn show(text: impl Into<Cow<'static, str>>) {
    if let Ok(line) = LINE.try_lock()
        && let Some(line) = &*line
    {
        line.set_message(text);
    }
}

/// Writes something else to the terminal, above the line if there is one.
pub fn apart<T>(write: impl FnOnce() -> T) -> T {
    match &*LINE.lock().unwrap_or_else(PoisonError::into_inner) {
        Some(line) => line.suspend(write),
        None => write(),
    }
}

/// Takes the line away before the process ends at once, unless the terminal is held: that is waited for no longer.
pub fn leave() {
    if let Ok(mut line) = LINE.try_lock()
        && let Some(line) = line.take()
    {
        line.finish_and_clear();
    }
}
