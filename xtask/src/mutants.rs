//! `cargo xtask mutants`: whether the model's own tests notice when its rules are changed.
//!
//! cargo-mutants changes aggregation, rating and statements in one place after the other, and runs the model's tests.
//! What they do not notice is named. No part of `cargo xtask test`: it takes hours, so it is done in shards.

use std::fs;
use std::path::Path;

use crate::failure::{Failure, Result, failed};
use crate::run::{Workspace, capture, show};

/// The files that are changed: what makes money of samples.
const FILES: [&str; 6] = [
    "artifice-core/model/src/aggregate.rs",
    "artifice-core/model/src/aggregate/**/*.rs",
    "artifice-core/model/src/rate.rs",
    "artifice-core/model/src/rate/**/*.rs",
    "artifice-core/model/src/statement.rs",
    "artifice-core/model/src/statement/**/*.rs",
];
/// So many of a hundred viable mutants must be noticed.
const LEAST_CAUGHT: usize = 95;

/// Runs one shard, or all.
pub fn run(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let shard = shard(arguments)?;
    ensure(workspace)?;
    let output = workspace.target.join("xtask").join("mutants");
    fs::create_dir_all(&output).map_err(|why| failed(output.display(), &why))?;
    let mut command = workspace.cargo(&["mutants", "--package", "artifice-model", "--colors", "never", "--no-shuffle"]);
    command.arg("--output").arg(&output).args(FILES.iter().flat_map(|file| ["--file", file]));
    command.args(shard.iter().flat_map(|shard| ["--shard", shard]));
    // It fails where a mutant is missed, too: what it found says more.
    show(&mut command)?;
    let found = Found::read(&output.join("mutants.out"))?;
    print!("{}", found.told());
    found.judged()
}

/// The shard that is wanted: one of so many, counted from 0.
fn shard<'a>(arguments: &[&'a str]) -> Result<Option<&'a str>> {
    let is_shard = |text: &str| {
        let parts = text.split_once('/').and_then(|(k, n)| Some((k.parse::<u32>().ok()?, n.parse::<u32>().ok()?)));
        parts.is_some_and(|(k, n)| k < n)
    };
    match *arguments {
        [] => Ok(None),
        ["--shard", shard] if is_shard(shard) => Ok(Some(shard)),
        _ => Err(Failure(format!(
            "mutants {}: write mutants [--shard K/N], with K from 0 to N - 1",
            arguments.join(" ")
        ))),
    }
}

/// Sees to it that cargo-mutants is there: installs it where that can be done.
fn ensure(workspace: &Workspace) -> Result<()> {
    let is_there = || capture(&mut workspace.cargo(&["mutants", "--version"])).is_ok_and(|ran| ran.code == Some(0));
    if is_there() {
        return Ok(());
    }
    println!("Installing cargo-mutants");
    let installed = show(&mut workspace.cargo(&["install", "--locked", "cargo-mutants"]))?;
    if installed && is_there() {
        return Ok(());
    }
    Err(Failure("cargo-mutants could not be installed; run `cargo install --locked cargo-mutants` yourself".to_owned()))
}

/// What became of the mutants, each by its place and what was changed there.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    /// A test failed.
    caught: usize,
    /// The tests came to no end, which is noticed as well.
    endless: usize,
    /// No test failed.
    missed: Vec<String>,
    /// It does not compile.
    unviable: usize,
}

impl Found {
    /// What cargo-mutants has written.
    fn read(directory: &Path) -> Result<Found> {
        let lines = |name: &str| -> Result<Vec<String>> {
            let path = directory.join(name);
            let text = fs::read_to_string(&path).map_err(|why| failed(path.display(), &why))?;
            Ok(text.lines().map(str::to_owned).collect())
        };
        Ok(Found {
            caught: lines("caught.txt")?.len(),
            endless: lines("timeout.txt")?.len(),
            missed: lines("missed.txt")?,
            unviable: lines("unviable.txt")?.len(),
        })
    }

    fn viable(&self) -> usize {
        self.caught + self.endless + self.missed.len()
    }

    fn told(&self) -> String {
        let survivors: String = self.missed.iter().map(|mutant| format!("  survived: {mutant}\n")).collect();
        format!(
            "{} viable mutants: {} caught ({} of them by not coming to an end), {} missed; {} unviable\n{survivors}",
            self.viable(),
            self.caught + self.endless,
            self.endless,
            self.missed.len(),
            self.unviable,
        )
    }

    fn judged(&self) -> Result<()> {
        if self.viable() == 0 {
            return Err(Failure("there was no viable mutant; see what cargo-mutants says above".to_owned()));
        }
        if (self.caught + self.endless) * 100 < LEAST_CAUGHT * self.viable() {
            return Err(Failure(format!("fewer than {LEAST_CAUGHT} of 100 viable mutants were caught")));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_one_of_so_many_from_0() {
        assert_eq!(shard(&[]).map_err(|failure| failure.0), Ok(None));
        assert_eq!(shard(&["--shard", "3/16"]).map_err(|failure| failure.0), Ok(Some("3/16")));
        for wrong in [&["--shard"][..], &["--shard", "16/16"], &["--shard", "1"], &["3/16"]] {
            assert!(shard(wrong).unwrap_err().0.contains("write mutants"), "{wrong:?}");
        }
    }

    #[test]
    fn survivors_are_named_and_too_many_are_a_failure() {
        let found = |caught: usize, missed: &[&str]| Found {
            caught,
            endless: 1,
            missed: missed.iter().map(|mutant| (*mutant).to_owned()).collect(),
            unviable: 2,
        };
        let told = found(18, &["a.rs:1:2: replace + with -"]).told();
        assert!(
            told.starts_with(
                "20 viable mutants: 19 caught (1 of them by not coming to an end), 1 missed; 2 unviable\n"
            )
        );
        assert!(told.ends_with("  survived: a.rs:1:2: replace + with -\n"));
        assert!(found(18, &["x"]).judged().is_ok() && found(17, &["x", "y"]).judged().is_err());
        assert!(Found::default().judged().is_err());
    }
}
