//! Adjustments: what late metering changes in what is billed already.
//!
//! The period is aggregated and charged once more, as a whole. A usage whose volume is no longer what
//! all live statements together say of it gives a usage that holds the difference, and a line that costs
//! what the whole costs now, minus what was billed for it. So an invoice and its adjustments together
//! always say what one fresh invoice would. Where prices count the units of a month (tiers, packages, free units),
//! a change of one usage also changes what others cost, and the month's minimum may be reached now: their lines
//! hold the difference, too.
//!
//! What metering has nothing of any more is left as it was billed: samples come late, but they do not
//! become unused; they are deleted when they are old. Only where a resource still has usage by the same
//! entry, under another service or location, has the old one become nothing.

mod known;
mod service;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use self::known::{KnownLine, KnownUsage, LineKey, UsageKey, key, known_lines, known_usage, pieces, series};
use self::service::{by_service, whole_lines};
use crate::decimal::Decimal;
use crate::exact::{Overflow, Ratio};
use crate::rate::{BilledBefore, Working};
use crate::statement::{Draft, Line, StatementId, Usage};
use crate::time::{Period, Timestamp};

pub use self::known::BilledStatement;

/// What an adjustment says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjustment {
    /// Its content. Without lines there is nothing to adjust.
    pub draft: Draft,
    /// For each of its usages the id of the statement whose usage it corrects; none for what nobody has
    /// billed yet.
    pub corrects: Vec<Option<StatementId>>,
    /// Resources that were billed and that metering has nothing of any more. They stay as they are.
    pub gone: BTreeSet<String>,
}

/// Why there is no adjustment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdjustError {
    /// A usage has another unit now.
    #[error(
        "resource {resource} ({entry}) was billed in {before}, and is metered in {now} now; void the statement and bill \
         it again"
    )]
    Unit {
        /// The resource's id.
        resource: String,
        /// The entry's id.
        entry: String,
        /// The unit that was billed.
        before: String,
        /// The unit now.
        now: String,
    },
    /// An amount is too large.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

/// What changes in what is billed, if `whole` is what the period comes to now.
pub fn adjustment(whole: &Draft, billed: &[BilledStatement]) -> Result<Adjustment, AdjustError> {
    let mut changes = Changes::of(whole, billed)?;
    changes.usage.sort_by(|(a, _), (b, _)| a.order().cmp(&b.order()));
    let (usage, corrects): (Vec<Usage>, Vec<Option<StatementId>>) = changes.usage.into_iter().unzip();
    let lines = lines(whole, billed, &usage, changes.gone.is_empty())?;
    Ok(Adjustment { draft: of_lines(whole, usage, lines)?, corrects, gone: changes.gone })
}

/// The document of some lines: its taxes are those on its own lines, whatever was raised before. Without lines there is
/// nothing to adjust, and no usage of 0 is worth a statement.
fn of_lines(whole: &Draft, usage: Vec<Usage>, lines: Vec<Line>) -> Result<Draft, Overflow> {
    let taxes = whole.taxes.iter().filter(|_| !lines.is_empty());
    let taxes = taxes.map(|tax| tax.clone().on(&lines, whole.currency, whole.tax_rounding));
    let taxes = taxes.collect::<Result<_, _>>()?;
    let (tenant, period, currency) = (whole.tenant.clone(), whole.period, whole.currency);
    let tax_rounding = whole.tax_rounding;
    let mut draft = Draft { tenant, period, currency, usage, lines, taxes, subtotal: None, total: None, tax_rounding };
    draft.add_up()?;
    Ok(draft)
}

/// What changes in what is billed where metering has nothing new, and only what came before it in its months has
/// changed: `whole` is what the same units come to now ([`Draft::again`]). Its lines have a volume of 0 and a cost.
pub fn repriced(whole: &Draft, billed: &[BilledStatement]) -> Result<Draft, Overflow> {
    let known = known_lines(billed)?;
    let now = pieces_of(whole);
    let keys: BTreeSet<&LineKey<'_>> = known.keys().chain(now.keys()).collect();
    let mut changes = Vec::new();
    for key in keys {
        let (piece, before) = (now.get(key).copied(), known.get(key));
        let Some(like) = piece.map(|(line, _)| line).or(before.map(|before| before.line)) else { continue };
        changes.extend(difference(piece, before, like)?);
    }
    of_lines(whole, Vec::new(), changed_lines(changes, billed, &known, whole)?)
}

