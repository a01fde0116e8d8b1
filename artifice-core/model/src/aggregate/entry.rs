//! Entries: which meter is charged, as what, and how its samples become a volume.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::condition::Condition;
use super::kind::Aggregate;
use super::plausible::Plausible;
use super::scaling::Scaling;
use super::template::Template;
use crate::decimal::Decimal;
use crate::time::{HOUR_US, Period, Timestamp};

/// How long a sample speaks for its resource when no other follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaxGap {
    /// That many microseconds.
    Micros(i64),
    /// Until the next one, however long that takes: for resources that are only announced when they change. A sample
    /// that does not say on which occasion it was taken holds for [`Entry::unannounced_us`] all the same.
    Unlimited,
}

impl MaxGap {
    /// Microseconds, `i64::MAX` for unlimited.
    pub fn micros(self) -> i64 {
        match self {
            MaxGap::Micros(micros) => micros,
            MaxGap::Unlimited => i64::MAX,
        }
    }
}

/// One entry of `meters:`. (A statement keeps those that it was made by.)
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its name, unique among the entries.
    pub id: String,
    /// The meter it reads.
    pub meter: String,
    /// The part of the statement its lines stand in.
    pub section: String,
    /// What is priced. A sample of which it can make no text is not charged.
    pub service: Template,
    /// Which samples are charged: those for which all of this holds. What the others say of the resource
    /// (that a state ended, what a counter read, where it ran) counts all the same.
    pub conditions: Vec<Condition>,
    /// How samples become a volume.
    pub aggregate: Aggregate,
    /// The unit of the values, in the place of what the samples say; of `count`, the unit of its volume.
    pub unit: Option<String>,
    /// What is taken for each sample's value, in the place of what metering says: for meters whose value is a code
    /// and not a quantity.
    pub value: Option<Decimal>,
    /// What becomes of a value before it is aggregated.
    pub scaling: Scaling,
    /// The width of a slice, in microseconds.
    pub slice_us: i64,
    /// How long a sample holds.
    pub max_gap: MaxGap,
    /// How long a sample holds, where `max_gap` is unlimited, that names no event: nobody would announce its end.
    pub unannounced_us: i64,
    /// After how long without news, where `max_gap` is unlimited, somebody should look whether a resource is still
    /// there.
    pub stale_after_us: i64,
    /// Below which part of the reading before a counter was reset, and did not only dip.
    pub reset_below: Decimal,
    /// Which readings nobody should charge unseen.
    pub plausible: Plausible,
    /// The states in which a resource is charged (`uptime`), in lower case.
    pub states: Vec<String>,
    /// The states, beside `deleted`, that say that the resource is gone, in lower case.
    pub gone: Vec<String>,
    /// Where the state is read.
    pub state: Template,
    /// What people call the resource.
    pub resource_name: Template,
    /// What says the location, before hosts and the region do.
    pub location: Option<Template>,
}

/// The metadata key that says on which occasion a sample was taken.
pub const EVENT_TYPE: &str = "event_type";

/// The metadata key of the host.
pub(super) const HOST: &str = "host";

/// The default of `stale_after`: what is audited monthly has been heard of by then.
const STALE_AFTER_US: i64 = 35 * 24 * HOUR_US;

/// The default of `reset_below`: a reading this far below the one before is of a counter that began anew. What lies
/// between is a late reading of another poller.
const RESET_BELOW: Decimal = Decimal::NINE_TENTHS;

/// The states of an instance that occupies its host (semantics 4).
const BILLABLE_STATES: [&str; 5] = ["active", "paused", "rescued", "resized", "verify_resize"];

impl Entry {
    /// An entry with the usual parameters, charged as the meter's name.
    pub fn new(meter: &str, section: &str, aggregate: Aggregate) -> Self {
        Entry {
            id: meter.to_owned(),
            meter: meter.to_owned(),
            section: section.to_owned(),
            service: Template::of_metadata(&[]).or(meter),
            conditions: Vec::new(),
            aggregate,
            unit: None,
            value: None,
            scaling: Scaling::default(),
            slice_us: HOUR_US,
            max_gap: MaxGap::Micros(2 * HOUR_US),
            unannounced_us: 2 * HOUR_US,
            stale_after_us: STALE_AFTER_US,
            reset_below: RESET_BELOW,
            plausible: Plausible::default(),
            gone: Vec::new(),
            states: BILLABLE_STATES.map(str::to_owned).into(),
            state: Template::of_metadata(&["state", "status"]),
            resource_name: Template::of_metadata(&["display_name", "name"]),
            location: None,
        }
    }

    /// Whether what is gone stays gone, whatever is heard of it later, and holds need somebody to end them: where they
    /// have no end of their own.
    pub fn holds_without_end(&self) -> bool {
        self.max_gap == MaxGap::Unlimited && self.aggregate.holds()
    }

    /// How long a sample holds, in microseconds.
    pub(super) fn hold_us(&self, names_event: bool) -> i64 {
        match self.max_gap {
            MaxGap::Micros(micros) => micros,
            MaxGap::Unlimited if names_event => i64::MAX,
            MaxGap::Unlimited => self.unannounced_us,
        }
    }

