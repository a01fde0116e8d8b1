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
mod polled;
mod random;
mod tenants;
mod traffic;
mod volumes;

pub use tenants::{ABODE, COFFEE, DECADE, FACADE, SEED, TENANTS};

use random::Random;

use crate::samples::Sample;

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
}
