//! The most memory that this process has had at once, as Linux counts it (`proc(5)`).

use std::fs;

/// Forgets the peak so far: from now on it is counted anew.
pub fn forget_peak() {
    // Where it is not allowed, the peak is that of the whole process, which is never too small.
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// The peak of resident memory, in bytes; `None` where nobody can tell.
pub fn peak_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}
