//! The engine: the story of a bill.
//!
//! ```text
//! preview:     collect ─▶ draft ─▶ shown
//! bill:        finish what is unfinished; collect ─▶ draft ─▶ ledger ─▶ backend ─▶ ledger
//! regenerate:  ledger ─▶ backend
//! ```
//! A preview takes the same path as a bill up to the storing, so the two cannot disagree. What is
//! sent is always what is stored: a statement that was interrupted is finished from the ledger,
//! never collected again.

pub mod deliver;
mod document;
mod error;
#[cfg(test)]
mod explore;
mod machine;
mod owner;
mod report;
mod tenants;
mod usages;

use std::collections::BTreeSet;
use std::sync::Arc;

use artifice_model::Period;
use artifice_model::rate::{Names, PriceSource, RateTable};
use artifice_model::statement::{Charging, Draft, Problem, Tenant, Usage};
use artifice_plugin_host::api::Context;
use artifice_plugin_host::{Backend, Library, SearchPath};
use tracing::Instrument;

pub use document::hand_over_lines;
pub use error::EngineError;
pub use machine::now;
pub use report::{Billed, Failed, How};

use crate::collect::TenantUsage;
use crate::config::Config;
use crate::ledger::{Filter, Ledger, LedgerError, NewStatement, State, Statement};
use deliver::{Delivered, deliver};
use document::{BackendCourier, SEND_DEADLINE};
use machine::{LedgerDesk, Machine};
use owner::Owner;
use tenants::Tenants;
use usages::{Metering, Usages};

/// Whom a command is for.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Tenants by id or name; everybody if empty.
    pub tenants: Vec<String>,
    /// Sections of the statement; all if empty.
    pub sections: Vec<String>,
}

/// A draft, and what stands in the way of billing it.
#[derive(Debug, Clone)]
pub struct Preview {
    /// What a bill would say.
    pub draft: Draft,
    /// What has no cost, and why.
    pub problems: Vec<Problem>,
}

/// The commands' work, for one configuration.
pub struct Engine {
    config: Config,
}

/// Names and prices, as they are today. Only what is new needs them.
struct Prices {
    names: Names,
    rates: Option<RateTable>,
}

impl Engine {
    /// An engine for a configuration.
    pub fn new(config: Config) -> Engine {
        Engine { config }
    }

