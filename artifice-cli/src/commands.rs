//! One file a command: arguments in, results out.

mod author;
mod bill;
mod config;
mod db;
mod history;
mod open;
mod plugin;
mod rates;
mod statement;
mod usage;

use std::path::{Path, PathBuf};

use artifice_engine::Purpose;
use clap::CommandFactory;

use crate::args::{Args, Command};
use crate::ending::{CommandError, Ending};

/// Where the configuration is when nobody says: the first that is there.
const DEFAULT_FILES: [&str; 3] = ["./artifice.yaml", "/etc/artifice/artifice.yaml", "/etc/openstack/artifice.conf"];

/// Runs a command.
pub async fn run(args: Args) -> Result<Ending, CommandError> {
    let file = || config_file(args.config.as_deref());
    match args.command {
        Command::Usage { tenants, sections, period, explain, format } => {
            usage::run(&file()?, tenants.selection(sections), &period, explain, format).await
        }
        Command::Bill { tenants, period, dry_run, adjust, accept_incomplete, format } => {
            bill::run(
                &file()?,
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
        Command::Statement(command) => statement::run(&file()?, command).await,
        Command::History { tenants, period, by, format } => {
            history::run(&file()?, &tenants.tenants, &period, &by, format).await
        }
        Command::Rates(command) => rates::run(&file()?, command).await,
        Command::Plugin(command) => plugin::run(file().ok().as_deref(), command),
        Command::Config(command) => config::run(&file()?, command).await,
        Command::Db(command) => db::run(&file()?, command).await,
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "artifice", &mut script);
            crate::output::print(&String::from_utf8_lossy(&script))?;
            Ok(Ending::Done)
        }
    }
}

/// The configuration file: the one that is named, else the first default that is there.
fn config_file(named: Option<&Path>) -> Result<PathBuf, CommandError> {
    let there = |path: &&&str| Path::new(path).exists();
    let default = || DEFAULT_FILES.iter().find(there).map(PathBuf::from);
    named.map(Path::to_owned).or_else(default).ok_or_else(|| {
        let places = DEFAULT_FILES.join(", ");
        CommandError::Arguments(format!(
            "there is no configuration in any of {places}; name one with -c or ARTIFICE_CONFIG, or put it there"
        ))
    })
}
