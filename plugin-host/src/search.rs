//! Where backends are looked for.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};

use crate::class_path::ClassPath;
use crate::error::LoadError;
use crate::loader::{Loader, ModuleInfo};

/// The variable that names further plugin directories, separated as in `PATH`.
const VARIABLE: &str = "ARTIFICE_PLUGIN_PATH";
/// Where packages install plugins.
const SYSTEM_DIRECTORY: &str = "/usr/lib/artifice/plugins";

/// The plugin directories, in the order in which they are searched. The first file found decides,
/// even if it is bad: a broken upgrade must not silently bring back an older file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchPath(Vec<PathBuf>);

/// A file found in a plugin directory.
#[derive(Debug)]
pub struct Found {
    /// The file.
    pub path: PathBuf,
    /// What it is, or why it is no module.
    pub module: Result<ModuleInfo, LoadError>,
    /// Whether an earlier directory has a file of the same name, which is used instead.
    pub hidden: bool,
}

impl SearchPath {
    /// The configured directories (`plugins.path`), then those of `ARTIFICE_PLUGIN_PATH`, the
    /// executable's own (so that a build tree just works), and the system's.
    pub fn new(configured: &[PathBuf]) -> Self {
        let mut all = configured.to_vec();
        if let Some(value) = std::env::var_os(VARIABLE) {
            all.extend(std::env::split_paths(&value).filter(|path| !path.as_os_str().is_empty()));
        }
        let executable = std::env::current_exe().and_then(std::fs::canonicalize).ok();
        all.extend(executable.as_deref().and_then(Path::parent).map(Path::to_owned));
        all.push(SYSTEM_DIRECTORY.into());
        let mut seen = std::collections::HashSet::new();
        all.retain(|path| seen.insert(path.clone()));
        SearchPath(all)
    }

    /// The directories.
    pub fn directories(&self) -> &[PathBuf] {
        &self.0
    }

    /// The file of a class's module.
    pub fn find(&self, class: &ClassPath) -> Result<PathBuf, LoadError> {
        let file = class.file_name();
        // `symlink_metadata`: a dangling link is found, and then a clear error.
        let there = |path: &PathBuf| path.symlink_metadata().is_ok();
        self.0.iter().map(|directory| directory.join(&file)).find(there).ok_or_else(|| LoadError::Missing {
            module: class.module().to_owned(),
            file,
            searched: self.0.clone(),
        })
    }

    /// Every library in the plugin directories that is a backend or should be one, broken ones included.
    pub fn list(&self, loader: &dyn Loader) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        for directory in &self.0 {
            let Ok(entries) = std::fs::read_dir(directory) else { continue };
            let mut paths: Vec<PathBuf> =
                entries.flatten().map(|entry| entry.path()).filter(|path| is_library(path)).collect();
            paths.sort();
            for path in paths {
                let module = loader.describe(&path);
                // Beside the executable stand other libraries too; those are not listed.
                if !matches!(module, Err(LoadError::NoBackend { .. })) {
                    let hidden = found.iter().any(|other| other.path.file_name() == path.file_name());
                    found.push(Found { path, module, hidden });
                }
            }
        }
        found
    }
}

fn is_library(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with(DLL_PREFIX) && name.ends_with(DLL_SUFFIX)
}
