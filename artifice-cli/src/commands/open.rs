//! What the commands work on: the configuration, the engine, the ledger.

use std::path::Path;
use std::sync::Arc;

use artifice_engine::config::{Config, DatabaseUrl};
use artifice_engine::{Engine, EngineError, Notice};
use artifice_ledger::{Ledger, LedgerError, Opened};

use super::author;
use crate::say;
use crate::words::{self, Words};

/// The configuration.
pub fn load(file: &Path) -> Result<Config, EngineError> {
    let config = Config::load(file)?;
    warn_of_open_secrets(&config);
    Ok(config)
}

/// Warns of files with secrets in them that anybody may read.
pub fn warn_of_open_secrets(config: &Config) {
    for file in &config.open_secrets {
        say::warning(&words::open_secret(file));
    }
}

/// The engine, for the configuration.
pub fn engine(file: &Path) -> Result<Engine, EngineError> {
    let config = load(file)?;
    let author = author::of(&config);
    Ok(Engine::new(config, author))
}

/// The ledger, made and brought up to date if need be.
pub async fn open_ledger(config: &Config) -> Result<Arc<dyn Ledger>, EngineError> {
    let Opened { ledger, is_new } = artifice_ledger::open(&config.database, config.main.file_mode).await?;
    if is_new {
        tell_new(config);
    }
    Ok(ledger)
}

/// Tells that there was no ledger before.
pub fn tell_new(config: &Config) {
    for words in words::notice(&Notice::NewLedger { database: config.database.to_string() }) {
        match words {
            Words::Once(text) => say::note(&text),
            Words::Shared(shared) => say::note(&shared.each()),
        }
    }
}

/// The ledger, if there is one: a command that only looks makes none.
pub async fn existing_ledger(config: &Config) -> Result<Option<Arc<dyn Ledger>>, EngineError> {
    match &config.database {
        // To open it would make the file.
        DatabaseUrl::Sqlite(path) if !path.exists() => return Ok(None),
        _ => {}
    }
    let ledger = artifice_ledger::open_as_it_is(&config.database, config.main.file_mode).await?;
    let empty = ledger.schema_status().await?.applied.is_empty();
    Ok((!empty).then_some(ledger))
}

/// The ledger for a command that reads its statements: where there is none, that is said. Its schema must be
/// today's, and is left as it is.
pub async fn ledger_to_read(config: &Config) -> Result<Option<Arc<dyn Ledger>>, EngineError> {
    let Some(ledger) = existing_ledger(config).await? else {
        say::note(&format!("{}: no ledger yet; the first bill makes it", config.database));
        return Ok(None);
    };
    match ledger.schema_status().await?.missing.len() {
        0 => Ok(Some(ledger)),
        behind => {
            let versions = if behind == 1 { "version" } else { "versions" };
            let why = format!("its schema is {behind} {versions} behind this artifice; run `artifice db migrate`");
            Err(LedgerError::Schema { database: config.database.to_string(), why }.into())
        }
    }
}
