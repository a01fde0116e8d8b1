//! Entries for usual clouds.

use super::entry::{Entry, MaxGap};
use super::kind::Aggregate;
use super::template::Template;
use crate::decimal::Decimal;

/// The meter by which Ceilometer counted instances until 2017.
pub const INSTANCE: &str = "instance";

/// A meter that every instance has that is polled.
const CPU: &str = "cpu";

impl Entry {
    /// What is charged when the configuration does not say otherwise (semantics 4).
    pub fn built_in() -> Vec<Entry> {
        let instance = Template::of_metadata(&["instance_type", "flavor.name", "flavor_name"]).or("instance");
        vec![
            Entry { service: instance, ..Entry::new("instance", "Compute", Aggregate::Uptime) },
            Entry::new("volume.size", "Block storage", Aggregate::MaxPerSlice),
            Entry::new("storage.objects.size", "Object storage", Aggregate::MaxPerSlice),
            // Since 2016 its samples' value is Neutron's status: 1 active, 3 down, 7 error, -1 unknown.
            Entry { value: Some(Decimal::ONE), ..Entry::new("ip.floating", "Network", Aggregate::MaxPerSlice) },
            Entry::new("network.incoming.bytes", "Network", Aggregate::Increase),
            Entry::new("network.outgoing.bytes", "Network", Aggregate::Increase),
        ]
    }

    /// The same for a cloud of today that is polled: Ceilometer has no meter `instance` since 2017, and `cpu` says that
    /// one exists.
    pub fn polling() -> Vec<Entry> {
        let mut entries = Entry::built_in();
        for entry in entries.iter_mut().filter(|entry| entry.meter == INSTANCE) {
            CPU.clone_into(&mut entry.meter);
        }
        entries
    }

    /// The same for a cloud in which nobody polls: what exists is announced when it changes, and holds until
    /// then, however long that takes. Units are those of the built-in entries, so prices fit both.
    ///
    /// Counters, and the sizes of object storage, exist only where somebody polls; they stay as they are. That a
    /// floating IP is deleted was never announced under its own project, and not at all since 2016: its hold ends where
    /// the source shows another project's announcement; else it is told after `stale_after`.
    pub fn notifications() -> Vec<Entry> {
        let mut entries = Entry::built_in();
        for entry in &mut entries {
            match entry.meter.as_str() {
                "instance" => entry.max_gap = MaxGap::Unlimited,
                "volume.size" | "ip.floating" => {
                    (entry.aggregate, entry.max_gap) = (Aggregate::Integral, MaxGap::Unlimited);
                }
                _ => {}
            }
        }
        entries
    }
}
