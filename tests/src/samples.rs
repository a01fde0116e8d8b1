//! Metering: samples as Ceilometer sends them.

use artifice_model::Timestamp;
use artifice_model::time::HOUR_US;
use serde_json::{Value, json};

/// One sample, as a line.
pub fn sample(
    tenant: &str,
    resource: &str,
    meter: &str,
    kind: &str,
    unit: &str,
    at: Timestamp,
    volume: Value,
) -> Value {
    json!({
        "project_id": tenant,
        "resource_id": resource,
        "counter_name": meter,
        "counter_type": kind,
        "counter_unit": unit,
        "counter_volume": volume,
        "timestamp": at.to_string().trim_end_matches('Z'),
        "message_id": format!("{tenant}-{resource}-{meter}-{at}"),
        "resource_metadata": {"host": "akl-1"},
    })
}

fn instant(text: &str) -> Timestamp {
    let full = if text.len() == 10 { format!("{text}T00:00:00") } else { text.to_owned() };
    full.parse().unwrap()
}

fn hourly(from: &str, hours: u32) -> impl Iterator<Item = Timestamp> + use<> {
    let from = instant(from);
    (0..hours).map(move |hour| from.plus(i64::from(hour) * HOUR_US))
}

fn text(samples: impl IntoIterator<Item = Value>) -> String {
    samples.into_iter().map(|sample| format!("{sample}\n")).collect()
}

/// A virtual machine, seen every hour.
#[derive(Debug, Clone)]
pub struct Vm {
    tenant: String,
    id: String,
    name: String,
    flavor: String,
    host: String,
}

impl Vm {
    pub fn of(tenant: &str, id: &str) -> Vm {
        let [tenant, id, name] = [tenant, id, id].map(str::to_owned);
        Vm { tenant, id, name, flavor: "m1.nano".to_owned(), host: "akl-1".to_owned() }
    }

    pub fn named(mut self, name: &str) -> Vm {
        name.clone_into(&mut self.name);
        self
    }

    pub fn flavor(mut self, flavor: &str) -> Vm {
        flavor.clone_into(&mut self.flavor);
        self
    }

    pub fn host(mut self, host: &str) -> Vm {
        host.clone_into(&mut self.host);
        self
    }

    /// Active from then on, and shut off so many hours later: as many hours are billed.
    pub fn active(&self, from: &str, hours: u32) -> String {
        text(hourly(from, hours + 1).enumerate().map(|(index, at)| {
            let mut sample = sample(&self.tenant, &self.id, "instance", "gauge", "instance", at, json!(1));
            let last = u32::try_from(index).unwrap() == hours;
            sample["resource_metadata"] = json!({
                "host": self.host,
                "display_name": self.name,
                "instance_type": self.flavor,
                "state": if last { "stopped" } else { "active" },
            });
            sample
        }))
    }
}

/// A volume, seen every hour.
#[derive(Debug, Clone)]
pub struct Volume {
    tenant: String,
    id: String,
}

impl Volume {
    pub fn of(tenant: &str, id: &str) -> Volume {
        Volume { tenant: tenant.to_owned(), id: id.to_owned() }
    }

    /// Seen from then on in so many hours: as many times its size in GB·hour is billed.
    pub fn sized(&self, gigabytes: u32, from: &str, hours: u32) -> String {
        let size = json!(gigabytes);
        text(
            hourly(from, hours)
                .map(|at| sample(&self.tenant, &self.id, "volume.size", "gauge", "GB", at, size.clone())),
        )
    }
}

/// A counter of bytes.
#[derive(Debug, Clone)]
pub struct Counter {
    tenant: String,
    id: String,
    meter: String,
}

impl Counter {
    pub fn of(tenant: &str, id: &str, meter: &str) -> Counter {
        Counter { tenant: tenant.to_owned(), id: id.to_owned(), meter: meter.to_owned() }
    }

    /// Reads these values, hour by hour.
    pub fn counts(&self, from: &str, values: &[u64]) -> String {
        let all = hourly(from, u32::try_from(values.len()).unwrap()).zip(values);
        text(all.map(|(at, value)| sample(&self.tenant, &self.id, &self.meter, "cumulative", "B", at, json!(value))))
    }
}
