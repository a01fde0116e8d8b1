//! What a statement says beside its usage: fees, then the minimum charge, then taxes.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::billed::BilledLine;
use super::charging::Charging;
use super::days;
use super::error::DraftError;
use super::fees::FeePer;
use super::metered::Metered;
use super::months::MonthCosts;
use super::{Draft, Line, MINIMUM, Problem, Rate, Tax, Usage, sum};
use crate::aggregate::Aggregate;
use crate::calendar::Calendar;
use crate::decimal::Decimal;
use crate::exact::Overflow;
use crate::money::Currency;
use crate::rate::{Minimum, TaxRule, Terms, Working};
use crate::time::{Period, Timestamp};

/// How much of a tax's name an error shows, in characters.
const SHOWN: usize = 100;

/// The lines for what nobody has metered: fees, and what months lack to the minimum.
pub(super) fn lines(
    draft: &Draft,
    metered: &[Metered],
    minimum: Option<Minimum>,
    charging: Charging<'_>,
    problems: &mut BTreeSet<Problem>,
) -> Result<Vec<Line>, DraftError> {
    let minimum = minimum.filter(|_| charging.sections.is_empty());
    // Who has used nothing pays nothing.
    let is_used = metered.iter().any(|metered| !metered.usage.volume.is_zero());
    if !is_used || (minimum.is_none() && charging.fees.is_empty()) {
        return Ok(Vec::new());
    }
    let mut costs = MonthCosts::of(metered, draft.period, charging)?;
    let months = months_that_end(draft.period, charging.calendar);
    let mut lines = fees(draft, &months, (metered, &costs), charging, problems)?;
    for fee in &lines {
        // A fee of a period over several months is of the first.
        let month = charging.calendar.month_of(fee.usage.period.start()).unwrap_or(fee.usage.period);
        costs.add(month.start(), fee.cost)?;
    }
    if let Some(minimum) = minimum {
        for month in &months {
            let lacking = lacking(draft, *month, &costs, &minimum, charging);
            lines.extend(lacking.map_err(|Overflow| DraftError::CardTooLarge {
                what: format!("the minimum of {} at {}", minimum.amount, minimum.origin),
            })?);
        }
    }
    Ok(lines)
}

/// What the price list says of a statement as a whole: what holds just before its period's end.
pub(super) fn of(currency: Currency, period: Period, charging: Charging<'_>) -> Terms {
    charging.prices.map(|prices| prices.terms(currency, last(period))).unwrap_or_default()
}

/// The last instant of a period.
fn last(period: Period) -> Timestamp {
    period.end().plus(-1)
}

/// The months whose end a period reaches.
pub(super) fn months_that_end(period: Period, calendar: &Calendar) -> Vec<Period> {
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

fn fees(
    draft: &Draft,
    months: &[Period],
    (metered, costs): (&[Metered], &MonthCosts<'_>),
    charging: Charging<'_>,
    problems: &mut BTreeSet<Problem>,
) -> Result<Vec<Line>, Overflow> {
    let mut lines = Vec::new();
    let is_wanted = |section: &String| charging.sections.is_empty() || charging.sections.contains(section);
    for fee in charging.fees.iter().filter(|fee| is_wanted(&fee.section)) {
        // What it is for: a month, or the whole period.
        let times: Vec<Option<Period>> = match fee.per {
            FeePer::Period => vec![None],
            FeePer::Month => months.iter().copied().map(Some).collect(),
        };
        for month in times {
            if !fee.valid.holds(last(month.unwrap_or(draft.period))) || !fee.is_paid_by(&draft.tenant.id) {
                continue;
            }
            let days = month.filter(|_| fee.by_day).map(|month| days::of(fee, month, metered, charging));
            let is_then = |start: Timestamp| month.is_none_or(|month| month.start() == start);
            let is_used = match days {
                Some(days) => days.used > 0,
                None => {
                    costs.used.iter().any(|(start, section, service)| is_then(*start) && fee.is_for(section, service))
                }
            };
            if !is_used {
                continue;
            }
            let period = month.map_or(draft.period, |month| within(month, draft.period));
            if fee.currency != draft.currency {
                problems.insert(Problem::Currency {
                    service: fee.name.clone(),
                    origin: fee.origin.clone(),
                    found: fee.currency,
                    expected: draft.currency,
                });
            }
            let amount = match &days {
                Some(days) => days.part_of(fee.amount).rounded(fee.currency.digits())?,
                None => fee.amount,
            };
            let cost = (fee.currency == draft.currency).then_some(amount);
            let mut line = line_of(&fee.section, &fee.name, period, amount, cost, &fee.origin, charging);
            if month.is_some() {
                line.working = Some(Arc::new(Working { by_month: true, days, ..Working::default() }));
            }
            lines.push(line);
        }
    }
    Ok(lines)
}

/// The line for what a month lacks to its minimum, if it lacks something. A month without usage lacks nothing.
pub(super) fn lacking(
    draft: &Draft,
    month: Period,
    costs: &MonthCosts<'_>,
    minimum: &Minimum,
    charging: Charging<'_>,
) -> Result<Option<Line>, Overflow> {
    let here = costs.sums.get(&month.start()).copied();
    let is_earlier =
        |billed: &&BilledLine| month.contains(billed.line.usage.period.start()) && billed.currency == draft.currency;
    let earlier = charging.earlier.iter().filter(is_earlier);
    let earlier = earlier.map(|billed| Some(billed.line.cost.unwrap_or_default()));
    let costs: Vec<Option<Decimal>> = here.into_iter().chain(earlier).collect();
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
        aggregate: Some(Aggregate::Count),
    };
    Line {
        usage,
        name: charging.names.of(service).to_owned(),
        rate: cost.map(|_| Rate { amount, per: "1".to_owned(), origin: origin.to_owned() }),
        cost,
        working: None,
        evidence: None,
        parts: Vec::new(),
    }
}

/// The taxes on lines; on no lines there are none.
pub(super) fn taxes(rules: Vec<TaxRule>, draft: &Draft) -> Result<Vec<Tax>, DraftError> {
    let tax = |TaxRule { name, percent, sections }| {
        let shown: String = name.chars().take(SHOWN).collect();
        let tax = Tax { name, percent, base: Decimal::ZERO, amount: Decimal::ZERO, sections };
        let too_large = |Overflow| DraftError::CardTooLarge { what: format!("the tax '{shown}' of {percent} %") };
        tax.on(&draft.lines, draft.currency, draft.tax_rounding).map_err(too_large)
    };
    if draft.lines.is_empty() { Ok(Vec::new()) } else { rules.into_iter().map(tax).collect() }
}
