//! Statements that are stored, as tables and JSON.

use artifice_engine::{Billed, EngineError, Failed, How};
use artifice_ledger::{Body, Entry, Kind, Ledger, Statement};
use artifice_model::Calendar;
use artifice_model::statement::Line;
use serde_json::{Value, json};

use super::statements::{body_table, failed_json, line_json, lines_json, money, taxes_json};
use super::{explain, period, print, table};
use crate::CommandError;
use crate::args::TableOrJson;

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
        return Ok(print(&list_table(&statements))?);
    }
    // Written at once: half of a document helps nobody.
    let mut tenants = Vec::with_capacity(billed.len());
    for Billed { statement, .. } in billed {
        let body = ledger.statement_body(statement).await.map_err(EngineError::from)?;
        tenants.push(format!("\n{}", bill_json(statement, &body)));
    }
    let failed: Vec<Value> = failed.iter().map(failed_json).collect();
    Ok(print(&format!("{{\"tenants\": [{}], \"failed\": {}}}\n", tenants.join(","), Value::Array(failed)))?)
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
    format!("statement {number} is void ({reason}): {how}; its period can be billed again\n")
}

/// What is said of a period that was billed before.
pub fn billed_before(statement: &Statement) -> String {
    let name = statement.tenant.name.as_ref().unwrap_or(&statement.tenant.id);
    let receipt = statement.receipt.as_ref().map(|receipt| format!(", {}", receipt.reference)).unwrap_or_default();
    format!(
        "{name} was billed for exactly this period before: statement {} ({}, {}{receipt}); nothing was changed",
        statement.number, statement.id, statement.state
    )
}

/// A statement's content, in the shape of a preview, with the statement itself.
fn bill_json(statement: &Statement, body: &Body) -> Value {
    let currency = statement.currency;
    json!({
        "tenant": statement.tenant,
        "period": statement.period,
        "currency": currency,
        "lines": lines_json(&body.lines, statement.period, currency),
        "subtotal": money(Some(statement.subtotal), currency),
        "taxes": taxes_json(&body.taxes, currency),
        "total": money(Some(statement.total), currency),
        "statement": { "id": statement.id, "key": statement.id, "status": statement.state.to_string(), "receipt": receipt(statement) },
    })
}

/// The period in the timezone that it was billed by.
fn period_of(statement: &Statement) -> String {
    period(statement.period, Calendar::new(&statement.timezone).ok())
}

fn receipt(statement: &Statement) -> Option<&str> {
    statement.receipt.as_ref().map(|receipt| receipt.reference.as_str())
}

/// The statements, as JSON.
pub fn list_json(statements: &[Statement]) -> String {
    let all: Vec<Value> = statements.iter().map(head_json).collect();
    format!("{:#}\n", json!({ "statements": all }))
}

fn head_json(statement: &Statement) -> Value {
    json!({
        "id": statement.id,
        "number": statement.number,
        "kind": statement.kind.name(),
        "status": statement.state.to_string(),
        "tenant": statement.tenant,
        "period": statement.period,
        "currency": statement.currency,
        "subtotal": money(Some(statement.subtotal), statement.currency),
        "total": money(Some(statement.total), statement.currency),
        "backend": statement.backend,
        "receipt": receipt(statement),
        "created": statement.created,
        "error": statement.error,
        "tries": statement.tries,
        "refers_to": statement.refers_to.as_ref().map(|about| json!({ "id": about.id, "number": about.number })),
        "void_reason": statement.void_reason,
    })
}

/// The statements, as a table.
pub fn list_table(statements: &[Statement]) -> String {
    let row = |statement: &Statement| {
        let total = money(Some(statement.total), statement.currency).unwrap_or_default();
        let what = receipt(statement).or(statement.error.as_deref()).unwrap_or_default();
        vec![
            statement.number.to_string(),
            statement.kind.name().to_owned(),
            statement.tenant.name.clone().unwrap_or_else(|| statement.tenant.id.clone()),
            period_of(statement),
            format!("{} {total}", statement.currency),
            statement.state.to_string(),
            what.to_owned(),
        ]
    };
    table(&["Number", "Kind", "Tenant", "Period", "Total", "Status", "Receipt"], statements.iter().map(row).collect())
}

/// A statement with its lines, as JSON.
pub fn show_json(statement: &Statement, body: &Body, trail: &[Entry]) -> String {
    let mut value = head_json(statement);
    value["lines"] = json!(lines_json(&body.lines, statement.period, statement.currency));
    value["taxes"] = json!(taxes_json(&body.taxes, statement.currency));
    value["digest"] = json!(statement.digest);
    value["backend_version"] = json!(statement.backend_version);
    // It was written as JSON by this program, or not at all.
    let settings = statement.settings.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok());
    value["backend_settings"] = json!(settings);
    value["audit"] = trail.iter().map(entry_json).collect();
    format!("{value:#}\n")
}

/// A statement with its lines, as a table.
pub fn show_table(statement: &Statement, body: &Body, trail: &[Entry]) -> String {
    let mut text = format!("Statement {} ({}), {}\n", statement.number, statement.id, statement.kind.name());
    let name = statement.tenant.name.as_ref().map(|name| format!("{name}, ")).unwrap_or_default();
    text.push_str(&format!("Tenant {name}{}, {}\n", statement.tenant.id, period_of(statement)));
    text.push_str(&format!("{} by {} {}", statement.state, statement.backend, statement.backend_version));
    text.push_str(&receipt(statement).map(|receipt| format!(": {receipt}")).unwrap_or_default());
    text.push('\n');
    if let Some(about) = &statement.refers_to {
        let what = if statement.kind == Kind::Credit { "Takes back" } else { "Changes" };
        text.push_str(&format!("{what} statement {}\n", about.number));
    }
    match (&statement.error, statement.tries) {
        (Some(error), 0) => text.push_str(&format!("Because {error}\n")),
        (Some(error), tries) => text.push_str(&format!("After {tries} tries: {error}\n")),
        (None, _) => {}
    }
    if let Some(reason) = &statement.void_reason {
        text.push_str(&format!("Taken back: {reason}\n"));
    }
    text.push_str(&body_table(
        &body.lines,
        &body.taxes,
        statement.currency,
        Some(statement.subtotal),
        Some(statement.total),
    ));
    text.push_str(&trail_table(trail));
    text
}

fn entry_json(entry: &Entry) -> Value {
    json!({
        "at": entry.at,
        "who": entry.author.who,
        "command": entry.author.command,
        "configuration": entry.author.configuration,
        "program": entry.program,
        "action": entry.action,
        "status": entry.state.to_string(),
        "detail": entry.detail,
    })
}

/// Who did what to a statement.
fn trail_table(trail: &[Entry]) -> String {
    let row = |entry: &Entry| {
        let detail = entry.detail.clone().unwrap_or_default();
        vec![entry.at.to_string(), entry.action.clone(), entry.author.who.clone(), entry.author.command.clone(), detail]
    };
    table(&["When", "What", "Who", "Command", "Detail"], trail.iter().map(row).collect())
}

/// Where a statement's lines come from, as JSON.
pub fn explain_json(statement: &Statement, lines: &[(usize, &Line)]) -> String {
    let lines: Vec<Value> = lines
        .iter()
        .map(|(number, line)| {
            let mut value = line_json(line, statement.period, statement.currency);
            value["line"] = json!(number);
            value["explained"] = explain::value(line);
            value
        })
        .collect();
    format!("{}\n", json!({ "statement": { "id": statement.id, "number": statement.number }, "lines": lines }))
}
