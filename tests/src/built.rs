//! What `cargo build --workspace` has built.

use std::path::{Path, PathBuf};

/// The directory of the built command and libraries: `target/debug`, for a test in `target/debug/deps`.
fn directory() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(2).unwrap().to_owned()
}

fn built(name: &str) -> PathBuf {
    let path = directory().join(name);
    assert!(path.is_file(), "{} is missing: run `cargo build --workspace` first", path.display());
    path
}

/// The `artifice` command.
pub fn artifice() -> PathBuf {
    built("artifice")
}

/// The library of a module, such as `test_misbehaving`.
pub fn plugin(module: &str) -> PathBuf {
    built(&format!("lib{module}.so"))
}

/// The workspace's directory.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}
