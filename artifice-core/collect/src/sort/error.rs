//! What can go wrong with a temporary file.

use std::io::ErrorKind;

/// A temporary file cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[error(
    "temporary file in {directory}: {source}; {}name another directory in TMPDIR, or raise main.memory",
    advice(source)
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

/// What to do, beside what always helps.
fn advice(error: &std::io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free space there, ",
        ErrorKind::FileTooLarge => "raise the limit on the size of a file (ulimit -f), ",
        ErrorKind::PermissionDenied | ErrorKind::NotFound | ErrorKind::ReadOnlyFilesystem => {
            "let the user that runs artifice write there, "
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_do_depends_on_what_happened() {
        let says = |number| SortError::from(std::io::Error::from_raw_os_error(number)).to_string();
        // ENOSPC, EFBIG, EACCES.
        for (number, advice) in [(28, "free space there, name"), (27, "(ulimit -f), name"), (13, "write there, name")] {
            assert!(says(number).contains(advice), "{}", says(number));
        }
    }
}
