//! Tenants with what they are to pay, of a preview or a bill, and those that failed.

use artifice_ledger::{Body, Statement};
use artifice_model::Tenant;
use artifice_model::statement::Draft;
use serde_json::{Value, json};

use super::explain::explanation;
use super::lines::{lines, money, taxes};
use super::statements::receipt;

/// The whole document, of tenants that are written as JSON already, one a line, and of those that failed, with
/// why in words.
pub fn document<'t>(tenants: &[String], failed: impl Iterator<Item = (&'t Tenant, String)>) -> String {
    let mut text = "{\"tenants\": [".to_owned();
    for (index, tenant) in tenants.iter().enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        text.push_str(tenant);
    }
    let failed: Value = failed.map(|(tenant, why)| json!({ "tenant": tenant, "error": why })).collect();
    text.push_str(&format!("], \"failed\": {failed}}}\n"));
    text
}

/// What a tenant would pay; with where each line comes from, if that is wanted.
pub fn draft(draft: &Draft, explain: bool) -> Value {
    let mut all = lines(&draft.lines, draft.period, draft.currency);
    if explain {
        for (value, line) in all.iter_mut().zip(&draft.lines) {
            value["explained"] = explanation(line);
        }
    }
    json!({
        "tenant": draft.tenant,
        "period": draft.period,
        "currency": draft.currency,
        "lines": all,
        "subtotal": money(draft.subtotal, draft.currency),
        "taxes": taxes(&draft.taxes, draft.currency),
        "total": money(draft.total, draft.currency),
    })
}

/// A statement's content, in the shape of a preview, with the statement itself.
pub fn bill(statement: &Statement, body: &Body) -> Value {
    let currency = statement.currency;
    json!({
        "tenant": statement.tenant,
        "period": statement.period,
        "currency": currency,
        "lines": lines(&body.lines, statement.period, currency),
        "subtotal": money(Some(statement.subtotal), currency),
        "taxes": taxes(&body.taxes, currency),
        "total": money(Some(statement.total), currency),
        "statement": { "id": statement.id, "key": statement.id, "status": statement.state.to_string(), "receipt": receipt(statement) },
    })
}
