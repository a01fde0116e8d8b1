//! What the engine tells, as data: only the command, or another program, puts it into words.

mod advice;
mod cancel;
mod notice;
mod report;

use std::sync::Arc;

pub use advice::Advice;
pub use artifice_collect::{Cancel, Headway, Reached};
pub(crate) use cancel::cancelled;
pub use notice::{AtItsEnd, Notice, Progress};
pub use report::{Billed, Failed, How, Preview, Told};

/// Who hears what the engine tells. Called from any task of a run, and never for long.
pub trait Listener: Send + Sync {
    /// What became of a tenant.
    fn told(&self, told: Told);
    /// Something that fails nobody, and that somebody should know.
    fn notice(&self, notice: &Notice);
    /// How far the work has got.
    fn progress(&self, at: &Progress) {
        let _ = at;
    }
}

/// Who hears of work, and may end it.
#[derive(Clone)]
pub struct Watch {
    /// Hears of it.
    pub listener: Arc<dyn Listener>,
    /// Ends it between two steps.
    pub cancel: Cancel,
}

impl Watch {
    /// Somebody hears of it, and nobody ends it.
    pub fn of(listener: Arc<dyn Listener>) -> Watch {
        Watch { listener, cancel: Cancel::default() }
    }
}
