//! Who holds a claim, so that a program that died does not hold it for long.

use std::fmt;
use std::fs;

/// A process of a machine, as one text: the machine's boot, its process namespace, the process'
/// number and when it started. Where that cannot be told, only its lease ends its claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Names the boot and the process namespace; empty where nobody can tell.
    place: String,
    process: u32,
    started: String,
}

impl Owner {
    /// This process.
    pub fn this() -> Self {
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let namespace = fs::read_link("/proc/self/ns/pid").map(|link| link.display().to_string()).unwrap_or_default();
        let place = if boot.is_empty() || namespace.is_empty() {
            String::new()
        } else {
            format!("{}.{namespace}", boot.trim())
        };
        let process = std::process::id();
        let started = match look(process) {
            Process::Started(ticks) => ticks,
            _ => String::new(),
        };
        Owner { place, process, started }
    }

    /// Whether another owner, as its claim names it, certainly runs no more: it was a process of
    /// this machine and namespace, and there is none of that number and start now.
    pub fn knows_to_be_gone(&self, other: &str) -> bool {
        let mut parts = other.split('/');
        let (Some(place), Some(process), Some(start)) = (parts.next(), parts.next(), parts.next()) else {
            return false;
        };
        let Ok(process) = process.parse() else { return false };
        let here = !place.is_empty() && place == self.place && !start.is_empty();
        here && match look(process) {
            Process::Started(now) => now != start,
            Process::Ended => true,
            // Some systems hide other users' processes; then nobody can tell.
            Process::Hidden => false,
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.place, self.process, self.started)
    }
}

/// What can be seen of a process.
enum Process {
    /// When it started, in clock ticks since the boot.
    Started(String),
    Ended,
    Hidden,
}

/// Looks at a process. Its start is the 22nd field of its stat line, counted behind the command's
/// name, which may itself contain spaces and brackets (proc(5)).
fn look(process: u32) -> Process {
    let Ok(stat) = fs::read_to_string(format!("/proc/{process}/stat")) else {
        let shown = |process: u32| fs::exists(format!("/proc/{process}")).unwrap_or(false);
        // The first process always runs: if even that is not shown, this one may be hidden, too.
        return if shown(1) && !shown(process) { Process::Ended } else { Process::Hidden };
    };
    let fields: Vec<&str> = stat.rsplit_once(')').map_or(Vec::new(), |(_, rest)| rest.split_whitespace().collect());
    match (fields.first(), fields.get(19)) {
        // A zombie has ended, though its number is still taken.
        (Some(&("Z" | "X")), _) => Process::Ended,
        (_, Some(ticks)) => Process::Started((*ticks).to_owned()),
        _ => Process::Hidden,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_process_of_this_machine_can_be_known_to_be_gone() {
        let this = Owner::this();
        assert!(!this.knows_to_be_gone(&this.to_string()), "it runs");
        assert!(
            this.knows_to_be_gone(&Owner { started: "1".into(), ..this.clone() }.to_string()),
            "another had this number"
        );
        assert!(
            !this.knows_to_be_gone(
                &Owner { place: "elsewhere".into(), started: "1".into(), ..this.clone() }.to_string()
            )
        );
        for odd in ["", "a", "a/b/c", "//", "/1/2"] {
            assert!(!this.knows_to_be_gone(odd), "{odd}");
        }
    }
}
