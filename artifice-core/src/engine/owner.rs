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
        Owner { place, process, started: started(process).unwrap_or_default() }
    }

    /// Whether another owner, as its claim names it, certainly runs no more: it was a process of
    /// this machine and namespace, and there is none of that number and start now.
    pub fn knows_to_be_gone(&self, other: &str) -> bool {
        let mut parts = other.split('/');
        let (Some(place), Some(process), Some(start)) = (parts.next(), parts.next(), parts.next()) else {
            return false;
        };
        let Ok(process) = process.parse() else { return false };
        !place.is_empty() && place == self.place && !start.is_empty() && started(process).as_deref() != Some(start)
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.place, self.process, self.started)
    }
}

/// When a process started, in clock ticks since the boot: the 22nd field of its stat line, counted
/// behind the command's name, which may itself contain spaces and brackets (proc(5)).
fn started(process: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    // A zombie has ended, though its number is still taken.
    let gone = matches!(fields.first(), Some(&("Z" | "X")));
    if gone { None } else { fields.get(19).map(|ticks| (*ticks).to_owned()) }
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
