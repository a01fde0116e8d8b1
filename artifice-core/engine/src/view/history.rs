//! What has been billed: lines, and sums.

use artifice_ledger::{Dimension, Group, Place, TooLarge};
use artifice_model::statement::BilledLine;
use serde_json::{Map, Value, json};

use super::lines::{line, money};

/// A line with whose it is, in which statement.
pub fn billed(of: &BilledLine) -> Value {
    let when = of.line.usage.period;
    let mut value = json!({
        "tenant": of.tenant,
        "statement": { "id": of.statement_id, "number": of.number },
        "currency": of.currency,
        "period": when,
    });
    if let (Value::Object(value), Value::Object(own)) = (&mut value, line(&of.line, when, of.currency)) {
        value.extend(own);
    }
    value
}

/// The whole document: one group a line.
pub fn sums(by: &[Dimension], groups: &[Group]) -> Result<String, TooLarge> {
    let by: Vec<&str> = by.iter().map(|dimension| dimension.name()).collect();
    let mut text = format!("{{\"by\": {}, \"groups\": [", json!(by));
    for (index, group) in groups.iter().enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        text.push_str(&sum(group)?.to_string());
    }
    text.push_str("]}\n");
    Ok(text)
}

fn sum(group: &Group) -> Result<Value, TooLarge> {
    let mut value = Map::new();
    for place in &group.places {
        let (name, place) = match place {
            Place::Tenant(tenant) => (Dimension::Tenant, json!(tenant)),
            Place::Location(location) => (Dimension::Location, json!(location)),
            Place::Section(section) => (Dimension::Section, json!(section)),
            Place::Service { service, name } => (Dimension::Service, json!({ "id": service, "name": name })),
            Place::Resource { tenant, id, name } => {
                (Dimension::Resource, json!({ "id": id, "name": name, "tenant": tenant }))
            }
            Place::Month(month) => (Dimension::Month, json!(month)),
        };
        value.insert(name.name().to_owned(), place);
    }
    let cost = |(currency, cost)| json!({ "currency": currency, "cost": money(Some(cost), currency) });
    let quantity = |(unit, quantity)| json!({ "unit": unit, "quantity": quantity });
    value.insert("lines".to_owned(), json!(group.lines()));
    value.insert("costs".to_owned(), group.costs()?.into_iter().map(cost).collect());
    value.insert("quantities".to_owned(), group.volumes()?.into_iter().map(quantity).collect());
    Ok(Value::Object(value))
}
