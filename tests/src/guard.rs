//! Servers that end with the process that started them, however that ends.

use std::fs::File;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Runs the server until standard input ends, which it does when the process at its other end does: then it is stopped
/// by the signal `$2`, and the directory `$1` is removed. Or until a signal is read, by which it is stopped.
const GUARD: &str = r#"
directory=$1; end=$2; shift 2
"$@" </dev/null & server=$!
while read -r signal; do kill -s "$signal" "$server"; wait "$server"; exit; done
kill -s "$end" "$server"; wait "$server"; rm -rf "$directory"
"#;

/// How a server is told to stop.
#[derive(Debug, Clone, Copy)]
pub enum Signal {
    /// It finishes what it must.
    Interrupt,
    /// It finishes nothing, if it is PostgreSQL.
    Quit,
    Terminate,
    /// It cannot even try.
    Kill,
}

impl Signal {
    fn name(self) -> &'static str {
        match self {
            Signal::Interrupt => "INT",
            Signal::Quit => "QUIT",
            Signal::Terminate => "TERM",
            Signal::Kill => "KILL",
        }
    }
}

/// A server that runs in a directory of its own, which is gone with this.
#[derive(Debug)]
pub struct Guard(Child);

impl Guard {
    /// Starts a server by this shell, which runs as the user that the server must be. What it says is in the
    /// directory's file `log`.
    pub fn start(mut shell: Command, server: &Command, directory: &Path, end: Signal) -> Guard {
        let log = File::options().create(true).append(true).open(directory.join("log")).unwrap();
        shell.args(["-c", GUARD, "guard"]).arg(directory).arg(end.name());
        shell.arg(server.get_program()).args(server.get_args());
        for (name, value) in server.get_envs() {
            if let Some(value) = value {
                shell.env(name, value);
            }
        }
        // An interrupted test run must not interrupt the guard: the end of its input is its signal.
        shell.process_group(0).stdin(Stdio::piped()).stdout(log.try_clone().unwrap()).stderr(log);
        Guard(shell.spawn().unwrap())
    }

    /// Stops it in another way, and leaves its directory.
    pub fn stop(mut self, signal: Signal) {
        // A server that has ended by itself reads nothing any more.
        let _ = writeln!(self.0.stdin.take().unwrap(), "{}", signal.name());
        self.0.wait().unwrap();
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}
