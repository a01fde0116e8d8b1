//! What an adjustment changes in the later statements of its months: their units are counted behind those of the
//! statement that it adjusts, and what a month lacks to its minimum depends on all of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use artifice_ledger::{Kind, Ledger, State, Statement};
use artifice_model::adjust::{repriced, together};
use artifice_model::statement::{BilledLine, BilledWhole, Charging, Draft, Lines, TaxRounding};

use crate::Engine;
use crate::draft::adjust::{Adjusting, adjustments_of, check_committed, stored_together};
use crate::draft::month::{OfMonth, billed};
use crate::draft::prices::Prices;
use crate::trouble::Trouble;

/// A later statement whose cost changes.
pub(crate) struct Following {
    /// The statement, and what its adjustment is worked out beside.
    pub adjusting: Adjusting,
    /// The adjustment: no volume, only costs.
    pub draft: Draft,
}

impl Engine {
    /// What the later statements of the months of an adjusted invoice cost otherwise, in their order. Their units are
    /// those that are billed: nothing of them is metered anew.
    ///
    /// Also found is what an earlier run has left: it stored an adjustment, and ended before it stored what that changes.
    pub(crate) async fn following(
        &self,
        prices: &Arc<Prices>,
        ledger: &dyn Ledger,
        first: &Adjusting,
        changed: &Draft,
    ) -> Result<Vec<Following>, Trouble> {
        let (config, tenant) = (self.config(), &first.invoice.tenant.id);
        let month = OfMonth::of(ledger, &config.main.calendar, tenant, first.invoice.period).await?;
        let mut following = Vec::new();
        // What is not stored yet, each with the invoice that it belongs to.
        let mut new: Vec<(&Statement, Vec<BilledLine>)> =
            vec![(&first.invoice, billed(config, &first.invoice, changed.lines.clone()).collect())];
        let is_later = |other: &&Statement| {
            other.kind == Kind::Invoice && other.state != State::Voiding && first.invoice.is_before(other)
        };
        let later: Vec<&Statement> = month.live.iter().filter(is_later).collect();
        for invoice in later {
            let all = OfMonth::of(ledger, &config.main.calendar, tenant, invoice.period).await?;
            let adjustments = adjustments_of(invoice, &all.live);
            let last = *adjustments.last().unwrap_or(&invoice);
            let before: Vec<&Statement> = all.earlier(invoice.period, Some(invoice)).collect();
            let is_unknown = |other: &&Statement| other.kind == Kind::Adjustment && last.is_before(other);
            let unknown: Vec<&Statement> = before.iter().copied().filter(is_unknown).collect();
            let mut changed = self.lines_of_month(prices, ledger, all.months, &unknown).await?;
            let not_stored = new.iter().filter(|(of, _)| of.is_before(invoice)).flat_map(|(_, lines)| lines);
            let not_stored: Vec<BilledLine> =
                not_stored.filter(|billed| billed.line.usage.period.overlaps(all.months)).cloned().collect();
            changed.extend(not_stored.iter().cloned());
            if changed.is_empty() {
                continue;
            }
            let mut earlier = self.lines_of_month(prices, ledger, all.months, &before).await?;
            earlier.extend(not_stored);
            let own = stored_together(ledger, invoice, &adjustments).await?;
            let whole = BilledWhole {
                tenant: invoice.tenant.clone(),
                period: invoice.period,
                currency: invoice.currency,
                lines: together(&own).map_err(|error| error.to_string())?,
            };
            let by = invoice.rules.as_deref().map(|rules| (rules.lines, rules.tax_rounding)).unwrap_or_default();
            let again = self.again(prices, whole, by, &changed, earlier).await?;
            let draft = repriced(&again, &own).map_err(|error| error.to_string())?;
            if draft.lines.is_empty() {
                continue;
            }
            check_committed(invoice)?;
            new.push((invoice, billed(config, invoice, draft.lines.clone()).collect()));
            let beside = adjustments.iter().map(|adjustment| adjustment.id.clone()).collect();
            let adjusting = Adjusting { invoice: invoice.clone(), beside, corrects: Vec::new() };
            following.push(Following { adjusting, draft });
        }
        Ok(following)
    }

    /// What a billed statement costs behind `earlier` lines, where some of these have changed.
    async fn again(
        &self,
        prices: &Arc<Prices>,
        whole: BilledWhole,
        by: (Lines, TaxRounding),
        changed: &[BilledLine],
        earlier: Vec<BilledLine>,
    ) -> Result<Draft, Trouble> {
        let places =
            changed.iter().map(|BilledLine { line, .. }| (line.usage.location.clone(), line.usage.service.clone()));
        let places: BTreeSet<(String, String)> = places.collect();
        let (engine, own) = (self.clone(), prices.clone());
        let charge = move || {
            let config = engine.config();
            let charging = Charging {
                currency: whole.currency,
                names: &own.names,
                prices: own.source(),
                missing_is_zero: config.rates.missing_is_zero,
                zero_lines: config.main.zero_lines,
                calendar: &config.main.calendar,
                cuts: &[],
                fees: &config.fees,
                earlier: &earlier,
                lines: by.0,
                tax_rounding: by.1,
                sections: &[],
            };
            Draft::again(whole, &places, charging)
        };
        Ok(prices.charged(charge).await?.map_err(|error| error.to_string())?)
    }
}
