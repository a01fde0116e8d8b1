//! The aggregates: what samples can become.

use serde::{Deserialize, Serialize};

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

    /// Whether it also looks at the last sample before the period, if that is within `max_gap` of it.
    pub fn looks_back(self) -> bool {
        matches!(self, Aggregate::Integral | Aggregate::Uptime | Aggregate::Increase)
    }

    /// Whether it cuts the period into slices.
    pub fn is_sliced(self) -> bool {
        matches!(self, Aggregate::MaxPerSlice | Aggregate::ExistsPerSlice)
    }

    /// Whether the samples' values matter, and not only that there are some.
    pub fn reads_values(self) -> bool {
        !matches!(self, Aggregate::Uptime | Aggregate::Count)
    }

    /// Whether volumes are sums over time, in which a deletion counts 0.
    pub(super) fn is_over_time(self) -> bool {
        matches!(self, Aggregate::MaxPerSlice | Aggregate::Integral | Aggregate::Uptime | Aggregate::ExistsPerSlice)
    }

    /// Whether the volumes of a period's parts add up to the whole period's.
    pub fn is_additive(self) -> bool {
        !matches!(self, Aggregate::Max | Aggregate::Min | Aggregate::Mean | Aggregate::Last)
    }
}
