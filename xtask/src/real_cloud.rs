//! OpenStack's own servers, for the stories that are told with them.
//!
//! They are Python packages with fixed versions, each server's in an environment of its own, which is kept for the next
//! time in `target/real-cloud`. The stories configure, start and stop them themselves.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Result, failed};
use crate::run::{Workspace, log};

/// What installs packages: many times faster than pip, and it finds, or fetches, the Python that they need.
const INSTALLER: &str = "uv==0.13.9";
/// The newest Python on which the oldest of the servers runs.
const PYTHON: &str = "3.11";

/// A server.
struct Environment {
    name: &'static str,
    /// What is installed without what it asks for itself, which its lock has in versions that still run.
    alone: &'static [&'static str],
}

const ENVIRONMENTS: [Environment; 2] =
    [Environment { name: "keystone", alone: &[] }, Environment { name: "ceilometer", alone: &["ceilometer==9.0.7"] }];

/// Where the servers are installed.
pub fn installed(workspace: &Workspace) -> PathBuf {
    workspace.target.join("real-cloud")
}

/// Sees to it that they are there.
pub fn ensure(workspace: &Workspace, file: &Path) -> Result<()> {
    let directory = installed(workspace);
    fs::create_dir_all(&directory).map_err(|why| failed(directory.display(), &why))?;
    ENVIRONMENTS.iter().try_for_each(|environment| environment.ensure(workspace, &directory, file))
}

impl Environment {
    fn ensure(&self, workspace: &Workspace, directory: &Path, file: &Path) -> Result<()> {
        let own = directory.join(self.name);
        let lock = workspace.root.join("tests").join("real").join(format!("{}.lock", self.name));
        let wanted = fs::read_to_string(&lock).map_err(|why| failed(lock.display(), &why))? + &self.alone.join("\n");
        // What has been installed says so when all of it is there.
        let complete = own.join("complete.lock");
        if fs::read_to_string(&complete).is_ok_and(|text| text == wanted) {
            return Ok(());
        }
        let installer = installer(directory, file)?;
        let run = |arguments: &[&str], more: &[&std::ffi::OsStr]| {
            let mut command = Command::new(&installer);
            command.args(arguments).args(more);
            // So that it stands alone, whatever becomes of the installer's own store.
            command.env("UV_LINK_MODE", "copy").env("UV_CACHE_DIR", directory.join("packages"));
            said(
                &mut command,
                file,
                "Python packages can be installed from a registry (UV_INDEX_URL names another one)",
            )
        };
        let python = own.join("bin").join("python");
        run(&["venv", "--quiet", "--clear", "--python", PYTHON], &[own.as_os_str()])?;
        let install = ["pip", "install", "--quiet", "--python"];
        run(&install, &[python.as_os_str(), "--requirement".as_ref(), lock.as_os_str()])?;
        for package in self.alone {
            run(&install, &[python.as_os_str(), "--no-deps".as_ref(), package.as_ref()])?;
        }
        fs::write(&complete, wanted).map_err(|why| failed(complete.display(), &why))
    }
}

/// What installs packages, in an environment of its own.
fn installer(directory: &Path, file: &Path) -> Result<PathBuf> {
    let tools = directory.join("tools");
    let program = tools.join("bin").join("uv");
    if !program.is_file() {
        let needs = "there is a Python with the module venv (Debian: apt-get install python3-venv)";
        said(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&tools), file, needs)?;
        let needs = "Python packages can be installed from a registry (PIP_INDEX_URL names another one)";
        let pip = tools.join("bin").join("pip");
        said(Command::new(pip).args(["install", "--quiet", "--disable-pip-version-check", INSTALLER]), file, needs)?;
    }
    Ok(program)
}

/// Runs a command that needs something of the machine.
fn said(command: &mut Command, file: &Path, needs: &str) -> Result<()> {
    if log(command, file)? {
        return Ok(());
    }
    let text = fs::read_to_string(file).unwrap_or_default();
    Err(Failure(format!("{text}\nnone of the stories with real servers was told: see to it that {needs}")))
}
