//! Bounds on a statement: beyond them a person looks at it before it is sent.
//!
//! They are for what is wrong with metering or prices, not with a customer: a counter that jumped, a price
//! with its point in the wrong place, a month of samples that were lost.

use artifice_model::bounds::{changes_by_more, exceeds};
use artifice_model::statement::Draft;

use crate::config::Limits;
use artifice_ledger::{Filter, Kind, Ledger, LedgerError, State, Statement, all_statements};

/// Why a draft is held, if it is beyond a bound. An invoice is compared with the tenant's last one before
/// it; an adjustment with the invoice that it changes.
pub(crate) async fn beyond(
    ledger: &dyn Ledger,
    limits: Limits,
    draft: &Draft,
    adjusts: Option<&Statement>,
) -> Result<Option<String>, LedgerError> {
    let Some(total) = draft.total else { return Ok(None) };
    let currency = draft.currency;
    if let Some(limit) = limits.total.filter(|limit| exceeds(total, *limit)) {
        return Ok(Some(format!("its total of {total} {currency} is beyond limits.total ({limit})")));
    }
    let Some(percent) = limits.change_percent else { return Ok(None) };
    if let Some(invoice) = adjusts {
        let whole = invoice.total.checked_add(total).map(|sum| (sum, invoice.period));
        let is_beyond = whole.is_none_or(|whole| changes_by_more((invoice.total, invoice.period), whole, percent));
        return Ok(is_beyond.then(|| {
            format!(
                "it changes statement {} ({} {currency}) by {total}, which is more than limits.change ({percent} %)",
                invoice.number, invoice.total
            )
        }));
    }
    let filter = Filter { tenant: Some(draft.tenant.id.clone()), ..Filter::default() };
    let before = all_statements(ledger, &filter).await?.into_iter().filter(|other| {
        other.kind == Kind::Invoice
            && other.state != State::Void
            && other.currency == currency
            && other.period.end() <= draft.period.start()
    });
    let Some(before) = before.max_by_key(|other| other.period.end()) else { return Ok(None) };
    let is_beyond = changes_by_more((before.total, before.period), (total, draft.period), percent);
    Ok(is_beyond.then(|| {
        format!(
            "its total of {total} {currency} differs from the one before (statement {}, {} for {}) by more than \
             limits.change ({percent} %)",
            before.number, before.total, before.period
        )
    }))
}
