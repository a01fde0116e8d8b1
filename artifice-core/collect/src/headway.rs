//! How far a reading has got: for whoever wants to see it while it lasts.

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::limits::SAMPLES_AT_ONCE;

/// How far a reading has got. Those who read count here, in blocks; anybody may look meanwhile.
#[derive(Debug)]
pub struct Headway {
    begun: Instant,
    samples: AtomicU64,
    samples_expected: AtomicU64,
    tenants: AtomicU64,
    tenants_done: AtomicU64,
    bytes: AtomicU64,
    bytes_done: AtomicU64,
    waited_us: AtomicU64,
    /// Since when it waits, in microseconds since it began; [`WAITS_NOT`] if it does not.
    waits_since_us: AtomicU64,
}

/// Beyond any time.
const WAITS_NOT: u64 = u64::MAX;

impl Default for Headway {
    fn default() -> Self {
        let zero = AtomicU64::default;
        Headway {
            begun: Instant::now(),
            samples: zero(),
            samples_expected: zero(),
            tenants: zero(),
            tenants_done: zero(),
            bytes: zero(),
            bytes_done: zero(),
            waited_us: zero(),
            waits_since_us: AtomicU64::new(WAITS_NOT),
        }
    }
}

/// How far it had got at some instant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reached {
    /// Samples that were looked at, whatever became of them.
    pub samples: u64,
    /// How many there are about, where the source says so before it is read.
    pub samples_expected: Option<u64>,
    /// Tenants with whom one is done, those among them who have nothing or are somebody else's.
    pub tenants_done: u64,
    /// How many tenants there are, once that is known.
    pub tenants: Option<u64>,
    /// Bytes that were read of files.
    pub bytes_done: u64,
    /// How many bytes the files have, where they are such that one can tell.
    pub bytes: Option<u64>,
    /// How long the reading has waited for those who take what was read.
    pub waited: Duration,
}

impl Headway {
    /// There are so many tenants. (Where some are read once more, these are no others.)
    pub fn expect_tenants(&self, count: usize) {
        self.tenants.fetch_max(u64::try_from(count).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// One is done with a tenant.
    pub fn tenant_done(&self) {
        add(&self.tenants_done, 1);
    }

    /// So many samples more were looked at.
    pub fn add_samples(&self, count: usize) {
        add(&self.samples, count);
    }

    /// There are about so many samples.
    pub fn expect_samples(&self, count: u64) {
        self.samples_expected.fetch_max(count, Ordering::Relaxed);
    }

    /// There are files of so many bytes.
    pub fn expect_bytes(&self, count: u64) {
        self.bytes.fetch_add(count, Ordering::Relaxed);
    }

    /// Does what the reading has to wait for. (One thread of a reading waits at a time.)
    pub fn waiting<T>(&self, work: impl FnOnce() -> T) -> T {
        let begin_us = self.now_us();
        self.waits_since_us.store(begin_us, Ordering::Relaxed);
        let done = work();
        self.waits_since_us.store(WAITS_NOT, Ordering::Relaxed);
        self.waited_us.fetch_add(self.now_us().saturating_sub(begin_us), Ordering::Relaxed);
        done
    }

    fn now_us(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(WAITS_NOT - 1)
    }

    /// How far it has got by now.
    pub fn look(&self) -> Reached {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let known = |count| Some(of(count)).filter(|count| *count > 0);
        let waits_us = self.now_us().saturating_sub(of(&self.waits_since_us));
        Reached {
            samples: of(&self.samples),
            samples_expected: known(&self.samples_expected),
            tenants_done: of(&self.tenants_done),
            tenants: known(&self.tenants),
            bytes_done: of(&self.bytes_done),
            bytes: known(&self.bytes),
            waited: Duration::from_micros(of(&self.waited_us).saturating_add(waits_us)),
        }
    }
}

fn add(to: &AtomicU64, count: usize) {
    to.fetch_add(u64::try_from(count).unwrap_or(u64::MAX), Ordering::Relaxed);
}

/// Counts samples for one who reads: what others see of it changes once in a while, so a sample costs no more than an
/// addition.
pub(crate) struct Samples<'a> {
    headway: &'a Headway,
    untold: usize,
}

impl<'a> Samples<'a> {
    pub fn of(headway: &'a Headway) -> Self {
        Samples { headway, untold: 0 }
    }

    /// Here are some more.
    pub fn add(&mut self, count: usize) {
        self.untold += count;
        if self.untold >= SAMPLES_AT_ONCE {
            self.tell();
        }
    }

    #[cold]
    fn tell(&mut self) {
        self.headway.add_samples(std::mem::take(&mut self.untold));
    }
}

impl Drop for Samples<'_> {
    fn drop(&mut self) {
        self.tell();
    }
}

/// What is read of a file, counted.
pub(crate) struct Counted<'a, R> {
    pub input: R,
    pub headway: &'a Headway,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(to)?;
        add(&self.headway.bytes_done, count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_in_blocks_is_all_there_in_the_end() {
        let headway = Headway::default();
        let mut samples = Samples::of(&headway);
        for _ in 0..SAMPLES_AT_ONCE + 7 {
            samples.add(1);
        }
        let block = u64::try_from(SAMPLES_AT_ONCE).unwrap();
        assert_eq!(headway.look().samples, block);
        drop(samples);
        assert_eq!(headway.look().samples, block + 7);
    }

    #[test]
    fn what_nobody_knows_yet_is_none() {
        let headway = Headway::default();
        assert_eq!(headway.look(), Reached::default());
        headway.expect_tenants(3);
        headway.expect_tenants(2);
        headway.tenant_done();
        headway.expect_bytes(10);
        io::copy(&mut Counted { input: &b"1234"[..], headway: &headway }, &mut io::sink()).unwrap();
        let reached = headway.look();
        assert_eq!((reached.tenants_done, reached.tenants), (1, Some(3)));
        assert_eq!((reached.bytes_done, reached.bytes), (4, Some(10)));
        let waited = Duration::from_millis(5);
        let meanwhile = headway.waiting(|| {
            std::thread::sleep(waited);
            headway.look().waited
        });
        assert!(meanwhile >= waited && headway.look().waited >= meanwhile);
    }
}
