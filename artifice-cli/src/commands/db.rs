//! `artifice db`: the ledger's schema.

use std::path::Path;

use artifice_core::engine::EngineError;
use artifice_core::ledger;

use super::{author, existing_ledger, load};
use crate::args::DbCommand;
use crate::output::print;
use crate::{CommandError, Ending};

pub async fn run(file: &Path, command: &DbCommand) -> Result<Ending, CommandError> {
    let config = load(file)?;
    let text = match command {
        DbCommand::Migrate => {
            let ledger =
                ledger::open_as_it_is(&config.database, author::of(&config)).await.map_err(EngineError::from)?;
            let added = ledger.migrate().await.map_err(EngineError::from)?;
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
    };
    print(&text)?;
    Ok(Ending::Done)
}
