//! Who may put something else in a library's place: what it does then is done by artifice.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::error::LoadError;

/// The right of anybody, and of a group, to write.
const OTHERS: u32 = 0o002;
const GROUP: u32 = 0o020;
/// In a directory with this only the owner of a file removes or replaces it.
const STICKY: u32 = 0o1000;

/// What was told already: once is enough.
static TOLD: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Who may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Writers {
    /// Nobody but the owner.
    Owner,
    /// A group.
    Group,
    /// Anybody.
    All,
}

/// Refuses a library that anybody may replace, by its own rights or by those of a directory above it. What a group may
/// replace is told.
///
/// # Errors
/// [`LoadError::Replaceable`]; [`LoadError::Unreadable`], where the rights cannot be seen.
pub fn check(library: &Path) -> Result<(), LoadError> {
    let unreadable = |source| LoadError::Unreadable { path: library.to_owned(), source };
    // Where links lead, and where they are.
    let real = library.canonicalize().map_err(unreadable)?;
    let all = real.ancestors().chain(library.ancestors());
    for path in all.filter(|path| !path.as_os_str().is_empty()) {
        let about = path.symlink_metadata().map_err(unreadable)?;
        let above = path.parent().map(Path::metadata).transpose().map_err(unreadable)?;
        match writers(&about, above.as_ref()) {
            Writers::Owner => {}
            Writers::Group => tell(library, path),
            Writers::All => return Err(LoadError::Replaceable { path: library.to_owned(), by: path.to_owned() }),
        }
    }
    Ok(())
}

/// Who may write to a file or directory, or replace it because of who owns it.
fn writers(about: &Metadata, above: Option<&Metadata>) -> Writers {
    let shared = above.is_some_and(|above| above.mode() & OTHERS != 0 && above.mode() & STICKY != 0);
    // Where anybody may put something, what is there was put there by whoever owns it.
    let trusted = [Some(0), own_user(), above.map(MetadataExt::uid)];
    if shared && !trusted.contains(&Some(about.uid())) {
        return Writers::All;
    }
    let sticky = about.is_dir() && about.mode() & STICKY != 0;
    // A link has no rights of its own.
    if about.is_symlink() || sticky {
        Writers::Owner
    } else if about.mode() & OTHERS != 0 {
        Writers::All
    } else if about.mode() & GROUP != 0 && about.gid() != about.uid() {
        // A group with its owner's number is that user's own.
        Writers::Group
    } else {
        Writers::Owner
    }
}

/// Who runs this program; none where the system does not tell.
fn own_user() -> Option<u32> {
    Path::new("/proc/self").metadata().ok().map(|about| about.uid())
}

fn tell(library: &Path, path: &Path) {
    if TOLD.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned()) {
        let (library, path) = (library.display(), path.display());
        tracing::warn!(
            "{library}: the group of {path} may put something else in its place, which artifice would run; unless all of the \
             group may do what artifice may, take that right away: chmod g-w {path}"
        );
    }
}
