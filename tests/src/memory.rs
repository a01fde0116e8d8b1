//! Programs that cannot have gigabytes.

use std::process::Command;

use crate::disk::wrap;

/// A command that has no more addresses than that, in bytes: what it asks for beyond, it does not get, and ends. (It
/// needs many more of them than memory: for the stacks of its threads, and for what it maps.)
pub fn with_addresses(bytes: u64, command: &Command) -> Command {
    let mut own = Command::new("prlimit");
    own.arg(format!("--as={bytes}"));
    wrap(own, command)
}
