//! What can be told of a file before the dynamic linker sees it.
//!
//! `dlopen` maps a file without looking whether it is whole, so a truncated one ends the process
//! with SIGBUS; and what it says of other faults is often misleading (of a library for another
//! architecture: "No such file or directory"). So the file is read first.

use std::fs::File;
use std::path::Path;

use object::read::ReadCache;

use crate::elf;
use crate::error::LoadError;

/// Checks that a file is a whole shared library of this machine, with backends in it.
pub fn check(path: &Path) -> Result<(), LoadError> {
    let unreadable = |source| LoadError::Unreadable { path: path.to_owned(), source };
    let bad = |what: String| LoadError::BadFile { path: path.to_owned(), what };
    // Before it is opened: opening a pipe would wait for somebody to write into it.
    let about = std::fs::metadata(path).map_err(unreadable)?;
    if !about.is_file() {
        return Err(bad("not a file; name the shared library itself".to_owned()));
    }
    if about.len() == 0 {
        return Err(bad("empty; build or install the library again".to_owned()));
    }
    let file = File::open(path).map_err(unreadable)?;
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    if !elf::check(&ReadCache::new(file), about.len()).map_err(bad)? {
        return Err(LoadError::NoBackend { path: path.to_owned() });
    }
    Ok(())
}
