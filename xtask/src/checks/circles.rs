//! No circle between the files of a crate: each can be read, and understood, after those that it uses.
//!
//! An arrow goes from a file to the one that *defines* what it uses, whatever re-exports lie between: a `mod` and a
//! `pub use` are none. Tests do not count.
//!
//! Not seen are methods that are called on a value (`statement.total()`: the type of a value is the compiler's to
//! know), and names that only a macro makes. Whoever names the value's type has an arrow to it anyway.

mod modules;
mod uses;

use std::collections::{BTreeSet, HashMap};

use super::manifest;
use super::source::Source;
use modules::Crate;
use uses::Arrows;

/// Every circle, with its files and the names that tie them.
pub fn check(sources: &[Source]) -> Vec<String> {
    let texts: HashMap<&str, &str> =
        sources.iter().map(|source| (source.path.as_str(), source.text.as_str())).collect();
    let mut found = Vec::new();
    for manifest in
        sources.iter().filter(|source| source.path.ends_with("Cargo.toml") && manifest::package(&source.text).is_some())
    {
        let directory = manifest.path.trim_end_matches("Cargo.toml");
        for root in texts.keys().filter(|path| path.strip_prefix(directory).is_some_and(is_root)) {
            match Crate::read(root, &texts) {
                Ok(own) => found.extend(circles(&own)),
                Err(why) => found.push(why),
            }
        }
    }
    found.sort();
    found
}

/// Whether a crate's code begins in that file of its package.
fn is_root(path: &str) -> bool {
    let alone = |rest: &str| rest.ends_with(".rs") && !rest.contains('/');
    matches!(path, "src/lib.rs" | "src/main.rs")
        || ["src/bin/", "examples/"].iter().any(|start| path.strip_prefix(start).is_some_and(alone))
}

/// The circles of one crate: files that all lead to one another.
fn circles(own: &Crate) -> Vec<String> {
    let arrows = uses::arrows(own);
    let all: Vec<BTreeSet<usize>> = (0..own.files.len()).map(|file| reached(&arrows, file)).collect();
    let mut found = Vec::new();
    for (file, reached) in all.iter().enumerate() {
        let circle: Vec<usize> = reached.iter().copied().filter(|other| all[*other].contains(&file)).collect();
        // Each is told once, at its first file.
        if circle.first() == Some(&file) {
            found.push(told(own, &arrows, &circle));
        }
    }
    found
}

/// All files that the arrows from one lead to; itself only if they lead back.
fn reached(arrows: &Arrows, from: usize) -> BTreeSet<usize> {
    let (mut reached, mut next) = (BTreeSet::new(), vec![from]);
    while let Some(file) = next.pop() {
        for (_, to) in arrows.range((file, 0)..=(file, usize::MAX)).map(|(arrow, _)| *arrow) {
            if reached.insert(to) {
                next.push(to);
            }
        }
    }
    reached
}

fn told(own: &Crate, arrows: &Arrows, circle: &[usize]) -> String {
    let path = |file: usize| own.files[file].path.as_str();
    let first = path(circle.first().copied().unwrap_or_default());
    let mut text = format!("{first}: a circle of {} files; what two of them share belongs into a third", circle.len());
    for ((from, to), names) in arrows.iter().filter(|((from, to), _)| circle.contains(from) && circle.contains(to)) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        text.push_str(&format!("\n    {} uses {} of {}", path(*from), names.join(", "), path(*to)));
    }
    text
}

#[cfg(test)]
mod tests;
