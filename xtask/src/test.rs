//! `cargo xtask test`: everything that must pass, in one command with all its set-up.
//!
//! First the steps that are over soon, and the build, one after the other: the first one that fails ends it.
//! Then the rest side by side, because tests mostly wait; all of them end, whatever fails. One line a step, and
//! what failed after them. The last line always sums up, for people and for machines: `N passed, N failed` counts
//! the tests that are reported. A failing step that reports no failed test counts as one, so that what went wrong
//! never reads as if nothing had.

mod programs;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::{Failure, Result, failed};
use crate::run::{Workspace, log};
use crate::{checks, postgres, real_cloud};
use programs::{Counts, Ran, Which};

/// What a step does.
enum Work {
    /// Runs cargo with these arguments and, in the environment, this flag appended to that variable.
    Cargo(&'static [&'static str], Option<(&'static str, &'static str)>),
    /// Runs this program with these arguments.
    Chore(&'static [&'static str]),
    /// Builds everything that is run afterwards.
    Build,
    /// Runs tests that have been built, and counts them.
    Tests(Which),
    /// Looks through the project's text.
    Style,
    /// Sees to a server's programs.
    Postgres,
    /// Sees to OpenStack's own servers.
    RealCloud,
}

struct Step {
    name: &'static str,
    what: &'static str,
    work: Work,
}

const fn step(name: &'static str, what: &'static str, work: Work) -> Step {
    Step { name, what, work }
}

/// The steps that come first.
const FIRST: [Step; 4] = [
    step("fmt", "the code is formatted", Work::Cargo(&["fmt", "--all", "--", "--check", "--color", "never"], None)),
    step("style", "the rules of the house", Work::Style),
    // The stories run the command, and load every backend, the tests' own included.
    step("build", "the command, all backends, all tests", Work::Build),
    step("server", "PostgreSQL's programs", Work::Postgres),
];

/// What runs side by side: lanes, in each of which one step follows the other. Only one cargo can build at a time.
const LANES: [&[Step]; 2] = [
    &[step("tests", "unit tests, stories, examples", Work::Tests(Which::All))],
    &[
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
        step("demo", "the demonstration goes as told", Work::Chore(&["demo", "--built"])),
    ],
];

/// The stories of crashes, alone. They are among `tests`, too.
const CRASHES: [Step; 1] = [step("crash", "whatever dies, it is billed once", Work::Tests(Which::Stories("crash::")))];

/// The stories with OpenStack's own servers.
const REAL_CLOUD: [Step; 2] = [
    step("servers", "Keystone, Ceilometer", Work::RealCloud),
    step("real-cloud", "the stories with real servers", Work::Tests(Which::RealCloud)),
];

/// What is to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// Every step.
    Everything,
    /// One of them, by its name.
    Step(&'a str),
    /// The stories of crashes: as many at random instants as `ARTIFICE_CRASHES` says.
    Crashes,
    /// The stories with OpenStack's own servers.
    RealCloud,
}

/// The names of the steps, for people.
pub fn step_names() -> String {
    let all = FIRST.iter().chain(LANES.into_iter().flatten());
    all.map(|step| step.name).collect::<Vec<_>>().join(", ")
}

/// Runs what is wanted.
pub fn run(workspace: &Workspace, wanted: Wanted<'_>) -> Result<()> {
    let first: Vec<&Step> = FIRST.iter().filter(|step| is_chosen(step.name, wanted)).collect();
    let lanes: Vec<Vec<&Step>> = match wanted {
        Wanted::Crashes => vec![CRASHES.iter().collect()],
        Wanted::RealCloud => vec![REAL_CLOUD.iter().collect()],
        _ => LANES.iter().map(|lane| lane.iter().filter(|step| is_chosen(step.name, wanted)).collect()).collect(),
    };
    if first.is_empty() && lanes.iter().all(Vec::is_empty) {
        let name = if let Wanted::Step(name) = wanted { name } else { "" };
        return Err(Failure(format!("there is no step '{name}'; there are {}", step_names())));
    }
    let logs = workspace.target.join("xtask");
    fs::create_dir_all(&logs).map_err(|why| failed(logs.display(), &why))?;
    let (mut counts, mut failures) = (Counts::default(), Vec::new());
    for step in first {
        failures.extend(take(step, workspace, &logs, &mut counts)?);
        if !failures.is_empty() {
            break;
        }
    }
    if failures.is_empty() {
        let (logs, lanes) = (&logs, &lanes);
        let ended: Vec<Result<_>> = thread::scope(|scope| {
            let lane = |lane: &'_ Vec<&Step>| {
                let mut counts = Counts::default();
                let failed: Result<Vec<_>> =
                    lane.iter().filter_map(|step| take(step, workspace, logs, &mut counts).transpose()).collect();
                failed.map(|failed| (failed, counts))
            };
            let running: Vec<_> = lanes.iter().map(|steps| scope.spawn(move || lane(steps))).collect();
            let lost = |_| Err(Failure("a thread that ran steps panicked".to_owned()));
            running.into_iter().map(|lane| lane.join().unwrap_or_else(lost)).collect()
        });
        for lane in ended {
            let (failed, counted) = lane?;
            failures.extend(failed);
            counts.add(counted);
        }
    }
    for (_, said) in &failures {
        println!("\n{said}\n");
    }
    println!("{} passed, {} failed", counts.passed, counts.failed);
    if failures.is_empty() {
        return Ok(());
    }
    let again = |step: &str| match wanted {
        Wanted::Crashes => "--crash".to_owned(),
        Wanted::RealCloud => "--real-cloud".to_owned(),
        Wanted::Everything | Wanted::Step(_) => format!("--only {step}"),
    };
    let named = failures.iter().map(|(step, _)| format!("the step {step} failed; cargo xtask test {}", again(step)));
    Err(Failure(named.collect::<Vec<_>>().join("\n")))
}

