//! A tenant's draft: what its usage costs, or what that changes in what is billed.

use std::sync::Arc;

use artifice_collect::TenantUsage;
use artifice_ledger::{Kind, Ledger, Month, State, Statement};
use artifice_model::statement::{BilledLine, Charging, Draft, Line, Problem, Rules};
use artifice_model::{Period, Tenant};

use crate::draft::adjust::{Adjusting, compare};
use crate::draft::doubts::Doubts;
use crate::draft::following::Following;
use crate::draft::month::OfMonth;
use crate::draft::prices::Prices;
use crate::tell::{Listener, Notice};
use crate::trouble::{Trouble, is_held};
use crate::{Engine, Purpose};

/// What a draft is for.
pub(crate) struct Whole {
    pub tenant: Tenant,
    pub period: Period,
    /// By which rules its usage was aggregated, and is charged.
    pub rules: Arc<Rules>,
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
    /// What an adjustment changes in later statements of its months, in their order.
    pub following: Vec<Following>,
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
        let TenantUsage { usage, gone, .. } = usage;
        let mut usage = usage.map_err(|error| error.to_string())?;
        let Whole { tenant, period, rules, purpose, sections, is_billed } = whole;
        let adjusts = purpose == Some(Purpose::Adjustment);
        if adjusts {
            usage.extend(gone);
        }
        let of_month = match ledger.filter(|_| self.counts_months(prices)) {
            Some(ledger) => Some(OfMonth::of(ledger, &self.config().main.calendar, &tenant.id, period).await?),
            None => None,
        };
        let earlier = self.earlier(prices, ledger, of_month.as_ref(), period, adjusts).await?;
        let (engine, own, by) = (self.clone(), prices.clone(), (rules.lines, rules.tax_rounding));
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
                lines: by.0,
                tax_rounding: by.1,
                sections: &sections,
            };
            Draft::new(tenant, period, usage, charging)
        };
        let (draft, problems) = prices.charged(charge).await?.map_err(|error| error.to_string())?;
        if is_billed {
            for problem in problems.iter().filter(|problem| !problem.refuses()) {
                listener.notice(&Notice::Problem { tenant: draft.tenant.id.clone(), problem: problem.clone() });
            }
        }
        if is_billed || adjusts {
            refuse_for(&problems)?;
        }
        if purpose.is_some() {
            wait_for_held(of_month.as_ref(), &draft)?;
        }
        let month = of_month.as_ref().map(OfMonth::beside);
        if !adjusts {
            return Ok(Drafted { draft, problems, month, adjusting: None, following: Vec::new(), doubts });
        }
        let (adjusting, draft) = compare(listener, ledger, &draft, &rules).await?;
        let following = match ledger.filter(|_| self.counts_months(prices)) {
            Some(ledger) => self.following(prices, ledger, &adjusting, &draft).await?,
            None => Vec::new(),
        };
        Ok(Drafted { draft, problems, month, adjusting: Some(adjusting), following, doubts })
    }

    /// The lines of statements of the month that come before what is charged now.
    async fn earlier(
        &self,
        prices: &Prices,
        ledger: Option<&dyn Ledger>,
        of_month: Option<&OfMonth>,
        period: Period,
        adjusts: bool,
    ) -> Result<Vec<BilledLine>, Trouble> {
        let (Some(ledger), Some(all)) = (ledger, of_month) else { return Ok(Vec::new()) };
        let is_adjusted = |other: &&Statement| other.kind == Kind::Invoice && other.period == period;
        let adjusted = all.live.iter().find(|other| adjusts && is_adjusted(other));
        let before: Vec<&Statement> = all.earlier(period, adjusted).collect();
        Ok(self.lines_of_month(prices, ledger, all.months, &before).await?)
    }
}

/// Refuses to go on from a statement that a person may still take back.
fn wait_for_held(of_month: Option<&OfMonth>, draft: &Draft) -> Result<(), Trouble> {
    let goes_on = draft.lines.iter().any(|line| Line::goes_by_month(line) || line.is_minimum());
    let held = of_month.and_then(|all| all.live.iter().find(|other| other.state == State::Held && goes_on));
    held.map_or(Ok(()), |held| Err(is_held(held)))
}

/// Refuses to bill what cannot all be charged.
fn refuse_for(problems: &[Problem]) -> Result<(), String> {
    let refusing: Vec<String> = problems.iter().filter(|problem| problem.refuses()).map(ToString::to_string).collect();
    if refusing.is_empty() { Ok(()) } else { Err(refusing.join("; ")) }
}
