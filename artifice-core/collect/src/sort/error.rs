//! What can go wrong with a temporary file.

/// A temporary file cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[error(
    "temporary file in {directory}: {source}; free space there, name another directory in TMPDIR, or raise main.memory"
)]
pub struct SortError {
    directory: String,
    source: std::io::Error,
}

impl From<std::io::Error> for SortError {
    fn from(source: std::io::Error) -> Self {
        SortError { directory: std::env::temp_dir().display().to_string(), source }
    }
}
