//! What `cargo build --workspace` has built.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use artifice_plugin_host::api::Context;
use artifice_plugin_host::{Backend, Libraries, SearchPath, load};
use serde_json::Value;

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

/// A backend of a built library, whose relative paths start at that directory.
pub fn backend(at: &Path, class: &str, settings: &Value) -> Arc<dyn Backend> {
    let libraries = Libraries(SearchPath::new(&[directory()]));
    load(&libraries, &class.parse().unwrap(), settings, &Context::new(at.to_str().unwrap(), "UTC")).unwrap()
}

/// The workspace's directory.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}
