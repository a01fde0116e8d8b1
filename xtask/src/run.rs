//! Where the workspace is, and running its programs.

use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::{Failure, Result, failed};

/// The workspace that a task works on.
pub struct Workspace {
    /// The directory of the workspace's `Cargo.toml`.
    pub root: PathBuf,
    /// Where cargo puts what it builds: `target`, unless somebody has chosen another place.
    pub target: PathBuf,
    /// Where the programs of the development profile are.
    pub programs: PathBuf,
}

impl Workspace {
    /// Finds it: above this crate, as cargo says, else above the current directory.
    pub fn find() -> Result<Workspace> {
        let here = std::env::current_dir().map_err(|why| failed("the current directory", &why))?;
        let start = std::env::var_os("CARGO_MANIFEST_DIR").map_or(here, PathBuf::from);
        let is_root = |directory: &&Path| directory.join("xtask").join("Cargo.toml").is_file();
        let root = start.ancestors().find(is_root).ok_or_else(|| Failure("run it inside the workspace".to_owned()))?;
        // This program is one of those that cargo builds, so the others are beside it.
        let own = std::env::current_exe().map_err(|why| failed("this program's own path", &why))?;
        let programs = own.parent().unwrap_or(root).to_owned();
        let target = programs.parent().unwrap_or(root).to_owned();
        Ok(Workspace { root: root.to_owned(), target, programs })
    }

    /// A cargo command: the very cargo that runs this program, with its environment.
    pub fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(arguments).current_dir(&self.root);
        command
    }

    /// A path as people who stand in the workspace name it.
    pub fn shown<'p>(&self, path: &'p Path) -> std::path::Display<'p> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }
}

/// What a program that has ended left behind.
pub struct Finished {
    /// Its exit status; none if a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
}

/// Runs a program to its end and keeps what it writes.
pub fn capture(command: &mut Command) -> Result<Finished> {
    let output = command.stdin(Stdio::null()).output().map_err(|why| cannot_start(command, &why))?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ok(Finished { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) })
}

/// Runs a program to its end with everything that it writes in one file, in its order. Answers
/// whether it succeeded.
///
/// A file rather than a pipe: a pipe is read until its last writer ends, and that may be a server
/// that a failed test has left behind.
pub fn log(command: &mut Command, log: &Path) -> Result<bool> {
    let file = File::create(log).map_err(|why| failed(log.display(), &why))?;
    let same = file.try_clone().map_err(|why| failed(log.display(), &why))?;
    let status = command.stdin(Stdio::null()).stdout(file).stderr(same).status();
    status.map(|status| status.success()).map_err(|why| cannot_start(command, &why))
}

/// The same, with what it writes to standard output in a file of its own.
pub fn log_apart(command: &mut Command, output: &Path, log: &Path) -> Result<bool> {
    let create = |path: &Path| File::create(path).map_err(|why| failed(path.display(), &why));
    let status = command.stdin(Stdio::null()).stdout(create(output)?).stderr(create(log)?).status();
    status.map(|status| status.success()).map_err(|why| cannot_start(command, &why))
}

/// Runs a program to its end with its output on the terminal. Answers whether it succeeded.
pub fn show(command: &mut Command) -> Result<bool> {
    let status = command.stdin(Stdio::null()).status();
    status.map(|status| status.success()).map_err(|why| cannot_start(command, &why))
}

fn cannot_start(command: &Command, why: &std::io::Error) -> Failure {
    let program: &OsStr = command.get_program();
    failed(format_args!("{} could not be started", program.display()), why)
}
