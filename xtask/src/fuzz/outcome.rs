//! What became of a target, read from what it said.

use std::fmt::Write;

/// What became of a target.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Its name.
    pub target: String,
    /// Whether it came to its end.
    pub ended_well: bool,
    /// How many inputs it was given.
    runs: u64,
    /// So many a second.
    rate: u64,
    /// How many inputs are worth keeping.
    corpus: String,
    /// How many edges of the program they take.
    edges: String,
    /// What took longest, in microseconds.
    slowest_us: u64,
    /// The most memory that an input took, in bytes.
    most_bytes: u64,
    /// The file with the input that broke it.
    pub reproducer: Option<String>,
}

impl Outcome {
    /// Reads libFuzzer's lines, and those of the targets' own (`most: 1234 bytes for an input of 5 bytes`).
    pub fn read(target: &str, ended_well: bool, log: &str) -> Self {
        let mut outcome = Outcome { target: target.to_owned(), ended_well, ..Outcome::default() };
        for line in log.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let after = |word: &str| words.iter().skip_while(|found| **found != word).nth(1).copied();
            let number = |word: &str| after(word).and_then(|text| text.parse().ok()).unwrap_or_default();
            match words.as_slice() {
                ["stat::number_of_executed_units:", ..] => outcome.runs = number("stat::number_of_executed_units:"),
                ["stat::average_exec_per_sec:", ..] => outcome.rate = number("stat::average_exec_per_sec:"),
                ["most:", most, "bytes", ..] => outcome.most_bytes = most.parse().unwrap_or_default(),
                ["most:", most, "microseconds", ..] => outcome.slowest_us = most.parse().unwrap_or_default(),
                [first, ..] if first.starts_with('#') && after("cov:").is_some() => {
                    outcome.edges = after("cov:").unwrap_or_default().to_owned();
                    let corpus = after("corp:").unwrap_or_default();
                    outcome.corpus = corpus.split('/').next().unwrap_or_default().to_owned();
                }
                _ => {}
            }
            if let Some((_, file)) = line.split_once("Test unit written to ") {
                outcome.reproducer = Some(file.trim().to_owned());
            }
        }
        outcome
    }
}

/// All outcomes, as a table.
pub fn table(outcomes: &[Outcome]) -> String {
    let mut table = format!(
        "{:<12}{:>12}{:>10}{:>8}{:>8}{:>12}{:>12}  found\n",
        "target", "executions", "a second", "corpus", "edges", "slowest", "memory"
    );
    for outcome in outcomes {
        let (slowest, memory) = (shown(outcome.slowest_us, 1000, "ms"), shown(outcome.most_bytes, 1_000_000, "MB"));
        let found = match (&outcome.reproducer, outcome.ended_well) {
            (Some(file), _) => file.as_str(),
            (None, true) => "nothing",
            (None, false) => "it did not come to its end",
        };
        let _ = writeln!(
            table,
            "{:<12}{:>12}{:>10}{:>8}{:>8}{slowest:>12}{memory:>12}  {found}",
            outcome.target, outcome.runs, outcome.rate, outcome.corpus, outcome.edges
        );
    }
    table
}

/// A number in a larger unit, with one digit behind the point.
fn shown(number: u64, unit: u64, name: &str) -> String {
    format!("{}.{} {name}", number / unit, number % unit * 10 / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "\
#2\tINITED cov: 12 ft: 13 corp: 1/1b exec/s: 0 rss: 40Mb
most: 1500000 bytes for an input of 70 bytes
most: 2345 microseconds for an input of 70 bytes
#1000000\tDONE   cov: 1234 ft: 5678 corp: 321/99Kb lim: 16384 exec/s: 4566 rss: 210Mb
stat::number_of_executed_units: 1000000
stat::average_exec_per_sec:     4566
";

    #[test]
    fn a_run_is_told_in_a_line() {
        let outcome = Outcome::read("rates", true, LOG);
        let shown = table(&[outcome]);
        let expected = ["rates", "1000000", "4566", "321", "1234", "2.3", "ms", "1.5", "MB", "nothing"];
        assert_eq!(shown.lines().nth(1).unwrap().split_whitespace().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_breaks_a_target_is_named() {
        let log = format!("{LOG}artifact_prefix='x/rates-'; Test unit written to x/rates-crash-abc\nBase64: aa\n");
        let outcome = Outcome::read("rates", false, &log);
        assert_eq!(outcome.reproducer.as_deref(), Some("x/rates-crash-abc"));
        assert!(table(&[outcome]).contains("x/rates-crash-abc"));
        assert!(table(&[Outcome::read("rates", false, "")]).contains("did not come to its end"));
    }
}
