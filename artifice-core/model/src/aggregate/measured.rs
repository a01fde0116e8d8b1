//! In which unit an entry's volumes will be, as far as that is known before anything was metered.

use super::behaviour::VolumeUnit;
use super::entry::Entry;
use crate::units::Unit;

/// In which unit a meter's samples are, where its documentation says so (Ceilometer's "Measurements"). Sizes may
/// come in other units of bytes: only the kind matters.
const UNITS: [(&str, &[&str]); 9] = [
    ("instance", &["instance"]),
    ("ip", &["ip.floating"]),
    (
        "GB",
        &[
            "volume.size",
            "snapshot.size",
            "volume.snapshot.size",
            "volume.backup.size",
            "disk.root.size",
            "disk.ephemeral.size",
        ],
    ),
    (
        "B",
        &[
            "network.incoming.bytes",
            "network.outgoing.bytes",
            "storage.objects.size",
            "storage.objects.incoming.bytes",
            "storage.objects.outgoing.bytes",
            "image.size",
            "image.download",
            "image.serve",
            "disk.read.bytes",
            "disk.write.bytes",
            "disk.device.read.bytes",
            "disk.device.write.bytes",
            "bandwidth",
        ],
    ),
    ("MB", &["memory", "memory.usage"]),
    ("vcpu", &["vcpus"]),
    ("ns", &["cpu"]),
    ("object", &["storage.objects"]),
    ("container", &["storage.objects.containers"]),
];

impl Entry {
    /// The unit of its volumes; none where only the samples tell it.
    pub fn unit_of_volumes(&self) -> Option<String> {
        let behaviour = self.aggregate.behaviour();
        let documented = UNITS.iter().find(|(_, meters)| meters.contains(&self.meter.as_str())).map(|(unit, _)| *unit);
        match self.unit.as_deref().or(documented) {
            None if behaviour.keeps_unit() => None,
            values => Some(behaviour.unit_of(values.unwrap_or_default(), self.unit.as_deref())),
        }
    }

    /// Whether a price per `per` may ever be one for its volumes.
    pub fn may_cost_per(&self, per: &Unit) -> bool {
        match self.unit_of_volumes() {
            _ if per.is_the_volumes() => true,
            Some(unit) => Unit::of_volume(&unit).is_like(per),
            // Whatever the values are in, they are held for hours.
            None => self.aggregate.behaviour().unit != VolumeUnit::OfValuesHour || per.is_timed(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Aggregate;
    use super::*;

    #[test]
    fn a_unit_is_known_of_meters_that_have_one_of_entries_that_say_it_and_of_hours() {
        let unit = |meter: &str, aggregate| Entry::new(meter, "s", aggregate).unit_of_volumes();
        for (meter, aggregate, expected) in [
            ("ip.floating", Aggregate::MaxPerSlice, Some("ip·hour")),
            ("volume.size", Aggregate::Integral, Some("GB·hour")),
            ("volume.size", Aggregate::Last, Some("GB")),
            ("network.incoming.bytes", Aggregate::Increase, Some("B")),
            ("network.incoming.bytes", Aggregate::Count, Some("1")),
            ("gpu", Aggregate::ExistsPerSlice, Some("hour")),
            ("gpu", Aggregate::Integral, None),
        ] {
            assert_eq!(unit(meter, aggregate).as_deref(), expected, "{meter} {aggregate:?}");
        }
        let own = Entry { unit: Some("address".to_owned()), ..Entry::new("ip.floating", "s", Aggregate::Max) };
        assert_eq!(own.unit_of_volumes().as_deref(), Some("address"));
    }

    #[test]
    fn a_price_fits_if_some_sample_can_make_it_fit() {
        let fits = |meter: &str, aggregate, per: &str| {
            Entry::new(meter, "s", aggregate).may_cost_per(&Unit::of_price(per, 600_000_000).unwrap())
        };
        for (meter, aggregate, per) in [
            ("ip.floating", Aggregate::MaxPerSlice, "ip per day"),
            ("volume.size", Aggregate::MaxPerSlice, "GiB per month"),
            ("network.outgoing.bytes", Aggregate::Increase, "GB"),
            ("instance", Aggregate::Uptime, "duration"),
            ("gpu", Aggregate::Integral, "gpu per hour"),
            ("gpu", Aggregate::Integral, "hour"),
            ("gpu", Aggregate::Sum, "hour"),
        ] {
            assert!(fits(meter, aggregate, per), "{meter} {per}");
        }
        for (meter, aggregate, per) in [
            ("ip.floating", Aggregate::MaxPerSlice, "hour"),
            ("ip.floating", Aggregate::MaxPerSlice, "ip"),
            ("volume.size", Aggregate::MaxPerSlice, "GB"),
            ("network.outgoing.bytes", Aggregate::Increase, "GB per month"),
            ("instance", Aggregate::Uptime, "instance per hour"),
            ("gpu", Aggregate::Integral, "gpu"),
        ] {
            assert!(!fits(meter, aggregate, per), "{meter} {per}");
        }
        assert!(Entry::new("ip.floating", "s", Aggregate::Max).may_cost_per(&Unit::of_the_volume()));
    }
}
