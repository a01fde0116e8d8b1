//! What the engine tells, in words: nobody else words it.

mod advice;
mod count;
mod metering;
mod notice;
mod observation;
mod shared;
mod standing;

pub use advice::advice;
pub use count::{Count, many, named, tries};
pub use notice::{notice, problem, unreachable};
pub use observation::{observation, open_secret};
pub use shared::{Shared, Words};
pub use standing::{numbered, standing, summary};

use artifice_engine::{EngineError, Failed};
use artifice_plugin_host::LoadError;
use artifice_plugin_host::api::ErrorKind;

use crate::say;

/// Why a command could not do what it was for, and what to do.
pub fn error(error: &EngineError) -> String {
    format!("{error}{}", advice(error.advice().as_ref()))
}

/// Says why a command could not do what it was for: mistakes of a configuration one a line, all else in one.
pub fn say(error: &EngineError) {
    let text = self::error(error);
    match error {
        EngineError::Config(_) => say::error_in_lines(&text),
        // It has read what the operator wrote, and nobody else.
        EngineError::Load(LoadError::Backend { error, .. }) if error.kind() == ErrorKind::Configuration => {
            say::error_in_lines(&text);
        }
        _ => say::error(&text),
    }
}

/// Why a tenant failed, and what to do.
pub fn why(failed: &Failed) -> String {
    format!("{}{}", failed.why, advice(failed.advice.as_ref()))
}
