//! The programs of a PostgreSQL server, for the stories that are told on one.
//!
//! The stories start and stop their servers themselves; here is only seen to it that they can.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Result, failed};
use crate::run::log;

/// The oldest server that the ledger works with.
const OLDEST_MAJOR: u32 = 15;
/// Where Debian has its versions.
const DEBIAN: &str = "/usr/lib/postgresql";
/// Keeps Debian's packages from making, and starting, a server for the whole machine.
const NO_CLUSTER: (&str, &str) =
    ("/etc/postgresql-common/createcluster.d/artifice-test.conf", "create_main_cluster = false\n");

/// Sees to it that a server's programs are there: installs them where it may, else says what to do.
pub fn ensure(file: &Path) -> Result<()> {
    if is_there() {
        return Ok(());
    }
    let advice = || {
        Failure(format!(
            "the stories on PostgreSQL need its server, version {OLDEST_MAJOR} or newer: install it, so that \
             `pg_config --bindir` or {DEBIAN}/VERSION/bin has initdb and postgres (Debian: apt-get install postgresql)"
        ))
    };
    let is_root = capture("id", &["-u"]).is_some_and(|id| id == "0");
    let may_become_root = is_root || succeeds("sudo", &["-n", "true"]);
    if !succeeds("apt-get", &["--version"]) || !may_become_root {
        return Err(advice());
    }
    if is_root {
        let directory = Path::new(NO_CLUSTER.0).parent().unwrap_or(Path::new("/"));
        let wrote = fs::create_dir_all(directory).and_then(|()| fs::write(NO_CLUSTER.0, NO_CLUSTER.1));
        wrote.map_err(|why| failed(NO_CLUSTER.0, &why))?;
    }
    let apt = "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql";
    let mut install = Command::new(if is_root { "sh" } else { "sudo" });
    let words: &[&str] = if is_root { &["-c"] } else { &["-n", "sh", "-c"] };
    install.args(words).arg(apt);
    let installed = log(&mut install, file);
    if is_root {
        // Whoever installs a server later shall get what they expect.
        let _ = fs::remove_file(NO_CLUSTER.0);
    }
    if installed? && is_there() {
        return Ok(());
    }
    let said = fs::read_to_string(file).unwrap_or_default();
    Err(Failure(format!("{said}\n{}", advice())))
}

fn is_there() -> bool {
    let debian = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let new_enough = |path: &PathBuf| {
        let version = path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
        version.is_some_and(|version| version >= OLDEST_MAJOR)
    };
    let versions = debian.map(|entry| entry.path()).filter(new_enough).map(|path| path.join("bin"));
    let configured = capture("pg_config", &["--bindir"]).map(PathBuf::from);
    versions.chain(configured).any(|path| path.join("initdb").is_file() && path.join("postgres").is_file())
}

fn succeeds(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
}

fn capture(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
