//! `cargo xtask test`: everything that must pass, in one command with all its set-up.
//!
//! One line a step; the first step that fails shows its output and ends it. The last line always
//! sums up, for people and for machines: `N passed, N failed` counts the tests that `cargo test`
//! reports. A failing step that reports no failed test counts as one, so that what went wrong never
//! reads as if nothing had.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::failure::{Failure, Result, failed};
use crate::run::{Workspace, log};
use crate::{checks, postgres};

/// What a step does.
enum Work {
    /// Runs cargo with these arguments and, in the environment, this flag appended to that variable.
    Cargo(&'static [&'static str], Option<(&'static str, &'static str)>),
    /// Runs cargo, and counts the tests that it reports.
    Tests(&'static [&'static str]),
    /// Looks through the project's text.
    Style,
    /// Sees to a server's programs.
    Postgres,
}

struct Step {
    name: &'static str,
    what: &'static str,
    work: Work,
}

const fn step(name: &'static str, what: &'static str, work: Work) -> Step {
    Step { name, what, work }
}

/// The steps, those first that are over soon.
const STEPS: [Step; 8] = [
    step("fmt", "the code is formatted", Work::Cargo(&["fmt", "--all", "--", "--check", "--color", "never"], None)),
    step("style", "the rules of the house", Work::Style),
    step(
        "clippy",
        "no warnings",
        Work::Cargo(&["clippy", "--workspace", "--all-targets", "--keep-going", "--", "-D", "warnings"], None),
    ),
    step(
        "doc",
        "the documentation has no broken links",
        Work::Cargo(&["doc", "--workspace", "--no-deps", "--keep-going"], Some(("RUSTDOCFLAGS", "-D warnings"))),
    ),
    // The stories run the command, and load every backend, the tests' own included.
    step("build", "the command and all backends", Work::Cargo(&["build", "--workspace"], None)),
    step("server", "PostgreSQL's programs", Work::Postgres),
    step("tests", "unit tests, stories, examples", Work::Tests(&["test", "--workspace", "--no-fail-fast"])),
    step(
        "demo",
        "the demonstration goes as told",
        Work::Cargo(&["run", "--quiet", "--package", "xtask", "--", "demo"], None),
    ),
];

/// The stories of crashes, alone. They are among `tests`, too.
const CRASHES: Step = step(
    "crash",
    "whatever dies, it is billed once",
    Work::Tests(&["test", "--package", "artifice-tests", "--no-fail-fast", "--", "crash::", "--show-output"]),
);

/// What is to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// Every step.
    Everything,
    /// One of them, by its name.
    Step(&'a str),
    /// The stories of crashes: as many at random instants as `ARTIFICE_CRASHES` says.
    Crashes,
}

/// The names of the steps, for people.
pub fn step_names() -> String {
    STEPS.map(|step| step.name).join(", ")
}

/// How many tests there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
}

/// Runs what is wanted.
pub fn run(workspace: &Workspace, wanted: Wanted<'_>) -> Result<()> {
    let mut chosen: Vec<&Step> = STEPS.iter().filter(|step| is_chosen(step.name, wanted)).collect();
    match wanted {
        Wanted::Crashes => chosen.push(&CRASHES),
        Wanted::Step(name) if chosen.is_empty() => {
            return Err(Failure(format!("there is no step '{name}'; there are {}", step_names())));
        }
        Wanted::Everything | Wanted::Step(_) => {}
    }
    let logs = workspace.target.join("xtask");
    fs::create_dir_all(&logs).map_err(|why| failed(logs.display(), &why))?;
    let mut counts = Counts::default();
    let mut outcome = Ok(());
    for step in chosen {
        print!("{:<7} {:<38} ", step.name, step.what);
        std::io::stdout().flush().map_err(|why| failed("standard output", &why))?;
        let begin = Instant::now();
        let (result, counted) = work(workspace, step, &logs.join(format!("{}.log", step.name)));
        counts.passed += counted.passed;
        counts.failed += counted.failed;
        let took = begin.elapsed();
        println!(
            "{} {:>4}.{} s",
            if result.is_ok() { "ok    " } else { "FAILED" },
            took.as_secs(),
            took.subsec_millis() / 100
        );
        for line in skipped(&fs::read_to_string(logs.join(format!("{}.log", step.name))).unwrap_or_default()) {
            println!("        {line}");
        }
        if let Err(output) = result {
            println!("\n{}\n", output.0.trim_end());
            counts.failed += u64::from(counted.failed == 0);
            let again = if step.name == CRASHES.name { "--crash" } else { &format!("--only {}", step.name) };
            outcome = Err(Failure(format!("the step {} failed; cargo xtask test {again}", step.name)));
            break;
        }
    }
    println!("{} passed, {} failed", counts.passed, counts.failed);
    outcome
}