    fn load_prices(&self) -> Result<Prices, EngineError> {
        let (names, rates) = self.config.load_rates()?;
        Ok(Prices { names, rates })
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Loads the configured backend.
    pub fn load_backend(&self) -> Result<Arc<Backend>, EngineError> {
        let class = self.config.main.invoice_object.as_ref().ok_or_else(|| {
            let what =
                "main.invoice:object is missing; name a backend, for example `invoice:object: billing.csv_invoice:Csv`";
            EngineError::NotConfigured { file: self.config.file.display().to_string(), what }
        })?;
        let directory = std::path::absolute(&self.config.directory).unwrap_or_else(|_| self.config.directory.clone());
        let (directory, timezone) = (directory.display().to_string(), self.config.main.calendar.timezone());
        let context = Context {
            directory: directory.as_str().into(),
            deadline_s: SEND_DEADLINE.as_secs(),
            timezone: timezone.into(),
        };
        let library = Library::load(&SearchPath::new(&self.config.plugin_path).find(class)?)?;
        Ok(Arc::new(library.create(class, &self.config.invoice, &context)?))
    }

    /// Whether the configured source can be logged in to, and answers.
    pub async fn check_source(&self) -> Result<(), EngineError> {
        Metering::connect(&self.config).await?.check().await
    }

    /// What a bill would say now, tenant by tenant. Stores nothing.
    ///
    /// The ledger, if there is one yet, tells the tenants' names and, for `unbilled_only`, who has
    /// been billed: whoever was billed for exactly this period is left out, whoever was billed for
    /// a part of it fails, as in a bill.
    pub async fn preview(
        &self,
        ledger: Option<&dyn Ledger>,
        selection: &Selection,
        period: Period,
        unbilled_only: bool,
        mut show: impl FnMut(Result<Preview, Failed>),
    ) -> Result<(), EngineError> {
        let prices = self.load_prices()?;
        let (known, billed) = match ledger {
            Some(ledger) if unbilled_only => {
                (ledger.tenant_list().await?, ledger.statement_list(&Filter::default()).await?)
            }
            Some(ledger) => (ledger.tenant_list().await?, Vec::new()),
            None => (Vec::new(), Vec::new()),
        };
        let metering = Metering::connect(&self.config).await?;
        let tenants = Tenants::new(metering.tenants(), known, &selection.tenants);
        let mut before = BTreeSet::new();
        for statement in
            billed.into_iter().filter(|billed| billed.state != State::Void && billed.period.overlaps(period))
        {
            let (this, tenant) = (statement.period == period, statement.tenant.clone());
            if tenants.is_wanted(&tenant.id) && before.insert(tenant.id.clone()) && !this {
                let overlap = LedgerError::Overlap { period, statement: Box::new(statement) };
                show(Err(Failed { tenant, why: overlap.to_string() }));
            }
        }
        let mut usages = Usages::of(metering, &self.config, &tenants, selection, period, &before);
        while let Some(usage) = usages.next().await {
            if before.contains(&usage.tenant) {
                continue;
            }
            let tenant = tenants.found(&usage.tenant);
            match self.draft(&prices, tenant.clone(), period, usage) {
                Ok(preview) if preview.draft.lines.is_empty() => {}
                Ok(preview) => show(Ok(preview)),
                Err(why) => show(Err(Failed { tenant, why })),
            }
        }
        let seen = usages.end().await?;
        tenants.missing(&seen).into_iter().for_each(|failed| show(Err(failed)));
        Ok(())
    }

    /// Bills: finishes what is unfinished, then collects, stores and sends what is new.
    pub async fn bill(
        &self,
        ledger: &dyn Ledger,
        backend: Arc<Backend>,
        selection: &Selection,
        period: Period,
        mut show: impl FnMut(Result<Billed, Failed>),
    ) -> Result<(), EngineError> {
        let prices = self.load_prices()?;
        // What is stored is finished also while the cloud cannot be reached.
        let metering = Metering::connect(&self.config).await;
        let named = metering.as_ref().map(Metering::tenants).unwrap_or_default();
        let tenants = Tenants::new(named, ledger.tenant_list().await?, &selection.tenants);
        let mut backend = backend;
        let before = self.finish_all(ledger, &mut backend, &tenants, period, &mut show).await?;
        if tenants.wanted().is_some_and(|wanted| !wanted.is_empty() && wanted.is_subset(&before)) {
            match metering {
                Ok(metering) => return metering.close().await,
                // Whose a name is today only the source knows; an id is an id.
                Err(_) if selection.tenants.iter().all(|asked| tenants.is_wanted(asked)) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        let metering = metering?;
        let mut usages = Usages::of(metering, &self.config, &tenants, selection, period, &before);
        while let Some(usage) = usages.next().await {
            if before.contains(&usage.tenant) {
                continue;
            }
            let tenant = tenants.found(&usage.tenant);
            match self.bill_tenant(ledger, &mut backend, &prices, tenant.clone(), period, usage).await {
                Ok(Some(billed)) => show(Ok(billed)),
                Ok(None) => {}
                Err(trouble) => {
                    show(Err(Failed { tenant, why: trouble.to_string() }));
                    go_on_after(trouble, ledger).await?;
                }
            }
        }
        let seen = usages.end().await?;
        let missing = tenants.missing(&seen).into_iter().filter(|failed| !before.contains(&failed.tenant.id));
        missing.for_each(|failed| show(Err(failed)));
        Ok(())
    }

    /// Refuses a period that metering may still change.
    pub fn check_settled(&self, period: Period) -> Result<(), EngineError> {
        let settled = period.end().plus(self.config.main.settle_us);
        if now() < settled { Err(EngineError::NotSettled { end: period.end(), settled }) } else { Ok(()) }
    }

    /// A statement by its id or number.
    pub async fn statement(ledger: &dyn Ledger, key: &str) -> Result<Statement, EngineError> {
        let mut found = ledger.statement_list(&Filter { key: Some(key.to_owned()), ..Filter::default() }).await?;
        match (found.len(), found.pop()) {
            (1, Some(statement)) => Ok(statement),
            (0, _) | (_, None) => Err(EngineError::NoStatement { key: key.to_owned() }),
            (_, Some(last)) => {
                let ids = found.into_iter().chain([last]).map(|statement| statement.id).collect();
                Err(EngineError::ManyStatements { key: key.to_owned(), ids })
            }
        }
    }

    /// Has a committed statement's document written once more, from what is stored. Answers where it is.
    pub async fn regenerate(
        &self,
        ledger: &dyn Ledger,
        backend: Arc<Backend>,
        key: &str,
    ) -> Result<String, EngineError> {
        let statement = Engine::statement(ledger, key).await?;
        let number = statement.number;
        check_backend(&backend, &statement)?;
        let Some(receipt) = statement.receipt.clone() else {
            return Err(EngineError::NotCommitted { number, state: statement.state });
        };
        let failed = |why| EngineError::Backend { backend: statement.backend.clone(), why };
        let body = ledger.statement_body(&statement).await?;
        let rewritten = document::rewrite(backend.clone(), statement.clone(), body, receipt).await.map_err(failed)?;
        if let Some(receipt) = rewritten {
            return Ok(receipt.reference);
        }
        let courier = BackendCourier { backend, ledger };
        let found = deliver::Courier::find(&courier, &statement).await.map_err(failed)?;
        let gone = || failed(format!("it has no document under the key {} any more", statement.id));
        found.map(|receipt| receipt.reference).ok_or_else(gone)
    }

    /// Finishes what earlier runs left unfinished, and refuses whoever has been billed for a part
    /// of the period. Answers for whom there is nothing left to do.
    async fn finish_all(
        &self,
        ledger: &dyn Ledger,
        backend: &mut Arc<Backend>,
        tenants: &Tenants,
        period: Period,
        show: &mut impl FnMut(Result<Billed, Failed>),
    ) -> Result<BTreeSet<String>, EngineError> {
        let mut before = BTreeSet::new();
        for statement in ledger.statement_list(&Filter::default()).await? {
            if !tenants.is_wanted(&statement.tenant.id) || statement.state == State::Void {
                continue;
            }
            let (this, tenant) = (statement.period == period, statement.tenant.clone());
            let overlaps = statement.period.overlaps(period);
            if statement.state.is_unfinished() {
                match self.send(ledger, backend, statement.clone(), How::Finished).await {
                    Ok(billed) => show(Ok(billed)),
                    Err(trouble) => {
                        show(Err(Failed { tenant: tenant.clone(), why: trouble.to_string() }));
                        go_on_after(trouble, ledger).await?;
                    }
                }
            } else if this {
                show(Ok(Billed { statement: statement.clone(), how: How::Before }));
            }
            // Told once for a tenant, however many statements cover parts of the period.
            if overlaps && before.insert(tenant.id.clone()) && !this {
                let overlap = LedgerError::Overlap { period, statement: Box::new(statement) };
                show(Err(Failed { tenant, why: overlap.to_string() }));
            }
        }
        Ok(before)
    }

    async fn bill_tenant(
        &self,
        ledger: &dyn Ledger,
        backend: &mut Arc<Backend>,
        prices: &Prices,
        tenant: Tenant,
        period: Period,
        usage: TenantUsage,
    ) -> Result<Option<Billed>, Trouble> {
        let Preview { draft, problems } = self.draft(prices, tenant, period, usage)?;
        let (refused, warned): (Vec<_>, Vec<_>) = problems.iter().partition(|problem| problem.refuses());
        for problem in warned {
            tracing::warn!("tenant {}: {problem}", draft.tenant.id);
        }
        if !refused.is_empty() {
            return Err(Trouble::Tenant(refused.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")));
        }
        if draft.lines.is_empty() {
            return Ok(None);
        }
        let new = NewStatement {
            draft: &draft,
            timezone: self.config.main.calendar.timezone(),
            backend: &backend.class().to_string(),
            backend_version: &backend.info().version,
            created: now(),
        };
        let storing = ledger.statement_insert(new).instrument(tracing::debug_span!("store"));
        let how = match storing.await {
            Ok(statement) => (statement, How::New),
            // Somebody else was faster with the very same: then it is theirs, or ours to finish.
            Err(LedgerError::Overlap { statement, .. }) if statement.period == period => (*statement, How::Before),
            Err(error) => return Err(error.into()),
        };
        self.send(ledger, backend, how.0, how.1).await.map(Some)
    }

    async fn send(
        &self,
        ledger: &dyn Ledger,
        backend: &mut Arc<Backend>,
        statement: Statement,
        how: How,
    ) -> Result<Billed, Trouble> {
        let (number, id) = (statement.number, statement.id.clone());
        check_backend(backend, &statement).map_err(|error| Trouble::Tenant(error.to_string()))?;
        if backend.has_panicked() {
            // One tenant's panic is not the next one's.
            *backend = self.load_backend().map_err(|error| Trouble::Tenant(error.to_string()))?;
        }
        let courier = BackendCourier { backend: backend.clone(), ledger };
        match deliver(&LedgerDesk(ledger), &courier, &Machine(Owner::this()), &id).await {
            Ok(Delivered::Committed(statement)) => Ok(Billed { statement, how }),
            Ok(Delivered::Void(_)) => {
                Err(Trouble::Tenant(format!("statement {number} was voided meanwhile; run the command again")))
            }
            Ok(Delivered::NotSent(statement)) => {
                let why = statement.error.unwrap_or_default();
                Err(Trouble::Tenant(format!(
                    "statement {number} is stored, but not sent: {why}; the next `artifice bill` sends it"
                )))
            }
            Ok(Delivered::InDoubt { why, .. }) => Err(Trouble::Tenant(format!(
                "statement {number} is in doubt: the backend cannot be asked whether it has it: {why}; the next `artifice bill` asks again"
            ))),
            Err(error) => Err(error.into()),
        }
    }

    fn draft(&self, prices: &Prices, tenant: Tenant, period: Period, usage: TenantUsage) -> Result<Preview, String> {
        let _phase = tracing::debug_span!("draft").entered();
        let usage: Vec<Usage> = usage.usage.map_err(|error| error.to_string())?;
        let rates = prices.rates.as_ref();
        let charging = Charging {
            currency: self.config.main.currency,
            names: &prices.names,
            prices: rates.map(|rates| -> &dyn PriceSource { rates }),
            missing_is_zero: self.config.rates.missing_is_zero,
            zero_lines: self.config.main.zero_lines,
        };
        let (draft, problems) = Draft::new(tenant, period, usage, charging).map_err(|error| error.to_string())?;
        Ok(Preview { draft, problems })
    }
}

/// Why a tenant could not be billed.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    /// Something of the tenant's own, or of its statement's.
    #[error("{0}")]
    Tenant(String),
    /// The ledger could not do what it was asked for.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<String> for Trouble {
    fn from(why: String) -> Self {
        Trouble::Tenant(why)
    }
}

/// After a tenant's failure: whether it was only that tenant's. Without a ledger nobody can be billed,
/// and every one of them would wait for it anew.
async fn go_on_after(trouble: Trouble, ledger: &dyn Ledger) -> Result<(), EngineError> {
    match trouble {
        Trouble::Ledger(error) if error.concerns_all() => Err(EngineError::LedgerLost(error)),
        Trouble::Ledger(_) => ledger.check().await.map_err(EngineError::LedgerLost),
        Trouble::Tenant(_) => Ok(()),
    }
}

fn check_backend(backend: &Backend, statement: &Statement) -> Result<(), EngineError> {
    if backend.class().to_string() == statement.backend {
        return Ok(());
    }
    Err(EngineError::OtherBackend { number: statement.number, made_for: statement.backend.clone() })
}
