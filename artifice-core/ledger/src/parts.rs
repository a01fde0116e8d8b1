//! What of a line falls to each resource, as it is stored beside it.

use std::sync::Arc;

use artifice_model::Decimal;
use artifice_model::aggregate::{Aggregate, Evidence};
use artifice_model::exact::Ratio;
use artifice_model::rate::Working;
use artifice_model::statement::{Line, Part, Rate, Usage};
use serde::{Deserialize, Serialize};

/// A part of a line. What it has in common with the line is not kept again.
#[derive(Serialize, Deserialize)]
struct Stored {
    #[serde(rename = "r")]
    resource_id: String,
    #[serde(rename = "n", default, skip_serializing_if = "String::is_empty")]
    resource_name: String,
    #[serde(rename = "e")]
    entry: String,
    #[serde(rename = "m")]
    meter: String,
    #[serde(rename = "a")]
    aggregate: Option<Aggregate>,
    #[serde(rename = "v")]
    volume: Decimal,
    /// Amount, what it is per and where it stands; nothing where it is the line's.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    rate: Option<(Decimal, String, String)>,
    #[serde(rename = "c")]
    cost: Option<Decimal>,
    #[serde(rename = "x")]
    exact: Ratio,
    #[serde(rename = "f", default = "Ratio::zero", skip_serializing_if = "Ratio::is_zero")]
    free: Ratio,
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    working: Option<Arc<Working>>,
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    evidence: Option<Arc<Evidence>>,
}

/// A line's parts, as they are stored; nothing where it has none.
pub(crate) fn text(line: &Line) -> Option<String> {
    let stored = |Part { line: part, exact }: &Part| {
        let Usage { resource_id, resource_name, entry, meter, aggregate, volume, .. } = part.usage.clone();
        let own_rate = part.rate.as_ref().filter(|_| line.rate.is_none());
        let rate = own_rate.map(|rate| (rate.amount, rate.per.clone(), rate.origin.clone()));
        let (cost, exact, free) = (part.cost, exact.clone(), part.free());
        let (working, evidence) = (part.working.clone().filter(|working| !working.is_plain()), part.evidence.clone());
        Stored {
            resource_id,
            resource_name,
            entry,
            meter,
            aggregate,
            volume,
            rate,
            cost,
            exact,
            free,
            working,
            evidence,
        }
    };
    let all: Vec<Stored> = line.parts.iter().map(stored).collect();
    if all.is_empty() { None } else { serde_json::to_string(&all).ok() }
}

/// The parts of a line; `None` if that is not what the text says.
pub(crate) fn read(line: &Line, text: &str) -> Option<Vec<Part>> {
    let part = |stored: Stored| {
        let Stored { resource_id, resource_name, entry, meter, aggregate, volume, .. } = stored;
        let usage = Usage { resource_id, resource_name, entry, meter, aggregate, volume, ..line.usage.clone() };
        let own_rate = stored.rate.map(|(amount, per, origin)| Rate { amount, per, origin });
        let working = stored.working.as_deref().cloned().unwrap_or_default();
        let part = Line {
            usage,
            name: line.name.clone(),
            rate: own_rate.or_else(|| line.rate.clone()),
            cost: stored.cost,
            working: Some(Arc::new(Working { free: stored.free, ..working })),
            evidence: stored.evidence,
            parts: Vec::new(),
        };
        Part { line: part, exact: stored.exact }
    };
    let all: Vec<Stored> = serde_json::from_str(text).ok()?;
    Some(all.into_iter().map(part).collect())
}

/// Whether the parts of a line come to the line.
pub(crate) fn agree(line: &Line) -> bool {
    let sum = |of: fn(&Line) -> Decimal| {
        line.parts.iter().try_fold(Decimal::ZERO, |sum, part| sum.checked_add(of(&part.line)))
    };
    let volume = sum(|part| part.usage.volume);
    let cost = sum(|part| part.cost.unwrap_or_default());
    line.parts.is_empty() || (volume, cost) == (Some(line.usage.volume), Some(line.cost.unwrap_or_default()))
}
