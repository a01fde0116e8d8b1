//! Rights of files and directories, one by one.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use super::*;

fn set(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Who may replace a file of these rights in a directory of those.
fn of(directory_mode: u32, mode: u32) -> Writers {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("lib.so");
    fs::write(&file, "").unwrap();
    set(&file, mode);
    set(directory.path(), directory_mode);
    let about = |path: &Path| path.symlink_metadata().unwrap();
    let (above, own) = (about(directory.path()), about(&file));
    writers(&own, Some(&above)).max(writers(&above, None))
}

#[test]
fn what_others_may_write_to_is_anybodys() {
    for (directory, file, expected) in [
        (0o755, 0o644, Writers::Owner),
        (0o700, 0o755, Writers::Owner),
        (0o755, 0o646, Writers::All),
        (0o757, 0o644, Writers::All),
        (0o777, 0o644, Writers::All),
        // Only its owner, who runs this, replaces a file there.
        (0o1777, 0o644, Writers::Owner),
        (0o1777, 0o646, Writers::All),
    ] {
        assert_eq!(of(directory, file), expected, "{directory:o} {file:o}");
    }
}

#[test]
fn a_link_is_followed_to_a_file_that_anybody_may_write_to() {
    let directory = tempfile::tempdir().unwrap();
    let (file, link) = (directory.path().join("real.so"), directory.path().join("lib.so"));
    fs::write(&file, "").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    check(&link).unwrap();
    set(&file, 0o666);
    let says = check(&link).unwrap_err().to_string();
    let by = file.canonicalize().unwrap();
    assert!(says.contains("anybody may") && says.contains(&format!("chmod o-w {}", by.display())), "{says}");
}
