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
    /// Since when it exists, if it does after the sample before; and whether that announced a change.
    open: Option<(Timestamp, bool)>,
    known_us: i64,
    pub charged_us: i64,
}

impl Life {
    pub fn new(period: Period) -> Self {
        Life { period, open: None, known_us: 0, charged_us: 0 }
    }

    fn us(&self, from: Timestamp, to: Timestamp) -> i64 {
        to.micros() - from.max(self.period.start()).micros().min(to.micros())
    }

    /// It existed from the first to the last of some samples in a row, and does so on.
    pub fn lasts(&mut self, first: Timestamp, last: Timestamp, announced: bool) {
        self.known_us += self.us(first, last);
        self.open = Some((last, announced));
    }

    /// The next sample is there, whatever it says.
    pub fn goes_on(&mut self, at: Timestamp) {
        if let Some((since, _)) = self.open.take() {
            self.known_us += self.us(since, at);
        }
    }

    /// What is to be said of it, at the period's end.
    pub fn short(&self) -> Option<Short> {
        let open = self.open.filter(|(_, announced)| *announced);
        let known_us = self.known_us + open.map_or(0, |(since, _)| self.us(since, self.period.end()));
        let charged_us = self.charged_us;
        (charged_us < known_us - charged_us).then_some(Short { known_us, charged_us })
    }
}
