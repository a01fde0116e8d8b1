//! A configuration: no mistake and no listing gives a secret away, wherever it comes from.
#![no_main]

use std::path::PathBuf;
use std::sync::OnceLock;

use artifice_engine::config::{ConfigError, fuzzing};
use artifice_fuzz::{PASSWORD, said, sealed, target};
use artifice_plugin_host::public_settings;

/// A configuration's place, beside a file that holds a password. `${SECRET}` is the same.
fn place() -> &'static PathBuf {
    static PLACE: OnceLock<PathBuf> = OnceLock::new();
    PLACE.get_or_init(|| {
        let directory = tempfile::tempdir().unwrap().keep();
        std::fs::write(directory.join("secret"), PASSWORD).unwrap();
        // SAFETY: nothing else runs yet.
        unsafe { std::env::set_var("SECRET", PASSWORD) };
        directory.join("artifice.yaml")
    })
}

fn check(text: String) {
    match fuzzing::config(place(), text) {
        Ok(config) => {
            sealed(&format!("{config:?}"));
            sealed(&public_settings(&config.invoice_as_written, &serde_json::json!({})).to_string());
        }
        Err(ConfigError::Mistakes(mistakes)) => {
            mistakes.iter().for_each(|mistake| said(&mistake.to_string()));
        }
        Err(other) => said(&other.to_string()),
    }
}

// Secrets come from the environment and from files: of what somebody writes into the wrong place nobody knows.
target!(|input| check(input.text()));
