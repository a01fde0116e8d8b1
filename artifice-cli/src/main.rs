//! The `artifice` command: metering goes in, invoices come out, exactly once.
//!
//! Exit status: 0 done, 1 some tenants failed, 2 it could not start (arguments, configuration,
//! database, plugin), 130 Ctrl-C ended it (what is left is done by the same command).

mod args;
mod commands;
mod ending;
mod interrupt;
mod listening;
mod output;
mod words;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use args::{Args, LogFormat};
use ending::{CommandError, Ending};

fn main() -> ExitCode {
    let args = Args::parse();
    start_log(&args);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return end(Err(CommandError::Arguments(format!("the system gives no threads: {error}")))),
    };
    let ending = runtime.block_on(commands::run(args));
    // A backend that hangs must not keep the command from ending.
    runtime.shutdown_background();
    end(ending)
}

fn end(ending: Result<Ending, CommandError>) -> ExitCode {
    match ending {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::Failed) => ExitCode::from(1),
        Err(error) => {
            output::note(&format!("error: {error}"));
            ExitCode::from(match error {
                CommandError::Interrupted(_) => interrupt::INTERRUPTED,
                error if error.is_start_up() => 2,
                _ => 1,
            })
        }
    }
}

fn start_log(args: &Args) {
    let level = match (args.quiet, args.verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => LevelFilter::WARN,
        (false, 1) => LevelFilter::INFO,
        (false, _) => LevelFilter::DEBUG,
    };
    // What matters of what the database's client logs comes as an error, in our words and without what
    // an address may hold.
    let client = if level == LevelFilter::DEBUG { LevelFilter::INFO } else { LevelFilter::OFF };
    let filter = Targets::new().with_default(level).with_target("sqlx", client);
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        // A standard error that is full or closed must not end a bill.
        .log_internal_errors(false)
        .with_target(false);
    match args.log_format {
        LogFormat::Text => tracing_subscriber::registry().with(layer.without_time().with_filter(filter)).init(),
        LogFormat::Json => tracing_subscriber::registry().with(layer.json().with_filter(filter)).init(),
    }
}
