//! What late metering changes in what is billed.

use std::sync::Arc;

use artifice_model::Period;
use artifice_model::adjust::{Adjustment, BilledStatement, adjustment};
use artifice_model::statement::{Draft, Rules};

use crate::tell::{Advice, Listener, Notice};
use crate::trouble::Trouble;
use artifice_ledger::{
    Filter, Kind, Ledger, LedgerError, Refusal, State, Statement, StatementId, all_statements, lines_explained,
};

/// An invoice that is adjusted, and what the adjustment was worked out beside.
pub(crate) struct Adjusting {
    /// The invoice.
    pub invoice: Statement,
    /// The ids of its live adjustments.
    pub beside: Vec<StatementId>,
    /// For each usage of the adjustment the id of the statement whose usage it corrects; none for what nobody
    /// has billed yet.
    pub corrects: Vec<Option<StatementId>>,
}

/// Compares what a period comes to now, by `rules`, with what its tenant was billed for it.
pub(crate) async fn compare(
    listener: &dyn Listener,
    ledger: Option<&dyn Ledger>,
    whole: &Draft,
    rules: &Rules,
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
    if *rules_of(invoice)? != *rules {
        let why = format!("statement {} took the place of another one meanwhile", invoice.number);
        return Err(Trouble::with(why, Advice::RunAgain));
    }
    let adjustments = adjustments_of(invoice, &statements);
    let billed = stored_together(ledger, invoice, &adjustments).await?;
    let beside = adjustments.iter().map(|adjustment| adjustment.id.clone()).collect();
    let Adjustment { draft, corrects, gone } = adjustment(whole, &billed).map_err(|error| error.to_string())?;
    for resource in gone {
        listener.notice(&Notice::ResourceGone { tenant: whole.tenant.id.clone(), resource });
    }
    Ok((Adjusting { invoice: invoice.clone(), beside, corrects }, draft))
}

/// By which rules an invoice is adjusted: those by which it was made.
///
/// # Errors
/// If these are the first edition's, by which nothing is aggregated any more.
pub(crate) fn rules_of(invoice: &Statement) -> Result<Arc<Rules>, Trouble> {
    let number = invoice.number;
    invoice.rules.clone().ok_or_else(|| {
        let why = format!(
            "statement {number} was made by the first edition of the rules, by which nothing is charged any more, so it \
             cannot be adjusted"
        );
        Trouble::with(why, Advice::VoidOrLeave { number })
    })
}

/// An invoice's live adjustments, in their order.
pub(crate) fn adjustments_of<'s>(invoice: &Statement, statements: &'s [Statement]) -> Vec<&'s Statement> {
    let is_live = |other: &&Statement| {
        other.kind == Kind::Adjustment
            && other.state != State::Void
            && other.refers_to.as_ref().is_some_and(|about| about.id == invoice.id)
    };
    let mut adjustments: Vec<&Statement> = statements.iter().filter(is_live).collect();
    adjustments.sort_by_key(|adjustment| adjustment.revision);
    adjustments
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
        Some(invoice) => check_committed(invoice).map(|()| invoice),
    }
}

/// Refuses to adjust what the backend does not have.
pub(crate) fn check_committed(invoice: &Statement) -> Result<(), Trouble> {
    if invoice.state == State::Committed {
        return Ok(());
    }
    Err(format!("statement {} is {}: it is adjusted once the backend has it", invoice.number, invoice.state).into())
}

/// What an invoice and its adjustments have billed.
///
/// # Errors
/// If one of them is being taken back: then nothing is worked out beside it before that is done.
pub(crate) async fn stored_together(
    ledger: &dyn Ledger,
    invoice: &Statement,
    adjustments: &[&Statement],
) -> Result<Vec<BilledStatement>, LedgerError> {
    let mut billed = vec![stored(ledger, invoice).await?];
    for adjustment in adjustments {
        if adjustment.state == State::Voiding {
            return Err(Refusal::Changed { number: invoice.number }.into());
        }
        billed.push(stored(ledger, adjustment).await?);
    }
    Ok(billed)
}

async fn stored(ledger: &dyn Ledger, statement: &Statement) -> Result<BilledStatement, LedgerError> {
    let usage = ledger.statement_usage(statement).await?;
    let usage = usage.into_iter().map(|stored| (stored.usage, stored.corrects)).collect();
    Ok(BilledStatement { id: statement.id.clone(), usage, lines: lines_explained(ledger, statement).await? })
}
