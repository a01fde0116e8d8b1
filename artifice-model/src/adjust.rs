//! Adjustments: what late metering changes in what is billed already.
//!
//! The period is aggregated and charged once more, as a whole. A usage whose volume is no longer what
//! all live statements together say of it gives a usage that holds the difference, and a line that costs
//! what the whole costs now, minus what was billed for it. So an invoice and its adjustments together
//! always say what one fresh invoice would.
//!
//! What metering has nothing of any more is left as it was billed: samples come late, but they do not
//! become unused; they are deleted when they are old. Only where a resource still has usage by the same
//! entry, under another service or location, has the old one become nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::decimal::Decimal;
use crate::exact::Overflow;
use crate::statement::{Draft, Line, Tax, Usage};

/// One of the live statements of a period: the invoice first, then its adjustments in order.
#[derive(Debug, Clone)]
pub struct Billed {
    /// Its id.
    pub id: String,
    /// Its usage, each with the id of the statement whose usage it corrects.
    pub usage: Vec<(Usage, Option<String>)>,
    /// Its lines.
    pub lines: Vec<Line>,
    /// Its taxes.
    pub taxes: Vec<Tax>,
}

/// What an adjustment says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjustment {
    /// Its content. Without lines there is nothing to adjust.
    pub draft: Draft,
    /// For each of its usages the id of the statement whose usage it corrects; none for what nobody has
    /// billed yet.
    pub corrects: Vec<Option<String>>,
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

/// What tells one usage of a tenant from another.
type Key = (String, String, String, String, i64);

fn key(usage: &Usage) -> Key {
    let Usage { resource_id, entry, service, location, period, .. } = usage;
    (resource_id.clone(), entry.clone(), service.clone(), location.clone(), period.start().micros())
}

/// What all live statements together say of one usage.
struct Known<'b> {
    /// The statement that billed it first.
    statement: &'b str,
    usage: &'b Usage,
    line: Option<&'b Line>,
    volume: Decimal,
    cost: Decimal,
}

/// A usage that an adjustment holds.
struct Changed {
    usage: Usage,
    /// The statement whose usage it corrects.
    corrects: Option<String>,
    /// None for a usage of 0 that nobody has billed yet.
    line: Option<Line>,
}

/// What changes in what is billed, if `whole` is what the period comes to now.
pub fn adjustment(whole: &Draft, billed: &[Billed]) -> Result<Adjustment, AdjustError> {
    let known = known(billed)?;
    let costs: BTreeMap<Key, &Line> = whole.lines.iter().map(|line| (key(&line.usage), line)).collect();
    let now: BTreeSet<Key> = whole.usage.iter().map(key).collect();
    let still_used: BTreeSet<(&str, &str)> =
        whole.usage.iter().map(|usage| (usage.resource_id.as_str(), usage.entry.as_str())).collect();

    let mut changed: Vec<Changed> = Vec::new();
    for usage in &whole.usage {
        let line = costs.get(&key(usage)).copied();
        match known.get(&key(usage)) {
            None => changed.push(Changed { usage: usage.clone(), corrects: None, line: line.cloned() }),
            Some(known) => changed.extend(difference(known, usage, usage.volume, line)?),
        }
    }
    let mut gone = BTreeSet::new();
    for (_, known) in known.iter().filter(|(key, known)| !now.contains(*key) && !known.volume.is_zero()) {
        if still_used.contains(&(known.usage.resource_id.as_str(), known.usage.entry.as_str())) {
            changed.extend(difference(known, known.usage, Decimal::ZERO, None)?);
        } else {
            gone.insert(known.usage.resource_id.clone());
        }
    }
    changed.sort_by(|a, b| a.usage.order().cmp(&b.usage.order()));

    let lines: Vec<Line> = changed.iter().filter_map(|changed| changed.line.clone()).collect();
    // Without lines there is nothing to adjust, and no usage of 0 is worth a statement.
    let taxes = if lines.is_empty() { Vec::new() } else { taxes(whole, billed)? };
    let corrects = changed.iter().map(|changed| changed.corrects.clone()).collect();
    let usage = changed.into_iter().map(|changed| changed.usage).collect();
    let mut draft = Draft { usage, lines, taxes, subtotal: None, total: None, ..whole.clone() };
    draft.add_up()?;
    Ok(Adjustment { draft, corrects, gone })
}

/// Every usage that is billed, with the sums of what all statements say of it.
fn known(billed: &[Billed]) -> Result<BTreeMap<Key, Known<'_>>, Overflow> {
    let mut all: BTreeMap<Key, Known<'_>> = BTreeMap::new();
    for statement in billed {
        for (usage, corrects) in &statement.usage {
            let statement = corrects.as_deref().unwrap_or(&statement.id);
            let empty = || Known { statement, usage, line: None, volume: Decimal::ZERO, cost: Decimal::ZERO };
            let known = all.entry(key(usage)).or_insert_with(empty);
            known.volume = known.volume.checked_add(usage.volume).ok_or(Overflow)?;
        }
        for line in &statement.lines {
            if let Some(known) = all.get_mut(&key(&line.usage)) {
                known.cost = known.cost.checked_add(line.cost.unwrap_or_default()).ok_or(Overflow)?;
                known.line = Some(line);
            }
        }
    }
    Ok(all)
}

/// The usage and the line that make of what is billed what the whole is now; `None` if its volume is
/// the same.
fn difference(
    known: &Known<'_>,
    usage: &Usage,
    volume: Decimal,
    line: Option<&Line>,
) -> Result<Option<Changed>, AdjustError> {
    if usage.unit != known.usage.unit {
        return Err(AdjustError::Unit {
            resource: usage.resource_id.clone(),
            entry: usage.entry.clone(),
            before: known.usage.unit.clone(),
            now: usage.unit.clone(),
        });
    }
    let difference = volume.checked_sub(known.volume).ok_or(Overflow)?;
    if difference.is_zero() {
        return Ok(None);
    }
    let whole = line.and_then(|line| line.cost).unwrap_or_default();
    let cost = whole.checked_sub(known.cost).ok_or(Overflow)?;
    let usage = Usage { volume: difference, ..usage.clone() };
    // What has become nothing has no line any more: then the one that was billed says what it is called.
    let line = line.or(known.line).map(|like| Line { usage: usage.clone(), cost: Some(cost), ..like.clone() });
    Ok(Some(Changed { usage, corrects: Some(known.statement.to_owned()), line }))
}

/// What each tax adds now, minus what it added already. A tax that nobody raises any more is given back.
fn taxes(whole: &Draft, billed: &[Billed]) -> Result<Vec<Tax>, Overflow> {
    let mut taxes = whole.taxes.clone();
    for before in billed.iter().flat_map(|statement| &statement.taxes) {
        let is_same = |tax: &Tax| tax.name == before.name && tax.percent == before.percent;
        if !taxes.iter().any(is_same) {
            taxes.push(Tax { base: Decimal::ZERO, amount: Decimal::ZERO, ..before.clone() });
        }
        for tax in taxes.iter_mut().filter(|tax| is_same(tax)).take(1) {
            tax.base = tax.base.checked_sub(before.base).ok_or(Overflow)?;
            tax.amount = tax.amount.checked_sub(before.amount).ok_or(Overflow)?;
        }
    }
    Ok(taxes)
}
