//! What of a tenant's metering a person should look at before it is sent, whatever it comes to: implausible readings,
//! holds that nothing would end, and what the source has lost.

use artifice_collect::{Named, TenantUsage};
use artifice_ledger::{Filter, Kind, Ledger, LedgerError, State, Statement, all_statements};
use artifice_model::Period;
use artifice_model::aggregate::{Implausible, Implausibles};

use crate::draft::adjust::Adjusting;

/// How many readings and entries a reason names.
const NAMED: usize = 5;

/// What is doubtful.
#[derive(Debug, Default)]
pub(crate) struct Doubts {
    /// Resource, entry, and the readings that are charged.
    readings: Vec<(String, String, Implausibles)>,
    /// Entry, and the resources whose end nothing would tell, in words.
    unannounced: Vec<(String, String)>,
    /// Meter, the time of which something is lost, and the resources, in words.
    lost: Vec<(String, Period, String)>,
}

impl Doubts {
    /// What is doubtful in a tenant's usage.
    pub fn of(usage: &TenantUsage) -> Doubts {
        let metered = usage.usage.iter().flatten();
        let readings = metered.filter_map(|metered| {
            let odd = &metered.evidence.as_ref()?.implausible;
            let (resource, entry) = (metered.usage.resource_id.clone(), metered.usage.entry.clone());
            (!odd.is_empty()).then(|| (resource, entry, odd.clone()))
        });
        let unannounced = usage.noticed.unannounced.iter();
        let unannounced = unannounced.map(|(entry, resources)| (entry.clone(), some(resources)));
        let lost = usage.noticed.lost.iter();
        let lost = lost.map(|(meter, lost)| (meter.clone(), lost.time, some(&lost.resources)));
        Doubts { readings: readings.collect(), unannounced: unannounced.collect(), lost: lost.collect() }
    }

    /// Why a statement is held, if it is. An adjustment is held only for readings with which the statements before it
    /// were not sent.
    pub async fn why(self, ledger: &dyn Ledger, adjusts: Option<&Adjusting>) -> Result<Option<String>, LedgerError> {
        let mut reasons = Vec::new();
        let known = match adjusts.filter(|_| !self.readings.is_empty()) {
            Some(adjusting) => sent_with(ledger, &adjusting.invoice).await?,
            None => Vec::new(),
        };
        for (resource, entry, odd) in &self.readings {
            let is_new = |reading: &&Implausible| !known.iter().any(|known| known.some.contains(reading));
            let new: Vec<String> = odd.some.iter().filter(is_new).map(of).collect();
            // Of those that are not kept only their number is known.
            let were = known.iter().map(|known| known.count).max().unwrap_or_default();
            if !new.is_empty() || (odd.count > were && odd.count > count(odd.some.len())) {
                let named = new.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
                let more = odd.count.saturating_sub(count(new.len().min(NAMED)));
                let more = if more > 0 && new.len() > NAMED { format!(" and {more} more") } else { String::new() };
                reasons.push(format!(
                    "the entry {entry} reads {named}{more} of resource {resource}, which is not plausible"
                ));
            }
        }
        if adjusts.is_none() {
            reasons.extend(self.unannounced.iter().map(|(entry, resources)| {
                format!(
                    "the entry {entry} has max_gap: unlimited, and nothing announces the end of {resources}: poll the meter"
                )
            }));
        }
        // An adjustment would give back what was billed of it.
        reasons.extend(self.lost.iter().map(|(meter, time, resources)| {
            format!(
                "the source has nothing of {meter} any more from {} to {} ({resources}), which is charged short by that",
                time.start(),
                time.end()
            )
        }));
        let more = reasons.len().saturating_sub(NAMED);
        reasons.truncate(NAMED);
        if more > 0 {
            reasons.push(format!("and {more} more of the kind"));
        }
        Ok((!reasons.is_empty()).then(|| reasons.join("; ")))
    }
}

/// The readings with which an invoice and its adjustments were sent.
async fn sent_with(ledger: &dyn Ledger, invoice: &Statement) -> Result<Vec<Implausibles>, LedgerError> {
    let about = Filter { refers_to: Some(invoice.reference()), ..Filter::default() };
    let mut all = vec![invoice.clone()];
    let is_live = |other: &Statement| other.kind == Kind::Adjustment && other.state == State::Committed;
    all.extend(all_statements(ledger, &about).await?.into_iter().filter(is_live));
    let mut known = Vec::new();
    for statement in &all {
        let explained = ledger.statement_explained(statement).await?;
        known.extend(explained.into_iter().filter_map(|line| Some(line.evidence?.implausible.clone())));
    }
    Ok(known)
}

/// Resources, some of them by name.
fn some(resources: &Named) -> String {
    let more = resources.count.saturating_sub(count(resources.some.len()));
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", resources.some.join(", "))
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// A reading, with when it was taken, and the one before it where that matters.
fn of(reading: &Implausible) -> String {
    let before = reading.before.map(|(at, value)| format!(" (after {value} at {at})")).unwrap_or_default();
    format!("{} at {}{before}", reading.value, reading.at)
}