    /// The metadata keys that charging by this entry reads.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        [&self.service, &self.state, &self.resource_name]
            .into_iter()
            .chain(&self.location)
            .flat_map(Template::keys)
            .chain(self.conditions.iter().map(|condition| condition.key.as_str()))
            .chain([EVENT_TYPE, HOST])
    }

    /// Of instants in a period, those at which its volume can be cut: any, where volumes of a period's parts
    /// add up; between two slices, where there are slices; none otherwise.
    pub fn cuts(&self, period: Period, instants: &[Timestamp]) -> Arc<[Timestamp]> {
        let between_slices = |at: Timestamp| (at.micros() - period.start().micros()) % self.slice_us == 0;
        let is_cut = |at: &Timestamp| {
            let inside = period.start() < *at && *at < period.end();
            inside && self.aggregate.is_additive() && (!self.aggregate.is_sliced() || between_slices(*at))
        };
        let mut cuts: Vec<Timestamp> = instants.iter().copied().filter(is_cut).collect();
        cuts.sort_unstable();
        cuts.dedup();
        cuts.into()
    }

    /// Whether some sample's use might be charged by both as the same service: they read one meter, always
    /// make the same service of a sample, and no condition of one excludes what the other wants.
    pub fn doubles(&self, other: &Entry) -> bool {
        let constant = self.service.constant().is_some() && self.service.constant() == other.service.constant();
        self.meter == other.meter && (constant || self.service == other.service) && !self.excludes(other)
    }

    /// Whether both read one meter, but want different metadata: then no sample of it is charged by both.
    pub fn excludes(&self, other: &Entry) -> bool {
        let differ = |one: &Condition| other.conditions.iter().any(|another| one.excludes(another));
        self.meter == other.meter && self.conditions.iter().any(differ)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An entry of a meter, charged as `service`, that wants metadata such as `"type=ssd,nvme zone=a"`.
    fn entry(meter: &str, service: &[&str], wanted: &str) -> Entry {
        let condition = |(key, values): (&str, &str)| Condition {
            key: key.to_owned(),
            values: values.split(',').map(str::to_owned).collect(),
        };
        let conditions = wanted.split_whitespace().filter_map(|text| text.split_once('=')).map(condition).collect();
        let service = Template::new(service).unwrap();
        Entry { service, conditions, ..Entry::new(meter, "S", Aggregate::Sum) }
    }

    #[test]
    fn entries_of_one_meter_exclude_one_another_where_they_want_different_metadata() {
        let excludes =
            |meter: &str, one: &str, other: &str| entry("m", &["s"], one).excludes(&entry(meter, &["s"], other));
        assert!(excludes("m", "type=ssd", "type=hdd") && excludes("m", "a=1 type=ssd", "type=hdd b=1"));
        assert!(excludes("m", "type=ssd,nvme", "type=hdd,tape"));
        // A sample may have both, be it the same value or another key; what another meter says is another's.
        for other in ["type=hdd,ssd", "type=ssd", "zone=hdd", ""] {
            assert!(!excludes("m", "type=ssd,nvme", other), "{other}");
        }
        assert!(!excludes("n", "type=ssd", "type=hdd"));
    }

    #[test]
    fn entries_of_one_meter_double_what_both_charge_as_the_same_service() {
        let doubles = |one: &Entry, other: &Entry| one.doubles(other) && other.doubles(one);
        let disk = entry("m", &["disk"], "type=ssd");
        for other in [entry("m", &["disk"], ""), entry("m", &["disk", "never"], "type=ssd"), disk.clone()] {
            assert!(doubles(&disk, &other), "{other:?}");
        }
        let by_flavor = entry("m", &["{metadata.flavor}", "disk"], "");
        assert!(doubles(&by_flavor, &by_flavor));
        for other in [
            entry("n", &["disk"], "type=ssd"),
            entry("m", &["tape"], "type=ssd"),
            entry("m", &["disk"], "type=hdd"),
            by_flavor.clone(),
        ] {
            assert!(!disk.doubles(&other) && !other.doubles(&disk), "{other:?}");
        }
        assert!(!by_flavor.doubles(&entry("m", &["{metadata.type}", "disk"], "")));
    }

    #[test]
    fn an_entry_reads_the_keys_of_its_templates_and_conditions_the_event_and_the_host() {
        let location = Some(Template::of_metadata(&["az"]));
        let entry = Entry { location, ..entry("m", &["{metadata.flavor}", "disk"], "type=ssd") };
        let keys: Vec<&str> = entry.keys().collect();
        assert_eq!(keys, ["flavor", "state", "status", "display_name", "name", "az", "type", "event_type", "host"]);
    }

    #[test]
    fn a_volume_is_cut_inside_its_period_and_where_its_slices_meet() {
        // Hours that begin at twenty to.
        let start: Timestamp = "2026-01-01T00:40:00Z".parse().unwrap();
        let at = |minutes: i64| start.plus(minutes * HOUR_US / 60);
        let period = Period::new(start, at(180)).unwrap();
        let instants = [120, 20, 60, 180, 0, -60, 240, 60].map(at);
        let cuts = |aggregate| Entry::new("m", "S", aggregate).cuts(period, &instants).to_vec();
        assert_eq!(cuts(Aggregate::Sum), [at(20), at(60), at(120)]);
        assert_eq!(cuts(Aggregate::MaxPerSlice), [at(60), at(120)]);
        assert_eq!(cuts(Aggregate::Max), []);
    }
}
