//! Statements that are stored.

use artifice_ledger::{Body, Entry, Statement};
use artifice_model::statement::Line;
use serde_json::{Value, json};

use super::explain::explanation;
use super::lines::{line, lines, money, taxes};

/// Statements, without their lines.
pub fn list(statements: &[Statement]) -> Value {
    let all: Vec<Value> = statements.iter().map(head).collect();
    json!({ "statements": all })
}

/// A statement with its lines and its trail.
pub fn whole(statement: &Statement, body: &Body, trail: &[Entry]) -> Value {
    let mut value = head(statement);
    value["lines"] = json!(lines(&body.lines, statement.period, statement.currency));
    value["taxes"] = json!(taxes(&body.taxes, statement.currency));
    value["digest"] = json!(statement.digest);
    value["backend_version"] = json!(statement.backend_version);
    // It was written as JSON by this program, or not at all.
    let settings = statement.settings.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok());
    value["backend_settings"] = json!(settings);
    if let Some(rules) = &statement.rules {
        value["rules"] = json!(rules.as_ref());
    }
    value["audit"] = trail.iter().map(entry).collect();
    value
}

/// Where a statement's lines come from; each with its number in the statement.
pub fn explained(statement: &Statement, lines: &[(usize, &Line)]) -> Value {
    let lines: Vec<Value> = lines
        .iter()
        .map(|(number, of)| {
            let mut value = line(of, statement.period, statement.currency);
            value["line"] = json!(number);
            value["explained"] = explanation(of);
            value
        })
        .collect();
    json!({ "statement": { "id": statement.id, "number": statement.number }, "lines": lines })
}

/// What the backend calls a statement's document, if it has one.
pub fn receipt(statement: &Statement) -> Option<&str> {
    statement.receipt.as_ref().map(|receipt| receipt.reference.as_str())
}

fn head(statement: &Statement) -> Value {
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

fn entry(entry: &Entry) -> Value {
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