/// The tests cannot do without what `build` builds and `server` installs.
fn is_chosen(step: &str, wanted: Wanted<'_>) -> bool {
    let for_tests = ["build", "server"].contains(&step);
    match wanted {
        Wanted::Everything => true,
        Wanted::Step(only) => only == step || (only == "tests" && for_tests),
        Wanted::Crashes => for_tests,
    }
}

/// Does the work of a step: nothing, or what it wrote before it failed; and the tests it counted.
fn work(workspace: &Workspace, step: &Step, file: &Path) -> (Result<()>, Counts) {
    match step.work {
        Work::Style => (checks::run(workspace), Counts::default()),
        Work::Postgres => (postgres::ensure(file), Counts::default()),
        Work::Cargo(arguments, flag) => {
            let mut cargo = workspace.cargo(arguments);
            if let Some((variable, flag)) = flag {
                let flags = std::env::var(variable).map_or(flag.to_owned(), |others| format!("{others} {flag}"));
                cargo.env(variable, flags);
            }
            (logged(cargo, file).map(drop), Counts::default())
        }
        Work::Tests(arguments) => match logged(workspace.cargo(arguments), file) {
            Ok(output) => {
                let counts = count(&output);
                let none = counts.passed == 0;
                let failure = || Err(Failure("cargo test reported no test at all".to_owned()));
                (if none { failure() } else { Ok(()) }, counts)
            }
            Err(failure) => {
                let counts = count(&failure.0);
                (Err(failure), counts)
            }
        },
    }
}

/// Runs a command and answers what it wrote: as a success, or as a failure.
fn logged(mut command: Command, file: &Path) -> Result<String> {
    let succeeded = log(&mut command, file)?;
    let bytes = fs::read(PathBuf::from(file)).map_err(|why| failed(file.display(), &why))?;
    let output = String::from_utf8_lossy(&bytes).into_owned();
    if succeeded { Ok(output) } else { Err(Failure(output)) }
}

/// What tests say that could not be run here, as `skipped: …`. (The harness may have begun the line.)
fn skipped(output: &str) -> impl Iterator<Item = &str> {
    output.lines().filter_map(|line| line.find("skipped: ").map(|at| &line[at..]))
}

/// Adds up lines such as `test result: ok. 3 passed; 0 failed; 1 ignored; …`, one a test program.
fn count(output: &str) -> Counts {
    let mut counts = Counts::default();
    for line in output.lines().filter_map(|line| line.split_once("test result:").map(|(_, result)| result)) {
        let words: Vec<&str> = line.split([' ', ';']).filter(|word| !word.is_empty()).collect();
        for pair in words.windows(2) {
            match (pair[0].parse::<u64>(), pair[1]) {
                (Ok(number), "passed") => counts.passed += number,
                (Ok(number), "failed") => counts.failed += number,
                _ => {}
            }
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_all_test_programs_are_added_up() {
        let output = "running 3 tests\ntest result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
                      test a ... ok\ntest result: FAILED. 2 passed; 1 failed; 0 ignored; finished in 0.10s\n";
        assert_eq!(count(output), Counts { passed: 5, failed: 1 });
        assert_eq!(count("error: could not compile"), Counts::default());
    }

    #[test]
    fn what_was_skipped_is_told() {
        let output = "running 3 tests\ntest a ... skipped: a full disk: unshare: no such program\nok\n";
        assert_eq!(skipped(output).collect::<Vec<_>>(), ["skipped: a full disk: unshare: no such program"]);
        assert_eq!(skipped("test what_is_skipped ... ok").count(), 0);
    }

    #[test]
    fn tests_alone_are_built_first() {
        let chosen =
            |wanted| STEPS.iter().map(|step| step.name).filter(|name| is_chosen(name, wanted)).collect::<Vec<_>>();
        assert_eq!(chosen(Wanted::Step("tests")), ["build", "server", "tests"]);
        assert_eq!(chosen(Wanted::Step("style")), ["style"]);
        assert_eq!(chosen(Wanted::Crashes), ["build", "server"], "and then the crashes");
        assert_eq!(chosen(Wanted::Everything).len(), STEPS.len());
        assert!(chosen(Wanted::Step("nothing")).is_empty());
    }
}
