//! `cargo xtask bench`: builds what is measured as it is released, and has it measured.
//!
//! No part of `cargo xtask test`: a test that depends on how busy the machine is, is none.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Result, failed};
use crate::postgres;
use crate::run::{Workspace, show};

/// The program, and the libraries that it loads.
const PACKAGES: [&str; 3] = ["benches", "artifice-bench-counting", "artifice-csv-invoice"];
/// What can be measured.
const PARTS: [&str; 9] = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
/// The parts that need a server.
const WITH_SERVER: [char; 3] = ['b', 'e', 'f'];

/// What is wanted of it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wanted<'a> {
    /// Parts, separated by commas; all if nothing is said.
    only: Option<&'a str>,
    /// Where the JSON document is to go.
    json: Option<&'a str>,
}

impl<'a> Wanted<'a> {
    fn of(arguments: &[&'a str]) -> Result<Self> {
        let mut wanted = Wanted::default();
        for pair in arguments.chunks(2) {
            match *pair {
                ["--only", parts] if parts.split(',').all(|part| PARTS.contains(&part)) => wanted.only = Some(parts),
                ["--json", file] => wanted.json = Some(file),
                _ => {
                    let (said, parts) = (arguments.join(" "), PARTS.join(","));
                    return Err(Failure(format!("bench {said}: write bench [--only {parts}] [--json FILE]")));
                }
            }
        }
        Ok(wanted)
    }
}

/// Builds, measures, and fails where a target is missed.
pub fn run(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let wanted = Wanted::of(arguments)?;
    let directory = workspace.target.join("xtask");
    fs::create_dir_all(&directory).map_err(|why| failed(directory.display(), &why))?;
    if wanted.only.is_none_or(|only| only.contains(WITH_SERVER)) {
        postgres::ensure(&directory.join("bench-server.log"))?;
    }
    let mut build = vec!["build", "--release", "--quiet"];
    build.extend(PACKAGES.iter().flat_map(|package| ["--package", package]));
    if !show(&mut workspace.cargo(&build))? {
        return Err(Failure("the benches could not be built: cargo says why above".to_owned()));
    }
    let json = wanted.json.map_or_else(|| directory.join("bench.json"), PathBuf::from);
    let mut benches = Command::new(workspace.target.join("release").join(program()));
    benches.arg("--json").arg(&json).args(wanted.only.iter().flat_map(|parts| ["--only", parts]));
    let met = show(&mut benches)?;
    say_where(workspace, &json);
    if met { Ok(()) } else { Err(Failure("not everything is as fast as it must be; see the table".to_owned())) }
}

fn say_where(workspace: &Workspace, json: &Path) {
    if json.is_file() {
        println!("The same as JSON: {}", workspace.shown(json));
    }
}

fn program() -> String {
    format!("benches{}", std::env::consts::EXE_SUFFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_a_file_may_be_named() {
        let wanted = |arguments| Wanted::of(arguments).map_err(|failure| failure.0);
        assert_eq!(wanted(&[]), Ok(Wanted::default()));
        let both = Wanted { only: Some("a,d"), json: Some("x.json") };
        assert_eq!(wanted(&["--only", "a,d", "--json", "x.json"]), Ok(both));
        for wrong in [&["--only"][..], &["--only", "z"], &["--only", ""], &["a"], &["--json"]] {
            assert!(wanted(wrong).unwrap_err().contains("write bench"), "{wrong:?}");
        }
    }
}
