//! Servers that are Python programs.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::guard::{Guard, Signal};
use crate::workspace;

/// How long a server may take to answer, or wait to be asked.
pub const PATIENCE: Duration = Duration::from_secs(180);

/// A program of an environment's: `python`, or what its packages bring along.
pub fn program(environment: &str, name: &str) -> Command {
    let installed = std::env::var_os("ARTIFICE_REAL_CLOUD").unwrap_or_else(|| {
        panic!("no real servers are installed; run `cargo xtask test --real-cloud`, which does that and tells these stories")
    });
    Command::new(Path::new(&installed).join(environment).join("bin").join(name))
}

/// A script of the tests' own, run by an environment's Python.
pub fn script(environment: &str, name: &str) -> Command {
    let mut command = program(environment, "python");
    // Nothing is written beside the scripts.
    command.arg("-B").arg(workspace().join("tests/real").join(name));
    command
}

/// Runs a program to its end with this on its standard input, and answers what it wrote.
pub fn finished(command: &mut Command, input: &str) -> String {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let ended = child.wait_with_output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(ended.status.success(), "{:?}: {}{}", command.get_program(), text(&ended.stdout), text(&ended.stderr));
    text(&ended.stdout)
}

/// A port on which nobody listens.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A server on a port of the loopback.
#[derive(Debug)]
pub struct Server {
    directory: PathBuf,
    port: u16,
    guard: Guard,
}

impl Server {
    /// Starts a script, whose last argument is a port, and waits until somebody listens there. The directory is gone with it.
    pub fn start(mut script: Command, port: u16, directory: PathBuf) -> Server {
        fs::create_dir_all(&directory).unwrap();
        script.arg(port.to_string());
        let guard = Guard::start(Command::new("sh"), &script, &directory, Signal::Terminate);
        let (begin, log) = (Instant::now(), directory.join("log"));
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let said = || fs::read_to_string(&log).unwrap_or_default();
            assert!(begin.elapsed() < PATIENCE, "{:?} does not listen: {}", script.get_args().nth(1), said());
            std::thread::sleep(Duration::from_millis(50));
        }
        Server { directory, port, guard }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Ends it in the middle of whatever it does.
    pub fn kill(self) {
        self.guard.stop(Signal::Kill);
    }
}

/// A new directory, which somebody else removes.
pub fn directory(name: impl AsRef<OsStr>) -> PathBuf {
    tempfile::Builder::new().prefix(name.as_ref()).tempdir().unwrap().keep()
}
