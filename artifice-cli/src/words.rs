//! What the engine tells, in words: nobody else words it.

mod advice;
mod count;
mod metering;
mod notice;
mod observation;
mod shared;

pub use advice::advice;
pub use count::{Count, many, named, tries};
pub use notice::{notice, problem, unreachable};
pub use observation::{observation, open_secret};
pub use shared::{Shared, Words};

use artifice_engine::{EngineError, Failed};

/// Why a command could not do what it was for, and what to do.
pub fn error(error: &EngineError) -> String {
    format!("{error}{}", advice(error.advice().as_ref()))
}

/// Why a tenant failed, and what to do.
pub fn why(failed: &Failed) -> String {
    format!("{}{}", failed.why, advice(failed.advice.as_ref()))
}
