//! Aggregation once more, directly from its definition: all samples at hand, exact fractions, no
//! thought of speed or memory, and nothing of the crate's own arithmetic, order or attribution.

use std::collections::BTreeMap;

use artifice_model::aggregate::Aggregate;

use crate::fraction::Fraction;
use crate::series::{HOUR, Row, Rules, Usages};

/// What the definition makes of rows, in whatever order they are and however often repeated.
pub fn expected(rules: Rules, rows: &[Row]) -> Usages {
    let rows = without_repetitions(rows);
    let considered = considered(rules, &rows);
    let ends: Vec<Says> = said_by_each(rules, &rows, &considered);
    let shares = match rules.aggregate {
        Aggregate::MaxPerSlice | Aggregate::ExistsPerSlice => of_slices(rules, &considered, &ends),
        Aggregate::Integral | Aggregate::Uptime => of_holds(rules, &considered, &ends),
        Aggregate::Increase => of_increases(rules, &considered),
        Aggregate::Sum => considered.iter().map(|row| value(rules, row)).enumerate().collect(),
        Aggregate::Count => left(&ends).map(|index| (index, Fraction::new(1, 1))).collect(),
        Aggregate::Max | Aggregate::Min | Aggregate::Mean | Aggregate::Last => of_the_whole(rules, &considered, &ends),
    };
    let mut sums: BTreeMap<(String, String), Fraction> = BTreeMap::new();
    // What does not match contributes nothing.
    for (index, share) in shares.into_iter().filter(|(index, _)| matches(rules, considered[*index])) {
        let sum = sums.entry(place(&considered, index)).or_insert_with(Fraction::zero);
        *sum = sum.plus(&share);
    }
    if rules.aggregate == Aggregate::Increase {
        sums.values_mut().filter(|sum| **sum < Fraction::zero()).for_each(|sum| *sum = Fraction::zero());
    }
    let unit = match rules.aggregate {
        Aggregate::MaxPerSlice | Aggregate::Integral => format!("{}·hour", rules.unit.unwrap_or("U")),
        Aggregate::Uptime | Aggregate::ExistsPerSlice => "hour".to_owned(),
        Aggregate::Count => rules.unit.unwrap_or("1").to_owned(),
        _ => rules.unit.unwrap_or("U").to_owned(),
    };
    sums.into_iter()
        .map(|(of, sum)| {
            let is_of = |index: &usize| place(&considered, *index) == of && matches(rules, considered[*index]);
            let last = (0..considered.len()).rev().find(is_of).unwrap();
            let name = said(considered[last], "display_name").or(said(considered[last], "name"));
            (of, (sum.millionths(), unit.clone(), name.map(str::to_owned)))
        })
        .collect()
}

/// In order of timestamp, message id, volume and metadata; of samples equal in the first three,
/// the first, unless they have no id.
fn without_repetitions(rows: &[Row]) -> Vec<Row> {
    let mut rows = rows.to_vec();
    rows.sort_by(|a, b| {
        (a.at, a.id.as_bytes(), volume(a), a.lines().as_bytes()).cmp(&(
            b.at,
            b.id.as_bytes(),
            volume(b),
            b.lines().as_bytes(),
        ))
    });
    let mut kept: Vec<Row> = Vec::new();
    for row in rows {
        let repeats = |other: &Row| other.id == row.id && other.at == row.at && volume(other) == volume(&row);
        if row.id.is_empty() || !kept.iter().any(repeats) {
            kept.push(row);
        }
    }
    kept
}

/// The look-back sample, where there is one, and those inside the period.
fn considered(rules: Rules, rows: &[Row]) -> Vec<&Row> {
    let looks_back = matches!(rules.aggregate, Aggregate::Integral | Aggregate::Uptime | Aggregate::Increase);
    let before = rows.iter().rfind(|row| row.at < rules.start);
    let reach = |row: &Row| match rules.aggregate {
        Aggregate::Increase => rules.max_gap,
        _ => hold(rules, row),
    };
    let in_reach = |row: &&Row| reach(row).is_none_or(|gap| rules.start - row.at <= gap);
    let before = before.filter(|_| looks_back).filter(in_reach);
    before.into_iter().chain(rows.iter().filter(|row| rules.start <= row.at && row.at < rules.end)).collect()
}

