//! Aggregation: the samples of one resource, by one entry, over one period, become volumes.
//!
//! The samples of a series are pushed in order ([`Sample::order`](crate::sample::Sample::order)), repetitions already left out,
//! and the memory needed does not grow with their number. What each [`Aggregate`] means stands
//! in the table of README.md ("What a volume is"); three rules hold for all of them:
//!
//! - **Service and location belong to the sample.** Each contribution goes to the service and
//!   location of the sample that makes it, so a resized or migrated resource gives one volume each.
//! - **Exact, rounded once.** Sums are exact, a volume is rounded to 6 decimals half away from zero.
//! - **No sample in reach gives no volume**, which is not a volume of 0.

mod aggregator;
mod behaviour;
mod condition;
mod contribution;
mod ending;
mod entry;
mod evidence;
mod groups;
mod kind;
mod life;
mod measured;
mod parts;
mod plausible;
mod presets;
mod rate_limit;
mod reader;
mod reading;
mod rise;
mod scaling;
mod skipping;
mod takeovers;
mod template;
mod units;
#[cfg(test)]
mod vectors;
mod walk;

use std::sync::Arc;

pub use aggregator::Aggregator;
pub use condition::Condition;
pub use entry::{EVENT_TYPE, Entry, MaxGap};
pub use evidence::{Evidence, Gaps};
pub use kind::Aggregate;
pub use life::Short;
pub use parts::{Far, VolumeParts};
pub use plausible::{Implausible, Implausibles, MaxRate, Plausible};
pub use presets::INSTANCE;
pub use reading::{Locations, matches};
pub use scaling::{Factor, NotAFactor, Scaling};
pub use takeovers::Takeover;
pub use template::{Template, TemplateError};

use crate::decimal::Decimal;
use crate::exact::Overflow;
use crate::time::Timestamp;

/// What was used of one service at one location.
#[derive(Debug, Clone)]
pub struct Volume {
    /// What is priced.
    pub service: Arc<str>,
    /// Where it ran.
    pub location: Arc<str>,
    /// What people call the resource.
    pub resource_name: Option<Arc<str>>,
    /// How much, in `unit`.
    pub volume: Decimal,
    /// The unit, with `·hour` where time is in it.
    pub unit: String,
    /// The volume in parts, where it can be cut.
    pub parts: VolumeParts,
    /// The samples it rests on.
    pub evidence: Evidence,
}

/// What came of a series.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The volumes, one for each service and location.
    pub volumes: Vec<Volume>,
    /// How many samples inside the period were not charged because [`Entry::service`] can make no text of them.
    pub without_service: u64,
    /// If the series was charged for less than half of the time it is known to exist.
    pub short: Option<Short>,
    /// How many of the volumes are of counters that went down altogether: they are 0.
    pub below_zero: u64,
    /// If the series is charged to the period's end by a hold without an end, and nothing was heard of it for
    /// [`Entry::stale_after_us`]: when it was heard of last.
    pub unheard: Option<Timestamp>,
    /// How many charged samples inside the period say on which occasion they were taken.
    pub announced: u64,
    /// How many do not.
    pub unannounced: u64,
    /// Two units of one family, if there were two: the volumes are in the second.
    pub units: Option<(Arc<str>, Arc<str>)>,
    /// Hosts of charged samples that nothing maps to a location; not all where there are many.
    pub unmapped: Vec<Arc<str>>,
    /// Implausible readings inside the period that were left out.
    pub left_out: Implausibles,
    /// Whether the resource was gone before the period began, and is so still.
    pub is_gone: bool,
}

/// Why samples cannot be aggregated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AggregateError {
    /// A sum is too large.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// A value that is multiplied, or increased, does not fit.
    #[error("{value}, at {at}, × factor + offset has more than 38 digits; correct the metering, or the entry {entry}")]
    Scaled {
        /// The value.
        value: Decimal,
        /// Its sample's time.
        at: Timestamp,
        /// The entry's id.
        entry: String,
    },
    /// A counter's largest rate is in a unit that has nothing to do with the counter's.
    #[error("max_rate of the entry {entry}: {why}; give it in the samples' unit, without a unit, or `none`")]
    Rate {
        /// The entry's id.
        entry: String,
        /// Why.
        why: String,
    },
    /// Two samples of one series are in different units.
    #[error(
        "samples in '{one}' and, at {at}, in '{other}': a sum of both means nothing; \
         correct the metering, leave one of the two out of the samples, or say in which unit all are (`unit` of the \
         entry)"
    )]
    Units {
        /// The unit of the samples before.
        one: Arc<str>,
        /// The unit of this one.
        other: Arc<str>,
        /// When the unit changed.
        at: Timestamp,
    },
}
