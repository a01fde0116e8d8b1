//! How a run stands: what it does, how far it has got, and what has come of it. Pure: it knows no clock and no words.

mod phases;
mod tally;

use std::sync::Arc;
use std::time::{Duration, Instant};

use artifice_engine::{Headway, Progress, Reached, Told};

pub use phases::Phases;
pub use tally::Tally;

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// It asks the source whom there is.
    Connecting,
    /// It finishes what earlier runs have begun, of so many tenants.
    Finishing(u64),
    /// It reads the source.
    Collecting,
    /// It reads the source, and bills whom it has read.
    Billing,
}

/// How a run stands.
pub struct Standing {
    begun: Instant,
    doing: Doing,
    /// Since when it reads.
    reading_since: Instant,
    /// Since when it goes by what it goes by now: bytes or samples while all are read at once, tenants else.
    since: Instant,
    headway: Option<Arc<Headway>>,
    reached: Reached,
    /// Tenants with whom one is done of those that are finished.
    finished: u64,
    /// Samples of the readings before this one.
    samples_before: u64,
    /// What came of it.
    pub tally: Tally,
    /// Where the time went.
    pub phases: Phases,
}

impl Standing {
    /// Nothing is done yet.
    pub fn new(now: Instant) -> Standing {
        Standing {
            begun: now,
            doing: Doing::Connecting,
            reading_since: now,
            since: now,
            headway: None,
            reached: Reached::default(),
            finished: 0,
            samples_before: 0,
            tally: Tally::default(),
            phases: Phases::default(),
        }
    }

    /// Hears what becomes of a tenant.
    pub fn told(&mut self, told: &Told) {
        self.tally.told(told);
    }

    /// Hears how far it has got.
    pub fn hear(&mut self, at: &Progress, now: Instant) {
        match at {
            Progress::Connecting => self.doing = Doing::Connecting,
            Progress::Finishing { tenants } => {
                (self.doing, self.finished) = (Doing::Finishing(u64::try_from(*tenants).unwrap_or(u64::MAX)), 0);
                self.since = now;
            }
            Progress::Collecting { headway } => {
                self.look(now);
                self.samples_before += self.reached.samples;
                (self.headway, self.reached) = (Some(headway.clone()), Reached::default());
                (self.doing, self.reading_since, self.since) = (Doing::Collecting, now, now);
            }
            Progress::Collected { took } => self.phases.collecting += *took,
            Progress::Charging { tenant } => {
                // Where nobody has looked since, it may have been read to its end.
                self.look(now);
                self.doing = Doing::Billing;
                self.phases.charges(tenant, now);
            }
            Progress::Sending { tenant, .. } => self.phases.sends(tenant, now),
            Progress::Ended { tenant } => {
                self.finished += 1;
                self.phases.ends(tenant, now);
            }
        }
    }

    /// Looks how far the reading has got by now.
    pub fn look(&mut self, now: Instant) {
        if let Some(headway) = &self.headway {
            self.reaches(headway.look(), now);
        }
    }

    /// It has got so far.
    pub fn reaches(&mut self, reached: Reached, now: Instant) {
        let is_read_whole = reached.bytes.is_some() || reached.samples_expected.is_some();
        if self.reached.tenants.is_none() && reached.tenants.is_some() && is_read_whole {
            self.since = now;
        }
        self.reached = reached;
    }

    /// What it does.
    pub fn doing(&self) -> Doing {
        self.doing
    }

    /// How long it has run.
    pub fn lasts(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.begun)
    }

    /// All samples that were read.
    pub fn samples(&self) -> u64 {
        self.samples_before + self.reached.samples
    }

    /// Tenants with whom this reading, or this finishing, is done, and how many there are, where that is known.
    pub fn tenants(&self) -> (u64, Option<u64>) {
        match self.doing {
            Doing::Finishing(of) => (self.finished, Some(of)),
            _ => (self.reached.tenants_done, self.reached.tenants),
        }
    }

    /// Samples a second, over the time that this reading did not wait for those who take them.
    pub fn samples_per_second(&self, now: Instant) -> Option<u64> {
        let reading = now.saturating_duration_since(self.reading_since).saturating_sub(self.reached.waited);
        let rate = u128::from(self.reached.samples) * 1000 / reading.as_millis().max(1);
        u64::try_from(rate).ok().filter(|rate| *rate > 0 && reading >= Self::BEGINNING)
    }

    /// How much longer it takes, if it goes on as it has so far; nobody knows that of a beginning.
    pub fn left(&self, now: Instant) -> Option<Duration> {
        let Reached { samples, samples_expected, bytes_done, bytes, .. } = self.reached;
        let (done, of) = match self.tenants() {
            (done, Some(of)) => (done, of),
            _ => samples_expected.map(|of| (samples, of)).or(bytes.map(|of| (bytes_done, of)))?,
        };
        let lasted = now.saturating_duration_since(self.since);
        if done == 0 || lasted < Self::BEGINNING {
            return None;
        }
        let left_ms = lasted.as_millis() * u128::from(of.saturating_sub(done)) / u128::from(done);
        let left = Duration::from_millis(u64::try_from(left_ms).unwrap_or(u64::MAX));
        Some(left).filter(|left| *left < Self::BELIEVED)
    }

    /// For how long nothing is said of how fast it is, and when it ends.
    const BEGINNING: Duration = Duration::from_secs(2);
    /// An end that is farther away than this is not worked out of what is known.
    const BELIEVED: Duration = Duration::from_secs(100 * 3600);
}

#[cfg(test)]
mod tests;
