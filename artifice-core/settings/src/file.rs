//! Files that a person wrote, read within bounds.

use std::fs::{File, metadata};
use std::io::Read;
use std::path::Path;

/// The largest file that is read, in bytes.
pub(crate) const MAX_BYTES: usize = 1_000_000;

/// A file's content, or why it cannot be had. What is no regular file may never end, or never begin.
///
/// # Errors
/// Why, in words: what is there is no file, or too long, or cannot be read.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, String> {
    match metadata(path).map_err(|error| error.to_string())? {
        file if file.is_dir() => return Err("it is a directory".to_owned()),
        file if !file.is_file() => return Err("it is no regular file".to_owned()),
        _ => {}
    }
    let mut bytes = Vec::new();
    // One more than is taken, so that what is too long is seen; a file may grow while it is read.
    let most = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let read = File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes));
    read.map_err(|error| error.to_string())?;
    if bytes.len() > MAX_BYTES {
        return Err(format!("it has more than {MAX_BYTES} bytes, which is all that is read; split it"));
    }
    Ok(bytes)
}

/// Whether somebody may read a file who is neither its owner nor of its group.
pub fn is_open_to_others(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        metadata(path).is_ok_and(|file| file.permissions().mode() & 0o004 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_ends_is_not_read() {
        assert_eq!(read_bytes(Path::new("/dev/zero")), Err("it is no regular file".to_owned()));
        assert!(read_bytes(Path::new("/")).is_err());
        assert!(read_bytes(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))).is_ok());
    }
}
