//! The days of a month on which something was used, for fees that are charged by the day.

use std::collections::BTreeSet;

use super::charging::Charging;
use super::fees::Fee;
use super::metered::Metered;
use super::{Line, Usage};
use crate::aggregate::Evidence;
use crate::rate::Days;
use crate::time::{Period, Timestamp};

/// On how many days of a month something was used that a fee is for: by this statement's usage, and by what the
/// month's other statements have stored.
pub(super) fn of(fee: &Fee, month: Period, metered: &[Metered], charging: Charging<'_>) -> Days {
    let mut starts: Vec<Timestamp> = charging.calendar.whole_days(month);
    starts.retain(|day| *day < month.end());
    let mut used: BTreeSet<usize> = BTreeSet::new();
    let mut note = |usage: &Usage, evidence: Option<&Evidence>| {
        if !fee.is_for(&usage.section, &usage.service) {
            return;
        }
        for (from, until) in evidence.map(|evidence| evidence.days.as_slice()).unwrap_or_default() {
            let first = starts.partition_point(|day| day < from);
            used.extend(first..starts.partition_point(|day| day < until));
        }
    };
    metered.iter().for_each(|metered| note(&metered.usage, metered.evidence.as_deref()));
    let earlier = charging.earlier.iter().flat_map(|billed| billed.line.by_resource());
    earlier.for_each(|line: &Line| note(&line.usage, line.evidence.as_deref()));
    let count = |days: usize| u32::try_from(days).unwrap_or(u32::MAX);
    Days { used: count(used.len()), of: count(starts.len()), amount: fee.amount }
}
