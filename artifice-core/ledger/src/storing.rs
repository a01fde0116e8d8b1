//! What storing a statement is in both databases, before and after the transaction that does it.

use async_trait::async_trait;

use crate::audit::Act;
use crate::content::{storable, without_nul};
use crate::error::{LedgerError, Refusal};
use crate::ids::StatementRef;
use crate::ledger::Statements;
use crate::life::State;
use crate::statement::{Filter, Kind, NewKind, NewStatement, Statement};
use crate::whole::{all_statements, one_statement};

/// The transaction itself.
#[async_trait]
pub(crate) trait Store: Statements {
    /// Stores usage, lines and statement: all or nothing.
    async fn store(&self, new: NewStatement<'_>, by: Act<'_>) -> Result<StatementRef, LedgerError>;
}

/// Stores a statement, and reads it back.
pub(crate) async fn stored(
    ledger: &(impl Store + ?Sized),
    new: NewStatement<'_>,
    by: Act<'_>,
) -> Result<Statement, LedgerError> {
    check(new);
    let draft = storable(new.draft)?;
    let label = new.label.map(without_nul);
    let new = NewStatement { draft: &draft, label: label.as_deref(), ..new };
    // What cannot be read may be what this tenant was billed for already, or is about to be.
    if let NewKind::Invoice = new.kind {
        let (tenant, concerns) = (Some(draft.tenant.id.clone()), Some(draft.period));
        all_statements(ledger, &Filter { tenant, concerns, ..Filter::default() }).await?;
    }
    match ledger.store(new, by).await {
        Ok(place) => one_statement(ledger, &place).await,
        Err(LedgerError::Refused(refusal)) => Err(overlap(ledger, new, refusal).await.into()),
        Err(trouble) => Err(trouble),
    }
}

/// Why a statement is not stored that was worked out beside others than are live now.
pub(crate) fn changed(new: NewStatement<'_>) -> Refusal {
    match new.kind.refers_to() {
        Some(of) => Refusal::Changed { number: of.number },
        None => Refusal::MonthChanged { tenant: new.draft.tenant.id.clone() },
    }
}

/// A draft that does not hold this is a fault of the program's, and is not stored by any means.
fn check(new: NewStatement<'_>) {
    let draft = new.draft;
    if let NewKind::Adjustment { of, corrects, .. } = new.kind {
        assert!(corrects.len() == draft.usage.len(), "each usage of an adjustment says what it corrects");
        assert!(of.currency == draft.currency, "an adjustment is in its invoice's currency");
    }
    if let Some(of) = new.kind.refers_to() {
        assert!(of.tenant.id == draft.tenant.id, "a statement is about one of the same tenant");
    }
    assert!(draft.total.is_some() && draft.subtotal.is_some(), "what is stored has a cost in every line");
    assert!(draft.adds_up(), "a statement's lines, taxes and total must agree");
    assert!(new.rules.is_none() || draft.taxes_agree(), "a statement's taxes are those on its own lines");
    assert!(draft.period.start() < draft.period.end(), "a statement is for some time");
}

/// Gives the refusal of an overlap the statement that it overlaps.
async fn overlap(ledger: &(impl Store + ?Sized), new: NewStatement<'_>, refusal: Refusal) -> Refusal {
    match &refusal {
        Refusal::MonthChanged { .. } => {}
        Refusal::Rule { name, .. } if name.is_overlap() => {}
        _ => return refusal,
    }
    let filter = Filter { tenant: Some(new.draft.tenant.id.clone()), ..Filter::default() };
    let Ok(statements) = all_statements(ledger, &filter).await else { return refusal };
    let period = new.draft.period;
    let is_other = |other: &Statement| other.state != State::Void && other.period.overlaps(period);
    match statements.into_iter().find(|other| other.kind == Kind::Invoice && is_other(other)) {
        Some(statement) => Refusal::Overlap { period, statement: Box::new(statement) },
        None => refusal,
    }
}
