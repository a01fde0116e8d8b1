//! Entries: which meter is charged, as what, and how its samples become a volume.

use serde::{Deserialize, Serialize};

use super::template::Template;
use crate::time::HOUR_US;

/// How the samples of a period become one volume (semantics 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    /// Σ over slices that hold a sample of the slice's largest value × its hours.
    MaxPerSlice,
    /// Σ value × hours held, each sample holding until the next one.
    Integral,
    /// Hours in a billable state.
    Uptime,
    /// Σ hours of slices that hold a sample above 0.
    ExistsPerSlice,
    /// The largest value.
    Max,
    /// The smallest value.
    Min,
    /// The plain mean of the values.
    Mean,
    /// The last value.
    Last,
    /// Σ value.
    Sum,
    /// How far a counter went up, resets survived.
    Increase,
    /// The number of samples.
    Count,
}

impl Aggregate {
    /// Every aggregate.
    pub const ALL: [Aggregate; 11] = [
        Aggregate::MaxPerSlice,
        Aggregate::Integral,
        Aggregate::Uptime,
        Aggregate::ExistsPerSlice,
        Aggregate::Max,
        Aggregate::Min,
        Aggregate::Mean,
        Aggregate::Last,
        Aggregate::Sum,
        Aggregate::Increase,
        Aggregate::Count,
    ];

    /// The aggregate of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|aggregate| aggregate.name() == name)
    }

    /// Its name in configuration and output.
    pub fn name(self) -> &'static str {
        match self {
            Aggregate::MaxPerSlice => "max_per_slice",
            Aggregate::Integral => "integral",
            Aggregate::Uptime => "uptime",
            Aggregate::ExistsPerSlice => "exists_per_slice",
            Aggregate::Max => "max",
            Aggregate::Min => "min",
            Aggregate::Mean => "mean",
            Aggregate::Last => "last",
            Aggregate::Sum => "sum",
            Aggregate::Increase => "increase",
            Aggregate::Count => "count",
        }
    }

    /// The unit of its volume, for samples in `unit`.
    pub fn unit_of(self, unit: &str) -> String {
        match self {
            Aggregate::MaxPerSlice | Aggregate::Integral => format!("{unit}·hour"),
            Aggregate::Uptime | Aggregate::ExistsPerSlice => "hour".to_owned(),
            Aggregate::Count => "1".to_owned(),
            _ => unit.to_owned(),
        }
    }

    /// Whether the volume's unit depends on the samples'.
    pub(super) fn keeps_unit(self) -> bool {
        !matches!(self, Aggregate::Uptime | Aggregate::ExistsPerSlice | Aggregate::Count)
    }

    /// Whether it also looks at the last sample before the period.
    pub fn looks_back(self) -> bool {
        matches!(self, Aggregate::Integral | Aggregate::Uptime | Aggregate::Increase)
    }

    /// Whether volumes are sums over time, in which a deletion counts 0.
    pub(super) fn is_over_time(self) -> bool {
        matches!(self, Aggregate::MaxPerSlice | Aggregate::Integral | Aggregate::Uptime | Aggregate::ExistsPerSlice)
    }
}

/// How long a sample speaks for its resource when no other follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxGap {
    /// That many microseconds.
    Micros(i64),
    /// Until the next one, however long that takes: for resources that are only announced when they change.
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

/// One entry of `meters:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name, unique among the entries.
    pub id: String,
    /// The meter it reads.
    pub meter: String,
    /// The part of the statement its lines stand in.
    pub section: String,
    /// What is priced.
    pub service: Template,
    /// How samples become a volume.
    pub aggregate: Aggregate,
    /// The width of a slice, in microseconds.
    pub slice_us: i64,
    /// How long a sample holds.
    pub max_gap: MaxGap,
    /// The states in which a resource is charged (`uptime`), in lower case.
    pub states: Vec<String>,
    /// Where the state is read.
    pub state: Template,
    /// What people call the resource.
    pub resource_name: Template,
    /// The host that tells the location.
    pub location: Template,
}

/// The metadata key that says on which occasion a sample was taken.
pub const EVENT_TYPE: &str = "event_type";

impl Entry {
    /// An entry with the usual parameters, charged as the meter's name.
    pub fn new(meter: &str, section: &str, aggregate: Aggregate) -> Self {
        Entry {
            id: meter.to_owned(),
            meter: meter.to_owned(),
            section: section.to_owned(),
            service: Template::of_metadata(&[]).or(meter),
            aggregate,
            slice_us: HOUR_US,
            max_gap: MaxGap::Micros(2 * HOUR_US),
            states: BILLABLE_STATES.map(str::to_owned).into(),
            state: Template::of_metadata(&["state", "status"]),
            resource_name: Template::of_metadata(&["display_name", "name"]),
            location: Template::of_metadata(&["host"]),
        }
    }

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

    /// The metadata keys that charging by this entry reads.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        [&self.service, &self.state, &self.resource_name, &self.location]
            .into_iter()
            .flat_map(Template::keys)
            .chain([EVENT_TYPE])
    }
}

/// The states of an instance that occupies its host (semantics 4).
const BILLABLE_STATES: [&str; 5] = ["active", "paused", "rescued", "resized", "verify_resize"];
