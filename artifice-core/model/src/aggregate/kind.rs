//! The aggregates: what samples can become, and how each behaves.

use serde::{Deserialize, Serialize};

use super::behaviour::{Adds, Behaviour, OfPeriod, Reads, VolumeUnit};

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
    /// Σ hours of slices that hold a sample of a resource that is not gone.
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

    /// All that tells it from the others. A new aggregate does not compile until it is said here.
    pub(super) const fn behaviour(self) -> Behaviour {
        use Adds::{Each, Held, Once, PerSlice, Rise};
        use Reads::{Presence, State, Value};
        use VolumeUnit::{Hour, Number, OfValues, OfValuesHour};
        let (name, reads, adds, unit) = match self {
            Aggregate::MaxPerSlice => ("max_per_slice", Value, PerSlice, OfValuesHour),
            Aggregate::Integral => ("integral", Value, Held, OfValuesHour),
            Aggregate::Uptime => ("uptime", State, Held, Hour),
            Aggregate::ExistsPerSlice => ("exists_per_slice", Presence, PerSlice, Hour),
            Aggregate::Max => ("max", Value, Once(OfPeriod::Largest), OfValues),
            Aggregate::Min => ("min", Value, Once(OfPeriod::Smallest), OfValues),
            Aggregate::Mean => ("mean", Value, Once(OfPeriod::Mean), OfValues),
            Aggregate::Last => ("last", Value, Once(OfPeriod::Last), OfValues),
            Aggregate::Sum => ("sum", Value, Each, OfValues),
            Aggregate::Increase => ("increase", Value, Rise, OfValues),
            Aggregate::Count => ("count", Presence, Each, Number),
        };
        Behaviour { name, reads, adds, unit }
    }

    /// Its name in configuration and output.
    pub const fn name(self) -> &'static str {
        self.behaviour().name
    }

    /// Whether it also looks at the last sample before the period, if that is within `max_gap` of it.
    pub const fn looks_back(self) -> bool {
        self.behaviour().looks_back()
    }

    /// Whether it cuts the period into slices.
    pub const fn is_sliced(self) -> bool {
        self.behaviour().is_sliced()
    }

    /// Whether the samples' values matter, and not only that there are some.
    pub const fn reads_values(self) -> bool {
        self.behaviour().reads_values()
    }

    /// Whether a sample holds until the next one.
    pub const fn holds(self) -> bool {
        self.behaviour().holds()
    }

    /// Whether it is of levels, each of which is charged: of them, one below 0 is odd.
    pub const fn reads_levels(self) -> bool {
        self.behaviour().reads_levels()
    }

    /// Whether it makes a difference to it that a resource is gone.
    pub const fn heeds_gone(self) -> bool {
        self.behaviour().is_over_time() || self.behaviour().leaves_out_gone()
    }

    /// Whether it is charged only in some states.
    pub fn reads_states(self) -> bool {
        self.behaviour().reads == Reads::State
    }

    /// Whether it is how far a counter went up: the same, whatever is added to all values.
    pub const fn is_rise(self) -> bool {
        self.behaviour().is_rise()
    }

    /// Whether the unit that an entry says makes a difference.
    pub const fn heeds_unit(self) -> bool {
        self.behaviour().heeds_unit()
    }

    /// Whether the volumes of a period's parts add up to the whole period's.
    pub const fn is_additive(self) -> bool {
        self.behaviour().is_additive()
    }
}

#[cfg(test)]
mod tests {
    use serde::de::IntoDeserializer;
    use serde::de::value::Error;

    use super::*;

    #[test]
    fn all_are_listed_and_called_as_they_are_stored() {
        // Only the reader of stored names knows all of them by itself; it lists them where one is wrong.
        let unknown = Aggregate::deserialize("x".into_deserializer()).map_err(|error: Error| error.to_string());
        let names = Aggregate::ALL.map(|aggregate| format!("`{}`", aggregate.name())).join(", ");
        assert_eq!(unknown, Err(format!("unknown variant `x`, expected one of {names}")));
        assert!(Aggregate::ALL.iter().all(|aggregate| Aggregate::from_name(aggregate.name()) == Some(*aggregate)));
        assert_eq!(Aggregate::from_name("x"), None);
    }

    #[test]
    fn each_heeds_what_its_definition_names() {
        // semantics 3: the table.
        let heeds = |aggregate: Aggregate| {
            let said = [
                ("before", aggregate.looks_back()),
                ("slices", aggregate.is_sliced()),
                ("values", aggregate.reads_values()),
                ("holds", aggregate.holds()),
                ("levels", aggregate.reads_levels()),
                ("gone", aggregate.heeds_gone()),
                ("states", aggregate.reads_states()),
                ("rises", aggregate.is_rise()),
                ("unit", aggregate.heeds_unit()),
                ("parts", aggregate.is_additive()),
            ];
            said.iter().filter(|(_, is)| *is).map(|(name, _)| *name).collect::<Vec<_>>().join(" ")
        };
        for (aggregate, expected) in [
            (Aggregate::MaxPerSlice, "slices values levels gone unit parts"),
            (Aggregate::Integral, "before values holds levels gone unit parts"),
            (Aggregate::Uptime, "before holds gone states parts"),
            (Aggregate::ExistsPerSlice, "slices gone parts"),
            (Aggregate::Max, "values levels gone unit"),
            (Aggregate::Min, "values levels gone unit"),
            (Aggregate::Mean, "values levels gone unit"),
            (Aggregate::Last, "values levels gone unit"),
            (Aggregate::Sum, "values unit parts"),
            (Aggregate::Increase, "before values rises unit parts"),
            (Aggregate::Count, "gone unit parts"),
        ] {
            assert_eq!(heeds(aggregate), expected, "{aggregate:?}");
        }
    }
}
