//! What a bill would say.

use std::collections::BTreeSet;

use artifice_model::Period;
use artifice_model::statement::Tenant;

use super::error::EngineError;
use super::report::Failed;
use super::tenants::Tenants;
use super::usages::{Everybody, Metering, Usages};
use super::{Engine, Preview, Prices, Purpose, Selection, adjust};
use crate::collect::TenantUsage;
use crate::ledger::{Filter, Kind, Ledger, LedgerError, Statement};

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
        let prices = self.load_prices()?;
        let (known, billed) = match ledger {
            Some(ledger) if purpose.is_some() => {
                let concerned = Filter { concerns: Some(period), ..Filter::default() };
                (ledger.tenant_list().await?, ledger.statement_list(&concerned).await?)
            }
            Some(ledger) => (ledger.tenant_list().await?, Vec::new()),
            None => (Vec::new(), Vec::new()),
        };
        let metering = Metering::connect(&self.config).await?;
        let tenants = Tenants::new(metering.tenants(), known, &selection.tenants);
        let mut before = BTreeSet::new();
        let of_this = |statement: &Statement| statement.kind == Kind::Invoice && statement.period.overlaps(period);
        for statement in billed.into_iter().filter(of_this) {
            let (this, tenant) = (statement.period == period, statement.tenant.clone());
            if this && purpose == Some(Purpose::Adjustment) {
                continue;
            }
            if tenants.is_wanted(&tenant.id) && before.insert(tenant.id.clone()) && !this {
                let overlap = LedgerError::Overlap { period, statement: Box::new(statement) };
                show(Err(Failed { tenant, why: overlap.to_string() }));
            }
        }
        let mut usages = Usages::of(metering, &self.config, &tenants, selection, period, &before, Everybody);
        while let Some(usage) = usages.next().await {
            let tenant = tenants.found(&usage.tenant);
            let ledger = ledger.filter(|_| purpose == Some(Purpose::Adjustment));
            match self.preview_tenant(ledger, &prices, tenant.clone(), period, usage).await {
                Ok(preview) if preview.draft.lines.is_empty() => {}
                Ok(preview) => show(Ok(preview)),
                Err(why) => show(Err(Failed { tenant, why })),
            }
        }
        let seen = usages.end().await?;
        tenants.missing(&seen).into_iter().for_each(|failed| show(Err(failed)));
        Ok(())
    }

    async fn preview_tenant(
        &self,
        ledger: Option<&dyn Ledger>,
        prices: &Prices,
        tenant: Tenant,
        period: Period,
        usage: TenantUsage,
    ) -> Result<Preview, String> {
        let preview = self.draft(prices, tenant, period, usage)?;
        match ledger {
            None => Ok(preview),
            Some(ledger) => {
                let adjusting = adjust::compare(ledger, &preview.draft).await.map_err(|trouble| trouble.to_string())?;
                Ok(Preview { draft: adjusting.adjustment.draft, ..preview })
            }
        }
    }
}
