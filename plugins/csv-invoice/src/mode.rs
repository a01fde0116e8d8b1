//! What may be done with documents and records, as the host has it configured (`main.file_mode`).

use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;

use artifice_plugin_api::Context;

/// Read and written by the owner, read by the group.
const DEFAULT: u32 = 0o640;

/// The mode of files; of 0640, the umask takes away what it does of any file, and what is configured holds whatever it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mode(Option<u32>);

impl Mode {
    /// What the host says.
    pub fn of(context: &Context<'_>) -> Mode {
        let said = context.extra.iter().find(|pair| pair.key == "file_mode");
        Mode(said.and_then(|pair| u32::from_str_radix(pair.value.as_str(), 8).ok()).filter(|mode| *mode <= 0o777))
    }

    /// With which rights a file is made.
    pub fn file(self) -> u32 {
        self.0.unwrap_or(DEFAULT)
    }

    /// Sets the rights of a file that was made.
    pub fn set(self, file: &File) -> io::Result<()> {
        self.0.map_or(Ok(()), |mode| file.set_permissions(Permissions::from_mode(mode)))
    }

    /// Makes a directory: whoever may read files may look into it. It may be there already.
    pub fn create_directory(self, path: &Path) -> io::Result<()> {
        // From each right to read follows the one to look for a name.
        let mode = self.file() | (self.file() & 0o444) >> 2;
        match DirBuilder::new().mode(mode).create(path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
            Ok(()) if self.0.is_some() => fs::set_permissions(path, Permissions::from_mode(mode)),
            created => created,
        }
    }
}
