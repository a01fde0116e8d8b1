//! Entries for usual clouds.

use super::entry::{Entry, MaxGap};
use super::kind::Aggregate;
use super::template::Template;

impl Entry {
    /// What is charged when the configuration does not say otherwise (semantics 4).
    pub fn built_in() -> Vec<Entry> {
        let instance = Template::of_metadata(&["instance_type", "flavor.name", "flavor_name"]).or("instance");
        vec![
            Entry { service: instance, ..Entry::new("instance", "Compute", Aggregate::Uptime) },
            Entry::new("volume.size", "Block storage", Aggregate::MaxPerSlice),
            Entry::new("storage.objects.size", "Object storage", Aggregate::MaxPerSlice),
            Entry::new("ip.floating", "Network", Aggregate::MaxPerSlice),
            Entry::new("network.incoming.bytes", "Network", Aggregate::Increase),
            Entry::new("network.outgoing.bytes", "Network", Aggregate::Increase),
        ]
    }

    /// The same for a cloud in which nobody polls: what exists is announced when it changes, and holds until
    /// then, however long that takes. Units are those of the built-in entries, so prices fit both.
    ///
    /// Counters, and the sizes of object storage, exist only where somebody polls; they stay as they are.
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
