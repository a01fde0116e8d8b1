//! Nova's notifications: that a machine exists, every hour, and what happens to it in between.

use super::life::{Condition, Event, MACHINES, Machine};
use super::polled::{hours, id};
use super::random::Random;
use crate::samples::{Instant, Kind, Meter, Sample};

/// The meter that machines are charged by.
pub const INSTANCE: &str = "instance";

/// Adds the samples of all machines.
pub fn add(samples: &mut Vec<Sample>) {
    for machine in &MACHINES {
        let mut nova = Nova { machine, id: id(machine.name), random: Random::of(machine.name), samples };
        nova.hourly();
        nova.events();
    }
}

struct Nova<'a> {
    machine: &'a Machine,
    id: String,
    random: Random,
    samples: &'a mut Vec<Sample>,
}

impl Nova<'_> {
    fn hourly(&mut self) {
        for hour in hours() {
            let at = Instant(hour.0 + self.random.millis(90_000));
            if let Some(condition) = self.machine.at(at) {
                let state = if condition.running { "active" } else { "stopped" };
                self.notify(at, "exists", condition, condition.host, state);
            }
        }
    }

    fn events(&mut self) {
        let events = self.machine.events;
        for (at, event) in events {
            let before = self.machine.at(at.plus_s(-1));
            let after = self.machine.at(*at);
            match (event, before, after) {
                (Event::Create, _, Some(after)) => {
                    // The first message comes from where the order was taken: it names no real host.
                    self.notify(at.plus_s(-9), "create.start", after, "api.openstack", "building");
                    self.notify(*at, "create.end", after, after.host, "active");
                }
                (Event::Delete, Some(before), _) => {
                    self.notify(at.plus_s(-4), "delete.start", before, "conductor.openstack", "active");
                    self.notify(*at, "delete.end", before, before.host, "deleted");
                }
                (Event::Resize(_), Some(before), Some(after)) => {
                    self.notify(at.plus_s(-95), "resize.prep.start", before, "conductor.openstack", "active");
                    self.notify(*at, "finish_resize.end", after, after.host, "resized");
                    self.notify(at.plus_s(240), "resize.confirm.end", after, after.host, "active");
                }
                (Event::Reboot, _, Some(after)) => self.notify(*at, "reboot.end", after, after.host, "active"),
                (Event::Stop, _, Some(after)) => self.notify(*at, "power_off.end", after, after.host, "stopped"),
                (Event::Start, _, Some(after)) => self.notify(*at, "power_on.end", after, after.host, "active"),
                (Event::Migrate(_), _, Some(after)) => {
                    self.notify(*at, "live_migration._post.end", after, after.host, "active");
                }
                (_, _, None) | (_, None, _) => {}
            }
        }
    }

    /// A notification becomes a sample of the charged meter, and of one that nothing charges.
    fn notify(&mut self, at: Instant, event: &str, condition: Condition, host: &str, state: &str) {
        let megabytes = match condition.flavor {
            "m1.small" => 2048,
            "m1.medium" => 4096,
            _ => 8192,
        };
        let metadata = vec![
            ("event_type", format!("compute.instance.{event}")),
            ("display_name", self.machine.name.to_owned()),
            ("host", host.to_owned()),
            ("instance_type", condition.flavor.to_owned()),
            ("state", state.to_owned()),
            ("availability_zone", "None".to_owned()),
            ("memory_mb", megabytes.to_string()),
        ];
        for (meter, volume) in
            [(Meter(INSTANCE, Kind::Gauge, "instance"), 1), (Meter("memory", Kind::Gauge, "MB"), megabytes)]
        {
            self.samples.push(Sample {
                meter,
                tenant: self.machine.tenant.to_owned(),
                resource: self.id.clone(),
                volume,
                at,
                message_id: self.random.uuid(),
                metadata: metadata.clone(),
            });
        }
    }
}
