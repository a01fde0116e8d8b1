//! A small cloud that never was, and what its metering sent in March 2026.
//!
//! It is invented from fixed seeds, so that the demonstration is the same everywhere, and it has
//! what real metering has: messages sent again, samples out of order, counters that start anew,
//! notifications in the middle of something, names in any script, and meters that nobody charges.

mod addresses;
mod images;
mod instances;
mod life;
mod objects;
mod random;
mod traffic;
mod volumes;

use random::Random;

use crate::samples::{HOUR_MS, HOURS, Instant, Meter, Sample};

/// A coffee roastery: a web shop whose main machine grows in the middle of the month.
pub const COFFEE: &str = "c0ffee5e1b7a4d0c9e35f2a86d417b90";
/// Architects: their workstation is switched off for a week.
pub const FACADE: &str = "facade0b6c2f4e18a7d95b30e4c8126f";
/// An archive: little computing, much storage.
pub const DECADE: &str = "decade93f05e4b7c8a162d7be9f4c350";
/// Plant research: a simulation that moves to another datacenter, a computation that ends.
pub const SEED: &str = "5eed47d81c904a2fb6e3f8057d29ac14";
/// A letting agency: a machine that is new this month.
pub const ABODE: &str = "ab0de2c7759f4163be08d4a1c6f3972e";

/// All tenants.
pub const TENANTS: [&str; 5] = [COFFEE, FACADE, DECADE, SEED, ABODE];

/// A month of samples, in the order in which they came.
pub fn month() -> Vec<Sample> {
    let mut samples = Vec::new();
    instances::add(&mut samples);
    traffic::add(&mut samples);
    volumes::add(&mut samples);
    objects::add(&mut samples);
    addresses::add(&mut samples);
    images::add(&mut samples);
    arrival(samples)
}

/// The hours that are polled: those of the month, and two more on either side, so that the bill has
/// something to leave out, and something from before to begin with.
fn hours() -> impl Iterator<Item = Instant> {
    (-2..HOURS + 2).map(|hour| Instant(hour * HOUR_MS))
}

/// Something that is polled every hour and reports one value.
struct Polled<'a> {
    meter: Meter,
    tenant: &'a str,
    resource: &'a str,
    /// When it begins to exist.
    since: Instant,
}

impl Polled<'_> {
    /// A sample an hour, up to a minute after the full hour.
    fn add(
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
fn id(name: &str) -> String {
    Random::of(name).uuid()
}

/// Newest first, as Ceilometer answers, but some come late, and every second message about an
/// instance comes twice: a third of those samples says nothing new.
fn arrival(samples: Vec<Sample>) -> Vec<Sample> {
    let mut random = Random::of("arrival");
    let mut arriving = Vec::with_capacity(samples.len() + samples.len() / 2);
    for sample in samples {
        let late = if random.below(20) == 0 { random.millis(10_800_000) } else { 0 };
        if sample.meter.0 == instances::INSTANCE && random.below(2) == 0 {
            arriving.push((sample.at.0 + random.millis(300_000), sample.clone()));
        }
        arriving.push((sample.at.0 + late, sample));
    }
    arriving.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    arriving.into_iter().map(|(_, sample)| sample).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_month_is_the_same_every_time() {
        let text = || month().iter().map(Sample::json).collect::<String>();
        assert!(text() == text());
    }

    #[test]
    fn every_third_sample_of_an_instance_says_nothing_new() {
        let month = month();
        let instances = || month.iter().filter(|sample| sample.meter.0 == instances::INSTANCE);
        let different: BTreeSet<_> = instances().map(|sample| &sample.message_id).collect();
        let repeated = instances().count() - different.len();
        assert!((32..=35).contains(&(100 * repeated / instances().count())), "{repeated} of {}", instances().count());
    }

    #[test]
    fn a_tenant_has_an_id_of_keystones() {
        for tenant in TENANTS {
            assert!(tenant.len() == 32 && tenant.bytes().all(|byte| byte.is_ascii_hexdigit()), "{tenant}");
        }
    }
}
