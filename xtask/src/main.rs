//! `cargo xtask`: the project's own chores.
//!
//! It depends on no crate of this workspace, so that it is there within seconds, and so that it can still report
//! what is wrong when nothing else compiles. Of others it has only the reader of Rust that every derive needs anyway.

mod bench;
mod checks;
mod cloud;
mod demo;
mod failure;
mod fuzz;
mod mutants;
mod postgres;
mod real_cloud;
mod run;
mod samples;
mod test;

use std::process::ExitCode;

use failure::{Failure, Result};
use run::Workspace;
use test::Wanted;

const HELP: &str = "\
The project's own chores

Usage: cargo xtask <COMMAND>

Commands:
  demo                Build artifice, invent a month of a small cloud, and bill it
  test                Run everything that must pass, with all its set-up
  test --only STEP    Run one of its steps: {steps}
  test --crash        Kill it, stop its server and fill its disks; ARTIFICE_CRASHES=200 times at random instants
  test --real-cloud   Install OpenStack's own servers (Python packages), and tell the stories that need them
  bench               Measure how fast it is, compared to what, with how much memory
  bench --only a,b    Some of it: a samples, b ledger, c plugins, d a whole bill
  bench --json FILE   Its JSON document somewhere else than in target/xtask/bench.json
  fuzz                Feed hostile input to all that reads what comes from outside, a million times each
  fuzz TARGET         One of its targets: {targets}
  fuzz --runs N       So many times, or --seconds N; --jobs N: so many targets side by side
  mutants             Change the model's rules one by one, and see whether its tests notice; takes hours
  mutants --shard K/N One of N parts of that, K from 0 to N - 1
  help                Print this message

What a step writes is in target/xtask/STEP.log, also while it runs; each test program has a log of its own,
target/xtask/tests-PROGRAM.log. RUST_TEST_THREADS says how many stories are told at once.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match task(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn task(arguments: &[&str]) -> Result<()> {
    match arguments {
        [] | ["help"] | [.., "-h" | "--help"] => {
            print!("{}", HELP.replace("{steps}", &test::step_names()).replace("{targets}", &fuzz::TARGETS.join(", ")));
            Ok(())
        }
        ["demo"] => demo::run(&Workspace::find()?),
        // What the tests have built, as they have built it.
        ["demo", "--built"] => demo::tell(&Workspace::find()?),
        ["test"] => test::run(&Workspace::find()?, Wanted::Everything),
        ["test", "--only", step] => test::run(&Workspace::find()?, Wanted::Step(step)),
        ["test", "--crash"] => test::run(&Workspace::find()?, Wanted::Crashes),
        ["test", "--real-cloud"] => test::run(&Workspace::find()?, Wanted::RealCloud),
        ["fuzz", arguments @ ..] => fuzz::run(&Workspace::find()?, arguments),
        ["mutants", arguments @ ..] => mutants::run(&Workspace::find()?, arguments),
        ["bench", arguments @ ..] => bench::run(&Workspace::find()?, arguments),
        other => Err(Failure(format!("cargo xtask {}: no such command; see cargo xtask --help", other.join(" ")))),
    }
}
