//! Lists as a whole, read page by page; and the one answer where one thing was asked for.

use artifice_model::Tenant;
use artifice_model::statement::Line;

use crate::error::{LedgerError, Refusal};
use crate::explained::Explained;
use crate::ids::{StatementName, StatementRef};
use crate::ledger::{Each, Page, Statements};
use crate::limits::PAGE;
use crate::listed::Listed;
use crate::statement::{Filter, Statement};

/// Everybody who was ever billed.
pub async fn all_tenants(ledger: &(impl Statements + ?Sized)) -> Result<Vec<Tenant>, LedgerError> {
    let mut all: Vec<Tenant> = Vec::new();
    loop {
        let after = all.last().map(|tenant| tenant.id.clone());
        let page = ledger.tenant_list(Page { after, limit: PAGE }).await?;
        let more = u32::try_from(page.len()).is_ok_and(|length| length >= PAGE);
        all.extend(page);
        if !more {
            return Ok(all);
        }
    }
}

/// The statements that a filter lets through, oldest number first, with the rows that cannot be read.
pub async fn all_rows(ledger: &(impl Statements + ?Sized), filter: &Filter) -> Result<Listed, LedgerError> {
    let mut all = Listed::default();
    let mut after = None;
    loop {
        let page = ledger.statement_list(filter, Page { after, limit: PAGE }).await?;
        all.statements.extend(page.statements);
        all.unreadable.extend(page.unreadable);
        after = page.next;
        if after.is_none() {
            return Ok(all);
        }
    }
}

/// The same without the rows that cannot be read. One is an error where it was asked for; among everybody's it
/// is only warned of: what is damaged concerns its own tenant.
pub async fn all_statements(
    ledger: &(impl Statements + ?Sized),
    filter: &Filter,
) -> Result<Vec<Statement>, LedgerError> {
    let Listed { statements, unreadable, .. } = all_rows(ledger, filter).await?;
    for row in unreadable {
        if filter.is_narrow() {
            return Err(row.error.into());
        }
        tracing::warn!("tenant {}: {}", row.tenant.id, row.error);
    }
    Ok(statements)
}

/// A statement as it is now.
pub async fn one_statement(
    ledger: &(impl Statements + ?Sized),
    which: &StatementRef,
) -> Result<Statement, LedgerError> {
    only(ledger.statement_read(std::slice::from_ref(which)).await?)
}

/// The statements that a person may mean.
pub async fn statements_named(
    ledger: &(impl Statements + ?Sized),
    name: &StatementName,
) -> Result<Vec<Statement>, LedgerError> {
    let found = ledger.statement_find(name).await?;
    ledger.statement_read(&found).await?.into_iter().map(|one| Ok(one?)).collect()
}

/// A statement's lines with what is known of where they come from.
pub async fn lines_explained(
    ledger: &(impl Statements + ?Sized),
    statement: &Statement,
) -> Result<Vec<Line>, LedgerError> {
    let body = ledger.statement_body(statement).await?;
    let explained = ledger.statement_explained(statement).await?;
    let with = |(line, Explained { working, evidence })| Line { working, evidence, ..line };
    Ok(body.lines.into_iter().zip(explained).map(with).collect())
}

/// The answer where one thing was asked for.
///
/// # Errors
/// What the ledger refuses.
pub fn only<T>(mut each: Each<T>) -> Result<T, LedgerError> {
    let (Some(one), true) = (each.pop(), each.is_empty()) else {
        unreachable!("one answer for each that was asked for")
    };
    Ok(one?)
}

/// Tells what is refused from what is the database's own trouble.
pub(crate) fn apart<T>(done: Result<T, LedgerError>) -> Result<Result<T, Refusal>, LedgerError> {
    match done {
        Ok(done) => Ok(Ok(done)),
        Err(LedgerError::Refused(refusal)) => Ok(Err(refusal)),
        Err(trouble) => Err(trouble),
    }
}
