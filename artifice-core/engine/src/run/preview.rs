//! What a bill would say.

use std::collections::BTreeSet;
use std::sync::Arc;

use artifice_model::Period;

use crate::draft::adjust::rules_of;
use crate::draft::following::Following;
use crate::draft::{Drafted, Whole};
use crate::error::EngineError;
use crate::run::groups::{adjusted, groups};
use crate::run::tenants::Tenants;
use crate::run::usages::{Everybody, Metering, Usages, tell};
use crate::tell::{Failed, Listener, Preview, Progress, Told};
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
        if let Some(ledger) = ledger.filter(|_| self.counts_months(&prices) || purpose.is_some())
            && !ledger.schema_status().await?.missing.is_empty()
        {
            let database = self.config().database.to_string();
            return Err(match self.counts_months(&prices) {
                true => EngineError::MonthUnread { database },
                false => EngineError::BilledUnread { database },
            });
        }
        let (known, billed) = match ledger {
            Some(ledger) if purpose.is_some() => {
                let concerned = Filter { concerns: Some(period), ..Filter::default() };
                (all_tenants(ledger).await?, all_rows(ledger, &concerned).await?)
            }
            Some(ledger) => (all_tenants(ledger).await?, Listed::default()),
            None => (Vec::new(), Listed::default()),
        };
        listener.progress(&Progress::Connecting);
        let metering = Metering::connect(self.config()).await?;
        let tenants = Tenants::new(metering.tenants(), known, &selection.tenants, self.config().choice());
        let mut before = BTreeSet::new();
        let of_this = |statement: &Statement| statement.kind == Kind::Invoice && statement.period.overlaps(period);
        for row in billed.unreadable.into_iter().filter(|row| tenants.is_wanted(&row.tenant.id)) {
            before.insert(row.tenant.id.clone());
            failed(Failed::of(row.tenant, row.error));
        }
        for statement in billed.statements.iter().filter(|statement| of_this(statement)) {
            let (this, tenant) = (statement.period == period, statement.tenant.clone());
            if this && purpose == Some(Purpose::Adjustment) {
                if let Err(why) = rules_of(statement).map_err(|trouble| trouble.of(tenant.clone()))
                    && tenants.is_wanted(&tenant.id)
                    && before.insert(tenant.id)
                {
                    failed(why);
                }
                continue;
            }
            if tenants.is_wanted(&tenant.id) && before.insert(tenant.id.clone()) && !this {
                let overlap = Refusal::Overlap { period, statement: Box::new(statement.clone()) };
                failed(Failed::of(tenant, overlap));
            }
        }
        let adjusted = adjusted(&billed.statements, period).filter(|invoice| tenants.is_wanted(&invoice.tenant.id));
        let adjusted = adjusted.filter(|_| purpose == Some(Purpose::Adjustment));
        let mut metering = Some(metering);
        for group in groups(self.config().rules(), adjusted, &before) {
            // (A source is used up by one reading.)
            let metering = match metering.take() {
                Some(metering) => metering,
                None => Metering::connect(self.config()).await?,
            };
            let when = (period, cuts.clone());
            let (of_group, skip) = (group.of(&tenants), &group.skip);
            let mut usages =
                Usages::of(metering, (self.config(), &group.rules), &of_group, selection, when, skip, Everybody);
            listener.progress(&Progress::Collecting { headway: usages.headway.clone() });
            while let Some(usage) = usages.next().await {
                let (tenant, rules) = (tenants.found(&usage.tenant), group.rules.clone());
                tell(listener, &tenants.told(&usage.tenant), &usage.noticed);
                let sections = selection.sections.clone();
                let whole = Whole { tenant: tenant.clone(), period, rules, purpose, sections, is_billed: false };
                match self.draft(listener, &prices, ledger, whole, usage).await {
                    Ok(Drafted { draft, problems, following, .. }) => {
                        let all = std::iter::once((draft, problems));
                        let following = following.into_iter().map(|Following { draft, .. }| (draft, Vec::new()));
                        for (draft, problems) in all.chain(following).filter(|(draft, _)| !draft.lines.is_empty()) {
                            listener.told(Told::Previewed(Box::new(Preview { draft, problems })));
                        }
                    }
                    Err(trouble) => failed(trouble.of(tenant)),
                }
                usages.headway.tenant_done();
            }
            let seen = usages.end(&tenants, listener).await?;
            if group.is_rest {
                tenants.missing(&seen).into_iter().for_each(failed);
            }
        }
        Ok(())
    }
}
