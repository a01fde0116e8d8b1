//! `cargo xtask mutants`: whether the model's own tests notice when its rules are changed.
//!
//! cargo-mutants changes aggregation, rating and statements in one place after the other, and runs the model's tests.
//! What they do not notice is named. No part of `cargo xtask test`: it takes an hour or more, so it can be done in shards.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::failure::{Failure, Result, failed};
use crate::run::{Workspace, capture, show};

/// Where the files are that are changed.
const MODEL: &str = "artifice-core/model/src";
/// What of it is changed, each with the files of its directory: what makes money of samples. Each is judged by itself.
const AREAS: [&str; 3] = ["aggregate", "rate", "statement"];
/// So many of a hundred viable mutants must be noticed in each.
const LEAST_CAUGHT: usize = 95;
/// No more at once, however many processors there are: each has a copy of the workspace and of what cargo builds.
const MOST_JOBS: usize = 8;

/// Some of the model's tests.
struct Tests {
    name: &'static str,
    /// What cargo is told, also when it builds them: nothing else is built for a mutant then.
    target: &'static str,
    /// What takes longer has come to no end, in seconds: many times what it takes on a busy machine.
    longest: &'static str,
}

/// Built and run in a few seconds.
const UNIT_TESTS: Tests = Tests { name: "unit", target: "--lib", longest: "30" };
/// They take long to build and to run, so they are shown only what the unit tests have missed.
const PROPERTIES: Tests = Tests { name: "properties", target: "--test=properties", longest: "180" };

/// Runs one shard, or all.
pub fn run(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let shard = shard(arguments)?;
    ensure(workspace)?;
    let of_shard: Vec<&str> = shard.iter().flat_map(|shard| ["--shard", shard]).collect();
    let files = AREAS.iter().flat_map(|area| [format!("{MODEL}/{area}.rs"), format!("{MODEL}/{area}/**/*.rs")]);
    let mut found = change(workspace, &UNIT_TESTS, &files.collect(), &of_shard)?;
    let patterns: Vec<String> = found.survivors().map(pattern).collect();
    if !patterns.is_empty() {
        let of_survivors: Vec<&str> = patterns.iter().flat_map(|pattern| ["--re", pattern]).collect();
        // Patterns alone are not enough: cargo-mutants does not ask them about fields of structs.
        let files = found.survivors().filter_map(|mutant| Some(mutant.split_once(':')?.0.to_owned())).collect();
        found.add(change(workspace, &PROPERTIES, &files, &of_survivors)?);
    }
    print!("{}", found.told());
    found.judged()
}

/// Has mutants of some files made and shown to some of the tests.
fn change(workspace: &Workspace, tests: &Tests, files: &BTreeSet<String>, which: &[&str]) -> Result<Found> {
    let output = workspace.target.join("xtask").join("mutants").join(tests.name);
    fs::create_dir_all(&output).map_err(|why| failed(output.display(), &why))?;
    let jobs = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_JOBS).to_string();
    let mut command = workspace.cargo(&["mutants", "--package", "artifice-model", "--profile", "mutants"]);
    // Each copy of the workspace builds in its own target directory, or one would wait for the other.
    command.args(["--colors", "never", "--no-shuffle", "--jobs", &jobs]).env_remove("CARGO_TARGET_DIR");
    command.args(["--timeout", tests.longest]).arg("--output").arg(&output);
    command.args(files.iter().flat_map(|file| ["--file", file]));
    command.args(which).args(["--cargo-arg", tests.target]);
    // It fails where a mutant is missed, too: what it found says more.
    show(&mut command)?;
    let found = Found::read(&output.join("mutants.out"))?;
    if found.0.is_empty() {
        return Err(Failure("no mutant was made; see what cargo-mutants says above".to_owned()));
    }
    Ok(found)
}

/// A regular expression that matches a mutant: what may have a meaning in one stands for itself and for any other.
fn pattern(mutant: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() { c } else { '.' };
    format!("^{}$", mutant.chars().map(plain).collect::<String>())
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

/// What became of a mutant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// A test failed.
    Caught,
    /// The tests came to no end, which is noticed as well.
    Endless,
    /// No test failed.
    Missed,
    /// It does not compile.
    Unviable,
}

/// What became of the mutants, each by its place and what was changed there.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found(BTreeMap<String, Fate>);

impl Found {
    /// What cargo-mutants has written.
    fn read(directory: &Path) -> Result<Found> {
        let mut found = Found::default();
        for (name, fate) in [
            ("caught.txt", Fate::Caught),
            ("timeout.txt", Fate::Endless),
            ("missed.txt", Fate::Missed),
            ("unviable.txt", Fate::Unviable),
        ] {
            let path = directory.join(name);
            let text = fs::read_to_string(&path).map_err(|why| failed(path.display(), &why))?;
            found.0.extend(text.lines().map(|mutant| (mutant.to_owned(), fate)));
        }
        Ok(found)
    }