/// Whether any sample is in reach, so that there is a usage at all, be it of 0.
pub fn anything_in_reach(rules: Rules, rows: &[Row]) -> bool {
    let rows = without_repetitions(rows);
    let considered = considered(rules, &rows);
    let ends = said_by_each(rules, &rows, &considered);
    let counts = |index: &usize| match rules.aggregate {
        Aggregate::Increase => considered[*index].at >= rules.start,
        Aggregate::Sum | Aggregate::MaxPerSlice | Aggregate::ExistsPerSlice => true,
        Aggregate::Integral | Aggregate::Uptime => !ends[*index].is_gone_since_before,
        _ => !ends[*index].is_gone,
    };
    (0..considered.len()).any(|index| matches(rules, considered[index]) && counts(&index))
}

/// How long a sample holds; `None` is without end. Under an unlimited gap only what names its event does.
fn hold(rules: Rules, row: &Row) -> Option<i64> {
    match rules.max_gap {
        None if said(row, "event_type").is_none() => Some(2 * HOUR),
        gap => gap,
    }
}

/// What a sample says of its resource's end.
struct Says {
    is_gone: bool,
    is_leaving: bool,
    is_gone_since_before: bool,
}

/// For each considered sample; what is gone stays gone where holds have no end, until it is created or restored.
fn said_by_each(rules: Rules, rows: &[Row], considered: &[&Row]) -> Vec<Says> {
    let sticks = rules.max_gap.is_none() && matches!(rules.aggregate, Aggregate::Integral | Aggregate::Uptime);
    let state = |row: &Row| said(row, "state").or(said(row, "status")).unwrap_or_default().to_lowercase();
    let event = |row: &Row| said(row, "event_type").unwrap_or_default().to_owned();
    let says_gone = |row: &Row| {
        let event = event(row);
        let deleted = event.ends_with(".delete") || event.ends_with(".delete.end");
        (deleted && !event.ends_with(".transfer.delete.end")) || state(row) == "deleted"
    };
    let begins = |row: &Row| event(row).contains(".create") || event(row).contains(".restore");
    let first = considered.first().map_or(i64::MAX, |row| row.at);
    let in_reach = |row: &&Row| row.at < rules.start && (sticks || row.at >= first);
    let mut gone = false;
    let mut all: Vec<Says> = Vec::new();
    for row in rows.iter().filter(in_reach) {
        gone = says_gone(row) || (sticks && gone && !begins(row));
    }
    let mut since_before = gone;
    for row in considered {
        if row.at >= rules.start {
            gone = says_gone(row) || (sticks && gone && !begins(row));
            since_before &= gone;
        }
        all.push(Says { is_gone: gone, is_leaving: state(row) == "deleting", is_gone_since_before: since_before });
    }
    all
}

/// The samples that are not left out.
fn left(ends: &[Says]) -> impl Iterator<Item = usize> + '_ {
    (0..ends.len()).filter(|index| !ends[*index].is_gone)
}

/// Σ over slices that hold a sample, to the last sample of each.
fn of_slices(rules: Rules, considered: &[&Row], ends: &[Says]) -> Vec<(usize, Fraction)> {
    let mut shares = Vec::new();
    let mut from = rules.start;
    while from < rules.end {
        let to = (from + rules.slice).min(rules.end);
        let is_inside = |row: &Row| from <= row.at && row.at < to && matches(rules, row);
        let inside: Vec<usize> = (0..considered.len()).filter(|&index| is_inside(considered[index])).collect();
        let height = |index: usize| match rules.aggregate {
            Aggregate::ExistsPerSlice => Fraction::new(1, 1),
            _ => value(rules, considered[index]),
        };
        let largest = inside.iter().map(|&index| over_time(&ends[index], height(index))).max();
        if let (Some(largest), Some(&last)) = (largest, inside.last()) {
            shares.push((last, largest.times(&Fraction::new(to - from, HOUR))));
        }
        from = to;
    }
    shares
}

