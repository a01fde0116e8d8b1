//! Files that the settings name, read within bounds: what is no regular file may never end, or never begin.

use std::fs::{File, metadata};
use std::io::{Error, Read, Result};
use std::path::Path;

/// The largest file that is read, in bytes: all authorities of a system take a fifth of it.
const MOST_BYTES: u64 = 1_000_000;

/// A file's content.
pub fn bytes(path: &Path) -> Result<Vec<u8>> {
    if !metadata(path)?.is_file() {
        return Err(Error::other("it is no regular file"));
    }
    let mut bytes = Vec::new();
    // One more than is taken, so that what is too long is seen.
    File::open(path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    match u64::try_from(bytes.len()) {
        Ok(..=MOST_BYTES) => Ok(bytes),
        _ => Err(Error::other(format!("it has more than {MOST_BYTES} bytes"))),
    }
}

/// A file's content as text.
pub fn text(path: &Path) -> Result<String> {
    String::from_utf8(bytes(path)?).map_err(|_| Error::other("it is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_ends_is_not_read() {
        for path in ["/dev/zero", "/"] {
            assert_eq!(bytes(Path::new(path)).unwrap_err().to_string(), "it is no regular file");
        }
        assert!(text(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))).is_ok());
    }
}
