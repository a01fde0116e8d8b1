//! What is billed already: the sums of what all live statements together say of each usage and each line.

use std::collections::BTreeMap;

use crate::decimal::Decimal;
use crate::exact::{Overflow, Ratio};
use crate::rate::Flat;
use crate::statement::{Line, Part, StatementId, Usage};
use crate::time::Timestamp;

/// One of the live statements of a period: the invoice first, then its adjustments in order.
#[derive(Debug, Clone)]
pub struct BilledStatement {
    /// Its id.
    pub id: StatementId,
    /// Its usage, each with the id of the statement whose usage it corrects.
    pub usage: Vec<(Usage, Option<StatementId>)>,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// What tells one usage of a period from another: resource, entry, service and location.
pub(super) type UsageKey<'a> = (&'a str, &'a str, &'a str, &'a str);

/// What tells one line of a statement from another: a usage may be cut where its price changes, and what nobody
/// metered may have one name in two sections.
pub(super) type LineKey<'a> = (UsageKey<'a>, Timestamp, &'a str);

pub(super) fn series(usage: &Usage) -> UsageKey<'_> {
    (&usage.resource_id, &usage.entry, &usage.service, &usage.location)
}

pub(super) fn key(line: &Line) -> LineKey<'_> {
    let section = if line.usage.meter.is_empty() { line.usage.section.as_str() } else { "" };
    (series(&line.usage), line.usage.period.start(), section)
}

/// What a line says of single resources, each with its exact cost if it is a part of the line.
pub(super) fn pieces(line: &Line) -> impl Iterator<Item = (&Line, Option<&Ratio>)> {
    let own = line.parts.is_empty().then_some((line, None));
    own.into_iter().chain(line.parts.iter().map(|Part { line, exact }| (line, Some(exact))))
}

/// What all live statements together say of one usage.
pub(super) struct KnownUsage<'b> {
    /// The statement that billed it first.
    pub statement: &'b StatementId,
    pub usage: &'b Usage,
    pub volume: Decimal,
}

/// What all live statements together say of one line.
pub(super) struct KnownLine<'b> {
    pub line: &'b Line,
    pub volume: Decimal,
    pub cost: Decimal,
    pub free: Ratio,
    /// Of a part of a line.
    pub exact: Option<Ratio>,
    pub flats: Vec<Flat>,
}

/// Every usage that is billed, with the sums of what all statements say of it.
pub(super) fn known_usage(billed: &[BilledStatement]) -> Result<BTreeMap<UsageKey<'_>, KnownUsage<'_>>, Overflow> {
    let mut all: BTreeMap<UsageKey<'_>, KnownUsage<'_>> = BTreeMap::new();
    for statement in billed {
        for (usage, corrects) in &statement.usage {
            let statement = corrects.as_ref().unwrap_or(&statement.id);
            let empty = || KnownUsage { statement, usage, volume: Decimal::ZERO };
            let known = all.entry(series(usage)).or_insert_with(empty);
            known.volume = known.volume.checked_add(usage.volume).ok_or(Overflow)?;
        }
    }
    Ok(all)
}

/// Every line that is billed, with the sums of what all statements say of it.
pub(super) fn known_lines(billed: &[BilledStatement]) -> Result<BTreeMap<LineKey<'_>, KnownLine<'_>>, Overflow> {
    let mut all: BTreeMap<LineKey<'_>, KnownLine<'_>> = BTreeMap::new();
    for (line, exact) in billed.iter().flat_map(|statement| &statement.lines).flat_map(pieces) {
        let (volume, cost, free) = (Decimal::ZERO, Decimal::ZERO, Ratio::zero());
        let empty = || KnownLine { line, volume, cost, free, exact: None, flats: Vec::new() };
        let known = all.entry(key(line)).or_insert_with(empty);
        known.line = line;
        known.volume = known.volume.checked_add(line.usage.volume).ok_or(Overflow)?;
        known.cost = known.cost.checked_add(line.cost.unwrap_or_default()).ok_or(Overflow)?;
        known.free = known.free.clone().plus(&line.free());
        known.exact = exact.map(|exact| exact.clone().plus(known.exact.as_ref().unwrap_or(&Ratio::zero())));
        known.flats = summed(std::mem::take(&mut known.flats).into_iter().chain(line.flats()))?;
    }
    Ok(all)
}

/// What was charged for entering tiers, once for each.
pub(super) fn summed(all: impl Iterator<Item = Flat>) -> Result<Vec<Flat>, Overflow> {
    let mut sums: Vec<Flat> = Vec::new();
    for flat in all {
        match sums.iter_mut().find(|known| known.bound == flat.bound) {
            Some(known) => known.amount = known.amount.checked_add(flat.amount).ok_or(Overflow)?,
            None => sums.push(flat),
        }
    }
    sums.retain(|flat| !flat.amount.is_zero());
    Ok(sums)
}
