//! Killing the command.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crate::{Cloud, Ran};

/// Longer than any command of a story takes until it comes by a place.
const PATIENCE: Duration = Duration::from_secs(60);

impl Cloud {
    /// Runs a command until it comes by a place (see `artifice-core/engine/src/crash.rs`), and kills it
    /// there. Fails if it never comes by.
    #[track_caller]
    pub fn killed_at(&self, place: &str, arguments: &str) {
        kill(self.stopped_at(place, arguments, &self.path("crash")));
    }

    /// Runs a command until it comes by a place, does something while it stands there, and lets it go on to its end.
    #[track_caller]
    pub fn held_at(&self, place: &str, arguments: &str, meanwhile: impl FnOnce()) -> Ran {
        let file = self.path("held");
        let child = self.stopped_at(place, arguments, &file);
        meanwhile();
        std::fs::remove_file(&file).unwrap();
        Ran::new(arguments.to_owned(), child.wait_with_output().unwrap())
    }

    /// Starts a command, and waits until it stands at a place.
    #[track_caller]
    fn stopped_at(&self, place: &str, arguments: &str, file: &Path) -> Child {
        let _ = std::fs::remove_file(file);
        let mut command = self.command(arguments);
        command.env("ARTIFICE_CRASH_AT", place).env("ARTIFICE_CRASH_FILE", file);
        let mut child = command.spawn().unwrap();
        let begin = Instant::now();
        // The file is there before it says anything.
        while !std::fs::read_to_string(file).is_ok_and(|said| !said.is_empty()) {
            if child.try_wait().unwrap().is_some() {
                let ran = Ran::new(arguments.to_owned(), child.wait_with_output().unwrap());
                panic!("it never came by '{place}': {ran:#?}");
            }
            if begin.elapsed() > PATIENCE {
                child.kill().unwrap();
                panic!("it does not come by '{place}': {:#?}", child.wait_with_output().unwrap());
            }
            thread::sleep(Duration::from_millis(3));
        }
        child
    }
}

/// The same command, started by another program, as `env` with its arguments.
pub fn by(program: &[&str], command: &Command) -> Command {
    let mut by = Command::new(program[0]);
    by.args(&program[1..]).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => by.env(name, value),
            None => by.env_remove(name),
        };
    }
    by.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    by
}

/// Started so, a command hears of a closed terminal, also where these tests do not.
pub const HEARING_OF_IT: [&str; 2] = ["env", "--default-signal=HUP"];

/// Kills a program. Says whether it still ran.
pub fn kill(mut child: Child) -> bool {
    let running = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    running
}

/// Does something for each of many, several at once. Whatever fails is named at the end; what went wrong in it
/// was said by then.
pub fn for_each<T: Sync>(all: &[T], at_once: usize, name: impl Fn(&T) -> String + Sync, work: impl Fn(&T) + Sync) {
    let (rest, failed) = (Mutex::new(all.iter()), Mutex::new(Vec::new()));
    let next = || rest.lock().unwrap().next();
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while let Some(one) = next() {
                    if catch_unwind(AssertUnwindSafe(|| work(one))).is_err() {
                        failed.lock().unwrap().push(name(one));
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{} of {} failed:\n{}", failed.len(), all.len(), failed.join("\n"));
}

/// The same for whatever can be shown.
pub fn for_all<T: Sync + std::fmt::Debug>(all: &[T], at_once: usize, work: impl Fn(&T) + Sync) {
    for_each(all, at_once, |one| format!("{one:?}"), work);
}
