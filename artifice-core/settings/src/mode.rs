//! What may be done with the files that artifice makes: a mode as chmod's.

use std::fs::{File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Read and written by the owner, read by the group.
const DEFAULT: u32 = 0o640;

/// What may be done with a file that is made: by default 0640, of which the umask takes away what it does of any file; what
/// is configured holds whatever the umask is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FileMode(Option<u32>);

impl FileMode {
    /// Reads `0640`, `640` or `0o640`.
    ///
    /// # Errors
    /// It is no mode, or not one for what has been billed.
    pub fn parse(text: &str) -> Result<FileMode, String> {
        let digits = text.strip_prefix("0o").unwrap_or(text);
        let mode = u32::from_str_radix(digits, 8).ok().filter(|mode| *mode <= 0o777);
        let mode =
            mode.ok_or_else(|| format!("'{text}' is no mode of a file; write it as chmod's, for example 0640"))?;
        if mode & 0o600 != 0o600 {
            return Err(format!("with {text} artifice could not use its own files; write for example 0600"));
        }
        if mode & 0o113 != 0 {
            return Err(format!(
                "with {text} anybody could change what was billed, or files could be run; write for example 0640"
            ));
        }
        Ok(FileMode(Some(mode)))
    }

    /// What is configured, if it is.
    pub fn configured(self) -> Option<u32> {
        self.0
    }

    /// Makes an empty file.
    ///
    /// # Errors
    /// It is there already, or cannot be made.
    pub fn create(self, path: &Path) -> io::Result<File> {
        let mode = self.0.unwrap_or(DEFAULT);
        let file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
        if self.0.is_some() {
            file.set_permissions(Permissions::from_mode(mode))?;
        }
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_is_written_as_chmods() {
        for (text, mode) in [("0640", 0o640), ("640", 0o640), ("0o600", 0o600), ("0664", 0o664)] {
            assert_eq!(FileMode::parse(text).unwrap().configured(), Some(mode), "{text}");
        }
        for (text, why) in [
            ("0999", "is no mode"),
            ("rw", "is no mode"),
            ("01640", "is no mode"),
            ("0440", "could not use its own files"),
            ("0666", "anybody could change"),
            ("0740", "could be run"),
        ] {
            assert!(FileMode::parse(text).unwrap_err().contains(why), "{text}");
        }
    }
}
