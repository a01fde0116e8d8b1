//! What is kept of what was measured.

use std::collections::BTreeMap;

use artifice_model::Timestamp;
use serde_json::{Value, json};

/// What is kept, how finely, and how long: seconds, and days.
#[derive(Debug, PartialEq, Eq)]
pub struct Policy {
    pub name: &'static str,
    pub methods: &'static [&'static str],
    pub kept: &'static [(i64, i64)],
}

/// Ceilometer's own.
pub const LOW: Policy = Policy { name: "ceilometer-low", methods: &["mean"], kept: &[(300, 30)] };
/// Ceilometer's own of many: here only what is coarse reaches over a month.
pub const HIGH: Policy = Policy { name: "ceilometer-high", methods: &["mean"], kept: &[(60, 1), (3600, 365)] };
/// One that was made for bills.
pub const BILLING: Policy =
    Policy { name: "billing", methods: &["mean", "max", "last"], kept: &[(300, 62), (3600, 400)] };

impl Policy {
    pub(super) fn shown(&self) -> Value {
        let time = |seconds: i64| format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        let kept = |(granule, days): &(i64, i64)| {
            let timespan = if *days == 1 { "1 day, 0:00:00".to_owned() } else { format!("{days} days, 0:00:00") };
            json!({ "timespan": timespan, "granularity": time(*granule), "points": days * 86400 / granule })
        };
        let kept: Vec<Value> = self.kept.iter().map(kept).collect();
        json!({ "name": self.name, "back_window": 0, "definition": kept, "aggregation_methods": self.methods })
    }
}

/// What is measured of a resource.
#[derive(Debug, Clone)]
pub struct Metric {
    pub id: String,
    pub unit: String,
    pub policy: &'static Policy,
    pub values: Vec<(Timestamp, i64)>,
}

impl Metric {
    /// What is kept, of granules of so many seconds.
    pub fn measures(&self, method: &str, granule: i64) -> Vec<(Timestamp, String)> {
        let granule_us = granule * 1_000_000;
        let mut granules: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for (at, value) in &self.values {
            granules.entry(at.micros().div_euclid(granule_us)).or_default().push(*value);
        }
        let Some((newest, _)) = granules.last_key_value() else { return Vec::new() };
        let days = self.policy.kept.iter().find(|(kept, _)| *kept == granule).unwrap().1;
        let oldest = newest - days * 86400 / granule;
        let kept = granules.into_iter().filter(|(number, _)| *number > oldest);
        kept.map(|(number, values)| (Timestamp::from_micros(number * granule_us), of(method, &values))).collect()
    }
}

/// What the values of a granule become, as Gnocchi writes numbers.
fn of(method: &str, values: &[i64]) -> String {
    let value = match method {
        "mean" => {
            let (sum, count) = (values.iter().sum::<i64>(), i64::try_from(values.len()).unwrap());
            let thousandths = sum * 1000 / count;
            return format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
        }
        "max" => *values.iter().max().unwrap(),
        "last" => *values.last().unwrap(),
        other => panic!("{other}"),
    };
    format!("{value}.0")
}
