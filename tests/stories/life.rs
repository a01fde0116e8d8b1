//! The rest of a statement's life: held, taken back, adjusted; and who did it.

mod adjusting;
mod editions;
mod following;
mod holding;
mod months;
mod settings;
mod taking_back;
mod trail;

use artifice_tests::Cloud;
use serde_json::Value;

const AUGUST: &str = "--month 2013-08";

/// The statement of a number, with its lines.
fn shown(cloud: &Cloud, number: usize) -> Value {
    cloud.run(&format!("statement show {number} --format json")).done().json()
}

/// Of all statements: kind, status and total.
fn listed(cloud: &Cloud) -> Vec<String> {
    let text = |statement: &Value, key: &str| statement[key].as_str().unwrap().to_owned();
    let line = |statement: &Value| ["kind", "status", "total"].map(|key| text(statement, key)).join(" ");
    cloud.statements().iter().map(line).collect()
}
