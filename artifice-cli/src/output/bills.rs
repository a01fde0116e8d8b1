//! Statements that are stored, as tables.

use std::collections::BTreeMap;

use artifice_engine::{Billed, EngineError, Failed, How, labels_of};
use artifice_ledger::{Body, Entry, Kind, Ledger, Statement};
use artifice_model::{Calendar, TenantId};

use super::statements::body_table;
use super::{Ids, period, print, print_json, table};
use crate::args::TableOrJson;
use crate::ending::CommandError;
use crate::words;
use artifice_engine::view::statements::receipt;
use artifice_engine::view::{money, tenants};
use artifice_text::{line, name};

/// Writes what a bill did.
pub async fn write(
    ledger: &dyn Ledger,
    billed: &[Billed],
    failed: &[Failed],
    format: TableOrJson,
) -> Result<(), CommandError> {
    if format == TableOrJson::Table {
        let statements: Vec<Statement> =
            billed.iter().filter(|bill| bill.how != How::Before).map(|bill| bill.statement.clone()).collect();
        let labels = labels_of(ledger).await.map_err(EngineError::from)?;
        return Ok(print(&list_table(&statements, &labels))?);
    }
    // Written at once: half of a document helps nobody.
    let mut all = Vec::with_capacity(billed.len());
    for Billed { statement, .. } in billed {
        let body = ledger.statement_body(statement).await.map_err(EngineError::from)?;
        all.push(tenants::bill(statement, &body).to_string());
    }
    Ok(print_json(&tenants::document(&all, failed.iter().map(|failed| (&failed.tenant, words::why(failed)))))?)
}

/// What is said of a statement that an earlier run has begun.
pub fn finished(statement: &Statement) -> String {
    let number = statement.number;
    let voided = statement.refers_to.as_ref().filter(|_| statement.kind == Kind::Credit);
    let voided = voided.map(|about| format!("; statement {} is void now", about.number)).unwrap_or_default();
    format!("statement {number} was begun by an earlier run, and is finished now{voided}")
}

/// What is said of a statement that was taken back.
pub fn voided(statement: &Statement, credit: Option<&Statement>) -> String {
    let number = statement.number;
    let reason = statement.void_reason.as_deref().unwrap_or_default();
    let how = match credit {
        None => "the backend never had it".to_owned(),
        Some(credit) => {
            format!("credit {}{}", credit.number, receipt(credit).map(|text| format!(", {text}")).unwrap_or_default())
        }
    };
    let text = format!("statement {number} is void ({reason}): {how}; its period can be billed again");
    format!("{}\n", line(&text))
}

/// What is said of a period that was billed before.
pub fn billed_before(statement: &Statement) -> String {
    let name = statement.called();
    let receipt = statement.receipt.as_ref().map(|receipt| format!(", {}", receipt.reference)).unwrap_or_default();
    format!(
        "{name} was billed for exactly this period before: statement {} ({}, {}{receipt}); nothing was changed",
        statement.number, statement.id, statement.state
    )
}

/// What people call a statement's tenant: as it was called then, if it had another's name already.
fn called<'s>(statement: &'s Statement, labels: &'s Labels) -> &'s str {
    let today = labels.get(&statement.tenant.id).filter(|_| statement.label.is_none());
    today.map_or_else(|| statement.called(), String::as_str)
}

/// The period in the timezone that it was billed by.
fn period_of(statement: &Statement) -> String {
    period(statement.period, Calendar::new(&statement.timezone).ok())
}

/// What tenants of the ledger are called whose name is not their own.
pub type Labels = BTreeMap<TenantId, String>;

/// The statements, as a table. Also a tenant whose name was its own when it was billed is told apart today.
pub fn list_table(statements: &[Statement], labels: &Labels) -> String {
    let ids = Ids::of(statements.iter().map(|statement| statement.tenant.id.as_str()));
    let row = |statement: &Statement| {
        let total = money(Some(statement.total), statement.currency).unwrap_or_default();
        // Why it was taken back says more than why it was held before.
        let why = statement.void_reason.as_deref().or(statement.error.as_deref());
        let what = receipt(statement).or(why).unwrap_or_default();
        vec![
            statement.number.to_string(),
            statement.kind.name().to_owned(),
            ids.show(called(statement, labels)),
            period_of(statement),
            format!("{} {total}", statement.currency),
            statement.state.to_string(),
            what.to_owned(),
        ]
    };
    table(&["Number", "Kind", "Tenant", "Period", "Total", "Status", "Receipt"], statements.iter().map(row).collect())
}

/// A statement with its lines, as a table.
pub fn show_table(statement: &Statement, body: &Body, trail: &[Entry]) -> String {
    let mut text = String::new();
    let mut say = |what: &str| text.push_str(&format!("{}\n", line(what)));
    say(&format!("Statement {} ({}), {}", statement.number, statement.id, statement.kind.name()));
    let called = statement.tenant.name.as_ref().map(|called| format!("{}, ", name(called))).unwrap_or_default();
    say(&format!("Tenant {called}{}, {}", name(&statement.tenant.id), period_of(statement)));
    let receipt = receipt(statement).map(|receipt| format!(": {receipt}")).unwrap_or_default();
    say(&format!("{} by {} {}{receipt}", statement.state, statement.backend, statement.backend_version));
    if let Some(about) = &statement.refers_to {
        let what = if statement.kind == Kind::Credit { "Takes back" } else { "Changes" };
        say(&format!("{what} statement {}", about.number));
    }
    match (&statement.error, statement.tries) {
        (Some(error), 0) => say(&format!("Because {error}")),
        (Some(error), tries) => say(&format!("After {}: {error}", words::tries(tries))),
        (None, _) => {}
    }
    if let Some(reason) = &statement.void_reason {
        say(&format!("Taken back: {reason}"));
    }
    text.push_str(&body_table(
        &body.lines,
        &body.taxes,
        (statement.currency, Calendar::new(&statement.timezone).ok()),
        Some(statement.subtotal),
        Some(statement.total),
    ));
    text.push_str(&trail_table(trail));
    text
}

/// Who did what to a statement.
fn trail_table(trail: &[Entry]) -> String {
    let row = |entry: &Entry| {
        let detail = entry.detail.clone().unwrap_or_default();
        vec![entry.at.to_string(), entry.action.clone(), entry.author.who.clone(), entry.author.command.clone(), detail]
    };
    table(&["When", "What", "Who", "Command", "Detail"], trail.iter().map(row).collect())
}
