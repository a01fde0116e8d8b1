//! A configuration that cannot be used.

use std::path::{Path, PathBuf};

use artifice_model::position::{Mistake, Position};
use artifice_text::line;

use crate::file::read_bytes;

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("{}: {why}; {advice}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
        /// What to do.
        advice: &'static str,
    },
    /// Mistakes in files, in their order.
    #[error("{}", lines(.0))]
    Mistakes(Vec<Mistake>),
}

/// One line for each mistake, whatever stands in the files.
fn lines(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(|mistake| line(&mistake.to_string()).into_owned()).collect::<Vec<_>>().join("\n")
}

/// Reads a text file that a person wrote.
pub fn read(path: &Path, advice: &'static str) -> Result<String, ConfigError> {
    let unreadable = |why: String| ConfigError::Unreadable { path: path.to_owned(), why, advice };
    let bytes = read_bytes(path).map_err(unreadable)?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]).into_owned();
        let line = valid.matches('\n').count() + 1;
        let column = valid.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let at = Position { file: path.display().to_string(), line, column };
        ConfigError::Mistakes(vec![Mistake { at, what: "not UTF-8; save the file in that encoding".to_owned() }])
    })
}
