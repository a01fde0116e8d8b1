//! The most memory that this process has had at once, as Linux counts it (`proc(5)`).

use std::fs;

/// Forgets the peak so far, and answers how much memory is in use now, in bytes: what comes on top of
/// that is what follows.
pub fn forget_peak() -> u64 {
    // Where it is not allowed, the peak is that of the whole process, which is never too small.
    let _ = fs::write("/proc/self/clear_refs", "5");
    bytes("VmRSS:").unwrap_or_default()
}

/// The peak of resident memory, in bytes; `None` where nobody can tell.
pub fn peak_bytes() -> Option<u64> {
    bytes("VmHWM:")
}

fn bytes(key: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}
