//! When others were seen with a resource: one has one owner at a time.

use std::sync::Arc;

use crate::time::Timestamp;

/// Another tenant was seen with the resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Takeover {
    /// When.
    pub at: Timestamp,
    /// Whether it comes after what was seen at the same instant.
    pub is_after: bool,
}

/// Those of a series, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Takeovers {
    all: Arc<[Takeover]>,
    /// The first that may come after the next sample.
    next: usize,
}

impl Takeovers {
    pub fn new(all: Arc<[Takeover]>) -> Self {
        Takeovers { all, next: 0 }
    }

    /// The first one after a sample that was taken at `at`. Samples come in order.
    #[inline]
    pub fn after(&mut self, at: Timestamp) -> Option<Timestamp> {
        if self.all.is_empty() { None } else { self.find(at) }
    }

    #[cold]
    fn find(&mut self, at: Timestamp) -> Option<Timestamp> {
        while self.all.get(self.next).is_some_and(|other| (other.at, other.is_after) <= (at, false)) {
            self.next += 1;
        }
        self.all.get(self.next).map(|other| other.at)
    }
}
