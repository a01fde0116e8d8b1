//! Filters of searches, as a database understands them: nothing is less or more than what is not there.

use artifice_model::Timestamp;
use serde_json::{Map, Value};

pub fn holds(filter: &Value, row: &Map<String, Value>) -> bool {
    let (operator, operands) = filter.as_object().and_then(|filter| filter.iter().next()).expect("a filter");
    match operator.as_str() {
        "and" => operands.as_array().unwrap().iter().all(|one| holds(one, row)),
        "or" => operands.as_array().unwrap().iter().any(|one| holds(one, row)),
        operator => {
            let (key, value) = operands.as_object().unwrap().iter().next().unwrap();
            compares(operator, &row[key], value, key.ends_with("_at") || key.starts_with("revision_"))
        }
    }
}

fn compares(operator: &str, found: &Value, wanted: &Value, is_time: bool) -> bool {
    if operator == "in" {
        return wanted.as_array().unwrap().contains(found);
    }
    if wanted.is_null() || found.is_null() {
        return match operator {
            "=" => found == wanted,
            "!=" => found.is_null() && !wanted.is_null(),
            _ => false,
        };
    }
    let (found, wanted) = (found.as_str().unwrap(), wanted.as_str().unwrap());
    let time = |text: &str| text.parse::<Timestamp>().unwrap();
    let order = if is_time { time(found).cmp(&time(wanted)) } else { found.cmp(wanted) };
    match operator {
        "=" => order.is_eq(),
        "!=" => order.is_ne(),
        "<" => order.is_lt(),
        ">" => order.is_gt(),
        ">=" => order.is_ge(),
        other => panic!("{other}"),
    }
}
