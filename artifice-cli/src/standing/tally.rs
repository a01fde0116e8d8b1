//! What has come of a run.

use std::collections::{BTreeMap, BTreeSet};

use artifice_engine::{Advice, How, Told};
use artifice_model::{Currency, Decimal, TenantId};

/// What has come of a run, counted.
#[derive(Debug, Default)]
pub struct Tally {
    /// Statements that this run has sent.
    pub statements: u64,
    /// What they come to; none where nobody can add it up, because a part has no price or there are too many digits.
    pub amounts: BTreeMap<Currency, Option<Decimal>>,
    /// Statements that were there before.
    pub before: u64,
    /// Those who were billed, or previewed.
    pub tenants: BTreeSet<TenantId>,
    /// Previews.
    pub previews: u64,
    /// Statements that wait for a person to release them.
    pub held: u64,
    /// Statements of which nobody knows whether the backend has them.
    pub in_doubt: u64,
    /// Statements that are stored and that the backend did not take.
    pub not_sent: u64,
    /// What failed otherwise.
    pub failed: u64,
}

impl Tally {
    /// Counts what became of a tenant.
    pub fn told(&mut self, told: &Told) {
        match told {
            Told::Billed(billed) if billed.how == How::Before => self.before += 1,
            Told::Billed(billed) => {
                let statement = &billed.statement;
                self.statements += 1;
                self.tenants.insert(statement.tenant.id.clone());
                self.adds(statement.currency, Some(statement.total));
            }
            Told::Previewed(preview) => {
                self.previews += 1;
                self.tenants.insert(preview.draft.tenant.id.clone());
                self.adds(preview.draft.currency, preview.draft.total);
            }
            Told::Failed(failed) => match failed.advice {
                Some(Advice::Release { .. }) => self.held += 1,
                Some(Advice::BillAsks) => self.in_doubt += 1,
                Some(Advice::BillSends) => self.not_sent += 1,
                _ => self.failed += 1,
            },
        }
    }

    fn adds(&mut self, currency: Currency, amount: Option<Decimal>) {
        let sum = self.amounts.entry(currency).or_insert(Some(Decimal::ZERO));
        *sum = sum.and_then(|sum| sum.checked_add(amount?));
    }

    /// How many failures there were, of any kind.
    pub fn failures(&self) -> u64 {
        self.held + self.in_doubt + self.not_sent + self.failed
    }
}
