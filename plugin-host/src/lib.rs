//! Finds, checks and loads invoice backends.
//!
//! `billing.csv_invoice:Csv` names the class `Csv` of the module `billing.csv_invoice`, which is
//! the shared library `libbilling_csv_invoice.so` of the first plugin directory that has one
//! ([`SearchPath`]). A file is checked before the dynamic linker sees it ([`file`]), because the
//! linker answers a truncated one with the end of the process; then its interface version and the
//! layout of everything that crosses the boundary are checked, then its class ([`Libraries`]).
//! Whatever is wrong is one [`LoadError`] that names the file and says what to do.
//!
//! The engine sees [`Backend`] and [`Invoice`] only, and what they answer is checked (`checked.rs`), whatever
//! [`Loader`] made them.
//!
//! Libraries are loaded once and never unloaded: an upgraded file takes effect with the next run.

mod backend;
mod checked;
mod class_path;
mod elf;
mod error;
mod file;
#[cfg(fuzzing)]
pub mod fuzzing;
mod library;
mod limits;
mod loader;
mod rights;
mod search;
mod settings;

pub use artifice_plugin_api as api;
pub use artifice_plugin_api::abi::ClassInfo;
pub use backend::{Backend, Invoice};
pub use class_path::ClassPath;
pub use error::LoadError;
pub use library::Libraries;
pub use loader::{Loader, ModuleInfo, load};
pub use search::{Found, SearchPath};
pub use settings::{UnknownKey, public_settings, with_secrets_of};
