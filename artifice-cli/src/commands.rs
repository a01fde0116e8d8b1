//! One file a command: arguments in, results out.

mod author;
mod bill;
mod config;
mod db;
mod history;
mod plugin;
mod rates;
mod statement;
mod usage;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use artifice_engine::config::{Config, DatabaseUrl};
use artifice_engine::{Engine, EngineError, Purpose};
use artifice_ledger::{Ledger, LedgerError};
use clap::CommandFactory;

use crate::args::{Args, Command};
use crate::{CommandError, Ending};

/// Where the configuration is when nobody says.
const DEFAULT_FILES: [&str; 2] = ["/etc/artifice/artifice.yaml", "/etc/openstack/artifice.conf"];

/// Runs a command.
pub async fn run(args: Args) -> Result<Ending, CommandError> {
    let file = || config_file(args.config.as_deref());
    match args.command {
        Command::Usage { tenants, sections, period, explain, format } => {
            usage::run(&file(), tenants.selection(sections), &period, explain, format).await
        }
        Command::Bill { tenants, period, dry_run, adjust, accept_incomplete, format } => {
            bill::run(
                &file(),
                &tenants.selection(Vec::new()),
                &period,
                bill::Options {
                    dry_run,
                    purpose: if adjust { Purpose::Adjustment } else { Purpose::Invoice },
                    accept_incomplete,
                    format,
                },
            )
            .await
        }
        Command::Statement(command) => statement::run(&file(), command).await,
        Command::History { tenants, period, by, format } => {
            history::run(&file(), &tenants.tenants, &period, &by, format).await
        }
        Command::Rates(command) => rates::run(&file(), command).await,
        Command::Plugin(command) => plugin::run(&file(), args.config.is_some(), command),
        Command::Config(command) => config::run(&file(), command).await,
        Command::Db(command) => db::run(&file(), command).await,
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "artifice", &mut script);
            crate::output::print(&String::from_utf8_lossy(&script))?;
            Ok(Ending::Done)
        }
    }
}

fn config_file(named: Option<&Path>) -> PathBuf {
    let there = |path: &&&str| Path::new(path).exists();
    let default = DEFAULT_FILES.iter().find(there).unwrap_or(&DEFAULT_FILES[0]);
    named.map_or_else(|| default.into(), Path::to_owned)
}

fn load(file: &Path) -> Result<Config, EngineError> {
    Ok(Config::load(file)?)
}

fn engine(file: &Path) -> Result<Engine, EngineError> {
    Ok(Engine::new(load(file)?))
}

/// The ledger, made and brought up to date if need be.
async fn open_ledger(config: &Config) -> Result<Arc<dyn Ledger>, EngineError> {
    Ok(artifice_ledger::open(&config.database, author::of(config)).await?)
}

/// The ledger, if there is one: a command that only looks makes none.
async fn existing_ledger(config: &Config) -> Result<Option<Arc<dyn Ledger>>, EngineError> {
    match &config.database {
        // To open it would make the file.
        DatabaseUrl::Sqlite(path) if !path.exists() => return Ok(None),
        _ => {}
    }
    let ledger = artifice_ledger::open_as_it_is(&config.database, author::of(config)).await?;
    let empty = ledger.schema_status().await?.applied.is_empty();
    Ok((!empty).then_some(ledger))
}

/// The ledger for a command that reads its statements: where there is none, that is said. Its schema must be
/// today's, and is left as it is.
async fn ledger_to_read(config: &Config) -> Result<Option<Arc<dyn Ledger>>, EngineError> {
    let Some(ledger) = existing_ledger(config).await? else {
        crate::output::note(&format!("{}: no ledger yet; the first bill makes it", config.database));
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
