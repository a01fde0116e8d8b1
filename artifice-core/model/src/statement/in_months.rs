//! What a statement has in its calendar months: from that others go on.

use std::collections::{BTreeMap, BTreeSet};

use super::Line;
use crate::calendar::Calendar;
use crate::time::Timestamp;

/// What a statement has in its calendar months, as far as others of the same months depend on it.
///
/// A line is of the month in which it begins: what counts a month's units is cut where it ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InMonths {
    /// By the month's first instant, location and service: whether a price there goes by the month.
    places: BTreeMap<(Timestamp, String, String), bool>,
    /// The months that it has a line in.
    months: BTreeSet<Timestamp>,
    /// Those of which it has the minimum charge.
    minimums: BTreeSet<Timestamp>,
}

impl InMonths {
    /// What some lines have.
    pub fn of<'l>(lines: impl IntoIterator<Item = &'l Line>, calendar: &Calendar) -> Self {
        let mut all = InMonths::default();
        for line in lines {
            let usage = &line.usage;
            let start = usage.period.start();
            let month = calendar.month_of(start).map_or(start, |month| month.start());
            // What is charged by the day goes by everything that the month has, as a minimum does.
            if line.is_minimum() || line.working.as_ref().is_some_and(|working| working.days.is_some()) {
                all.minimums.insert(month);
                continue;
            }
            all.months.insert(month);
            let place = (month, usage.location.clone(), usage.service.clone());
            *all.places.entry(place).or_default() |= line.goes_by_month();
        }
        all
    }

    /// Whether one of the two goes on from the other, whichever was stored first: what is taken back and billed
    /// again comes behind the other one. Both have the same service at the same location in the same month, and a
    /// price of one of them there goes by the month; or one has the minimum charge of a month of the other's.
    pub fn meets(&self, other: &InMonths) -> bool {
        let meets_at =
            |(place, by_month): (&_, &bool)| other.places.get(place).is_some_and(|other| *by_month || *other);
        self.places.iter().any(meets_at)
            || !self.minimums.is_disjoint(&other.months)
            || !other.minimums.is_disjoint(&self.months)
    }

    /// Whether anything of it goes by the month.
    pub fn counts(&self) -> bool {
        !self.minimums.is_empty() || self.places.values().any(|by_month| *by_month)
    }
}