    /// Adds what other tests made of the survivors.
    fn add(&mut self, others: Found) {
        let survivor = |(mutant, _): &(String, Fate)| self.0.get(mutant) == Some(&Fate::Missed);
        let known: Vec<_> = others.0.into_iter().filter(survivor).collect();
        self.0.extend(known);
    }

    fn survivors(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(_, fate)| **fate == Fate::Missed).map(|(mutant, _)| mutant.as_str())
    }

    /// How many there are of an area's, of each fate.
    fn count(&self, area: &str) -> Count {
        let mut count = Count::default();
        for (_, fate) in self.0.iter().filter(|(mutant, _)| area_of(mutant) == Some(area)) {
            *match fate {
                Fate::Caught => &mut count.caught,
                Fate::Endless => &mut count.endless,
                Fate::Missed => &mut count.missed,
                Fate::Unviable => &mut count.unviable,
            } += 1;
        }
        count
    }

    /// A table of the areas, and the survivors.
    fn told(&self) -> String {
        let mut told = "area       mutants  unviable  viable  caught  endless  missed  noticed\n".to_owned();
        for area in AREAS {
            let Count { caught, endless, missed, unviable } = self.count(area);
            let viable = caught + endless + missed;
            let mutants = viable + unviable;
            let noticed = ((caught + endless) * 1000).checked_div(viable);
            let noticed = noticed.map_or("-".to_owned(), |n| format!("{}.{} %", n / 10, n % 10));
            told += &format!(
                "{area:<9}{mutants:>9}{unviable:>10}{viable:>8}{caught:>8}{endless:>9}{missed:>8}{noticed:>9}\n"
            );
        }
        told + &self.survivors().map(|mutant| format!("survived: {mutant}\n")).collect::<String>()
    }

    fn judged(&self) -> Result<()> {
        let too_few = |area: &&str| {
            let Count { caught, endless, missed, .. } = self.count(area);
            (caught + endless) * 100 < LEAST_CAUGHT * (caught + endless + missed)
        };
        match AREAS.into_iter().filter(too_few).collect::<Vec<_>>().as_slice() {
            [] => Ok(()),
            areas => Err(Failure(format!(
                "fewer than {LEAST_CAUGHT} of 100 viable mutants were noticed in {}",
                areas.join(", ")
            ))),
        }
    }
}

/// How many mutants there are of each fate.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    caught: usize,
    endless: usize,
    missed: usize,
    unviable: usize,
}

/// The area whose file it is in.
fn area_of(mutant: &str) -> Option<&str> {
    mutant.strip_prefix(MODEL)?.strip_prefix('/')?.split(['/', '.']).next()
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

    fn found(mutants: &[(&str, Fate)]) -> Found {
        Found(mutants.iter().map(|(mutant, fate)| (format!("{MODEL}/{mutant}"), *fate)).collect())
    }

    #[test]
    fn areas_are_judged_each_by_itself_and_survivors_are_named() {
        let mut mutants = vec![
            ("rate.rs:1:2: replace + with -", Fate::Missed),
            ("rate/list.rs:1:2: a", Fate::Unviable),
            ("statement/days.rs:1:2: a", Fate::Endless),
        ];
        let caught: Vec<String> = (1..=19).map(|line| format!("rate/list.rs:{line}:1: b")).collect();
        mutants.extend(caught.iter().map(|mutant| (mutant.as_str(), Fate::Caught)));
        let told = "\
area       mutants  unviable  viable  caught  endless  missed  noticed
aggregate        0         0       0       0        0       0        -
rate            21         1      20      19        0       1   95.0 %
statement        1         0       1       0        1       0  100.0 %
survived: artifice-core/model/src/rate.rs:1:2: replace + with -
";
        assert_eq!(found(&mutants).told(), told);
        assert!(found(&mutants).judged().is_ok());
        mutants.pop();
        let failure = found(&mutants).judged().unwrap_err();
        assert_eq!(failure.0, "fewer than 95 of 100 viable mutants were noticed in rate");
    }

    #[test]
    fn what_one_kind_of_tests_has_noticed_stays_noticed() {
        let mut first = found(&[("rate.rs:1: a", Fate::Caught), ("rate.rs:2: a", Fate::Missed)]);
        first.add(found(&[("rate.rs:1: a", Fate::Missed), ("rate.rs:2: a", Fate::Endless)]));
        assert_eq!(first, found(&[("rate.rs:1: a", Fate::Caught), ("rate.rs:2: a", Fate::Endless)]));
    }

    #[test]
    fn a_mutant_is_named_by_a_pattern_without_a_meaning_of_its_own() {
        assert_eq!(
            pattern("rate.rs:1:2: replace + with - in <A as B>::c"),
            "^rate.rs.1.2..replace...with...in..A.as.B...c$"
        );
    }
}
