//! `artifice statement`: what has been billed.

use std::path::Path;

use artifice_core::engine::{Engine, EngineError};
use artifice_core::ledger::{Filter, State};

use super::{engine, existing_ledger, load};
use crate::args::{StatementCommand, TableOrJson};
use crate::output::{bills, note, print};
use crate::{CommandError, Ending};

pub async fn run(file: &Path, command: StatementCommand) -> Result<Ending, CommandError> {
    match command {
        StatementCommand::List { status, format } => {
            let state = status.map(|text| text.parse::<State>()).transpose().map_err(CommandError::Arguments)?;
            let config = load(file)?;
            let statements = match existing_ledger(&config).await? {
                Some(ledger) => {
                    ledger.statement_list(&Filter { state, ..Filter::default() }).await.map_err(EngineError::from)?
                }
                None => {
                    note(&format!("{}: no ledger yet; the first bill makes it", config.database));
                    Vec::new()
                }
            };
            match format {
                TableOrJson::Json => print(&bills::list_json(&statements))?,
                TableOrJson::Table => print(&bills::list_table(&statements))?,
            }
        }
        StatementCommand::Show { id, format } => {
            let Some(ledger) = existing_ledger(&load(file)?).await? else {
                return Err(EngineError::NoStatement { key: id }.into());
            };
            let statement = Engine::statement(ledger.as_ref(), &id).await?;
            let body = ledger.statement_body(&statement).await.map_err(EngineError::from)?;
            ledger.close().await;
            match format {
                TableOrJson::Json => print(&bills::show_json(&statement, &body))?,
                TableOrJson::Table => print(&bills::show_table(&statement, &body))?,
            }
        }
        StatementCommand::Regenerate { id } => {
            let engine = engine(file)?;
            let Some(ledger) = existing_ledger(engine.config()).await? else {
                return Err(EngineError::NoStatement { key: id }.into());
            };
            let backend = engine.load_backend()?;
            let regenerated = engine.regenerate(ledger.as_ref(), backend, &id).await;
            ledger.close().await;
            let reference = regenerated?;
            print(&format!("{reference}\n"))?;
        }
    }
    Ok(Ending::Done)
}
