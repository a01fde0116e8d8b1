//! Where a line comes from, as it is stored beside it.

use std::sync::Arc;

use artifice_model::aggregate::Evidence;
use artifice_model::rate::Working;
use artifice_model::statement::Line;
use serde::{Deserialize, Serialize};

/// The samples that a line's volume rests on, and the arithmetic of its cost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explained {
    /// The arithmetic; nothing is kept of what is plain: volume × rate.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub working: Option<Arc<Working>>,
    /// The samples.
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Arc<Evidence>>,
}

impl Explained {
    /// What there is to explain of a line.
    pub fn of(line: &Line) -> Self {
        Explained { working: line.working.clone(), evidence: line.evidence.clone() }
    }

    /// As it is stored; nothing where there is nothing to tell.
    pub(crate) fn text(line: &Line) -> Option<String> {
        let mut all = Explained::of(line);
        all.working = all.working.filter(|working| !working.is_plain());
        if all == Explained::default() { None } else { serde_json::to_string(&all).ok() }
    }

    pub(crate) fn read(text: Option<&str>) -> Option<Self> {
        text.map_or(Some(Explained::default()), |text| serde_json::from_str(text).ok())
    }
}

/// What of a line's volume was free, as it is stored.
pub(crate) fn free_text(line: &Line) -> Option<String> {
    line.working.as_ref().filter(|working| !working.free.is_zero()).map(|working| working.free.to_string())
}
