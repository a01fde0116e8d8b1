//! The engine: the story of a bill.
//!
//! ```text
//! preview:     collect ─▶ draft ─▶ shown
//! bill:        finish what is unfinished; collect ─▶ draft ─▶ ledger ─▶ backend ─▶ ledger
//! adjust:      the same, with the difference to what is billed in the draft's place
//! void:        ledger ─▶ a credit ─▶ backend ─▶ ledger
//! regenerate:  ledger ─▶ backend
//! verify:      ledger ─▶ shown;  ledger, backend ─▶ compared
//! ```
//! A preview takes the same path as a bill up to the storing, so the two cannot disagree. What is
//! sent is always what is stored: a statement that was interrupted is finished from the ledger,
//! never collected again.

mod backend;
pub mod config;
mod draft;
mod error;
mod lifecycle;
mod run;
mod verify;
pub mod view;

use std::sync::Arc;

use artifice_collect::TenantUsage;
use artifice_ledger::{Filter, Ledger, Month, Statement};
use artifice_model::statement::{BilledLine, Charging, Draft, DraftError, Metered, Problem};
use artifice_model::{Period, Tenant};
use artifice_plugin_host::api::Context;
use artifice_plugin_host::{Backend, Libraries, SearchPath};

use crate::backend::{deadlines, document};
use crate::config::Config;
use crate::draft::month;
use crate::draft::prices::Prices;
use crate::lifecycle::worker::Trouble;
use crate::run::usages::Metering;

pub use crate::backend::document::hand_over_lines;
pub use crate::draft::rates::{Listed, Quoted, Supposed};
pub use crate::error::EngineError;
pub use crate::lifecycle::deliver;
pub use crate::run::report::{Billed, Failed, How};
pub use crate::verify::{Compared, Verified};
pub use artifice_ledger::now;

/// Whom a command is for.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Tenants by id or name; everybody if empty.
    pub tenants: Vec<String>,
    /// Sections of the statement; all if empty.
    pub sections: Vec<String>,
}

/// What is to be billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A period that was not billed before.
    Invoice,
    /// What late metering changes in a period that was.
    Adjustment,
}

/// A draft, and what stands in the way of billing it.
#[derive(Debug, Clone)]
pub struct Preview {
    /// What a bill would say.
    pub draft: Draft,
    /// What has no cost, and why.
    pub problems: Vec<Problem>,
    /// Beside which other statements of its month it was worked out, where that matters.
    month: Option<Month>,
}

/// The commands' work, for one configuration.
#[derive(Debug, Clone)]
pub struct Engine {
    config: Arc<Config>,
}

/// What a draft is for.
struct Whole {
    tenant: Tenant,
    period: Period,
    purpose: Option<Purpose>,
    /// The only sections that were asked for; all if empty.
    sections: Vec<String>,
}

impl Engine {
    /// An engine for a configuration.
    pub fn new(config: Config) -> Engine {
        Engine { config: Arc::new(config) }
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Loads the configured backend.
    pub fn load_backend(&self) -> Result<Arc<dyn Backend>, EngineError> {
        self.load_backend_set(&self.config.invoice)
    }

    /// Loads the configured backend with other settings.
    fn load_backend_set(&self, settings: &serde_json::Value) -> Result<Arc<dyn Backend>, EngineError> {
        let class = self.config.main.invoice_object.as_ref().ok_or_else(|| {
            let what =
                "main.invoice:object is missing; name a backend, for example `invoice:object: billing.csv_invoice:Csv`";
            EngineError::NotConfigured { file: self.config.file.display().to_string(), what }
        })?;
        let directory = std::path::absolute(&self.config.directory).unwrap_or_else(|_| self.config.directory.clone());
        let (directory, timezone) = (directory.display().to_string(), self.config.main.calendar.timezone());
        let libraries = Libraries(SearchPath::new(&self.config.plugin_path));
        Ok(artifice_plugin_host::load(&libraries, class, settings, &Context::new(&directory, timezone))?)
    }

    /// Whether what is behind a backend can be reached, and has what documents need.
    pub async fn check_health(backend: Arc<dyn Backend>) -> Result<(), EngineError> {
        let class = backend.class().to_string();
        document::health(backend).await.map_err(|why| EngineError::Backend { backend: class, why })
    }

    /// Whether the configured source's files are there. Asks nobody.
    pub fn find_source(&self) -> Result<(), EngineError> {
        Metering::find(&self.config).map(drop)
    }

    /// Whether the configured source can be logged in to, and answers.
    pub async fn check_source(&self) -> Result<(), EngineError> {
        Metering::connect(&self.config).await?.check().await
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

    /// Charges a tenant's usage.
    async fn draft(
        &self,
        prices: &Arc<Prices>,
        ledger: Option<&dyn Ledger>,
        whole: Whole,
        usage: TenantUsage,
    ) -> Result<Preview, Trouble> {
        let usage = usage.usage.map_err(|error| error.to_string())?;
        let (mut earlier, mut month) = (Vec::new(), None);
        if let Some(ledger) = ledger.filter(|_| prices.count()) {
            let calendar = &self.config.main.calendar;
            let of_month = month::earlier(ledger, calendar, &whole.tenant.id, whole.period, whole.purpose).await?;
            (earlier, month) = (of_month.0, Some(of_month.1));
        }
        let (engine, own) = (self.clone(), prices.clone());
        let charge = move || engine.charge(&own, whole, usage, &earlier);
        // Another system is waited for where that holds nobody else up.
        let charged = if prices.are_asked_for() {
            document::blocking(deadlines::PRICES, move |_| charge()).await?
        } else {
            charge()
        };
        let (draft, problems) = charged.map_err(|error| error.to_string())?;
        Ok(Preview { draft, problems, month })
    }

    fn charge(
        &self,
        prices: &Prices,
        whole: Whole,
        usage: Vec<Metered>,
        earlier: &[BilledLine],
    ) -> Result<(Draft, Vec<Problem>), DraftError> {
        let _phase = tracing::debug_span!("draft").entered();
        let charging = Charging {
            currency: self.config.main.currency,
            names: &prices.names,
            prices: prices.source(),
            missing_is_zero: self.config.rates.missing_is_zero,
            zero_lines: self.config.main.zero_lines,
            calendar: &self.config.main.calendar,
            cuts: &self.cuts(prices, whole.period),
            fees: &self.config.fees,
            earlier,
            sections: &whole.sections,
        };
        Draft::new(whole.tenant, whole.period, usage, charging)
    }
}

/// Refuses to bill what cannot all be charged.
fn refuse_for(problems: &[Problem]) -> Result<(), String> {
    let refusing: Vec<String> = problems.iter().filter(|problem| problem.refuses()).map(ToString::to_string).collect();
    if refusing.is_empty() { Ok(()) } else { Err(refusing.join("; ")) }
}

fn check_backend(backend: &dyn Backend, statement: &Statement) -> Result<(), EngineError> {
    if backend.class().to_string() == statement.backend {
        return Ok(());
    }
    Err(EngineError::OtherBackend { number: statement.number, made_for: statement.backend.clone() })
}
