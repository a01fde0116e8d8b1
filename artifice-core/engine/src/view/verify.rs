//! What was found in a ledger.

use crate::{Compared, Verified};
use artifice_ledger::{Finding, Gravity};
use serde_json::{Value, json};

/// All of it, and what the backend said if it was asked.
pub fn document(verified: &Verified, compared: Option<Compared>) -> Value {
    json!({
        "findings": verified.findings.iter().map(finding).collect::<Vec<_>>(),
        "left_out": verified.left_out,
        "wrong": verified.count(Gravity::Wrong),
        "waiting": verified.count(Gravity::Waiting),
        "notes": verified.notes,
        "tenants": verified.tenants,
        "statements": verified.statements,
        "backend": compared.map(|compared| json!({ "asked": compared.asked, "listed": compared.listed })),
    })
}

fn finding(found: &Finding) -> Value {
    json!({
        "rule": found.rule,
        "gravity": found.gravity.name(),
        "tenant": found.tenant,
        "statement": found.statement.as_ref().map(|about| json!({ "id": about.id, "number": about.number })),
        "what": found.what,
        "advice": found.advice,
    })
}
