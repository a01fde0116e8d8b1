//! `artifice db`: the ledger's schema, and whether what is stored is as it must be.

use std::path::Path;

use artifice_engine::{Engine, EngineError};
use artifice_ledger::LedgerError;

use super::author;
use super::open::{existing_ledger, load, tell_new};
use crate::args::{DbCommand, TableOrJson};
use crate::ending::{CommandError, Ending};
use crate::output::{print, verify};

pub async fn run(file: &Path, command: DbCommand) -> Result<Ending, CommandError> {
    let config = load(file)?;
    let text = match command {
        DbCommand::Migrate => {
            let opened = artifice_ledger::open_as_it_is(&config.database, config.main.file_mode).await;
            let ledger = opened.map_err(EngineError::from)?;
            let had_nothing = ledger.schema_status().await.map_err(EngineError::from)?.applied.is_empty();
            let added = ledger.migrate().await.map_err(EngineError::from)?;
            if had_nothing && !added.is_empty() {
                tell_new(&config);
            }
            ledger.close().await;
            match added[..] {
                [] => format!("{}: up to date\n", config.database),
                [.., newest] => format!("{}: now at schema version {newest}\n", config.database),
            }
        }
        DbCommand::Status => match existing_ledger(&config).await? {
            None => format!("{}: no ledger yet; the first bill makes it\n", config.database),
            Some(ledger) => {
                let status = ledger.schema_status().await.map_err(EngineError::from)?;
                let version = status.applied.last().copied().unwrap_or(0);
                match status.missing.len() {
                    0 => format!("{}: schema version {version}, up to date\n", config.database),
                    n => format!(
                        "{}: schema version {version}, {n} behind; run `artifice db migrate`\n",
                        config.database
                    ),
                }
            }
        },
        DbCommand::Verify { backend, since, format } => {
            let author = author::of(&config);
            return check(Engine::new(config, author), backend, since.as_deref(), format).await;
        }
    };
    print(&text)?;
    Ok(Ending::Done)
}

/// Checks the ledger and, if asked for, compares it with the backend.
async fn check(
    engine: Engine,
    with_backend: bool,
    since: Option<&str>,
    format: TableOrJson,
) -> Result<Ending, CommandError> {
    let config = engine.config();
    let since = since.map(|when| config.main.calendar.when(when)).transpose();
    let since = since.map_err(|error| CommandError::Arguments(format!("--since: {error}")))?;
    let database = config.database.to_string();
    let refuse = |why: &str| EngineError::from(LedgerError::Schema { database: database.clone(), why: why.to_owned() });
    let Some(ledger) = existing_ledger(config).await? else {
        return Err(refuse("there is no ledger to verify; check database.url (the first bill makes a new one)").into());
    };
    if !ledger.schema_status().await.map_err(EngineError::from)?.missing.is_empty() {
        return Err(refuse("its schema is older than this artifice; run `artifice db migrate` first").into());
    }
    // What is wrong with the backend is told before the ledger is read, which may take long.
    let backend = if with_backend { Some(engine.load_backend()?) } else { None };
    let mut verified = engine.verify(&ledger).await?;
    let compared = match backend {
        Some(backend) => Some(engine.verify_backend(&ledger, backend, since, &mut verified).await?),
        None => None,
    };
    ledger.close().await;
    verify::write(&verified, compared, format)?;
    Ok(if verified.findings.is_empty() { Ending::Done } else { Ending::Failed })
}