/// Each sample holds until the next, or `max_gap`, or the period's end, whichever is first.
fn of_holds(rules: Rules, considered: &[&Row], ends: &[Says]) -> Vec<(usize, Fraction)> {
    let share = |index: usize| {
        let row = considered[index];
        let stops =
            [considered.get(index + 1).map(|next| next.at), hold(rules, row).map(|gap| row.at + gap), Some(rules.end)];
        let until = stops.into_iter().flatten().min().unwrap();
        let held = Fraction::new(until - row.at.max(rules.start), HOUR);
        let height = match rules.aggregate {
            Aggregate::Uptime if is_billable(row) => Fraction::new(1, 1),
            Aggregate::Uptime => Fraction::zero(),
            _ => value(rules, row),
        };
        (index, over_time(&ends[index], height).times(&held))
    };
    (0..considered.len()).filter(|index| !ends[*index].is_gone_since_before).map(share).collect()
}

/// Differences of consecutive samples; a reading below nine tenths of the one before is a reset, and counts itself.
fn of_increases(rules: Rules, considered: &[&Row]) -> Vec<(usize, Fraction)> {
    let share = |index: usize| {
        let now = value(rules, considered[index]);
        let Some(before) = index.checked_sub(1).map(|before| value(rules, considered[before])) else {
            return (index, Fraction::zero());
        };
        let is_reset = now < before.times(&Fraction::new(9, 10));
        (index, if is_reset { now } else { now.minus(&before) })
    };
    (0..considered.len()).filter(|&index| considered[index].at >= rules.start).map(share).collect()
}

/// One value of all samples, to the last one.
fn of_the_whole(rules: Rules, considered: &[&Row], ends: &[Says]) -> Vec<(usize, Fraction)> {
    let matching = left(ends).filter(|&index| matches(rules, considered[index]));
    let matching: Vec<usize> = matching.collect();
    let volumes: Vec<Fraction> = matching.iter().map(|&index| value(rules, considered[index])).collect();
    let sum = volumes.iter().fold(Fraction::zero(), |sum, volume| sum.plus(volume));
    let value = match rules.aggregate {
        Aggregate::Max => volumes.iter().max().cloned(),
        Aggregate::Min => volumes.iter().min().cloned(),
        Aggregate::Last => volumes.last().cloned(),
        _ => i64::try_from(volumes.len()).ok().filter(|&n| n > 0).map(|n| sum.times(&Fraction::new(1, n))),
    };
    matching.last().copied().zip(value).into_iter().collect()
}

fn volume(row: &Row) -> Fraction {
    Fraction::new(row.digits, 10_i64.pow(row.scale))
}

/// The value as the entry has it.
fn value(rules: Rules, row: &Row) -> Fraction {
    let volume = if rules.ones { Fraction::new(1, 1) } else { volume(row) };
    let scaled = volume.times(&Fraction::new(rules.factor.0, rules.factor.1));
    scaled.plus(&Fraction::new(rules.offset, 100))
}

/// Whether the entry charges a sample.
fn matches(rules: Rules, row: &Row) -> bool {
    rules.wants.is_none_or(|wanted| said(row, "instance_type") == Some(wanted))
}

/// A metadata value; absent, empty and `None` are missing.
fn said<'a>(row: &'a Row, key: &str) -> Option<&'a str> {
    row.metadata.get(key).copied().filter(|value| !matches!(*value, "" | "None"))
}

/// What is gone, or about to be, counts 0 for every aggregate over time.
fn over_time(ends: &Says, value: Fraction) -> Fraction {
    if ends.is_gone || ends.is_leaving { Fraction::zero() } else { value }
}

fn is_billable(row: &Row) -> bool {
    let Some(state) = said(row, "state").or(said(row, "status")) else { return true };
    ["active", "paused", "rescued", "resized", "verify_resize"].iter().any(|known| known.eq_ignore_ascii_case(state))
}

/// The service and location of a sample.
fn place(considered: &[&Row], index: usize) -> (String, String) {
    let row = considered[index];
    let service = said(row, "instance_type").or(said(row, "flavor.name")).unwrap_or("plain");
    let knows =
        |row: &&&Row| said(row, "event_type").is_none_or(|event| event.ends_with(".exists") || event.ends_with(".end"));
    let before = considered[..=index].iter().rfind(knows);
    let witness = before.or_else(|| considered[index..].iter().find(knows));
    let location = match witness.and_then(|row| said(row, "host")) {
        None => "region",
        Some("c1") => "akl",
        Some(host) if host.starts_with("d-") => "wlg",
        Some(host) => host,
    };
    (service.to_owned(), location.to_owned())
}
