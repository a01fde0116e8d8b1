//! One tenant of a run: its usage becomes a statement, and that is sent.

use artifice_collect::TenantUsage;
use artifice_ledger::{LedgerError, NewKind, Refusal};
use artifice_model::Tenant;

use crate::Purpose;
use crate::draft::{Drafted, Whole, bounds};
use crate::run::shared::Run;
use crate::run::tasks::Outcome;
use crate::tell::{Billed, How, Progress, Told};
use crate::trouble::Trouble;

impl Run {
    /// Bills a tenant that this run has taken, and gives it back.
    pub async fn tenant(&self, tenant: Tenant, usage: TenantUsage) -> Outcome {
        let outcome = match self.bill_tenant(tenant.clone(), usage).await {
            Ok(billed) => {
                let told = billed.map(|billed| Told::Billed(Box::new(billed)));
                Outcome { told: told.into_iter().collect(), lost: Ok(()) }
            }
            Err(trouble) => self.failed(tenant.clone(), trouble).await,
        };
        self.leave(&tenant.id).await;
        outcome
    }

    async fn bill_tenant(&self, tenant: Tenant, usage: TenantUsage) -> Result<Option<Billed>, Trouble> {
        let (listener, config) = (self.clerk.watch.listener.as_ref(), self.clerk.engine.config());
        listener.progress(&Progress::Charging { tenant: tenant.id.clone() });
        let (period, purpose) = (self.period, Some(self.purpose));
        let whole = Whole { tenant, period, purpose, sections: Vec::new(), is_billed: true };
        let drafting = self.clerk.engine.draft(listener, &self.prices, Some(self.ledger()), whole, usage);
        let Drafted { draft, month, adjusting, doubts, .. } = drafting.await?;
        if draft.lines.is_empty() {
            return Ok(None);
        }
        let backend = self.clerk.backend_named()?;
        let invoice = adjusting.as_ref().map(|adjusting| &adjusting.invoice);
        let before = adjusting.as_ref().map(|adjusting| (&adjusting.invoice, &adjusting.adjustments[..]));
        let doubtful = doubts.why(self.ledger(), before).await?;
        let beyond = bounds::beyond(self.ledger(), config.limits, &draft, invoice).await?;
        let held = doubtful.into_iter().chain(beyond).reduce(|one, other| format!("{one}; {other}"));
        let kind = adjusting.as_ref().map_or(NewKind::Invoice, |adjusting| NewKind::Adjustment {
            of: &adjusting.invoice,
            beside: &adjusting.beside,
            corrects: &adjusting.corrects,
        });
        let mut new = self.clerk.new_statement(&draft, kind, &backend);
        (new.held, new.month) = (held.as_deref(), month.as_ref());
        self.clerk.look()?;
        let (statement, how) = match self.clerk.store(new).await {
            Ok(statement) => (statement, How::New),
            // Somebody else was faster with the very same: then it is theirs, or ours to finish.
            Err(LedgerError::Refused(Refusal::Overlap { statement, .. }))
                if self.purpose == Purpose::Invoice && statement.period == period =>
            {
                (*statement, How::Before)
            }
            Err(error) => return Err(error.into()),
        };
        self.clerk.send(statement, how).await.map(Some)
    }
}
