//! Shared libraries and their classes.

mod objects;
#[cfg(test)]
mod tests;

use std::any::Any;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use artifice_plugin_api::abi::{ClassInfo, ModuleRef};
use artifice_plugin_api::abi_stable::StableAbi;
use artifice_plugin_api::abi_stable::abi_stability::abi_checking::{
    CheckingGlobals, check_layout_compatibility_with_globals,
};
use artifice_plugin_api::abi_stable::library::{AbiHeaderRef, LibHeader, RootModule};
use artifice_plugin_api::{Context, Error, RStr};

use crate::backend::Backend;
use crate::class_path::ClassPath;
use crate::elf;
use crate::error::LoadError;
use crate::file;
use crate::loader::{Loader, ModuleInfo};
use crate::rights;
use crate::search::SearchPath;
use crate::settings;
use objects::LibraryBackend;

/// The shared libraries of the plugin directories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Libraries(pub SearchPath);

impl Loader for Libraries {
    fn describe(&self, file: &Path) -> Result<ModuleInfo, LoadError> {
        Library::load(file).map(|library| library.info)
    }

    fn create(
        &self,
        class: &ClassPath,
        settings: &serde_json::Value,
        context: &Context<'_>,
    ) -> Result<Box<dyn Backend>, LoadError> {
        Library::load(&self.0.find(class)?)?.create(class, settings, context)
    }
}

/// A library of backends, checked and loaded.
struct Library {
    path: PathBuf,
    info: ModuleInfo,
    module: ModuleRef,
}

impl Library {
    /// Checks and loads a file.
    fn load(path: &Path) -> Result<Library, LoadError> {
        // The linker would search the system's directories for a name without a slash.
        let path =
            std::path::absolute(path).map_err(|source| LoadError::Unreadable { path: path.to_owned(), source })?;
        file::check(&path)?;
        rights::check(&path)?;
        caught(&path, || Library::described(&path))
    }

    /// Loads a file that was checked.
    fn described(path: &Path) -> Result<Library, LoadError> {
        let header = header(path)?;
        let interface = check_interface(path, header)?;
        let module = module(path, header)?;
        let name = (module.name())().into_string();
        let classes = (module.classes())()
            .into_result()
            .map_err(|error| LoadError::Description { path: path.to_owned(), error })?
            .into_vec();
        Ok(Library { path: path.to_owned(), info: ModuleInfo { name, interface, classes }, module })
    }

    /// A class by its name.
    fn class(&self, name: &str) -> Result<&ClassInfo, LoadError> {
        self.info.classes.iter().find(|class| class.name == name).ok_or_else(|| {
            let mut known: Vec<String> = self.info.classes.iter().map(|class| class.name.to_string()).collect();
            known.sort_by_key(|known| strsim::damerau_levenshtein(known, name));
            LoadError::NoClass { path: self.path.clone(), class: name.to_owned(), known }
        })
    }

    /// Makes a backend from its configuration, as JSON.
    fn create(
        &self,
        class: &ClassPath,
        config: &serde_json::Value,
        context: &Context<'_>,
    ) -> Result<Box<dyn Backend>, LoadError> {
        if class.module() != self.info.name {
            let (found, expected) = (self.info.name.clone(), class.module().to_owned());
            return Err(LoadError::OtherModule { path: self.path.clone(), found, expected });
        }
        let info = self.class(class.class())?.clone();
        let keys = settings::unknown_keys(config, &settings::schema_of(&info));
        if !keys.is_empty() {
            return Err(LoadError::UnknownKeys { class: class.to_string(), keys });
        }
        let text = config.to_string();
        let object = (self.module.create())(RStr::from_str(class.class()), RStr::from_str(&text), context)
            .into_result()
            .map_err(|error| {
                let mask = settings::mask_of(config, &settings::schema_of(&info));
                let message = mask.hide(error.message());
                LoadError::Backend { class: class.to_string(), error: Error::new(error.kind(), message) }
            })?;
        Ok(Box::new(LibraryBackend::new(class.clone(), info, object)))
    }
}

