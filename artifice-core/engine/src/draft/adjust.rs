//! What late metering changes in what is billed.

use artifice_model::Period;
use artifice_model::adjust::{Adjustment, BilledStatement, adjustment};
use artifice_model::statement::Draft;

use crate::tell::{Advice, Listener, Notice};
use crate::trouble::Trouble;
use artifice_ledger::{Filter, Kind, Ledger, LedgerError, Refusal, State, Statement, StatementId, all_statements};

/// An invoice that is adjusted, and what the adjustment was worked out beside.
pub(crate) struct Adjusting {
    /// The invoice.
    pub invoice: Statement,
    /// The ids of its live adjustments.
    pub beside: Vec<StatementId>,
    /// These adjustments.
    pub adjustments: Vec<Statement>,
    /// For each usage of the adjustment the id of the statement whose usage it corrects; none for what nobody
    /// has billed yet.
    pub corrects: Vec<Option<StatementId>>,
}

/// Compares what a period comes to now with what its tenant was billed for it.
pub(crate) async fn compare(
    listener: &dyn Listener,
    ledger: Option<&dyn Ledger>,
    whole: &Draft,
) -> Result<(Adjusting, Draft), Trouble> {
    let ledger = ledger.ok_or_else(not_billed)?;
    let of_tenant = Filter { tenant: Some(whole.tenant.id.clone()), concerns: Some(whole.period), ..Filter::default() };
    let statements = all_statements(ledger, &of_tenant).await?;
    let invoice = invoice_of(&statements, whole.period)?;
    if invoice.currency != whole.currency {
        let why = format!(
            "statement {} is in {}, and main.currency is {} now: an adjustment is in its invoice's currency",
            invoice.number, invoice.currency, whole.currency
        );
        return Err(why.into());
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
    let Adjustment { draft, corrects, gone } = adjustment(whole, &billed).map_err(|error| error.to_string())?;
    for resource in gone {
        listener.notice(&Notice::ResourceGone { tenant: whole.tenant.id.clone(), resource });
    }
    let adjustments = adjustments.into_iter().cloned().collect();
    Ok((Adjusting { invoice: invoice.clone(), beside, adjustments, corrects }, draft))
}

/// There is nothing to adjust.
fn not_billed() -> Trouble {
    Trouble::with("it was not billed for this period, so there is nothing to adjust".to_owned(), Advice::BillFirst)
}

/// The invoice that can be adjusted, of a tenant's statements that are not void.
fn invoice_of(statements: &[Statement], period: Period) -> Result<&Statement, Trouble> {
    let of_period = |other: &&Statement| other.kind == Kind::Invoice && other.period.overlaps(period);
    match statements.iter().find(of_period) {
        None => Err(not_billed()),
        Some(other) if other.period != period => {
            Err(LedgerError::from(Refusal::Overlap { period, statement: Box::new(other.clone()) }).into())
        }
        Some(invoice) if invoice.state == State::Committed => Ok(invoice),
        Some(invoice) => {
            let why =
                format!("statement {} is {}: it is adjusted once the backend has it", invoice.number, invoice.state);
            Err(why.into())
        }
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
