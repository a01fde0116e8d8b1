//! Adjustments of lines that are for all usage of a service: the whole line is rounded once more, and what was billed
//! for it is taken off. So they say together what one fresh line would, by resource, too.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::known::{BilledStatement, KnownLine, LineKey, key};
use crate::decimal::Decimal;
use crate::exact::{Overflow, Ratio};
use crate::money::Currency;
use crate::rate::BilledBefore;
use crate::statement::{Line, Part, Usage, shares, together};
use crate::time::Period;

/// What tells one line from another: section, location, service, unit and segment.
type ServiceKey<'l> = (&'l str, &'l str, &'l str, &'l str, Period);

fn of(usage: &Usage) -> ServiceKey<'_> {
    (&usage.section, &usage.location, &usage.service, &usage.unit, usage.period)
}

/// What is billed of one line, and what changes.
#[derive(Default)]
struct Service<'l> {
    billed: Vec<&'l Line>,
    /// By resource and entry: what is billed of it.
    known: BTreeMap<(&'l str, &'l str), &'l KnownLine<'l>>,
    changes: BTreeMap<(&'l str, &'l str), &'l (Line, Option<Ratio>)>,
}

/// The lines of what changes by resource.
pub(super) fn by_service(
    changes: Vec<(Line, Option<Ratio>)>,
    billed: &[BilledStatement],
    known: &BTreeMap<LineKey<'_>, KnownLine<'_>>,
    currency: Currency,
) -> Result<Vec<Line>, Overflow> {
    let (parts, single): (Vec<_>, Vec<_>) = changes.into_iter().partition(|(_, exact)| exact.is_some());
    let mut all: BTreeMap<ServiceKey<'_>, Service<'_>> = BTreeMap::new();
    for change in &parts {
        let usage = &change.0.usage;
        let service = all.entry(of(usage)).or_default();
        service.changes.insert((&usage.resource_id, &usage.entry), change);
    }
    for line in billed.iter().flat_map(|statement| &statement.lines) {
        let Some(service) = all.get_mut(&of(&line.usage)) else { continue };
        service.billed.push(line);
        for Part { line, .. } in &line.parts {
            let of = (line.usage.resource_id.as_str(), line.usage.entry.as_str());
            service.known.extend(known.get(&key(line)).map(|known| (of, known)));
        }
    }
    let mut lines: Vec<Line> = single.into_iter().map(|(line, _)| line).collect();
    for service in all.values() {
        lines.extend(service.line(currency)?);
    }
    Ok(lines)
}

/// Lines of what is known by resource: parts become the line that they are parts of.
pub(super) fn whole_lines(all: Vec<(Line, Option<Ratio>)>) -> Result<Vec<Line>, Overflow> {
    let mut lines = Vec::new();
    let mut parts: BTreeMap<(String, String, String, String, Period), Vec<Part>> = BTreeMap::new();
    for (line, exact) in all {
        let Some(exact) = exact else {
            lines.push(line);
            continue;
        };
        let Usage { section, location, service, unit, period, .. } = line.usage.clone();
        parts.entry((section, location, service, unit, period)).or_default().push(Part { line, exact });
    }
    for parts in parts.into_values() {
        lines.extend(together(parts)?);
    }
    Ok(lines)
}

impl Service<'_> {
    /// The line of what changes; none if nothing does.
    fn line(&self, currency: Currency) -> Result<Option<Line>, Overflow> {
        let mut resources: Vec<_> = self.known.keys().chain(self.changes.keys()).collect();
        resources.sort();
        resources.dedup();
        let exact_of = |of| {
            let before = self.known.get(of).and_then(|known| known.exact.clone()).unwrap_or_else(Ratio::zero);
            match self.changes.get(of) {
                Some((_, Some(change))) => before.plus(change),
                _ => before,
            }
        };
        let exact: Vec<Ratio> = resources.iter().map(|of| exact_of(*of)).collect();
        let sum = exact.iter().fold(Ratio::zero(), |sum, one| sum.plus(one));
        let digits = currency.digits();
        let mut parts = Vec::new();
        for (of, share) in resources.into_iter().zip(shares(sum.rounded(digits)?, &exact, digits)?) {
            let before = self.known.get(of).map_or(Decimal::ZERO, |known| known.cost);
            let cost = Some(share.checked_sub(before).ok_or(Overflow)?);
            match (self.changes.get(of), self.known.get(of)) {
                (Some((line, change)), _) => {
                    let exact = change.clone().unwrap_or_else(Ratio::zero);
                    parts.push(Part { line: Line { cost, ..line.clone() }, exact });
                }
                // The others have changed, and with them its share.
                (None, Some(known)) if cost != Some(Decimal::ZERO) => {
                    let usage = Usage { volume: Decimal::ZERO, ..known.line.usage.clone() };
                    let line = Line { usage, cost, working: None, evidence: None, ..known.line.clone() };
                    parts.push(Part { line, exact: Ratio::zero() });
                }
                _ => {}
            }
        }
        let Some(mut line) = together(parts)? else { return Ok(None) };
        let mut before =
            BilledBefore { volume: Decimal::ZERO, cost: Decimal::ZERO, free: Ratio::zero(), flats: Vec::new() };
        for billed in &self.billed {
            before.volume = before.volume.checked_add(billed.usage.volume).ok_or(Overflow)?;
            before.cost = before.cost.checked_add(billed.cost.unwrap_or_default()).ok_or(Overflow)?;
            before.free = before.free.plus(&billed.free());
        }
        if let Some(working) = line.working.as_mut().map(Arc::make_mut) {
            let changed = line.parts.iter().filter_map(|part| part.line.working.as_ref()?.billed.as_ref());
            before.flats = changed.flat_map(|billed| billed.flats.iter().cloned()).collect();
            (working.sum, working.billed) = (Some(sum), Some(before));
        }
        Ok(Some(line))
    }
}
