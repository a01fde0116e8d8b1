//! How an aggregate behaves: what is read of a sample, what that adds, and in which unit.
//!
//! Which aggregate does which is said once, in [`Aggregate::behaviour`](super::kind::Aggregate); all other questions
//! are answered from that.

/// Everything that tells one aggregate from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Behaviour {
    /// Its name in configuration and output.
    pub name: &'static str,
    pub reads: Reads,
    pub adds: Adds,
    pub unit: VolumeUnit,
}

/// What is read of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reads {
    /// Its value.
    Value,
    /// 1 if the resource's state is charged, and else 0.
    State,
    /// 1: that it is there.
    Presence,
}

/// What is added of what is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Adds {
    /// Each, as often as it came.
    Each,
    /// Each, for as long as it held.
    Held,
    /// The largest of each slice of time with a sample, for as long as the slice is.
    PerSlice,
    /// How far each is above the one before: dips take off, resets are survived.
    Rise,
    /// One for the whole period.
    Once(OfPeriod),
}

/// What a period's samples come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OfPeriod {
    Largest,
    Smallest,
    Mean,
    Last,
}

/// The unit of a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum VolumeUnit {
    /// The values'.
    OfValues,
    /// The values', for hours.
    OfValuesHour,
    Hour,
    /// A number of samples, which the entry may call something.
    Number,
}

impl Behaviour {
    /// Whether it also looks at the last sample before the period, if that is within `max_gap` of it.
    pub const fn looks_back(self) -> bool {
        match self.adds {
            Adds::Held | Adds::Rise => true,
            Adds::Each | Adds::PerSlice | Adds::Once(_) => false,
        }
    }

    /// Whether it cuts the period into slices.
    pub const fn is_sliced(self) -> bool {
        match self.adds {
            Adds::PerSlice => true,
            Adds::Each | Adds::Held | Adds::Rise | Adds::Once(_) => false,
        }
    }

    /// Whether volumes are sums over time, in which a deletion counts 0.
    pub const fn is_over_time(self) -> bool {
        match self.adds {
            Adds::Held | Adds::PerSlice => true,
            Adds::Each | Adds::Rise | Adds::Once(_) => false,
        }
    }

    /// Whether what lies between two samples belongs to the later one; and so the earlier one's value matters,
    /// whether or not it is charged.
    pub const fn is_rise(self) -> bool {
        match self.adds {
            Adds::Rise => true,
            Adds::Each | Adds::Held | Adds::PerSlice | Adds::Once(_) => false,
        }
    }

    /// Whether the volumes of a period's parts add up to the whole period's.
    pub const fn is_additive(self) -> bool {
        match self.adds {
            Adds::Each | Adds::Held | Adds::PerSlice | Adds::Rise => true,
            Adds::Once(_) => false,
        }
    }

    /// Whether the samples' values matter, and not only that there are some.
    pub const fn reads_values(self) -> bool {
        match self.reads {
            Reads::Value => true,
            Reads::State | Reads::Presence => false,
        }
    }

    /// Whether a sample holds until the next one.
    pub const fn holds(self) -> bool {
        match self.adds {
            Adds::Held => true,
            Adds::Each | Adds::PerSlice | Adds::Rise | Adds::Once(_) => false,
        }
    }

    /// Whether a sample that says that its resource is gone counts for nothing at all.
    pub const fn leaves_out_gone(self) -> bool {
        match self.adds {
            Adds::Once(_) => true,
            Adds::Each => !self.reads_values(),
            Adds::Held | Adds::PerSlice | Adds::Rise => false,
        }
    }

    /// Whether values are levels, each of which is charged.
    pub const fn reads_levels(self) -> bool {
        match self.adds {
            Adds::Held | Adds::PerSlice | Adds::Once(_) => self.reads_values(),
            Adds::Each | Adds::Rise => false,
        }
    }

    /// Whether the volume's unit depends on the samples'.
    pub const fn keeps_unit(self) -> bool {
        match self.unit {
            VolumeUnit::OfValues | VolumeUnit::OfValuesHour => true,
            VolumeUnit::Hour | VolumeUnit::Number => false,
        }
    }

    /// Whether the unit that an entry says makes a difference.
    pub const fn heeds_unit(self) -> bool {
        match self.unit {
            VolumeUnit::OfValues | VolumeUnit::OfValuesHour | VolumeUnit::Number => true,
            VolumeUnit::Hour => false,
        }
    }

    /// The unit of its volume: of values in `values`, by an entry that says `own`.
    pub fn unit_of(self, values: &str, own: Option<&str>) -> String {
        match self.unit {
            VolumeUnit::OfValues => values.to_owned(),
            VolumeUnit::OfValuesHour => format!("{values}·hour"),
            VolumeUnit::Hour => "hour".to_owned(),
            VolumeUnit::Number => own.unwrap_or("1").to_owned(),
        }
    }
}
