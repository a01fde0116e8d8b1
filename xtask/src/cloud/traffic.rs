//! Network traffic: counters that go up, and start anew with their machine.

use super::life::{MACHINES, Machine};
use super::polled::{hours, id};
use super::random::Random;
use crate::samples::{Instant, Kind, Meter, Sample};

/// The counters, and which part of what a machine sends passes each in an hour: 1/n.
const COUNTERS: [(&str, u64); 2] = [("network.outgoing.bytes", 1), ("network.incoming.bytes", 6)];

/// Adds both counters of every machine that has traffic.
pub fn add(samples: &mut Vec<Sample>) {
    for machine in MACHINES.iter().filter(|machine| machine.sends > 0) {
        for (meter, part) in COUNTERS {
            counter(samples, machine, Meter(meter, Kind::Cumulative, "B"), machine.sends / part);
        }
    }
}

fn counter(samples: &mut Vec<Sample>, machine: &Machine, meter: Meter, usual: u64) {
    let mut random = Random::of(&format!("{} {}", meter.0, machine.name));
    let mut count = usual * (100 + random.below(900));
    let mut boots = 0;
    for hour in hours() {
        let at = Instant(hour.0 + 600_000 + random.millis(20_000));
        let (passed, message_id) = (usual / 2 + random.below(usual), random.uuid());
        // A machine that is switched off has nothing to count.
        let Some(condition) = machine.at(at).filter(|condition| condition.running) else { continue };
        if condition.boots > boots {
            (boots, count) = (condition.boots, 0);
        }
        count += passed;
        samples.push(Sample {
            meter,
            tenant: machine.tenant.to_owned(),
            resource: format!("{}-tap0", id(machine.name)),
            volume: count,
            at,
            message_id,
            metadata: vec![
                ("display_name", machine.name.to_owned()),
                ("host", condition.host.to_owned()),
                ("name", "tap0".to_owned()),
            ],
        });
    }
}
