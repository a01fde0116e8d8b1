//! From the paths and patterns of a configuration to files.

use std::collections::HashSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};

use super::error::FileError;
use artifice_settings::ends;

/// What a file of this name means: the standard input.
pub const STANDARD_INPUT: &str = "-";

/// As a shell does it: `*` stays within a directory and leaves hidden files (and with them what is
/// still being written under a temporary name) alone.
const AS_A_SHELL: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

/// The files that paths and patterns (`*`, `?`, `[…]`, `**`) name, relative to the directory `base`.
///
/// They are sorted, and each is there once, even if several patterns or names lead to it: its samples
/// would count twice. `-`, the standard input, stays as it is. Subdirectories that a pattern matches
/// are left out. Fails where a pattern matches no file, or a path is a directory.
pub fn expand(patterns: &[String], base: &Path) -> Result<Vec<PathBuf>, FileError> {
    let mut files = Vec::new();
    for pattern in patterns {
        if pattern == STANDARD_INPUT {
            files.push(PathBuf::from(pattern));
        } else {
            expand_one(pattern, base, &mut files)?;
        }
    }
    files.sort();
    let mut seen = HashSet::new();
    files.retain(|file| seen.insert(fs::canonicalize(file).unwrap_or_else(|_| file.clone())));
    Ok(files)
}

fn expand_one(pattern: &str, base: &Path, files: &mut Vec<PathBuf>) -> Result<(), FileError> {
    let path = base.join(pattern);
    // First as it is: a file's name may hold brackets.
    match fs::metadata(&path) {
        Ok(found) if found.is_dir() => return Err(FileError::Directory { path }),
        Ok(_) => {
            files.push(path);
            return Ok(());
        }
        // A link that leads nowhere, or round, is there all the same.
        Err(error) if error.kind() == ErrorKind::PermissionDenied || fs::symlink_metadata(&path).is_ok() => {
            return Err(FileError::Open { path, source: error });
        }
        Err(_) => {}
    }
    let before = files.len();
    let wrong = |what: String| FileError::Pattern { pattern: pattern.to_owned(), what };
    if pattern.contains(['*', '?', '[']) {
        let directory =
            base.to_str().ok_or_else(|| wrong(format!("{} is not UTF-8, so it takes no pattern", base.display())))?;
        ends(base, pattern, |name| !name.starts_with('.')).map_err(wrong)?;
        let anchored = Path::new(&Pattern::escape(directory)).join(pattern);
        let matches = glob::glob_with(&anchored.to_string_lossy(), AS_A_SHELL)
            .map_err(|error| wrong(format!("{}; write `[[]` for a bracket itself", error.msg)))?;
        for found in matches {
            let found =
                found.map_err(|error| FileError::Open { path: error.path().to_owned(), source: error.into() })?;
            if !found.is_dir() {
                files.push(found);
            }
        }
    }
    if files.len() == before {
        let directory = if base.as_os_str().is_empty() { Path::new(".") } else { base };
        return Err(FileError::NoMatch { pattern: pattern.to_owned(), directory: directory.to_owned() });
    }
    Ok(())
}
