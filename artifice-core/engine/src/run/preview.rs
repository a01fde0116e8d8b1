//! What a bill would say.

use std::collections::BTreeSet;
use std::sync::Arc;

use artifice_model::Period;

use crate::draft::{Drafted, Whole};
use crate::error::EngineError;
use crate::run::tenants::Tenants;
use crate::run::usages::{Everybody, Metering, Usages, tell};
use crate::tell::{Failed, Listener, Preview, Told};
use crate::{Engine, Purpose, Selection};
use artifice_ledger::{Filter, Kind, Ledger, Listed, Refusal, Statement, all_rows, all_tenants};

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
        listener: &dyn Listener,
    ) -> Result<(), EngineError> {
        let failed = |failed| listener.told(Told::Failed(failed));
        let prices = Arc::new(self.load_prices(|| self.backend_for_prices())?);
        prices.tell(listener, self.config().locations.region());
        let cuts = self.cuts(&prices, period);
        let (known, billed) = match ledger {
            Some(ledger) if purpose.is_some() => {
                let concerned = Filter { concerns: Some(period), ..Filter::default() };
                (all_tenants(ledger).await?, all_rows(ledger, &concerned).await?)
            }
            Some(ledger) => (all_tenants(ledger).await?, Listed::default()),
            None => (Vec::new(), Listed::default()),
        };
        if let Some(ledger) = ledger.filter(|_| prices.count())
            && !ledger.schema_status().await?.missing.is_empty()
        {
            return Err(EngineError::MonthUnread { database: self.config().database.to_string() });
        }
        let metering = Metering::connect(self.config()).await?;
        let tenants = Tenants::new(metering.tenants(), known, &selection.tenants);
        let mut before = BTreeSet::new();
        let of_this = |statement: &Statement| statement.kind == Kind::Invoice && statement.period.overlaps(period);
        for row in billed.unreadable.into_iter().filter(|row| tenants.is_wanted(&row.tenant.id)) {
            before.insert(row.tenant.id.clone());
            failed(Failed::of(row.tenant, row.error));
        }
        for statement in billed.statements.into_iter().filter(of_this) {
            let (this, tenant) = (statement.period == period, statement.tenant.clone());
            if this && purpose == Some(Purpose::Adjustment) {
                continue;
            }
            if tenants.is_wanted(&tenant.id) && before.insert(tenant.id.clone()) && !this {
                let overlap = Refusal::Overlap { period, statement: Box::new(statement) };
                failed(Failed::of(tenant, overlap));
            }
        }
        let mut usages = Usages::of(metering, self.config(), &tenants, selection, (period, cuts), &before, Everybody);
        while let Some(usage) = usages.next().await {
            let tenant = tenants.found(&usage.tenant);
            tell(listener, &tenant, &usage.noticed);
            let sections = selection.sections.clone();
            let whole = Whole { tenant: tenant.clone(), period, purpose, sections, is_billed: false };
            match self.draft(listener, &prices, ledger, whole, usage).await {
                Ok(Drafted { draft, .. }) if draft.lines.is_empty() => {}
                Ok(Drafted { draft, problems, .. }) => {
                    listener.told(Told::Previewed(Box::new(Preview { draft, problems })));
                }
                Err(trouble) => failed(trouble.of(tenant)),
            }
        }
        let seen = usages.end(&tenants, listener).await?;
        tenants.missing(&seen).into_iter().for_each(failed);
        Ok(())
    }
}
