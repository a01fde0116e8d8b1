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
    let own = metered.iter().map(|metered| (&metered.usage, metered.evidence.as_deref()));
    used(fee, month, own, charging)
}

/// The same for a statement that is billed, by its lines.
pub(super) fn again(fee: &Fee, month: Period, lines: &[Line], charging: Charging<'_>) -> Days {
    used(fee, month, by_resource(lines.iter()), charging)
}

fn by_resource<'l>(lines: impl Iterator<Item = &'l Line>) -> impl Iterator<Item = (&'l Usage, Option<&'l Evidence>)> {
    lines.flat_map(Line::by_resource).map(|line| (&line.usage, line.evidence.as_deref()))
}

fn used<'u>(
    fee: &Fee,
    month: Period,
    own: impl Iterator<Item = (&'u Usage, Option<&'u Evidence>)>,
    charging: Charging<'u>,
) -> Days {
    let mut starts: Vec<Timestamp> = charging.calendar.whole_days(month);
    starts.retain(|day| *day < month.end());
    let mut used: BTreeSet<usize> = BTreeSet::new();
    let all = own.chain(by_resource(charging.earlier.iter().map(|billed| &billed.line)));
    for (_, evidence) in all.filter(|(usage, _)| fee.is_for(&usage.section, &usage.service)) {
        for (from, until) in evidence.map(|evidence| evidence.days.as_slice()).unwrap_or_default() {
            let first = starts.partition_point(|day| day < from);
            used.extend(first..starts.partition_point(|day| day < until));
        }
    }
    let count = |days: usize| u32::try_from(days).unwrap_or(u32::MAX);
    Days { used: count(used.len()), of: count(starts.len()), amount: fee.amount }
}
