//! What was metered.

use artifice_model::Timestamp;
use serde_json::Value;

/// A sample, with what is asked for.
pub struct Metered {
    pub at: Timestamp,
    pub project: Option<String>,
    pub resource: String,
    pub meter: String,
    pub text: String,
}

impl Metered {
    pub fn read(line: &str) -> Metered {
        let sample: Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| sample[key].as_str().map(str::to_owned);
        Metered {
            at: sample["timestamp"].as_str().unwrap().parse().unwrap(),
            project: text("project_id"),
            resource: text("resource_id").unwrap(),
            meter: text("counter_name").unwrap(),
            text: line.to_owned(),
        }
    }
}
