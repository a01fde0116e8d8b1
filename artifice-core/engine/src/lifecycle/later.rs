//! What has gone on from a statement: later statements of its months, which count their units behind its own.
//!
//! If it were taken back, and its period billed again, the new one would come behind them, and the month would cost
//! something else. So they are taken back first, the last one first.

use std::cmp::Reverse;

use artifice_ledger::{
    Filter, Kind, Ledger, LedgerError, Month, State, Statement, StatementRef, all_statements, lines_explained,
};
use artifice_model::statement::InMonths;

use crate::Engine;
use crate::config::Config;
use crate::draft::month::{OfMonth, todays};
use crate::tell::Advice;
use crate::trouble::Trouble;

impl Engine {
    /// The live statements that stand in the way of taking one back, of any kind but a credit, the last one first: those
    /// that have gone on from it, its own adjustments (of an adjustment the later ones), and what has gone on from these
    /// or adjusts them. And beside which live statements of its months that was found.
    pub(crate) async fn later(
        &self,
        ledger: &dyn Ledger,
        statement: &Statement,
    ) -> Result<(Month, Vec<Statement>), LedgerError> {
        let config = self.config();
        let all = OfMonth::of(ledger, &config.main.calendar, &statement.tenant.id, statement.period).await?;
        let mut later: Vec<Statement> = Vec::new();
        let mut from = vec![in_months(ledger, config, statement).await?];
        // Whatever is stored later can only go on from what is before it: so one pass finds all.
        let candidates: Vec<&Statement> = all.live.iter().filter(|other| statement.is_before(other)).collect();
        for other in candidates {
            let own = in_months(ledger, config, other).await?;
            let adjusts = later.iter().chain([statement]).any(|before| is_adjusted_by(before, other));
            if adjusts || from.iter().any(|before| before.meets(&own)) {
                from.push(own);
                later.push(other.clone());
            }
        }
        later.reverse();
        Ok((all.beside(), later))
    }

    /// What keeps a statement that is being taken back from becoming void: live adjustments of the same invoice that were
    /// stored after it, and what stands in the way of taking these back; the last one first. (None is stored beside it, but
    /// an older program did.)
    pub(crate) async fn stored_meanwhile(
        &self,
        ledger: &dyn Ledger,
        statement: &Statement,
    ) -> Result<Vec<Statement>, LedgerError> {
        let invoice = statement.refers_to.as_ref().map_or(&statement.id, |about| &about.id);
        let about = StatementRef { tenant: statement.tenant_no, id: invoice.clone() };
        let about = Filter { refers_to: Some(about), ..Filter::default() };
        let mut all = all_statements(ledger, &about).await?;
        all.retain(|other| other.state != State::Void && is_adjusted_by(statement, other));
        for adjustment in all.clone() {
            all.extend(self.later(ledger, &adjustment).await?.1);
        }
        all.sort_by_key(|other| Reverse(other.number));
        all.dedup_by(|one, other| one.id == other.id);
        Ok(all)
    }
}

/// Whether a statement cannot be taken back while another one is live that adjusts it, or the same invoice after it.
fn is_adjusted_by(statement: &Statement, other: &Statement) -> bool {
    let about = other.refers_to.as_ref().map(|about| &about.id).filter(|_| other.kind == Kind::Adjustment);
    let same_invoice = statement.refers_to.as_ref().is_some_and(|own| about == Some(&own.id));
    about == Some(&statement.id) || (same_invoice && other.revision > statement.revision)
}

async fn in_months(ledger: &dyn Ledger, config: &Config, statement: &Statement) -> Result<InMonths, LedgerError> {
    let lines: Vec<_> = todays(config, statement, lines_explained(ledger, statement).await?).collect();
    Ok(InMonths::of(&lines, &config.main.calendar))
}

/// Why a statement is not taken back in whose way others stand.
pub(crate) fn stand_in_the_way(statement: &Statement, later: &[Statement]) -> Trouble {
    let why = if later.iter().all(|other| is_adjusted_by(statement, other)) {
        "it has live adjustments"
    } else {
        "its month has gone on from it, where prices count the month's units or fill it up to a minimum"
    };
    let mut numbers: Vec<u64> = later.iter().map(|other| other.number).collect();
    numbers.sort_unstable();
    let numbers = numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
    Trouble::with(format!("{why}; void these first, the last one first: {numbers}"), Advice::WithLater)
}
