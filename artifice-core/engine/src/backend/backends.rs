//! The configured backend, made anew after a panic or the end of its process.

use std::sync::{Arc, Mutex, PoisonError};

use artifice_plugin_host::Backend;

use crate::Engine;
use crate::error::EngineError;

/// The backend of a run: one for all its tasks, and for its prices, too, so that it logs in once.
pub(crate) struct Backends {
    engine: Engine,
    current: Mutex<Arc<dyn Backend>>,
}

impl Backends {
    pub fn new(engine: Engine, backend: Arc<dyn Backend>) -> Self {
        Backends { engine, current: Mutex::new(backend) }
    }

    /// The backend. One that answers nothing any more is made anew: one tenant's panic is not the next one's.
    pub fn get(&self) -> Result<Arc<dyn Backend>, EngineError> {
        let mut backend = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if backend.spent().is_some() {
            *backend = self.engine.load_backend()?;
        }
        Ok(backend.clone())
    }
}
