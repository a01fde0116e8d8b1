//! Months that were billed in parts, and are not charged at their ends as in one piece.

use std::collections::BTreeMap;

use artifice_ledger::{Cover, Covered, Finding, Gravity, Ledger};
use artifice_model::{Period, Tenant, TenantId};

use super::Verified;
use crate::Engine;

const BILL_AS_ONE: &str = "to have it right, take the month's statements back (`artifice statement void`, the last one first), \
                           and bill the month as one";

impl Engine {
    /// What is not charged, or wrongly, at the ends of months that were billed in parts: by the fees and cards of today.
    pub(super) async fn months_in_parts(&self, ledger: &dyn Ledger, verified: &mut Verified) {
        // What cannot be read was found before.
        let Ok(covered) = ledger.coverage().await else { return };
        let mut of_tenants: BTreeMap<TenantId, (Tenant, Vec<(Period, Cover)>)> = BTreeMap::new();
        for Covered { tenant, period, by } in covered {
            of_tenants.entry(tenant.id.clone()).or_insert_with(|| (tenant, Vec::new())).1.push((period, by));
        }
        let calendar = &self.config().main.calendar;
        let in_parts = |(period, by): &(Period, Cover)| {
            let is_part = |month: &Period| month.start() < period.start() || period.end() < month.end();
            let months = calendar.months(*period).filter(is_part);
            if *by == Cover::Idle { Vec::new() } else { months.map(|month| (month.start(), month)).collect() }
        };
        let mut prices = None;
        for (id, (tenant, covered)) in of_tenants {
            let months: BTreeMap<_, Period> = covered.iter().flat_map(in_parts).collect();
            if months.is_empty() {
                continue;
            }
            let prices = match &prices {
                Some(prices) => prices,
                None => match self.load_prices(|| self.backend_for_prices()) {
                    Ok(loaded) => prices.insert(loaded),
                    Err(why) => {
                        verified.notes.push(format!(
                            "whether months that were billed in parts are charged right at their ends could not be checked: {why}"
                        ));
                        return;
                    }
                },
            };
            let Ok(all) = self.unraised(prices, ledger, &id, months.into_values(), &covered).await else { continue };
            let findings = all.into_iter().map(|(month, at_its_end)| Finding {
                gravity: Gravity::Waiting,
                tenant: Some(tenant.clone()),
                ..Finding::of_all(
                    "month_in_parts",
                    format!("the month {month} was billed in parts, and {at_its_end}"),
                    BILL_AS_ONE,
                )
            });
            verified.add(findings.collect());
        }
    }
}
