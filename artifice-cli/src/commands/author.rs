//! Who gives the command, for the ledger's trail.

use artifice_engine::config::Config;
use artifice_ledger::Author;

/// The longest command that the trail keeps, in characters.
const LONGEST: usize = 1000;

/// Whoever runs this program, and the command as it was given. No argument of artifice's is a secret; what is one all
/// the same is not kept.
pub fn of(config: &Config) -> Author {
    let account = whoami::username().unwrap_or_else(|_| "unknown".to_owned());
    let machine = whoami::hostname().unwrap_or_else(|_| "unknown".to_owned());
    // Whoever became another account by sudo is named, too.
    let person = std::env::var("SUDO_USER").ok().filter(|person| !person.is_empty() && *person != account);
    let person = person.map(|person| format!(" (sudo by {person})")).unwrap_or_default();
    let words = std::env::args_os().skip(1).map(|word| quoted(&word.to_string_lossy()));
    let command: String = std::iter::once("artifice".to_owned()).chain(words).collect::<Vec<_>>().join(" ");
    Author {
        who: format!("{account}@{machine}{person}"),
        command: command.chars().take(LONGEST).collect(),
        configuration: config.fingerprint.clone(),
    }
}

/// A word as a shell would take it for one.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}
