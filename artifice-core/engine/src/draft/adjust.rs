//! What late metering changes in what is billed.

use artifice_model::Period;
use artifice_model::adjust::{Adjustment, BilledStatement, adjustment};
use artifice_model::statement::Draft;

use crate::lifecycle::worker::Trouble;
use artifice_ledger::{Filter, Kind, Ledger, LedgerError, State, Statement};

/// What is said of whom there is nothing to adjust for.
pub(crate) const NOT_BILLED: &str =
    "it was not billed for this period, so there is nothing to adjust; bill it without --adjust";

/// An adjustment, and what it was worked out beside.
pub(crate) struct Adjusting {
    /// The invoice.
    pub invoice: Statement,
    /// The ids of its live adjustments.
    pub beside: Vec<String>,
    /// What changes.
    pub adjustment: Adjustment,
}

/// Compares what a period comes to now with what its tenant was billed for it.
pub(crate) async fn compare(ledger: &dyn Ledger, whole: &Draft) -> Result<Adjusting, Trouble> {
    let of_tenant = Filter { tenant: Some(whole.tenant.id.clone()), concerns: Some(whole.period), ..Filter::default() };
    let statements = ledger.statement_list(&of_tenant).await?;
    let invoice = invoice_of(&statements, whole.period)?;
    if invoice.currency != whole.currency {
        return Err(Trouble::Tenant(format!(
            "statement {} is in {}, and main.currency is {} now: an adjustment is in its invoice's currency",
            invoice.number, invoice.currency, whole.currency
        )));
    }
    let is_live = |other: &&Statement| {
        other.kind == Kind::Adjustment && other.refers_to.as_ref().is_some_and(|about| about.id == invoice.id)
    };
    let mut adjustments: Vec<&Statement> = statements.iter().filter(is_live).collect();
    adjustments.sort_by_key(|adjustment| adjustment.revision);
    let mut billed = vec![stored(ledger, invoice).await?];
    for adjustment in &adjustments {
        billed.push(stored(ledger, adjustment).await?);
    }
    let beside = adjustments.iter().map(|adjustment| adjustment.id.clone()).collect();
    let adjustment = adjustment(whole, &billed).map_err(|error| Trouble::Tenant(error.to_string()))?;
    for resource in &adjustment.gone {
        tracing::warn!(
            "tenant {}: metering has nothing of resource {resource} any more in this period; it stays as it was billed",
            whole.tenant.id
        );
    }
    Ok(Adjusting { invoice: invoice.clone(), beside, adjustment })
}

/// The invoice that can be adjusted, of a tenant's statements that are not void.
fn invoice_of(statements: &[Statement], period: Period) -> Result<&Statement, Trouble> {
    let of_period = |other: &&Statement| other.kind == Kind::Invoice && other.period.overlaps(period);
    match statements.iter().find(of_period) {
        None => Err(Trouble::Tenant(NOT_BILLED.to_owned())),
        Some(other) if other.period != period => {
            Err(LedgerError::Overlap { period, statement: Box::new(other.clone()) }.into())
        }
        Some(invoice) if invoice.state == State::Committed => Ok(invoice),
        Some(invoice) => Err(Trouble::Tenant(format!(
            "statement {} is {}: it is adjusted once the backend has it",
            invoice.number, invoice.state
        ))),
    }
}

async fn stored(ledger: &dyn Ledger, statement: &Statement) -> Result<BilledStatement, LedgerError> {
    let usage = ledger.statement_usage(statement).await?;
    let body = ledger.statement_body(statement).await?;
    Ok(BilledStatement {
        id: statement.id.clone(),
        usage: usage.into_iter().map(|stored| (stored.usage, stored.corrects)).collect(),
        lines: body.lines,
        taxes: body.taxes,
    })
}
