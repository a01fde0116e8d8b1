//! Object storage: what each account holds, every hour. It has no host: it is everywhere.

use super::polled::Polled;
use super::random::Random;
use super::tenants::{COFFEE, DECADE, FACADE};
use crate::samples::{Instant, Kind, Meter, Sample};

const BEFORE: Instant = Instant::of(-1, 0, 0);

/// Whose it is, the bytes it begins with, and the most that come in an hour.
const ACCOUNTS: [(&str, u64, u64); 3] =
    [(COFFEE, 38_000_000_000, 30_000_000), (FACADE, 205_000_000_000, 0), (DECADE, 2_400_000_000_000, 1_900_000_000)];

/// Adds the samples of all accounts, and how many objects they hold, which nothing charges.
pub fn add(samples: &mut Vec<Sample>) {
    for (tenant, begin, most) in ACCOUNTS {
        let polled = |meter| Polled { meter, tenant, resource: tenant, since: BEFORE };
        let mut bytes = begin;
        let size = |_: Instant, random: &mut Random| {
            bytes += random.below(most);
            bytes
        };
        polled(Meter("storage.objects.size", Kind::Gauge, "B")).add(samples, size, &[]);
        polled(Meter("storage.objects", Kind::Gauge, "object")).add(samples, |_, _| begin / 4_000_000, &[]);
    }
}
