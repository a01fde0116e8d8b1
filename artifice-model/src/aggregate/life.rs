//! How long a resource is known to exist, and for how much of that it was charged.

use crate::time::{Period, Timestamp};

/// A series that was charged for less than half of the time it is known to exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Short {
    /// How long it is known to exist inside the period, in microseconds.
    pub known_us: i64,
    /// For how much of that it was charged, in whatever state it was, in microseconds.
    pub charged_us: i64,
}

/// What is known of a series' life inside the period, for aggregates over time.
///
/// It is known to exist from each sample that is charged, unless that is a deletion, to the next sample of any kind;
/// and from the last one to the period's end, if that one announces a change (it has an `event_type` that does not
/// end in `.exists`), because then its deletion would have been announced, too.
#[derive(Debug)]
pub(super) struct Life {
    period: Period,
    last: Option<Seen>,
    known_us: i64,
    pub charged_us: i64,
}

/// A sample of the series.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub at: Timestamp,
    pub group: Option<usize>,
    /// Whether the resource exists from then on, and is something that is charged.
    pub exists: bool,
    pub announced: bool,
}

impl Life {
    pub fn new(period: Period) -> Self {
        Life { period, last: None, known_us: 0, charged_us: 0 }
    }

    /// Takes note of the next sample, and answers the one before.
    #[inline]
    pub fn goes_on(&mut self, seen: Seen) -> Option<Seen> {
        let before = self.last.replace(seen);
        if let Some(before) = before.filter(|before| before.exists) {
            self.known_us += seen.at.micros() - before.at.max(self.period.start()).micros();
        }
        before
    }

    /// What is to be said of it, at the period's end.
    pub fn short(&self) -> Option<Short> {
        let open = self.last.filter(|last| last.exists && last.announced);
        let open_us = open.map_or(0, |last| self.period.end().micros() - last.at.max(self.period.start()).micros());
        let (known_us, charged_us) = (self.known_us + open_us, self.charged_us);
        (charged_us < known_us - charged_us).then_some(Short { known_us, charged_us })
    }
}
