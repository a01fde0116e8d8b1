//! What a bill would say.

use std::collections::BTreeSet;
use std::sync::Arc;

use artifice_model::Period;

use crate::draft::adjust;
use crate::error::EngineError;
use crate::run::report::Failed;
use crate::run::tenants::Tenants;
use crate::run::usages::{Everybody, Metering, Usages, tell};
use crate::{Engine, Preview, Purpose, Selection, Whole, refuse_for};
use artifice_ledger::{Filter, Kind, Ledger, LedgerError, Listed, Statement};

impl Engine {
    /// What a bill would say now, tenant by tenant. Stores nothing.
    ///
    /// The ledger, if there is one yet, tells the tenants' names. For a bill's `purpose` it also tells who
    /// has been billed: for an invoice, whoever was billed for exactly this period is left out, and whoever
    /// was billed for a part of it fails, as in a bill; for an adjustment, it is what the draft is
    /// compared with.
    pub async fn preview(
        &self,
        ledger: Option<&dyn Ledger>,
        selection: &Selection,
        period: Period,
        purpose: Option<Purpose>,
        mut show: impl FnMut(Result<Preview, Failed>),
    ) -> Result<(), EngineError> {
        let prices = Arc::new(self.load_prices(|| self.backend_for_prices())?);
        let cuts = self.cuts(&prices, period);
        let (known, billed) = match ledger {
            Some(ledger) if purpose.is_some() => {
                let concerned = Filter { concerns: Some(period), ..Filter::default() };
                (ledger.tenant_list().await?, ledger.statement_rows(&concerned).await?)
            }
            Some(ledger) => (ledger.tenant_list().await?, Listed::default()),
            None => (Vec::new(), Listed::default()),
        };
        if let Some(ledger) = ledger.filter(|_| prices.count())
            && !ledger.schema_status().await?.missing.is_empty()
        {
            let why = "prices count the units of a month, and what was billed of it cannot be read before \
                       `artifice db migrate`";
            let database = self.config.database.to_string();
            return Err(LedgerError::Schema { database, why: why.to_owned() }.into());
        }
        let metering = Metering::connect(&self.config).await?;
        let tenants = Tenants::new(metering.tenants(), known, &selection.tenants);
        let mut before = BTreeSet::new();
        let of_this = |statement: &Statement| statement.kind == Kind::Invoice && statement.period.overlaps(period);
        for row in billed.unreadable.into_iter().filter(|row| tenants.is_wanted(&row.tenant.id)) {
            before.insert(row.tenant.id.clone());
            show(Err(Failed { tenant: row.tenant, why: row.error.to_string() }));
        }
        for statement in billed.statements.into_iter().filter(of_this) {
            let (this, tenant) = (statement.period == period, statement.tenant.clone());
            if this && purpose == Some(Purpose::Adjustment) {
                continue;
            }
            if tenants.is_wanted(&tenant.id) && before.insert(tenant.id.clone()) && !this {
                let overlap = LedgerError::Overlap { period, statement: Box::new(statement) };
                show(Err(Failed { tenant, why: overlap.to_string() }));
            }
        }
        let mut usages = Usages::of(metering, &self.config, &tenants, selection, (period, cuts), &before, Everybody);
        while let Some(usage) = usages.next().await {
            let tenant = tenants.found(&usage.tenant);
            tell(&tenant, &usage.noticed);
            let whole = Whole { tenant: tenant.clone(), period, purpose, sections: selection.sections.clone() };
            let preview = match self.draft(&prices, ledger, whole, usage).await {
                Ok(preview) if purpose == Some(Purpose::Adjustment) => preview_adjustment(ledger, preview).await,
                preview => preview.map_err(|trouble| trouble.to_string()),
            };
            match preview {
                Ok(preview) if preview.draft.lines.is_empty() => {}
                Ok(preview) => show(Ok(preview)),
                Err(why) => show(Err(Failed { tenant, why })),
            }
        }
        let seen = usages.end(&tenants).await?;
        tenants.missing(&seen).into_iter().for_each(|failed| show(Err(failed)));
        Ok(())
    }
}

/// What an adjustment would say; a reason, where a bill would not make one.
async fn preview_adjustment(ledger: Option<&dyn Ledger>, whole: Preview) -> Result<Preview, String> {
    refuse_for(&whole.problems)?;
    let ledger = ledger.ok_or_else(|| adjust::NOT_BILLED.to_owned())?;
    let adjusting = adjust::compare(ledger, &whole.draft).await.map_err(|trouble| trouble.to_string())?;
    Ok(Preview { draft: adjusting.adjustment.draft, ..whole })
}
