//! Disks that are full.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A file system of a few kilobytes, mounted where only its own programs see it: it needs no rights, and
/// is gone with the process that made it, however that ends.
pub struct SmallDisk {
    holder: Child,
    directory: PathBuf,
}

/// Mounts it, says so, and keeps it until standard input ends.
const HOLDER: &str = r#"mount -t tmpfs -o "size=$2k" tmpfs "$1" && echo mounted && exec cat"#;

impl SmallDisk {
    /// Mounts one at a directory. None where nobody may, and why.
    pub fn at(directory: &Path, kilobytes: u32) -> Result<SmallDisk, String> {
        std::fs::create_dir_all(directory).unwrap();
        let mut unshare = Command::new("unshare");
        unshare.args(["--map-root-user", "--mount", "sh", "-c", HOLDER, "holder"]);
        unshare.arg(directory).arg(kilobytes.to_string());
        unshare.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut holder = unshare.spawn().map_err(|error| format!("unshare: {error}"))?;
        let mut said = String::new();
        BufReader::new(holder.stdout.take().unwrap()).read_line(&mut said).unwrap();
        if said != "mounted\n" {
            let output = holder.wait_with_output().unwrap();
            return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
        }
        Ok(SmallDisk { holder, directory: directory.to_owned() })
    }

    /// A command as a program of this disk.
    pub fn command(&self, command: &Command) -> Command {
        let mut own = Command::new("nsenter");
        own.args(["--user", "--mount", "--preserve-credentials", "--target", &self.holder.id().to_string(), "--"]);
        wrap(own, command)
    }

    /// Makes it as large as that.
    pub fn resize(&self, kilobytes: u32) {
        self.shell(&format!("mount -o 'remount,size={kilobytes}k' \"$0\""));
    }

    /// Lets nobody write to it any more.
    pub fn freeze(&self) {
        self.shell("mount -o remount,ro \"$0\"");
    }

    /// How much of it is used.
    pub fn used_kilobytes(&self) -> u32 {
        self.shell("df -k \"$0\" | tail -1").split_whitespace().nth(2).unwrap().parse().unwrap()
    }

    /// Everything on it with its size, by its path from its top.
    pub fn files(&self) -> Vec<String> {
        let listed = self.shell("cd \"$0\" && find . -type f | sort");
        listed.lines().map(|path| path.trim_start_matches("./").to_owned()).collect()
    }

    /// Copies what is on it, for everybody to see.
    pub fn copy_to(&self, directory: &Path) {
        std::fs::create_dir_all(directory).unwrap();
        self.shell(&format!("cp -a \"$0/.\" '{}'", directory.display()));
    }

    fn shell(&self, script: &str) -> String {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).arg(&self.directory);
        let output = self.command(&shell).output().unwrap();
        assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(self.holder.stdin.take());
        let _ = self.holder.wait();
    }
}

/// A command that cannot make a file longer than that: what it writes beyond fails as on a full disk.
pub fn with_short_files(bytes: u64, command: &Command) -> Command {
    let mut own = Command::new("prlimit");
    own.arg(format!("--fsize={bytes}"));
    wrap(own, command)
}

pub(crate) fn wrap(mut outer: Command, inner: &Command) -> Command {
    outer.arg(inner.get_program()).args(inner.get_args());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    outer.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    outer
}
