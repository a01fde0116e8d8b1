//! The `artifice` command: metering goes in, invoices come out, exactly once.
//!
//! Exit status: 0 done, 1 some tenants failed, 2 it could not start (arguments, configuration,
//! database, plugin), 129, 130 or 143 it was ended by a closed terminal, Ctrl-C or SIGTERM (what is left is
//! done by the same command).

mod args;
mod commands;
mod ending;
mod interrupt;
mod listening;
mod output;
mod progress;
mod say;
mod standing;
mod terminal;
mod wish;
mod words;

use std::process::ExitCode;

use clap::Parser;

use args::Args;
use ending::{CommandError, Ending};

fn main() -> ExitCode {
    let args = Args::parse();
    say::start(args.log_format, args.quiet, args.verbose);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return end(Err(CommandError::Arguments(format!("the system gives no threads: {error}")))),
    };
    let ending = runtime.block_on(async {
        interrupt::hear_of_file_limits();
        commands::run(args).await
    });
    // A backend that hangs must not keep the command from ending.
    runtime.shutdown_background();
    end(ending)
}

fn end(ending: Result<Ending, CommandError>) -> ExitCode {
    match ending {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::Failed) => ExitCode::from(1),
        Err(error) => {
            match &error {
                CommandError::Engine(error) => words::say(error),
                error => say::error(&error.to_string()),
            }
            ExitCode::from(match error {
                CommandError::Interrupted { wish, .. } => wish.status(),
                error if error.is_start_up() => 2,
                _ => 1,
            })
        }
    }
}
