//! What a tenant's other statements have billed in the months of a period: tiers, packages and free units
//! go on where they ended, and a month's minimum is for all of them together.

use artifice_model::statement::BilledLine;
use artifice_model::{Calendar, Period, TenantId};

use crate::Purpose;
use crate::tell::Advice;
use crate::trouble::Trouble;
use artifice_ledger::{Filter, Kind, Ledger, LedgerError, Month, State, Statement, StatementId, all_statements};

/// The lines of earlier statements of the months of a period, and the statements they are of.
pub(crate) async fn earlier(
    ledger: &dyn Ledger,
    calendar: &Calendar,
    tenant: &TenantId,
    period: Period,
    purpose: Option<Purpose>,
) -> Result<(Vec<BilledLine>, Month), LedgerError> {
    let months = whole_months(calendar, period);
    let filter = Filter { tenant: Some(tenant.clone()), concerns: Some(months), ..Filter::default() };
    let mut live = all_statements(ledger, &filter).await?;
    live.retain(|other| other.kind != Kind::Credit && other.state != State::Void && other.period.overlaps(months));
    let mut beside: Vec<StatementId> = live.iter().map(|statement| statement.id.clone()).collect();
    beside.sort();
    let adjusted = live
        .iter()
        .find(|other| purpose == Some(Purpose::Adjustment) && other.kind == Kind::Invoice && other.period == period);
    let adjusted = adjusted.cloned();
    let mut lines = Vec::new();
    // What overlaps the period is in what is being charged now: a preview of what is billed says the same again.
    live.retain(|other| !other.period.overlaps(period) && comes_before(other, adjusted.as_ref()));
    for statement in &live {
        let body = ledger.statement_body(statement).await?;
        lines.extend(body.lines.into_iter().filter(|line| line.usage.period.overlaps(months)).map(|line| BilledLine {
            tenant: statement.tenant.clone(),
            statement_id: statement.id.clone(),
            number: statement.number,
            currency: statement.currency,
            line,
        }));
    }
    Ok((lines, Month { months, beside }))
}

/// Refuses to bill beside a statement of the same month that is held: what it says of the month's units may not stay.
pub(crate) async fn refuse_held(
    ledger: &dyn Ledger,
    calendar: &Calendar,
    tenant: &TenantId,
    period: Period,
) -> Result<(), Trouble> {
    let months = whole_months(calendar, period);
    let filter = Filter { tenant: Some(tenant.clone()), concerns: Some(months), ..Filter::default() };
    let held = all_statements(ledger, &filter)
        .await?
        .into_iter()
        .find(|other| other.state == State::Held && other.period != period && other.period.overlaps(months));
    held.map_or(Ok(()), |held| {
        let number = held.number;
        let why = format!(
            "statement {number} for {} is held, and prices count the units of its month, so nothing else of that month is \
             billed",
            held.period
        );
        Err(Trouble::with(why, Advice::Release { number }))
    })
}

/// Whether a statement's units come before those of the new one: all others', or, of an invoice that is
/// adjusted, those that were stored before it. What came later began where the invoice had ended.
fn comes_before(other: &Statement, adjusted: Option<&Statement>) -> bool {
    adjusted.is_none_or(|invoice| (other.created, &other.id) < (invoice.created, &invoice.id))
}

/// The months that a period lies in.
fn whole_months(calendar: &Calendar, period: Period) -> Period {
    let all: Vec<Period> = calendar.months(period).collect();
    let ends = all.first().zip(all.last()).map(|(first, last)| Period::new(first.start(), last.end()));
    ends.and_then(Result::ok).unwrap_or(period)
}
