//! The programs that cargo has built of the tests: what they are, running them, counting what they report.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use crate::failure::{Failure, Result, failed};
use crate::real_cloud;
use crate::run::{Workspace, log, log_apart};

/// How many stories are told at once, for each processor: mostly they wait, for servers, leases and time-outs.
const AT_ONCE: usize = 4;
/// Where temporary files are in memory, on Linux.
const MEMORY: &str = "/dev/shm";
/// How much of it must be free, in KiB, so that the stories' ledgers and servers have room.
const ROOM_KIB: u64 = 4 * 1024 * 1024;

/// The program whose stories need OpenStack's own servers.
const REAL_CLOUD: &str = "real_cloud";

/// How many tests there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
}

impl Counts {
    pub fn add(&mut self, more: Counts) {
        self.passed += more.passed;
        self.failed += more.failed;
    }
}

/// What came of tests.
#[derive(Debug)]
pub struct Ran {
    /// Nothing, or what was said of those that failed.
    pub result: Result<()>,
    pub counts: Counts,
    /// What could not be run here.
    pub skipped: Vec<String>,
}

impl Ran {
    /// Nothing was run.
    fn not(failure: Failure) -> Ran {
        Ran { result: Err(failure), counts: Counts::default(), skipped: Vec::new() }
    }
}

/// A program of tests.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Program {
    /// Its file.
    file: PathBuf,
    /// Its package's name, and directory, where it is run.
    package: String,
    directory: PathBuf,
}

impl Program {
    /// Its name without the hash that cargo adds.
    fn name(&self) -> &str {
        let stem = self.file.file_stem().and_then(|stem| stem.to_str()).unwrap_or("test");
        stem.rsplit_once('-').map_or(stem, |(name, _)| name)
    }

    fn tells_stories(&self) -> bool {
        self.name().starts_with("stories")
    }

    fn is_wanted(&self, which: Which) -> bool {
        let of_real_cloud = self.name() == REAL_CLOUD;
        match which {
            Which::All => !of_real_cloud,
            Which::Stories(_) => self.tells_stories(),
            Which::RealCloud => of_real_cloud,
        }
    }
}

/// The programs in what cargo writes with `--message-format json`: one message a line.
fn built(messages: &str) -> Vec<Program> {
    let text = |line: &str, key: &str| {
        let (_, rest) = line.split_once(&format!("\"{key}\":\""))?;
        rest.split_once('"').map(|(text, _)| text.to_owned())
    };
    let tests = messages.lines().filter(|line| {
        // A target may be tested; what its profile says is whether this is the program that does it.
        let profile = line.split_once("\"profile\":{").and_then(|(_, rest)| rest.split_once('}'));
        profile.is_some_and(|(profile, _)| profile.contains("\"test\":true"))
    });
    let program = |line: &str| {
        let (file, manifest, id) = (text(line, "executable")?, text(line, "manifest_path")?, text(line, "package_id")?);
        let directory = Path::new(&manifest).parent()?.to_owned();
        // `…/DIRECTORY#NAME@VERSION`, or without the name where the directory has it.
        let (place, version) = id.rsplit_once('#')?;
        let package = match version.split_once('@') {
            Some((name, _)) => name.to_owned(),
            None => place.rsplit('/').next()?.to_owned(),
        };
        Some(Program { file: file.into(), package, directory })
    };
    tests.filter_map(program).collect()
}

/// Which of them run one after the other: each that tells stories has a lane of its own, the rest share one.
fn lanes(programs: Vec<Program>) -> Vec<Vec<Program>> {
    let (stories, rest): (Vec<_>, Vec<_>) = programs.into_iter().partition(Program::tells_stories);
    stories.into_iter().map(|program| vec![program]).chain([rest]).collect()
}

/// Builds everything: the command, the backends, and the programs of the tests.
pub fn build(workspace: &Workspace, file: &Path) -> Result<()> {
    let mut cargo = workspace.cargo(&["build", "--workspace", "--all-targets", "--message-format"]);
    cargo.arg("json-render-diagnostics");
    if log_apart(&mut cargo, &messages(workspace), file)? { Ok(()) } else { Err(Failure(read(file)?)) }
}

