//! How the command hears of its own work.

use std::sync::{Mutex, PoisonError};

use artifice_engine::{Listener, Notice, Progress, Told};

use crate::words;

/// Warns of what is noticed, and hands on what becomes of the tenants.
pub struct Listening<F>(Mutex<F>);

impl<F: FnMut(Told)> Listening<F> {
    /// Hands it on to `told`.
    pub fn new(told: F) -> Self {
        Listening(Mutex::new(told))
    }
}

impl<F: FnMut(Told) + Send> Listener for Listening<F> {
    fn told(&self, told: Told) {
        (self.0.lock().unwrap_or_else(PoisonError::into_inner))(told);
    }

    fn notice(&self, notice: &Notice) {
        for line in words::notice(notice) {
            tracing::warn!("{line}");
        }
    }

    fn progress(&self, at: &Progress) {
        tracing::debug!("{at:?}");
    }
}
