//! Volumes: their size, every hour.

use super::polled::{Polled, id};
use super::tenants::{COFFEE, DECADE, FACADE, SEED};
use crate::samples::{Instant, Kind, Meter, Sample};

const BEFORE: Instant = Instant::of(-1, 0, 0);

/// Whose, its name, when it is made, its size in GB, when it grows and to what.
type Volume = (&'static str, &'static str, Instant, u64, Option<(Instant, u64)>);

const VOLUMES: [Volume; 6] = [
    (COFFEE, "orders", BEFORE, 100, None),
    (COFFEE, "photos of beans", BEFORE, 40, None),
    (FACADE, "models", BEFORE, 500, Some((Instant::of(20, 14, 30), 800))),
    (DECADE, "索引", BEFORE, 250, None),
    (SEED, "genomes", BEFORE, 1000, None),
    (SEED, "scratch", Instant::of(12, 7, 40), 300, None),
];

/// Adds the samples of all volumes.
pub fn add(samples: &mut Vec<Sample>) {
    for (tenant, name, since, size, growth) in VOLUMES {
        let id = id(name);
        let polled = Polled { meter: Meter("volume.size", Kind::Gauge, "GB"), tenant, resource: &id, since };
        let size_at = |at| match growth {
            Some((when, grown)) if at >= when => grown,
            _ => size,
        };
        let metadata = [("display_name", name), ("host", "volume-1.akl"), ("status", "in-use")];
        polled.add(samples, |at, _| size_at(at), &metadata);
    }
}
