//! Floating addresses: that they are held, every hour.

use super::polled::{Polled, id};
use super::tenants::{ABODE, COFFEE, FACADE, SEED};
use crate::samples::{Instant, Kind, Meter, Sample};

const BEFORE: Instant = Instant::of(-1, 0, 0);

/// Whose, the address, and since when. (From the addresses that are kept for examples, RFC 5737.)
const ADDRESSES: [(&str, &str, Instant); 5] = [
    (COFFEE, "203.0.113.10", BEFORE),
    (COFFEE, "203.0.113.11", Instant::of(16, 9, 50)),
    (FACADE, "203.0.113.24", BEFORE),
    (SEED, "203.0.113.40", BEFORE),
    (ABODE, "203.0.113.77", BEFORE),
];

/// Adds the samples of all addresses.
pub fn add(samples: &mut Vec<Sample>) {
    for (tenant, address, since) in ADDRESSES {
        let id = id(address);
        let polled = Polled { meter: Meter("ip.floating", Kind::Gauge, "ip"), tenant, resource: &id, since };
        polled.add(samples, |_, _| 1, &[("name", address), ("host", "network-1.akl"), ("status", "ACTIVE")]);
    }
}
