//! Chance that can be repeated.

use std::ops::Range;
use std::time::{SystemTime, UNIX_EPOCH};

/// Random numbers from a seed (splitmix64: <https://prng.di.unimi.it/splitmix64.c>).
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    pub fn of(seed: u64) -> Chance {
        Chance(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number of a range, which must not be empty.
    pub fn number(&mut self, range: Range<u64>) -> u64 {
        range.start + self.next() % (range.end - range.start)
    }

    /// One of several.
    pub fn one_of<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        let at = self.number(0..u64::try_from(all.len()).unwrap());
        &all[usize::try_from(at).unwrap()]
    }
}

/// How many crashes at random instants are wanted: `ARTIFICE_CRASHES`, or 20.
pub fn crashes() -> u64 {
    setting("ARTIFICE_CRASHES").unwrap_or(20)
}

/// The seed of the first of them: `ARTIFICE_CRASH_SEED`, or another one every time.
pub fn first_seed() -> u64 {
    let clock = || u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
    setting("ARTIFICE_CRASH_SEED").unwrap_or_else(clock)
}

/// How many damaged libraries are wanted: `ARTIFICE_MUTATIONS`, or 100.
pub fn mutations() -> u64 {
    setting("ARTIFICE_MUTATIONS").unwrap_or(100)
}

/// The seed of the first of them: `ARTIFICE_MUTATION_SEED`, or 0, so that they are the same every time.
pub fn first_mutation() -> u64 {
    setting("ARTIFICE_MUTATION_SEED").unwrap_or(0)
}

fn setting(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|error| panic!("{variable}={text}: {error}")))
}
