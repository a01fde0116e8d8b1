//! Which targets are to be run, and for how long.

use std::thread::available_parallelism;

use crate::failure::{Failure, Result};

/// All targets, in the order in which they are told: `tests/fuzz/targets` has them.
pub const TARGETS: [&str; 11] = [
    "samples",
    "metadata",
    "settings",
    "cards",
    "rates",
    "names",
    "keystone",
    "ceilometer",
    "xmlrpc",
    "elf",
    "backend",
];

/// How many inputs each target is given where nobody says otherwise.
const RUNS: &str = "1000000";

/// What is wanted.
#[derive(Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The targets.
    pub targets: Vec<&'static str>,
    /// When each ends, as libFuzzer is told.
    pub until: String,
    /// How many run at once.
    pub jobs: usize,
}

impl Wanted {
    /// Reads the arguments of the command.
    pub fn read(arguments: &[&str]) -> Result<Self> {
        let jobs = available_parallelism().map_or(1, usize::from);
        let mut wanted = Wanted { targets: Vec::new(), until: format!("-runs={RUNS}"), jobs };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut number = || rest.next().and_then(|text| text.parse::<u32>().ok()).filter(|number| *number > 0);
            match *argument {
                "--runs" => wanted.until = format!("-runs={}", number().ok_or_else(|| wrong(arguments))?),
                "--seconds" => wanted.until = format!("-max_total_time={}", number().ok_or_else(|| wrong(arguments))?),
                "--jobs" => {
                    let number = number().and_then(|number| usize::try_from(number).ok());
                    wanted.jobs = number.ok_or_else(|| wrong(arguments))?;
                }
                name => {
                    let target = TARGETS.iter().find(|target| **target == name);
                    wanted.targets.push(*target.ok_or_else(|| wrong(arguments))?);
                }
            }
        }
        if wanted.targets.is_empty() {
            wanted.targets.extend(TARGETS);
        }
        Ok(wanted)
    }
}

fn wrong(arguments: &[&str]) -> Failure {
    Failure(format!(
        "fuzz {}: write fuzz [TARGET…] [--runs N | --seconds N] [--jobs N]; the targets are {}",
        arguments.join(" "),
        TARGETS.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_is_read() {
        let all = Wanted::read(&[]).map_err(|failure| failure.0).unwrap();
        assert_eq!((all.targets.len(), all.until.as_str()), (TARGETS.len(), "-runs=1000000"));
        let some = Wanted::read(&["rates", "--seconds", "60", "--jobs", "1"]).map_err(|failure| failure.0).unwrap();
        assert_eq!(some, Wanted { targets: vec!["rates"], until: "-max_total_time=60".to_owned(), jobs: 1 });
        for wrong in [&["sample"][..], &["--runs"], &["--runs", "0"], &["--jobs", "x"]] {
            assert!(Wanted::read(wrong).unwrap_err().0.contains("the targets are samples, "), "{wrong:?}");
        }
    }
}
