//! `artifice config`: whether the configuration can be used.

use std::path::Path;

use artifice_engine::config::{Config, ConfigError, DatabaseUrl, PricesFrom};
use artifice_engine::{Engine, EngineError};
use artifice_ledger::LedgerError;
use artifice_model::position::Mistake;

use super::author;
use super::open::{existing_ledger, warn_of_open_secrets};
use crate::args::ConfigCommand;
use crate::ending::{CommandError, Ending};
use crate::output::print;
use crate::say;
use crate::words;

pub async fn run(file: &Path, command: ConfigCommand) -> Result<Ending, CommandError> {
    let ConfigCommand::Check { online } = command;
    let (config, mistakes) = Config::read(file).map_err(EngineError::from)?;
    config.iter().for_each(warn_of_open_secrets);
    let mut wrong = match config {
        Some(config) if mistakes.is_empty() => {
            let author = author::of(&config);
            let engine = Engine::new(config, author);
            let mut wrong = check(&engine);
            if online {
                wrong.extend(check_online(&engine).await);
            }
            wrong
        }
        Some(config) => check_what_is_readable(config, &mistakes),
        None => Vec::new(),
    };
    wrong.extend((!mistakes.is_empty()).then(|| ConfigError::Mistakes(mistakes).into()));
    if wrong.is_empty() {
        print(&format!("{}: correct\n", file.display()))?;
        return Ok(Ending::Done);
    }
    let mut wrong: Vec<EngineError> = wrong.into_iter().flat_map(each).collect();
    // The exit status is that of the gravest.
    wrong.sort_by_key(EngineError::is_start_up);
    let last = wrong.pop();
    wrong.iter().for_each(words::say);
    Err(last.map_or_else(|| CommandError::Arguments(String::new()), CommandError::from))
}

/// Several mistakes, one by one.
fn each(error: EngineError) -> Vec<EngineError> {
    match error {
        EngineError::Config(ConfigError::Mistakes(all)) => {
            all.into_iter().map(|mistake| ConfigError::Mistakes(vec![mistake]).into()).collect()
        }
        error => vec![error],
    }
}

/// What can be told of the other files and the backend where the configuration itself has mistakes: only what does not
/// depend on them.
fn check_what_is_readable(config: Config, mistakes: &[Mistake]) -> Vec<EngineError> {
    let lines = || config.invoice_places.iter().map(|(_, at)| at.line);
    let of_backend = lines().min().zip(lines().max());
    let is_of_backend =
        |mistake: &Mistake| of_backend.is_some_and(|(first, last)| (first..=last).contains(&mistake.at.line));
    let asks_backend = config.main.invoice_object.is_some() && !mistakes.iter().any(is_of_backend);
    // What of the entries could not be read might be what a price is for.
    let config = Config { entries: Vec::new(), ..config };
    let author = author::of(&config);
    let engine = Engine::new(config, author);
    let mut wrong: Vec<EngineError> = engine.config().load_prices().err().map(EngineError::from).into_iter().collect();
    if asks_backend {
        wrong.extend(engine.load_backend().err());
    }
    wrong
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
    let mut wrong: Vec<EngineError> = check_ledger(engine.config()).await.err().into_iter().collect();
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

/// Whether the ledger can be reached. What is not there is not made.
async fn check_ledger(config: &Config) -> Result<(), EngineError> {
    let Some(ledger) = existing_ledger(config).await? else {
        if let DatabaseUrl::Sqlite(path) = &config.database
            && let Some(directory) = path.parent().filter(|directory| !directory.is_dir())
            && !directory.as_os_str().is_empty()
        {
            let why = format!("there is no directory {}; create it, or correct database.url", directory.display());
            return Err(LedgerError::Schema { database: config.database.to_string(), why }.into());
        }
        say::note(&format!("{}: no ledger yet; the first bill makes it", config.database));
        return Ok(());
    };
    let behind = ledger.schema_status().await?.missing.len();
    if behind > 0 {
        say::note(&format!("{}: its schema is {behind} behind; the next bill brings it up to date", config.database));
    }
    ledger.close().await;
    Ok(())
}
