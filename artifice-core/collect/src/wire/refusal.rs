//! Why a sample is not taken, wherever it stands.

use super::{WireError, WireSample};

/// What is called with every sample, in the file's order; what it refuses ends the reading.
pub type Visit<'v> = dyn FnMut(&WireSample<'_>) -> Result<(), Refusal> + 'v;

/// Why the one who reads samples does not take one. The reader adds where the sample begins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(String);

impl Refusal {
    /// A refusal that says what is wrong with the sample, and what to do.
    pub fn new(text: impl Into<String>) -> Self {
        Refusal(text.into())
    }
}

impl From<WireError> for Refusal {
    fn from(error: WireError) -> Self {
        Refusal(error.to_string())
    }
}

impl From<serde_json::Error> for Refusal {
    /// For [`read_metadata`](crate::wire::read_metadata): the place in the metadata means nothing to a reader.
    fn from(error: serde_json::Error) -> Self {
        Refusal(format!("the metadata cannot be read: {}", without_place(&error)))
    }
}

/// serde_json's message without what it found, and without its place, which counts from the beginning of whatever was
/// parsed.
pub(crate) fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    artifice_text::unquoted(text.strip_suffix(&place).unwrap_or(&text))
}
