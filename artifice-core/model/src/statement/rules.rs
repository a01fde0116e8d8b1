//! By which rules a statement is made: stored with it, so that what comes later goes on by the same.

use serde::{Deserialize, Serialize};

use crate::aggregate::{Entry, Locations};

/// All that a statement was made by, but for prices: kept with it, and what adjusts it later goes on by the same.
/// One of the first edition has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// The edition of the rules.
    pub edition: Edition,
    /// For what there is a line.
    pub lines: Lines,
    /// Where taxes were rounded.
    pub tax_rounding: TaxRounding,
    /// What was charged, each with its slice and its `max_gap`.
    pub entries: Vec<Entry>,
    /// Where things ran: the region, and the datacenters.
    pub locations: Locations,
}

/// The edition of the rules of a bill (semantics).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edition {
    /// As statements were made before they said so.
    First,
    /// Today's.
    #[default]
    Second,
}

/// For what there is a line (`main.lines`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lines {
    /// For each usage.
    #[default]
    Resource,
    /// For each section, location, service, unit, segment and price: the sum of its usages.
    Service,
}

/// Where taxes are rounded (`main.tax_rounding`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxRounding {
    /// Once, on the sum of the lines.
    #[default]
    Document,
    /// For each line, then summed.
    Line,
}
