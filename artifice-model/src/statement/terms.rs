//! What a statement says beside its usage: fees, then the minimum charge, then taxes.

use std::collections::BTreeSet;

use super::draft::{Charging, DraftError};
use super::fees::FeePer;
use super::{Draft, Line, Problem, Rate, Tax, Usage, sum};
use crate::aggregate::Aggregate;
use crate::calendar::Calendar;
use crate::decimal::Decimal;
use crate::exact::Overflow;
use crate::rate::{Minimum, TaxRule, Terms};
use crate::time::{Period, Timestamp};

/// Section and service of the line for what a month lacks to its minimum.
const MINIMUM: &str = "Minimum charge";

/// Adds fees, minimum charge and taxes to a draft with lines, and brings the lines into their order.
pub(super) fn add(
    draft: &mut Draft,
    charging: Charging<'_>,
    problems: &mut BTreeSet<Problem>,
) -> Result<(), DraftError> {
    let last = Timestamp::from_micros(draft.period.end().micros() - 1);
    // Who has used nothing pays nothing.
    if draft.lines.iter().any(|line| !line.usage.volume.is_zero()) {
        let months = months_that_end(draft.period, charging.calendar);
        add_fees(draft, &months, last, charging, problems);
        let terms = terms(draft, last, charging);
        if let Some(minimum) = terms.minimum.filter(|_| !charging.partial) {
            for month in &months {
                draft.lines.extend(lacking(draft, *month, &minimum, charging)?);
            }
        }
    }
    draft.lines.sort_by(|a, b| a.usage.order().cmp(&b.usage.order()));
    if !draft.lines.is_empty() {
        draft.taxes =
            terms(draft, last, charging).taxes.into_iter().map(|rule| tax(rule, draft)).collect::<Result<_, _>>()?;
    }
    Ok(())
}

fn terms(draft: &Draft, last: Timestamp, charging: Charging<'_>) -> Terms {
    charging.prices.map(|prices| prices.terms(draft.currency, last)).unwrap_or_default()
}

/// The months whose end a period reaches.
fn months_that_end(period: Period, calendar: &Calendar) -> Vec<Period> {
    let mut months = Vec::new();
    let mut at = period.start();
    while let Some(month) = calendar.month_of(at).filter(|month| month.end() <= period.end()) {
        months.push(month);
        at = month.end();
    }
    months
}

/// What lies in both. (Something does.)
fn within(month: Period, period: Period) -> Period {
    Period::new(month.start().max(period.start()), month.end().min(period.end())).unwrap_or(period)
}

fn add_fees(
    draft: &mut Draft,
    months: &[Period],
    last: Timestamp,
    charging: Charging<'_>,
    problems: &mut BTreeSet<Problem>,
) {
    let mut lines = Vec::new();
    for fee in charging.fees {
        let used = |period: Period| {
            let lines = draft.lines.iter().filter(move |line| !line.usage.volume.is_zero());
            lines
                .filter(move |line| line.usage.period.overlaps(period))
                .map(|line| (line.usage.section.as_str(), line.usage.service.as_str()))
        };
        let times: Vec<(Period, Timestamp)> = match fee.per {
            FeePer::Period => vec![(draft.period, last)],
            FeePer::Month => {
                let end = |month: &Period| Timestamp::from_micros(month.end().micros() - 1);
                months.iter().map(|month| (within(*month, draft.period), end(month))).collect()
            }
        };
        for (period, at) in times {
            if !fee.valid.holds(at) || !fee.is_for(&draft.tenant.id, used(period)) {
                continue;
            }
            if fee.currency != draft.currency {
                problems.insert(Problem::Currency {
                    service: fee.name.clone(),
                    origin: fee.origin.clone(),
                    found: fee.currency,
                    expected: draft.currency,
                });
            }
            let cost = (fee.currency == draft.currency).then_some(fee.amount);
            lines.push(line_of(&fee.section, &fee.name, period, fee.amount, cost, &fee.origin, charging));
        }
    }
    draft.lines.extend(lines);
}

/// The line for what a month lacks to its minimum, if it lacks something. A month without usage lacks nothing.
fn lacking(draft: &Draft, month: Period, minimum: &Minimum, charging: Charging<'_>) -> Result<Option<Line>, Overflow> {
    let in_month = |start: Timestamp| month.contains(start);
    let here = draft.lines.iter().filter(|line| in_month(line.usage.period.start()));
    let earlier =
        charging.earlier.iter().filter(|line| in_month(line.period.start()) && line.currency == draft.currency);
    let costs: Vec<Option<Decimal>> = here.map(|line| line.cost).chain(earlier.map(|line| Some(line.cost))).collect();
    let Some(reached) = sum(costs.iter().copied())? else { return Ok(None) };
    let lack = minimum.amount.checked_sub(reached).ok_or(Overflow)?;
    if costs.is_empty() || lack <= Decimal::ZERO {
        return Ok(None);
    }
    let period = within(month, draft.period);
    Ok(Some(line_of(MINIMUM, MINIMUM, period, lack, Some(lack), &minimum.origin, charging)))
}

/// A line of its own, for what nobody has metered.
fn line_of(
    section: &str,
    service: &str,
    period: Period,
    amount: Decimal,
    cost: Option<Decimal>,
    origin: &str,
    charging: Charging<'_>,
) -> Line {
    let usage = Usage {
        resource_id: String::new(),
        resource_name: String::new(),
        entry: service.to_owned(),
        meter: String::new(),
        section: section.to_owned(),
        service: service.to_owned(),
        location: String::new(),
        period,
        volume: Decimal::ONE,
        unit: "1".to_owned(),
        aggregate: Aggregate::Count,
    };
    Line {
        usage,
        name: charging.names.of(service).to_owned(),
        rate: cost.map(|_| Rate { amount, per: "1".to_owned(), origin: origin.to_owned() }),
        cost,
        working: None,
        evidence: None,
    }
}

fn tax(rule: TaxRule, draft: &Draft) -> Result<Tax, Overflow> {
    let TaxRule { name, percent, sections } = rule;
    let tax = Tax { name, percent, base: Decimal::ZERO, amount: Decimal::ZERO, sections };
    let taxed = draft.lines.iter().filter(|line| tax.is_on(&line.usage.section));
    let base = sum(taxed.map(|line| Some(line.cost.unwrap_or_default())))?.unwrap_or_default();
    tax.on(base, draft.currency)
}