/// Maps the file into the process, for good, and finds what it exports.
#[expect(unsafe_code, reason = "loading a library runs its code; that is what plugins are")]
fn header(path: &Path) -> Result<&'static LibHeader, LoadError> {
    // SAFETY: the file was checked; that its initialisers are sound is what installing it means.
    // All symbols are bound now (RTLD_NOW), so that a missing one is an error here, not a crash later.
    let loaded = unsafe { libloading::os::unix::Library::open(Some(path), libloading::os::unix::RTLD_NOW) };
    let library = loaded.map_err(|why| LoadError::Linker { path: path.to_owned(), why: linker_text(path, &why) })?;
    let no_backend = |_| LoadError::NoBackend { path: path.to_owned() };
    // SAFETY: the symbol is abi_stable's, whose header begins with a magic text that `upgrade` checks.
    let header = unsafe { library.get::<AbiHeaderRef>(elf::SYMBOL.as_bytes()).map(|symbol| *symbol) };
    let header = header.map_err(no_backend)?;
    // Never unloaded: its objects, types and threads may outlive any owner.
    std::mem::forget(library);
    header.upgrade().map_err(|error| layout_error(path, &error))
}

/// What a library's backends are made with, if its types are those of this interface.
///
/// abi_stable would compare them behind an `extern "C"` function, where a panic ends the process; and one panic in its
/// own tables would be one in every comparison after it.
#[expect(unsafe_code, reason = "the types are compared here, where a panic can be caught")]
fn module(path: &Path, header: &LibHeader) -> Result<ModuleRef, LoadError> {
    let Some(layout) = header.layout() else {
        return Err(LoadError::Layout { path: path.to_owned(), why: "it does not describe them".to_owned() });
    };
    check_layout_compatibility_with_globals(ModuleRef::LAYOUT, layout, &CheckingGlobals::new())
        .map_err(|error| layout_error(path, &error))?;
    // SAFETY: the library's module has the layout that is expected.
    let module = unsafe { header.init_root_module_with_unchecked_layout::<ModuleRef>() };
    module.map_err(|error| layout_error(path, &error))
}

/// Does something with what a library says of its types: data of its own, of which a check may panic.
fn caught<T>(path: &Path, work: impl FnOnce() -> Result<T, LoadError>) -> Result<T, LoadError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        let why = format!("comparing them failed: {}", said(payload.as_ref()));
        Err(LoadError::Layout { path: path.to_owned(), why })
    })
}

/// What a panic said.
fn said(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

/// The linker's own words, without the file's name in front, which is said already.
fn linker_text(path: &Path, error: &libloading::Error) -> String {
    let text = error.to_string();
    text.trim_start_matches(&*path.to_string_lossy()).trim_start_matches(": ").to_owned()
}

/// A 0.x interface is refused across minor versions, in both directions.
fn check_interface(path: &Path, header: &LibHeader) -> Result<String, LoadError> {
    let (found, expected) = (header.version_strings(), ModuleRef::VERSION_STRINGS);
    let parse = |text: RStr<'_>| text.parse::<u32>().unwrap_or(0);
    let pair = |v: artifice_plugin_api::abi_stable::sabi_types::VersionStrings| {
        let mut parts = v.version.split('.').map(|part| parse(part.into()));
        (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
    };
    match pair(found).cmp(&pair(expected)) {
        std::cmp::Ordering::Equal => Ok(found.version.to_string()),
        order => Err(LoadError::Interface {
            path: path.to_owned(),
            found: found.version.to_string(),
            expected: expected.version.to_string(),
            advice: if order.is_lt() {
                "build the backend with the plugin interface of this release"
            } else {
                "update artifice, or build the backend with this release's plugin interface"
            },
        }),
    }
}

/// abi_stable explains a difference of layout in tens of kilobytes. What helps are its `Error:`
/// lines with the four that follow each.
fn layout_error(path: &Path, error: &dyn Display) -> LoadError {
    const SHOWN: usize = 2;
    let text = error.to_string();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let errors = lines.iter().enumerate().filter(|(_, line)| line.starts_with("Error:")).take(SHOWN);
    let said: Vec<String> = errors.map(|(at, _)| lines[at..lines.len().min(at + 5)].join(" ")).collect();
    let why = if said.is_empty() {
        lines.iter().find(|line| !line.is_empty()).map_or(String::new(), |line| (*line).to_owned())
    } else {
        said.join("; ")
    };
    LoadError::Layout { path: path.to_owned(), why }
}
