//! Everything that can be wrong with a backend's file.

use std::io;
use std::path::PathBuf;

use artifice_plugin_api::Error;

use crate::settings::UnknownKey;

/// Why a backend cannot be loaded: what, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Not of the form `module:Class`.
    #[error("'{text}' does not name a backend; write module:Class, for example billing.csv_invoice:Csv")]
    NotAClassPath {
        /// What was written.
        text: String,
    },
    /// No plugin directory has the module's file.
    #[error("no {file} for the module '{module}' in {}; build or install it there, or name its directory in plugins.path", places(.searched))]
    Missing {
        /// The module's name.
        module: String,
        /// The file that was looked for.
        file: String,
        /// The directories, in order.
        searched: Vec<PathBuf>,
    },
    /// The file cannot be read.
    #[error("{}: {source}; check that it exists and that this user may read it", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is no shared library of this machine.
    #[error("{}: {what}", .path.display())]
    BadFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        what: String,
    },
    /// Anybody may put something else in the file's place.
    #[error(
        "{}: anybody may put something else in its place, which artifice would run; take that right away: chmod o-w {}",
        .path.display(), .by.display()
    )]
    Replaceable {
        /// The file.
        path: PathBuf,
        /// What anybody may write to: the file, or a directory above it.
        by: PathBuf,
    },
    /// The dynamic linker refuses the file.
    #[error("{}: the system cannot load it: {why}; install what it needs, or build it again on this machine", .path.display())]
    Linker {
        /// The file.
        path: PathBuf,
        /// What the linker says.
        why: String,
    },
    /// A library without a backend.
    #[error("{}: a shared library, but no artifice backend: it exports no classes (does its crate have an `export!`?)", .path.display())]
    NoBackend {
        /// The file.
        path: PathBuf,
    },
    /// A backend for another version of the interface.
    #[error("{}: built for plugin interface {found}, this artifice speaks {expected}; {advice}", .path.display())]
    Interface {
        /// The file.
        path: PathBuf,
        /// The version in the file.
        found: String,
        /// The version of this program.
        expected: String,
        /// What to do.
        advice: &'static str,
    },
    /// The types of the boundary are laid out differently.
    #[error("{}: its types differ from this artifice's interface ({why}); build it again with the plugin interface of this release", .path.display())]
    Layout {
        /// The file.
        path: PathBuf,
        /// The differences, shortened.
        why: String,
    },
    /// The name inside is another than the file's.
    #[error("{}: contains the module '{found}', not '{expected}'; name the file or the configuration after it", .path.display())]
    OtherModule {
        /// The file.
        path: PathBuf,
        /// The module's name, according to itself.
        found: String,
        /// The module that was looked for.
        expected: String,
    },
    /// The library has no such class.
    #[error("{}: has no class '{class}'; it has {}", .path.display(), .known.join(", "))]
    NoClass {
        /// The file.
        path: PathBuf,
        /// The class that was asked for.
        class: String,
        /// The classes it has, the nearest first.
        known: Vec<String>,
    },
    /// The configuration has keys that the class does not know.
    #[error("{class}: there is no such key in its configuration: {}", .keys.iter().map(|key| key.path.join(".")).collect::<Vec<_>>().join(", "))]
    UnknownKeys {
        /// The class.
        class: String,
        /// The keys, in the order of the configuration.
        keys: Vec<UnknownKey>,
    },
    /// The class does not accept its configuration, or failed.
    #[error("{class}: {error}")]
    Backend {
        /// The class.
        class: String,
        /// What it says.
        error: Error,
    },
    /// The library failed to describe itself.
    #[error("{}: {error}", .path.display())]
    Description {
        /// The file.
        path: PathBuf,
        /// What it says.
        error: Error,
    },
}

fn places(directories: &[PathBuf]) -> String {
    match directories {
        [] => "any directory (there is none to look in)".to_owned(),
        all => all.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", "),
    }
}
