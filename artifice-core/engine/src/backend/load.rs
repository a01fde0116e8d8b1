//! The configured backend.

use std::sync::Arc;

use artifice_ledger::Statement;
use artifice_model::position::{Mistake, Position};
use artifice_plugin_host::api::{Context, Pair, RSlice};
use artifice_plugin_host::{Backend, Libraries, LoadError, SearchPath, UnknownKey};
use artifice_settings::{no_key, one_of};

use crate::Engine;
use crate::backend::document;
use crate::config::ConfigError;
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
        let mode = self.config().main.file_mode.configured().map(|mode| format!("{mode:04o}"));
        let mut extra = document::rounding(self.config().main.tax_rounding).to_vec();
        extra.extend(mode.as_ref().map(|mode| Pair { key: "file_mode".into(), value: mode.as_str().into() }));
        let context = Context { extra: RSlice::from_slice(&extra), ..Context::new(&directory, timezone) };
        let loaded = artifice_plugin_host::load(&libraries, class, settings, &context);
        loaded.map_err(|error| match error {
            LoadError::UnknownKeys { class, keys } => ConfigError::Mistakes(self.unknown(&class, &keys)).into(),
            error => error.into(),
        })
    }

    /// Keys of the backend's section that its class does not have, where they stand in the configuration file.
    fn unknown(&self, class: &str, keys: &[UnknownKey]) -> Vec<Mistake> {
        let places = &self.config().invoice_places;
        let file = || Position { file: self.config().file.display().to_string(), line: 1, column: 1 };
        let mistake = |key: &UnknownKey| {
            let around = (0..=key.path.len()).rev().filter_map(|length| key.path.get(..length));
            let place = around.filter_map(|path| places.iter().find(|(known, _)| known == path)).next();
            let wrong = key.path.last().map(String::as_str).unwrap_or_default();
            let known = || key.known.iter().map(String::as_str);
            let what = match no_key(wrong, self.has_value(&key.path), known()) {
                Some(what) => {
                    let within = ["invoice:config"].into_iter().chain(key.path.iter().map(String::as_str));
                    let within: Vec<&str> = within.take(key.path.len()).collect();
                    format!("{}: {what}", within.join("."))
                }
                None => {
                    let nearest = one_of(wrong, known());
                    format!("invoice:config.{}: {class} has no such key; {nearest}", key.path.join("."))
                }
            };
            Mistake { at: place.map_or_else(file, |(_, at)| at.clone()), what }
        };
        keys.iter().map(mistake).collect()
    }

    /// Whether anything is written for a key of the backend's section.
    fn has_value(&self, path: &[String]) -> bool {
        let mut value = Some(&self.config().invoice_as_written);
        for key in path {
            value = value.and_then(|value| match key.parse::<usize>() {
                Ok(index) if value.is_array() => value.get(index),
                _ => value.get(key),
            });
        }
        value.is_some_and(|value| !value.is_null())
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