/// All lines of some statements of a period, each with the sums of what all of them say of it; without what that
/// leaves nothing of.
pub fn together(billed: &[BilledStatement]) -> Result<Vec<Line>, Overflow> {
    let all = known_lines(billed)?.into_values().map(|KnownLine { line, volume, cost, free, exact, flats }| {
        // Of a correction's working only what it says of the price holds for the whole.
        let working = line.working.as_deref().cloned().unwrap_or_default();
        let working = Working { free, flats, billed: None, ..working };
        let line = Line {
            usage: Usage { volume, ..line.usage.clone() },
            cost: Some(cost),
            working: Some(Arc::new(working)),
            ..line.clone()
        };
        (line, exact)
    });
    let is_something = |(line, exact): &(Line, Option<Ratio>)| {
        let costs = !line.cost.unwrap_or_default().is_zero() || exact.as_ref().is_some_and(|exact| !exact.is_zero());
        costs || !line.usage.volume.is_zero()
    };
    whole_lines(all.filter(is_something).collect())
}

/// What a draft says of single resources.
fn pieces_of(whole: &Draft) -> BTreeMap<LineKey<'_>, (&Line, Option<&Ratio>)> {
    whole.lines.iter().flat_map(pieces).map(|(line, exact)| (key(line), (line, exact))).collect()
}

/// The lines of what changes by resource, in order.
fn changed_lines(
    changes: Vec<(Line, Option<Ratio>)>,
    billed: &[BilledStatement],
    known: &BTreeMap<LineKey<'_>, KnownLine<'_>>,
    whole: &Draft,
) -> Result<Vec<Line>, Overflow> {
    let mut lines = by_service(changes, billed, known, whole.currency)?;
    lines.sort_by(|a, b| a.usage.order().cmp(&b.usage.order()));
    Ok(lines)
}

/// How usage has changed.
struct Changes {
    /// What each changed usage adds, with the id of the statement whose usage it corrects.
    usage: Vec<(Usage, Option<StatementId>)>,
    /// Resources that metering has nothing of any more.
    gone: BTreeSet<String>,
}

impl Changes {
    fn of(whole: &Draft, billed: &[BilledStatement]) -> Result<Changes, AdjustError> {
        let known = known_usage(billed)?;
        let now: BTreeSet<UsageKey<'_>> = whole.usage.iter().map(series).collect();
        let still_used: BTreeSet<(&str, &str)> =
            whole.usage.iter().map(|usage| (usage.resource_id.as_str(), usage.entry.as_str())).collect();
        let mut changes = Changes { usage: Vec::new(), gone: BTreeSet::new() };
        for usage in &whole.usage {
            match known.get(&series(usage)) {
                // What is 0 and was never billed changes nothing.
                None if usage.volume.is_zero() => {}
                None => changes.usage.push((usage.clone(), None)),
                Some(known) => changes.compare(known, usage, usage.volume)?,
            }
        }
        for (_, known) in known.iter().filter(|(series, known)| !now.contains(*series) && !known.volume.is_zero()) {
            if still_used.contains(&(known.usage.resource_id.as_str(), known.usage.entry.as_str())) {
                changes.compare(known, known.usage, Decimal::ZERO)?;
            } else {
                changes.gone.insert(known.usage.resource_id.clone());
            }
        }
        Ok(changes)
    }

    /// Takes note of a usage that is `volume` now, if that is not what is billed.
    fn compare(&mut self, known: &KnownUsage<'_>, usage: &Usage, volume: Decimal) -> Result<(), AdjustError> {
        if usage.unit != known.usage.unit {
            return Err(AdjustError::Unit {
                resource: usage.resource_id.clone(),
                entry: usage.entry.clone(),
                before: known.usage.unit.clone(),
                now: usage.unit.clone(),
            });
        }
        let difference = volume.checked_sub(known.volume).ok_or(Overflow)?;
        if !difference.is_zero() {
            let usage = Usage { volume: difference, ..usage.clone() };
            self.usage.push((usage, Some(known.statement.clone())));
        }
        Ok(())
    }
}

