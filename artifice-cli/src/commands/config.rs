//! `artifice config`: whether the configuration can be used.

use std::path::Path;

use artifice_engine::config::PricesFrom;
use artifice_engine::{Engine, EngineError};

use super::open::{engine, open_ledger};
use crate::args::ConfigCommand;
use crate::ending::{CommandError, Ending};
use crate::output::print;
use crate::say;
use crate::words;

pub async fn run(file: &Path, command: ConfigCommand) -> Result<Ending, CommandError> {
    let ConfigCommand::Check { online } = command;
    let engine = engine(file)?;
    let mut wrong = check(&engine);
    if online {
        wrong.extend(check_online(&engine).await);
    }
    if wrong.is_empty() {
        print(&format!("{}: correct\n", file.display()))?;
        return Ok(Ending::Done);
    }
    // The exit status is that of the gravest.
    wrong.sort_by_key(EngineError::is_start_up);
    let last = wrong.pop();
    wrong.iter().for_each(|error| say::error(&words::error(error)));
    Err(last.map_or_else(|| CommandError::Arguments(String::new()), CommandError::from))
}

/// What can be told without asking anybody: the files, and the backend's configuration.
fn check(engine: &Engine) -> Vec<EngineError> {
    let config = engine.config();
    let prices = config.load_prices();
    if let Ok(prices) = &prices {
        let places = config.unreachable(prices);
        if !places.is_empty() {
            say::note(&words::unreachable(&places, config.locations.region()));
        }
    }
    let mut wrong: Vec<EngineError> = prices.err().map(EngineError::from).into_iter().collect();
    match &config.source {
        Some(_) => wrong.extend(engine.find_source().err()),
        None => say::note("there is no source; `usage` and `bill` need one"),
    }
    match &config.main.invoice_object {
        Some(_) => wrong.extend(engine.load_backend().err()),
        None => say::note("there is no main.invoice:object; `bill` needs one"),
    }
    if config.rates.file.is_none() && config.rates.cards.is_empty() && config.rates.source == PricesFrom::File {
        say::note("there are neither rates.file nor rates.cards; `bill` needs prices");
    }
    wrong
}

async fn check_online(engine: &Engine) -> Vec<EngineError> {
    let mut wrong: Vec<EngineError> = open_ledger(engine.config()).await.err().into_iter().collect();
    // What can be told of files was told before.
    if engine.config().source.as_ref().is_some_and(|source| source.is_service()) {
        match engine.check_source().await {
            Ok(seen) => seen.iter().for_each(|seen| say::note(&words::observation(seen))),
            Err(error) => wrong.push(error),
        }
    }
    if let Ok(backend) = engine.load_backend() {
        wrong.extend(Engine::check_health(backend).await.err());
    }
    wrong
}
