//! One tenant of a run: its usage becomes a statement, and that is sent.

use std::sync::Arc;

use artifice_collect::TenantUsage;
use artifice_ledger::{LedgerError, Month, NewKind, Refusal, Statement};
use artifice_model::Tenant;
use artifice_model::statement::{Draft, Rules};

use crate::Purpose;
use crate::draft::adjust::{Adjusting, rules_of};
use crate::draft::following::Following;
use crate::draft::{Drafted, Whole, bounds};
use crate::run::shared::Run;
use crate::run::tasks::Outcome;
use crate::tell::{Billed, How, Progress, Told};
use crate::trouble::Trouble;

/// A tenant whose usage is there.
pub(crate) struct Taken {
    pub tenant: Tenant,
    /// What it is called, where its name is not its own.
    pub label: Option<String>,
    pub usage: TenantUsage,
    /// By which rules the usage was aggregated.
    pub rules: Arc<Rules>,
}

impl Run {
    /// Bills a tenant that this run has taken, and gives it back.
    pub async fn tenant(&self, taken: Taken) -> Outcome {
        let tenant = taken.tenant.clone();
        let mut billed = Vec::new();
        let done = self.bill_tenant(taken, &mut billed).await;
        if done.is_err() || !billed.is_empty() {
            self.busy().insert(tenant.id.clone());
        }
        let mut outcome = match done {
            Ok(()) => Outcome { told: Vec::new(), lost: Ok(()) },
            Err(trouble) => self.failed(tenant.clone(), trouble).await,
        };
        outcome.told.splice(0..0, billed.into_iter().map(|billed| Told::Billed(Box::new(billed))));
        self.leave(&tenant.id).await;
        self.clerk.watch.listener.progress(&Progress::Ended { tenant: tenant.id });
        outcome
    }

    async fn bill_tenant(&self, taken: Taken, billed: &mut Vec<Billed>) -> Result<(), Trouble> {
        let Taken { tenant, label, usage, rules } = taken;
        let listener = self.clerk.watch.listener.as_ref();
        listener.progress(&Progress::Charging { tenant: tenant.id.clone() });
        let (period, purpose) = (self.period, Some(self.purpose));
        let whole = Whole { tenant, period, rules: rules.clone(), purpose, sections: Vec::new(), is_billed: true };
        let drafting = self.clerk.engine.draft(listener, &self.prices, Some(self.ledger()), whole, usage);
        let Drafted { draft, mut month, adjusting, following, doubts, .. } = drafting.await?;
        let mut stored = Vec::new();
        if !draft.lines.is_empty() {
            let doubtful = doubts.why(self.ledger(), adjusting.as_ref()).await?;
            let label = label.as_deref();
            stored.push(self.store(&draft, &rules, label, adjusting.as_ref(), month.as_ref(), doubtful).await?);
        }
        // All of them are stored before one is sent: what is stored is finished by whatever run comes next.
        for Following { adjusting, draft } in &following {
            if let (Some(month), Some((last, _))) = (&mut month, stored.last()) {
                month.beside.push(last.id.clone());
                month.beside.sort();
            }
            let (rules, label) = (rules_of(&adjusting.invoice)?, adjusting.invoice.label.as_deref());
            // Beside what it was worked out is known of the first one's months; it may lie in others, too.
            let same = month.as_ref().filter(|month| month.months == self.months(adjusting.invoice.period));
            stored.push(self.store(draft, &rules, label, Some(adjusting), same, None).await?);
        }
        for (statement, how) in stored {
            billed.push(self.clerk.send(statement, how).await?);
        }
        Ok(())
    }

    /// Stores what a tenant is to be billed, held where it is doubtful.
    async fn store(
        &self,
        draft: &Draft,
        rules: &Rules,
        label: Option<&str>,
        adjusting: Option<&Adjusting>,
        month: Option<&Month>,
        doubtful: Option<String>,
    ) -> Result<(Statement, How), Trouble> {
        let backend = self.clerk.backend_named()?;
        let invoice = adjusting.map(|adjusting| &adjusting.invoice);
        let beyond = bounds::beyond(self.ledger(), self.clerk.engine.config().limits, draft, invoice).await?;
        let held = doubtful.into_iter().chain(beyond).reduce(|one, other| format!("{one}; {other}"));
        let kind = adjusting.map_or(NewKind::Invoice, |adjusting| NewKind::Adjustment {
            of: &adjusting.invoice,
            beside: &adjusting.beside,
            corrects: &adjusting.corrects,
        });
        let mut new = self.clerk.new_statement(draft, kind, Some(rules), &backend);
        (new.held, new.month, new.label) = (held.as_deref(), month, label);
        self.clerk.look()?;
        match self.clerk.store(new).await {
            Ok(statement) => Ok((statement, How::New)),
            // Somebody else was faster with the very same: then it is theirs, or ours to finish.
            Err(LedgerError::Refused(Refusal::Overlap { statement, .. }))
                if self.purpose == Purpose::Invoice && statement.period == self.period =>
            {
                Ok((*statement, How::Before))
            }
            Err(error) => Err(error.into()),
        }
    }
}
