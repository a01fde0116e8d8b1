//! The configured backend.

use std::sync::Arc;

use artifice_ledger::Statement;
use artifice_plugin_host::api::{Context, RSlice};
use artifice_plugin_host::{Backend, Libraries, SearchPath};

use crate::Engine;
use crate::backend::document;
use crate::error::EngineError;

impl Engine {
    /// Loads the configured backend.
    pub fn load_backend(&self) -> Result<Arc<dyn Backend>, EngineError> {
        self.load_backend_set(&self.config().invoice)
    }

    /// Loads the configured backend with other settings.
    pub(crate) fn load_backend_set(&self, settings: &serde_json::Value) -> Result<Arc<dyn Backend>, EngineError> {
        let class = self.config().main.invoice_object.as_ref().ok_or_else(|| {
            let what =
                "main.invoice:object is missing; name a backend, for example `invoice:object: billing.csv_invoice:Csv`";
            EngineError::NotConfigured { file: self.config().file.display().to_string(), what }
        })?;
        let directory =
            std::path::absolute(&self.config().directory).unwrap_or_else(|_| self.config().directory.clone());
        let (directory, timezone) = (directory.display().to_string(), self.config().main.calendar.timezone());
        let libraries = Libraries(SearchPath::new(&self.config().plugin_path));
        let extra = document::rounding(self.config().main.tax_rounding);
        let context = Context { extra: RSlice::from_slice(extra), ..Context::new(&directory, timezone) };
        Ok(artifice_plugin_host::load(&libraries, class, settings, &context)?)
    }

    /// Whether what is behind a backend can be reached, and has what documents need.
    pub async fn check_health(backend: Arc<dyn Backend>) -> Result<(), EngineError> {
        let class = backend.class().to_string();
        document::health(backend).await.map_err(|why| EngineError::Backend { backend: class, why })
    }
}

/// Refuses a statement that was made for another backend.
pub(crate) fn check_backend(backend: &dyn Backend, statement: &Statement) -> Result<(), EngineError> {
    if backend.class().to_string() == statement.backend {
        return Ok(());
    }
    Err(EngineError::OtherBackend { number: statement.number, made_for: statement.backend.clone() })
}