/// The lines that make of what is billed what the whole is now: those of changed usage; where the units of
/// a month are counted, those of the same service at the same location, whose costs depend on it; and what
/// has no usage of its own (fees, a minimum charge), unless something is gone: the whole does not know then
/// what the month comes to.
fn lines(
    whole: &Draft,
    billed: &[BilledStatement],
    changed: &[Usage],
    nothing_gone: bool,
) -> Result<Vec<Line>, Overflow> {
    let known = known_lines(billed)?;
    let now = pieces_of(whole);
    let mut series_changed: BTreeSet<UsageKey<'_>> = changed.iter().map(series).collect();
    series_changed.extend(moved(&known, &now));
    let priced_together: BTreeSet<(&str, &str)> =
        series_changed.iter().map(|(_, _, service, location)| (*service, *location)).collect();
    let keys: BTreeSet<&LineKey<'_>> =
        if series_changed.is_empty() { BTreeSet::new() } else { known.keys().chain(now.keys()).collect() };
    let mut changes = Vec::new();
    for key in keys {
        let (piece, before) = (now.get(key).copied(), known.get(key));
        let line = piece.map(|(line, _)| line);
        let Some(like) = line.or(before.map(|before| before.line)) else { continue };
        let (_, _, service, location) = key.0;
        let counts = Line::goes_by_month;
        // What metering has nothing of any more stays as it was billed, here, too.
        let follows = priced_together.contains(&(service, location))
            && line.is_some_and(|line| counts(line) || before.is_some_and(|before| counts(before.line)));
        if series_changed.contains(&key.0) || follows || (like.usage.meter.is_empty() && nothing_gone) {
            changes.extend(difference(piece, before, like)?);
        }
    }
    changed_lines(changes, billed, &known, whole)
}

/// Series whose volume as a whole is what it was, but lies otherwise between the instants at which its price
/// changes. (Where these themselves are others, it is prices that have changed, and these adjust nothing.)
fn moved<'k>(
    known: &BTreeMap<LineKey<'k>, KnownLine<'_>>,
    now: &BTreeMap<LineKey<'k>, (&Line, Option<&Ratio>)>,
) -> BTreeSet<UsageKey<'k>> {
    let differs = |(key, (line, _)): (&LineKey<'k>, &(&Line, _))| {
        let before = known.get(key).map_or(Decimal::ZERO, |before| before.volume);
        (!line.usage.meter.is_empty() && before != line.usage.volume).then_some(key.0)
    };
    let candidates: BTreeSet<UsageKey<'k>> = now.iter().filter_map(differs).collect();
    let cut_alike = |series: &UsageKey<'k>| {
        let (first, last) = (Timestamp::from_micros(i64::MIN), Timestamp::from_micros(i64::MAX));
        let all = (*series, first, "")..=(*series, last, "");
        let after: BTreeSet<Period> = now.range(all.clone()).map(|(_, (line, _))| line.usage.period).collect();
        // A part of 0 has no line.
        let is_cut = |before: Period| after.contains(&before) || after.iter().all(|other| !other.overlaps(before));
        known.range(all).all(|(_, known)| is_cut(known.line.usage.period))
    };
    candidates.into_iter().filter(cut_alike).collect()
}

/// What a line is now, minus what was billed for it, with the exact cost if it is a part of a line; nothing if that
/// is nothing. What is no more is called what it was called, as `like` says.
fn difference(
    now: Option<(&Line, Option<&Ratio>)>,
    before: Option<&KnownLine<'_>>,
    like: &Line,
) -> Result<Option<(Line, Option<Ratio>)>, Overflow> {
    let Some(before) = before else { return Ok(now.map(|(line, exact)| (line.clone(), exact.cloned()))) };
    let (line, exact) = now.unzip();
    let (volume, cost) =
        line.map_or((Decimal::ZERO, Decimal::ZERO), |line| (line.usage.volume, line.cost.unwrap_or_default()));
    let volume = volume.checked_sub(before.volume).ok_or(Overflow)?;
    let cost = cost.checked_sub(before.cost).ok_or(Overflow)?;
    let free = line.map_or_else(Ratio::zero, Line::free).minus(&before.free);
    let exact = match (exact.flatten(), &before.exact) {
        (None, None) => None,
        (now, known) => {
            let now = now.cloned().or_else(|| line?.exact()).unwrap_or_else(Ratio::zero);
            Some(now.minus(&known.clone().unwrap_or_else(|| before.cost.into())))
        }
    };
    // The share of a part also changes with the others'.
    let is_nothing = exact.as_ref().map_or(cost.is_zero(), Ratio::is_zero);
    if volume.is_zero() && is_nothing && free.is_zero() {
        return Ok(None);
    }
    let working = line.and_then(|line| line.working.as_deref().cloned()).unwrap_or_default();
    let billed = BilledBefore {
        volume: before.volume,
        cost: before.cost,
        free: before.free.clone(),
        flats: before.flats.clone(),
    };
    let difference = Line {
        usage: Usage { volume, ..like.usage.clone() },
        cost: Some(cost),
        working: Some(Arc::new(Working { free, billed: Some(billed), ..working })),
        ..like.clone()
    };
    Ok(Some((difference, exact)))
}