fn messages(workspace: &Workspace) -> PathBuf {
    workspace.target.join("xtask").join("build.json")
}

/// Which tests are run.
#[derive(Debug, Clone, Copy)]
pub enum Which {
    /// All but those that need OpenStack's own servers; the examples in the documentation included.
    All,
    /// The stories whose names have this in them, with what they print.
    Stories(&'static str),
    /// Those that need OpenStack's own servers.
    RealCloud,
}

/// Runs tests, side by side. (Only what they wait for is shared: the lock of cargo's, by the examples.)
pub fn run(workspace: &Workspace, which: Which, logs: &Path) -> Ran {
    let programs = match read(&messages(workspace)) {
        Ok(messages) => built(&messages),
        Err(failure) => return Ran::not(failure),
    };
    if let Err(failure) = forget(logs) {
        return Ran::not(failure);
    }
    let programs = programs.into_iter().filter(|program| program.is_wanted(which));
    let (lanes, directory) = (lanes(programs.collect()), in_memory());
    let told = |program: &Program| told(program, workspace, which, directory.as_deref(), logs);
    let examples = || {
        let mut cargo = workspace.cargo(&["test", "--workspace", "--doc", "--no-fail-fast"]);
        vec![counted(&mut cargo, workspace, &logs.join("tests-examples.log"))]
    };
    let ended: Vec<Ran> = thread::scope(|scope| {
        let mut running: Vec<_> =
            lanes.iter().map(|lane| scope.spawn(|| lane.iter().map(told).collect::<Vec<_>>())).collect();
        if matches!(which, Which::All) {
            running.push(scope.spawn(examples));
        }
        let lost = |_| vec![Ran::not(Failure("a thread that ran test programs panicked".to_owned()))];
        running.into_iter().flat_map(|lane| lane.join().unwrap_or_else(lost)).collect()
    });
    sum(ended)
}

/// Removes the logs of other runs: a program may be gone since.
fn forget(logs: &Path) -> Result<()> {
    let why = |error: &std::io::Error| failed(logs.display(), error);
    for entry in fs::read_dir(logs).map_err(|error| why(&error))? {
        let path = entry.map_err(|error| why(&error))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with("tests-") {
            fs::remove_file(&path).map_err(|error| why(&error))?;
        }
    }
    Ok(())
}

/// What came of all of them.
fn sum(ended: Vec<Ran>) -> Ran {
    let (mut counts, mut said, mut skipped) = (Counts::default(), Vec::new(), Vec::new());
    for ran in ended {
        counts.add(ran.counts);
        skipped.extend(ran.skipped);
        if let Err(failure) = ran.result {
            said.push(failure.0);
            // What ends without a word of a failed test has failed all the same.
            counts.failed += u64::from(ran.counts.failed == 0);
        }
    }
    if said.is_empty() && counts.passed == 0 {
        said.push("no test was run at all".to_owned());
    }
    skipped.sort();
    skipped.dedup();
    Ran { result: if said.is_empty() { Ok(()) } else { Err(Failure(said.join("\n\n"))) }, counts, skipped }
}

/// Runs a program of tests to its end.
fn told(program: &Program, workspace: &Workspace, which: Which, directory: Option<&Path>, logs: &Path) -> Ran {
    let mut command = Command::new(&program.file);
    // As `cargo test` does, and some tests want it.
    command.current_dir(&program.directory);
    command.env("CARGO_MANIFEST_DIR", &program.directory).env("CARGO_PKG_NAME", &program.package);
    match which {
        Which::All => {}
        Which::Stories(filter) => {
            command.args([filter, "--show-output"]);
        }
        Which::RealCloud => {
            command.env("ARTIFICE_REAL_CLOUD", real_cloud::installed(workspace)).arg("--show-output");
        }
    }
    if program.tells_stories() {
        if std::env::var_os("RUST_TEST_THREADS").is_none() {
            let processors = thread::available_parallelism().map_or(1, usize::from);
            command.arg(format!("--test-threads={}", processors * AT_ONCE));
        }
        if let Some(directory) = directory {
            command.env("TMPDIR", directory);
        }
    }
    counted(&mut command, workspace, &logs.join(format!("tests-{}.log", program.name())))
}

/// Runs a command and counts the tests that it reports. Of a failure, what is said at its end matters.
fn counted(command: &mut Command, workspace: &Workspace, file: &Path) -> Ran {
    let ended = log(command, file);
    let output = read(file).unwrap_or_default();
    let result = ended.and_then(|succeeded| {
        let failures = output.find("\nfailures:\n").map_or(output.as_str(), |at| &output[at..]);
        let said = || Failure(format!("{}:\n{}", workspace.shown(file), failures.trim()));
        if succeeded { Ok(()) } else { Err(said()) }
    });
    Ran { result, counts: count(&output), skipped: skipped(&output).map(str::to_owned).collect() }
}

fn read(file: &Path) -> Result<String> {
    let bytes = fs::read(file).map_err(|why| failed(file.display(), &why))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A directory in memory for the stories' ledgers, unless somebody has chosen another one: most of the time
/// they would wait for a disk, which nobody will ever read.
fn in_memory() -> Option<PathBuf> {
    if std::env::var_os("TMPDIR").is_some() {
        return None;
    }
    let asked = Command::new("df").args(["-Pk", MEMORY]).output().ok()?;
    let free = free_kib(&String::from_utf8_lossy(&asked.stdout))?;
    (free >= ROOM_KIB).then(|| PathBuf::from(MEMORY))
}

/// What is free of a file system in memory, as `df -Pk` says it.
fn free_kib(said: &str) -> Option<u64> {
    let fields: Vec<&str> = said.lines().nth(1)?.split_whitespace().collect();
    if fields.first() == Some(&"tmpfs") { fields.get(3)?.parse().ok() } else { None }
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

/// What tests say that could not be run here, as `skipped: …`. (The harness may have begun the line.)
fn skipped(output: &str) -> impl Iterator<Item = &str> {
    output.lines().filter_map(|line| line.find("skipped: ").map(|at| &line[at..]))
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
    fn programs_of_tests_are_found_among_what_was_built() {
        let message = |kind: &str, test: bool, executable: &str| {
            format!(
                "{{\"reason\":\"compiler-artifact\",\"package_id\":\"path+file:///w/tests#artifice-tests@0.1.0\",\"manifest_path\":\"/w/tests/Cargo.toml\",\"target\":{{\"kind\":[\"{kind}\"],\
                 \"doctest\":false,\"test\":true}},\"profile\":{{\"opt_level\":\"0\",\"test\":{test}}},\"features\":[],\
                 \"executable\":{executable},\"fresh\":true}}\n"
            )
        };
        let messages = message("test", true, "\"/w/target/debug/deps/stories_on_sqlite-0a1b\"")
            + &message("lib", false, "null")
            + &message("bin", false, "\"/w/target/debug/artifice\"")
            + &message("lib", true, "\"/w/target/debug/deps/artifice_tests-ff\"")
            + "{\"reason\":\"build-finished\",\"success\":true}\n";
        let found = built(&messages);
        assert_eq!(found.iter().map(Program::name).collect::<Vec<_>>(), ["stories_on_sqlite", "artifice_tests"]);
        assert!(found.iter().all(|program| program.directory == Path::new("/w/tests")));
        assert!(found.iter().all(|program| program.package == "artifice-tests"));
        let short = built(&messages.replace("#artifice-tests@", "#"));
        assert!(short.iter().all(|program| program.package == "tests"));
        assert_eq!(lanes(found.clone()), [vec![found[0].clone()], vec![found[1].clone()]]);
        let real = &built(&messages.replace("stories_on_sqlite-", "real_cloud-"))[0];
        assert!(real.is_wanted(Which::RealCloud) && !real.is_wanted(Which::All) && !real.is_wanted(Which::Stories("")));
        assert!(!found[0].is_wanted(Which::RealCloud) && found[0].is_wanted(Which::Stories("")));
    }

    #[test]
    fn only_a_file_system_in_memory_counts_as_one() {
        let said =
            |kind: &str| format!("Filesystem 1024-blocks Used Available Capacity Mounted on\n{kind} 9 1 8 1% /x\n");
        assert_eq!(free_kib(&said("tmpfs")), Some(8));
        assert_eq!(free_kib(&said("/dev/vda")), None);
        assert_eq!(free_kib(""), None);
    }
}
