//! The limits of collecting, in one place, and how they relate. (`main.memory` bounds what samples take together; these
//! bound what a single thing takes beside them.)

use std::time::Duration;

/// The longest sample in a file, in bytes.
pub const LONGEST_SAMPLE: usize = 16 << 20;
/// The longest id or value of metadata that is read, in bytes. No cloud keeps longer ones: a name has 255 letters.
pub const LONGEST_TEXT: usize = 64 << 10;
/// The longest metadata that is flattened as a whole, in bytes, as it is written and as it becomes: the names of nested
/// keys are written out for each value below them.
pub const LONGEST_FLAT: usize = 64 << 10;
/// The least memory for a tenant that is read beside others, in bytes: with less, fewer are read at once.
pub const LEAST_SHARE: u64 = 4 << 20;
/// How many samples are counted before those who look on see it.
pub const SAMPLES_AT_ONCE: usize = 4096;
/// How much the names of what nothing charges may take together, in bytes.
pub const UNMAPPED_BYTES: usize = 16 << 20;
/// The largest window of zstd that is unpacked, as a power of two: what `zstd --long` takes, and no more.
pub const ZSTD_WINDOW: u32 = 27;
/// How long the writer of a named pipe is waited for.
pub const PIPE_WAIT: Duration = Duration::from_secs(3);

/// The longest answer that is read where nobody says otherwise, in bytes.
pub const LONGEST_ANSWER: usize = 64 << 20;
/// The longest answer of a log-in, in bytes: a token, and the catalog.
pub const LONGEST_LOG_IN: usize = 4 << 20;
/// How much of an answer that is an error is read, in bytes: more than anybody is shown.
pub const LONGEST_ERROR: usize = 64 << 10;
/// The longest page of a list of projects, in bytes.
pub const LONGEST_PAGE: usize = 32 << 20;
/// How many pages of projects are read at most.
pub const MOST_PAGES: usize = 10_000;
/// How much all projects may take together, in bytes.
pub const PROJECTS_BYTES: usize = 64 << 20;
/// How many time-outs of one request all pages may take together.
pub const PAGES_TIMEOUTS: u32 = 10;

const _: () = {
    // What is read of a sample is a part of it, and small beside the least that `main.memory` can be.
    assert!(LONGEST_TEXT < LONGEST_SAMPLE && LONGEST_FLAT < LONGEST_SAMPLE);
    assert!(LONGEST_SAMPLE <= 16 << 20 && LONGEST_TEXT * 64 <= 16 << 20);
    assert!(LONGEST_ERROR < LONGEST_LOG_IN && LONGEST_LOG_IN < LONGEST_PAGE && LONGEST_PAGE <= LONGEST_ANSWER);
};
