//! What the fuzz targets reach, and nobody else.

use crate::elf;

/// Whether these bytes would be taken for a library with backends, or what is wrong with them.
pub fn library(bytes: &[u8]) -> Result<bool, String> {
    elf::check(bytes, u64::try_from(bytes.len()).unwrap_or(u64::MAX))
}
