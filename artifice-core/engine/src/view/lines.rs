//! Lines and taxes: the same in a preview, a statement and the history.

use artifice_model::statement::{Line, Tax};
use artifice_model::{Currency, Decimal, Period};
use serde_json::{Value, json};

/// Money with its currency's digits.
pub fn money(amount: Option<Decimal>, currency: Currency) -> Option<String> {
    amount.map(|amount| amount.to_fixed(currency.digits()))
}

/// The lines of a statement of that period.
pub fn lines(all: &[Line], period: Period, currency: Currency) -> Vec<Value> {
    all.iter().map(|one| line(one, period, currency)).collect()
}

/// A line; with its own period where that is not the statement's.
pub fn line(line: &Line, period: Period, currency: Currency) -> Value {
    let usage = &line.usage;
    let mut value = json!({
        "section": usage.section,
        "location": usage.location,
        "service": usage.service,
        "name": line.name,
        "resource_id": usage.resource_id,
        "resource_name": usage.resource_name,
        "meter": usage.meter,
        "aggregate": usage.aggregate_name(),
        "quantity": usage.volume,
        "unit": usage.unit,
        "rate": line.rate.as_ref().map(|rate| rate.amount),
        "rate_unit": line.rate.as_ref().map(|rate| &rate.per),
        "cost": money(line.cost, currency),
    });
    // Also the part before a price change: it ends earlier.
    if usage.period != period {
        value["period"] = json!(usage.period);
    }
    value
}

/// The taxes of a statement.
pub fn taxes(all: &[Tax], currency: Currency) -> Vec<Value> {
    let tax = |tax: &Tax| {
        json!({
            "name": tax.name,
            "percent": tax.percent,
            "base": money(Some(tax.base), currency),
            "amount": money(Some(tax.amount), currency),
        })
    };
    all.iter().map(tax).collect()
}
