//! `artifice statement`: what has been billed.

use std::path::Path;
use std::sync::Arc;

use artifice_engine::{Engine, EngineError, Failed, Watch, labels_of};
use artifice_ledger::{Filter, Ledger, Listed, State, all_rows, lines_explained};

use super::open::{engine, existing_ledger, ledger_to_read, load};
use crate::args::{StatementCommand, TableOrJson};
use crate::ending::{CommandError, Ending};
use crate::interrupt::between_steps;
use crate::listening::{Listening, Noticing};
use crate::output::{bills, explain, failure, print, print_json};
use crate::words::many;
use artifice_engine::view::statements as view;

pub async fn run(file: &Path, command: StatementCommand) -> Result<Ending, CommandError> {
    let notices = Noticing::default();
    match command {
        StatementCommand::List { status, format } => {
            let state = status.map(|text| text.parse::<State>()).transpose().map_err(CommandError::Arguments)?;
            let config = load(file)?;
            let (Listed { statements, unreadable, .. }, labels) = match ledger_to_read(&config).await? {
                Some(ledger) => {
                    let rows = all_rows(ledger.as_ref(), &Filter { state, ..Filter::default() }).await;
                    let labels = labels_of(ledger.as_ref()).await.map_err(EngineError::from)?;
                    (rows.map_err(EngineError::from)?, labels)
                }
                None => Default::default(),
            };
            match format {
                TableOrJson::Json => print_json(&format!("{:#}\n", view::list(&statements)))?,
                TableOrJson::Table => print(&bills::list_table(&statements, &labels))?,
            }
            for row in &unreadable {
                failure(&Failed::of(row.tenant.clone(), &row.error));
            }
            if !unreadable.is_empty() {
                return Ok(Ending::Failed);
            }
        }
        StatementCommand::Show { id, format } => {
            let Some(ledger) = ledger_to_read(&load(file)?).await? else {
                return Err(EngineError::NoStatement { key: id }.into());
            };
            let statement = Engine::statement(ledger.as_ref(), &id).await?;
            let body = ledger.statement_body(&statement).await.map_err(EngineError::from)?;
            let trail = ledger.audit_list(&statement).await.map_err(EngineError::from)?;
            ledger.close().await;
            match format {
                TableOrJson::Json => print_json(&format!("{:#}\n", view::whole(&statement, &body, &trail)))?,
                TableOrJson::Table => print(&bills::show_table(&statement, &body, &trail))?,
            }
        }
        StatementCommand::Explain { id, line, format } => {
            let config = load(file)?;
            let Some(ledger) = ledger_to_read(&config).await? else {
                return Err(EngineError::NoStatement { key: id }.into());
            };
            let statement = Engine::statement(ledger.as_ref(), &id).await?;
            let lines = lines_explained(ledger.as_ref(), &statement).await.map_err(EngineError::from)?;
            ledger.close().await;
            let all = (1_usize..).zip(&lines);
            let chosen: Vec<_> = all.filter(|(number, _)| line.is_none_or(|wanted| *number == wanted)).collect();
            if let (true, Some(wanted)) = (chosen.is_empty(), line) {
                let why = format!("statement {id} has no line {wanted}; it has {}", many(lines.len(), "line"));
                return Err(CommandError::Arguments(why));
            }
            match format {
                TableOrJson::Json => print_json(&format!("{}\n", view::explained(&statement, &chosen)))?,
                TableOrJson::Table => {
                    for (number, line) in chosen {
                        print(&explain::text(number, line, statement.currency, config.main.calendar))?;
                    }
                }
            }
        }
        StatementCommand::Regenerate { id } => {
            let engine = engine(file)?;
            let ledger = ledger_with(&engine, &id).await?;
            let backend = engine.load_backend()?;
            let regenerated = engine.regenerate(ledger.as_ref(), backend, &id, &Listening::new(&notices, |_| {})).await;
            ledger.close().await;
            let reference = regenerated?;
            print(&format!("{}\n", artifice_text::line(&reference)))?;
        }
        StatementCommand::Release { id } => {
            let engine = engine(file)?;
            let ledger = ledger_with(&engine, &id).await?;
            let released = engine.release(ledger.as_ref(), &id).await;
            ledger.close().await;
            let number = released?.number;
            print(&format!("statement {number} is released; the next `artifice bill` sends it\n"))?;
        }
        StatementCommand::Void { id, reason, with_later } => {
            if reason.trim().is_empty() {
                return Err(CommandError::Arguments("--reason: say why; it stays with the statement".to_owned()));
            }
            let engine = engine(file)?;
            let ledger = ledger_with(&engine, &id).await?;
            let backend = engine.load_backend()?;
            let watch = Watch::of(Arc::new(Listening::new(&notices, |_| {})));
            let cancel = watch.cancel.clone();
            let reason = artifice_text::hide(reason.trim());
            let voiding = engine.void(ledger.clone(), backend, &id, (&reason, with_later), watch);
            let ((done, ended), wish) = between_steps(&cancel, voiding).await;
            ledger.close().await;
            for (statement, credit) in &done {
                print(&bills::voided(statement, credit.as_ref()))?;
            }
            if let (Err(EngineError::Cancelled { .. }), Some(wish)) = (&ended, wish) {
                let why =
                    format!("interrupted: statement {id} is not taken back yet; the same command goes on with it");
                return Err(CommandError::Interrupted { why, wish });
            }
            ended?;
        }
    }
    Ok(Ending::Done)
}

/// The ledger in which a statement is to be changed. One that is not there has no statement.
async fn ledger_with(engine: &Engine, id: &str) -> Result<Arc<dyn Ledger>, CommandError> {
    let config = engine.config();
    let there = existing_ledger(config).await?;
    let Some(ledger) = there else { return Err(EngineError::NoStatement { key: id.to_owned() }.into()) };
    // What is written is written by the schema of today.
    ledger.migrate().await.map_err(EngineError::from)?;
    Ok(ledger)
}
