//! `cargo xtask fuzz`: hostile input, made by a machine, for all that reads what comes from outside.
//!
//! The targets are a package of their own (`tests/fuzz`), built with the flags that libFuzzer needs; the stable tool
//! chain has them all. What a target has learned is kept below `target`, so that the next run goes on from there. No part
//! of `cargo xtask test`: it takes as long as one gives it.

mod outcome;
mod wanted;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::failure::{Failure, Result, failed};
use crate::run::{Workspace, capture, log, show};
use outcome::Outcome;
use wanted::Wanted;

pub use wanted::TARGETS;

/// What makes a program of Rust's one for libFuzzer: counters at every edge, and the operands of every comparison.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";
/// The bounds, for what the targets do not notice themselves: an input that never ends, or that takes all memory at once.
/// What has been learned is in memory as well.
const BOUNDS: [&str; 4] = ["-timeout=60", "-malloc_limit_mb=120", "-rss_limit_mb=1024", "-max_len=16384"];

/// Builds the targets, runs those that are wanted, and says what each came to.
pub fn run(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let wanted = Wanted::read(arguments)?;
    let fuzzing = Fuzzing::build(workspace)?;
    let (next, outcomes) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..wanted.jobs.min(wanted.targets.len()) {
            scope.spawn(|| {
                while let Some(target) = wanted.targets.get(next.fetch_add(1, Ordering::Relaxed)) {
                    println!("{target}: {}", workspace.shown(&fuzzing.log(target)));
                    let outcome = fuzzing.run(target, &wanted);
                    outcomes.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(outcome);
                }
            });
        }
    });
    let outcomes = outcomes.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut outcomes = outcomes.into_iter().collect::<Result<Vec<Outcome>>>()?;
    outcomes.sort_by_key(|outcome| TARGETS.iter().position(|target| *target == outcome.target));
    print!("{}", outcome::table(&outcomes));
    let found: Vec<&str> = outcomes.iter().filter_map(|outcome| outcome.reproducer.as_deref()).collect();
    if found.is_empty() && outcomes.iter().all(|outcome| outcome.ended_well) {
        return Ok(());
    }
    Err(Failure(match found[..] {
        [] => "a target did not come to its end; see its log".to_owned(),
        _ => format!("run the target's program with one of these, once it is mended: {}", found.join(", ")),
    }))
}

/// The targets' programs, and where everything is.
struct Fuzzing<'w> {
    workspace: &'w Workspace,
    /// What is built, learned and found.
    place: PathBuf,
    programs: PathBuf,
}

impl<'w> Fuzzing<'w> {
    /// Builds the programs.
    fn build(workspace: &'w Workspace) -> Result<Self> {
        let place = workspace.target.join("xtask").join("fuzz");
        fs::create_dir_all(&place).map_err(|why| failed(place.display(), &why))?;
        // The same versions as in the program; cargo adds what only the targets need.
        let lock = ["Cargo.lock", "tests/fuzz/Cargo.lock"].map(|file| workspace.root.join(file));
        fs::copy(&lock[0], &lock[1]).map_err(|why| failed(lock[1].display(), &why))?;
        let host = host(workspace)?;
        let mut build = workspace.cargo(&["build", "--release", "--manifest-path", "tests/fuzz/Cargo.toml"]);
        // Named as if for another machine, so that build scripts and macros go without the flags.
        build.args(["--target", &host, "--target-dir"]).arg(&place).env("RUSTFLAGS", FLAGS);
        if !show(&mut build)? {
            return Err(Failure("the targets do not compile".to_owned()));
        }
        let programs = place.join(host).join("release");
        Ok(Fuzzing { workspace, place, programs })
    }

    /// Where a target says how it goes.
    fn log(&self, target: &str) -> PathBuf {
        self.place.join(format!("{target}.log"))
    }

    /// Runs a target to its end.
    fn run(&self, target: &str, wanted: &Wanted) -> Result<Outcome> {
        let inputs = self.workspace.root.join("tests").join("fuzz");
        let (learned, found) = (self.place.join("corpus").join(target), self.place.join("found"));
        for directory in [&learned, &found] {
            fs::create_dir_all(directory).map_err(|why| failed(directory.display(), &why))?;
        }
        let mut command = Command::new(self.programs.join(target));
        command.args(BOUNDS).args(["-print_final_stats=1", &wanted.until]);
        command.arg(format!("-artifact_prefix={}", found.join(format!("{target}-")).display()));
        let dictionary = inputs.join("dictionaries").join(format!("{target}.dict"));
        if dictionary.is_file() {
            command.arg(format!("-dict={}", dictionary.display()));
        }
        // The first one is where it puts what is new.
        command.arg(&learned).arg(inputs.join("corpus").join(target)).current_dir(&self.place);
        let ended_well = log(&mut command, &self.log(target))?;
        let told = fs::read(self.log(target)).map_err(|why| failed(self.log(target).display(), &why))?;
        Ok(Outcome::read(target, ended_well, &String::from_utf8_lossy(&told)))
    }
}

/// The machine that all of this is built for.
fn host(workspace: &Workspace) -> Result<String> {
    let version = capture(&mut workspace.cargo(&["-vV"]))?.stdout;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Failure("cargo does not say for which machine it builds".to_owned()))
}
