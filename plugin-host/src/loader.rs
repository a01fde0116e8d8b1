//! Where backends come from.

use std::path::Path;
use std::sync::Arc;

use artifice_plugin_api::Context;
use artifice_plugin_api::abi::ClassInfo;

use crate::backend::Backend;
use crate::checked::Checked;
use crate::class_path::ClassPath;
use crate::error::LoadError;

/// A way to come by backends: shared libraries are one.
pub trait Loader: Send + Sync {
    /// What a file says of itself. No backend is made.
    fn describe(&self, file: &Path) -> Result<ModuleInfo, LoadError>;

    /// Makes a backend of a class from its settings. Whoever wants to use it calls [`load`].
    fn create(
        &self,
        class: &ClassPath,
        settings: &serde_json::Value,
        context: &Context<'_>,
    ) -> Result<Box<dyn Backend>, LoadError>;
}

/// What a file says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleInfo {
    /// The module's name.
    pub name: String,
    /// The version of the interface that it was built for.
    pub interface: String,
    /// Its classes.
    pub classes: Vec<ClassInfo>,
}

/// Makes a backend from its settings, whose answers are checked.
pub fn load(
    loader: &dyn Loader,
    class: &ClassPath,
    settings: &serde_json::Value,
    context: &Context<'_>,
) -> Result<Arc<dyn Backend>, LoadError> {
    Ok(Arc::new(Checked::new(loader.create(class, settings, context)?, settings)))
}
