//! A running Gnocchi: one tenant after the other, all its metrics together.
//!
//! ```text
//! resources of all types ─▶ types with what is charged ─▶ their revisions ─▶ measures by the metrics' ids
//! ```
//! What a resource is stands in its revisions: each is true for a time, so a resize is a cut in what the measures say.
//! Measures are asked for by the ids of metrics, many at once: one by one they are the same bytes in fifty times as many
//! requests, and say neither unit nor archive policy. One metric that is kept otherwise fails such a request; then each
//! is looked at, and they are asked for by how they are kept.
//!
//! A counter is read as it stood, never as Gnocchi's `rate:mean`, which is below 0 where a counter begins anew.
//!
//! What is asked and what is answered are compared before anything of it counts. A "not found" is three things: a type
//! or metric that is not there is no usage, a method or granularity that is not kept is looked for elsewhere, and a path
//! that is not there is no Gnocchi.

mod asking;
mod error;
mod life;
mod measures;
mod pages;
mod policy;
mod query;
mod reaching;
mod reading;
mod resources;
mod revisions;
mod server;
mod settings;
#[cfg(test)]
mod tests;
mod who;

use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

pub use error::GnocchiError;
pub use settings::{GnocchiSettings, Kind};

use crate::choice::{Choice, KnownTenant};
use crate::error::{Reach, SourceError};
use crate::limits::LONGEST_ERROR;
use crate::sink::Sink;
use crate::source::{Ended, Observation, Plan, Run, Scope, Source, SourceSettings, Wanted, WithUsage};
use server::Server;

/// How many tenants are read at once: what a Gnocchi with a few workers can answer.
const AT_ONCE: usize = 4;

/// A Gnocchi that can be asked.
pub struct Gnocchi {
    settings: GnocchiSettings,
    server: OnceLock<Server>,
    /// Held by whoever logs in.
    logs_in: Mutex<()>,
}

impl Gnocchi {
    /// A Gnocchi that nobody has logged in to yet.
    fn new(settings: GnocchiSettings) -> Self {
        Gnocchi { settings, server: OnceLock::new(), logs_in: Mutex::default() }
    }

    /// The service, logged in to.
    fn server(&self) -> Result<&Server, SourceError> {
        let _turn = self.logs_in.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = self.server.get() {
            return Ok(server);
        }
        let server = Server::log_in(&self.settings).map_err(|error| SourceError::new(Reach::Start, error))?;
        Ok(self.server.get_or_init(|| server))
    }
}

impl SourceSettings for GnocchiSettings {
    fn open(&self, _: &Path) -> Result<Box<dyn Source>, SourceError> {
        Ok(Box::new(Gnocchi::new(self.clone())))
    }

    fn is_service(&self) -> bool {
        true
    }

    fn choice(&self) -> Choice {
        self.cloud.as_ref().map(|cloud| cloud.tenants.clone()).unwrap_or_default()
    }
}

impl Source for Gnocchi {
    fn connect(&self) -> Result<Vec<KnownTenant>, SourceError> {
        self.server()?.projects().map_err(|error| SourceError::new(Reach::Start, error))
    }

    /// Asks for the types of resources, to see whether anybody answers.
    fn check(&self) -> Result<Vec<Observation>, SourceError> {
        let server = self.server()?;
        let start = |error| SourceError::new(Reach::Start, error);
        let url = query::types(&server.base);
        let answer = server.get(&url, LONGEST_ERROR.max(1 << 20)).map_err(start)?;
        if !answer.is_success() {
            return Err(start(answer.refused().into()));
        }
        Ok(server.logged_in().into_iter().collect())
    }

    fn plan(&self, _: &Wanted) -> Plan {
        Plan::PerTenant { at_once: AT_ONCE }
    }

    fn tenants_with_usage(&self, wanted: &Wanted, run: &Run<'_>) -> Result<Option<WithUsage>, SourceError> {
        self.server()?.with_usage(wanted, run).map(Some)
    }

    fn read(&self, scope: Scope<'_>, wanted: &Wanted, run: &Run<'_>, sink: &mut dyn Sink) -> Result<(), Ended> {
        match scope {
            Scope::Tenant(tenant) => self.server()?.read(tenant, wanted, run, sink),
            Scope::All => Err(SourceError::new(Reach::Service, "Gnocchi is read tenant by tenant").into()),
        }
    }
}
