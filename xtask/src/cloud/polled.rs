//! What is polled every hour.

use super::random::Random;
use crate::samples::{HOUR_MS, HOURS, Instant, Meter, Sample};

/// The hours that are polled: those of the month, and two more on either side, so that the bill has
/// something to leave out, and something from before to begin with.
pub fn hours() -> impl Iterator<Item = Instant> {
    (-2..HOURS + 2).map(|hour| Instant(hour * HOUR_MS))
}

/// Something that is polled every hour and reports one value.
pub struct Polled<'a> {
    /// What it is metered by.
    pub meter: Meter,
    /// Whose it is.
    pub tenant: &'a str,
    /// Its id.
    pub resource: &'a str,
    /// When it begins to exist.
    pub since: Instant,
}

impl Polled<'_> {
    /// A sample an hour, up to a minute after the full hour.
    pub fn add(
        &self,
        samples: &mut Vec<Sample>,
        mut volume: impl FnMut(Instant, &mut Random) -> u64,
        metadata: &[(&'static str, &str)],
    ) {
        let mut random = Random::of(&format!("{} {}", self.meter.0, self.resource));
        for hour in hours() {
            let at = Instant(hour.0 + random.millis(60_000));
            let volume = volume(at, &mut random);
            let message_id = random.uuid();
            if at >= self.since {
                let metadata = metadata.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
                let (tenant, resource) = (self.tenant.to_owned(), self.resource.to_owned());
                samples.push(Sample { meter: self.meter, tenant, resource, volume, at, message_id, metadata });
            }
        }
    }
}

/// An id for something that a name tells from everything else.
pub fn id(name: &str) -> String {
    Random::of(name).uuid()
}
