//! A tenant's draft: what its usage costs, or what that changes in what is billed.

use std::sync::Arc;

use artifice_collect::TenantUsage;
use artifice_ledger::{Ledger, Month};
use artifice_model::statement::{Charging, Draft, Problem};
use artifice_model::{Period, Tenant};

use crate::backend::{deadlines, document};
use crate::draft::adjust::{Adjusting, compare};
use crate::draft::doubts::Doubts;
use crate::draft::month;
use crate::draft::prices::Prices;
use crate::tell::{Listener, Notice};
use crate::trouble::Trouble;
use crate::{Engine, Purpose};

/// What a draft is for.
pub(crate) struct Whole {
    pub tenant: Tenant,
    pub period: Period,
    /// What is to be billed, if anything is.
    pub purpose: Option<Purpose>,
    /// The only sections that were asked for; all if empty.
    pub sections: Vec<String>,
    /// Whether it is about to be stored: then it must be chargeable as a whole.
    pub is_billed: bool,
}

/// A draft.
pub(crate) struct Drafted {
    pub draft: Draft,
    /// What has no cost, and why.
    pub problems: Vec<Problem>,
    /// Beside which other statements of its month it was worked out, where that matters.
    pub month: Option<Month>,
    /// Of an adjustment: what it changes.
    pub adjusting: Option<Adjusting>,
    /// What a person should look at before it is sent.
    pub doubts: Doubts,
}

impl Engine {
    /// Charges a tenant's usage; for an adjustment, compares that with what is billed.
    pub(crate) async fn draft(
        &self,
        listener: &dyn Listener,
        prices: &Arc<Prices>,
        ledger: Option<&dyn Ledger>,
        whole: Whole,
        usage: TenantUsage,
    ) -> Result<Drafted, Trouble> {
        let doubts = Doubts::of(&usage);
        let usage = usage.usage.map_err(|error| error.to_string())?;
        let (mut earlier, mut month) = (Vec::new(), None);
        let Whole { tenant, period, purpose, sections, is_billed } = whole;
        if let Some(ledger) = ledger.filter(|_| prices.count()) {
            if purpose.is_some() {
                month::refuse_held(ledger, &self.config().main.calendar, &tenant.id, period).await?;
            }
            let of_month = month::earlier(ledger, &self.config().main.calendar, &tenant.id, period, purpose).await?;
            (earlier, month) = (of_month.0, Some(of_month.1));
        }
        let (engine, own) = (self.clone(), prices.clone());
        let charge = move || {
            let _phase = tracing::debug_span!("draft").entered();
            let config = engine.config();
            let charging = Charging {
                currency: config.main.currency,
                names: &own.names,
                prices: own.source(),
                missing_is_zero: config.rates.missing_is_zero,
                zero_lines: config.main.zero_lines,
                calendar: &config.main.calendar,
                cuts: &engine.cuts(&own, period),
                fees: &config.fees,
                earlier: &earlier,
                sections: &sections,
            };
            Draft::new(tenant, period, usage, charging)
        };
        // Another system is waited for where that holds nobody else up.
        let charged = if prices.are_asked_for() {
            document::blocking(deadlines::PRICES, move |_| charge()).await?
        } else {
            charge()
        };
        let (draft, problems) = charged.map_err(|error| error.to_string())?;
        if is_billed {
            for problem in problems.iter().filter(|problem| !problem.refuses()) {
                listener.notice(&Notice::Problem { tenant: draft.tenant.id.clone(), problem: problem.clone() });
            }
        }
        let adjusts = purpose == Some(Purpose::Adjustment);
        if is_billed || adjusts {
            refuse_for(&problems)?;
        }
        if !adjusts {
            return Ok(Drafted { draft, problems, month, adjusting: None, doubts });
        }
        let (adjusting, draft) = compare(listener, ledger, &draft).await?;
        Ok(Drafted { draft, problems, month, adjusting: Some(adjusting), doubts })
    }
}

/// Refuses to bill what cannot all be charged.
fn refuse_for(problems: &[Problem]) -> Result<(), String> {
    let refusing: Vec<String> = problems.iter().filter(|problem| problem.refuses()).map(ToString::to_string).collect();
    if refusing.is_empty() { Ok(()) } else { Err(refusing.join("; ")) }
}