/// The tests cannot do without what `build` builds and `server` installs.
fn is_chosen(step: &str, wanted: Wanted<'_>) -> bool {
    let before = |step: &str| ["build", "server"].contains(&step);
    match wanted {
        Wanted::Everything => true,
        Wanted::Step(only) => only == step || (only == "tests" && before(step)) || (only == "demo" && step == "build"),
        Wanted::Crashes => before(step),
        Wanted::RealCloud => step == "build",
    }
}

/// Takes a step, and writes its line when it has ended. Answers its name and what it said if it failed.
fn take(
    step: &Step,
    workspace: &Workspace,
    logs: &Path,
    counts: &mut Counts,
) -> Result<Option<(&'static str, String)>> {
    let begin = Instant::now();
    let ran = work(workspace, step, logs);
    counts.add(ran.counts);
    let mut lines = line(step, ran.result.is_ok(), begin.elapsed());
    for skipped in &ran.skipped {
        lines += &format!("        {skipped}\n");
    }
    let mut out = std::io::stdout().lock();
    out.write_all(lines.as_bytes()).and_then(|()| out.flush()).map_err(|why| failed("standard output", &why))?;
    let Err(Failure(said)) = ran.result else { return Ok(None) };
    counts.failed += u64::from(ran.counts.failed == 0);
    Ok(Some((step.name, said.trim_end().to_owned())))
}

fn line(step: &Step, succeeded: bool, took: Duration) -> String {
    let (how, seconds, tenths) =
        (if succeeded { "ok    " } else { "FAILED" }, took.as_secs(), took.subsec_millis() / 100);
    format!("{:<7} {:<38} {how} {seconds:>4}.{tenths} s\n", step.name, step.what)
}

/// Does the work of a step.
fn work(workspace: &Workspace, step: &Step, logs: &Path) -> Ran {
    let file = logs.join(format!("{}.log", step.name));
    let result = match step.work {
        Work::Tests(which) => return programs::run(workspace, which, logs),
        Work::Style => checks::run(workspace),
        Work::Postgres => postgres::ensure(&file),
        Work::RealCloud => real_cloud::ensure(workspace, &file),
        Work::Build => programs::build(workspace, &file),
        Work::Chore(arguments) => std::env::current_exe()
            .map_err(|why| failed("this program's own path", &why))
            .and_then(|own| logged(Command::new(own).args(arguments).current_dir(&workspace.root), &file)),
        Work::Cargo(arguments, flag) => {
            let mut cargo = workspace.cargo(arguments);
            if let Some((variable, flag)) = flag {
                let flags = std::env::var(variable).map_or(flag.to_owned(), |others| format!("{others} {flag}"));
                cargo.env(variable, flags);
            }
            logged(&mut cargo, &file)
        }
    };
    Ran { result, counts: Counts::default(), skipped: Vec::new() }
}

/// Runs a command. A failure is what it wrote.
fn logged(command: &mut Command, file: &Path) -> Result<()> {
    if log(command, file)? {
        return Ok(());
    }
    let bytes = fs::read(file).map_err(|why| failed(file.display(), &why))?;
    Err(Failure(String::from_utf8_lossy(&bytes).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_alone_are_built_first() {
        let all = || FIRST.iter().chain(LANES.into_iter().flatten()).map(|step| step.name);
        let chosen = |wanted| all().filter(|name| is_chosen(name, wanted)).collect::<Vec<_>>();
        assert_eq!(chosen(Wanted::Step("tests")), ["build", "server", "tests"]);
        assert_eq!(chosen(Wanted::Step("style")), ["style"]);
        assert_eq!(chosen(Wanted::Crashes), ["build", "server"], "and then the crashes");
        assert_eq!(chosen(Wanted::RealCloud), ["build"], "and then the servers and their stories");
        assert_eq!(chosen(Wanted::Everything).len(), all().count());
        assert_eq!(step_names(), "fmt, style, build, server, tests, clippy, doc, demo");
        assert!(chosen(Wanted::Step("nothing")).is_empty());
    }
}
