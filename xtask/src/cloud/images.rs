//! Images: metered like everything else, charged by nobody.

use super::polled::{Polled, id};
use super::tenants::{COFFEE, SEED};
use crate::samples::{Instant, Kind, Meter, Sample};

/// Adds the samples of all images.
pub fn add(samples: &mut Vec<Sample>) {
    for (tenant, name, bytes) in [(COFFEE, "shop before the sale", 2_147_483_648), (SEED, "симулятор", 6_442_450_944)]
    {
        let id = id(name);
        let polled = |meter| Polled { meter, tenant, resource: &id, since: Instant::of(-1, 0, 0) };
        polled(Meter("image.size", Kind::Gauge, "B")).add(samples, |_, _| bytes, &[("name", name)]);
    }
}
