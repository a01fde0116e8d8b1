//! A running Ceilometer (v2): everybody at once, or tenant by tenant; meter by meter, window by window.
//!
//! Whoever may see everybody asks for each meter once, for all tenants, where that costs less than to ask for those who are
//! wanted one by one (`survey`, `whole`).
//!
//! What is asked and what is answered are compared before anything of it counts: a server that
//! ignores a filter must not bill anybody's usage to somebody else, nor twice. Samples of another
//! tenant or meter are an error; samples outside the window are left to the window in which they lie.
//!
//! A tenant is complete or fails. What is wrong with the service itself (nobody answers, no token is
//! good enough, it has moved to Gnocchi) is wrong for all: before its first answer nothing begins,
//! after that the tenants that remain fail at once, rather than wait for it one after the other.

mod cloud;
mod error;
mod listed;
mod meters;
mod owners;
mod query;
mod reading;
mod settings;
mod statistics;
mod survey;
#[cfg(test)]
mod tests;
mod whole;
mod windows;

use std::path::Path;
use std::sync::OnceLock;

pub use error::CloudError;
pub use settings::{CeilometerSettings, Kind};

use crate::choice::{Choice, KnownTenant};
use crate::error::{Reach, SourceError};
use crate::sink::Sink;
use crate::source::{Ended, Observation, Plan, Run, Scope, Source, SourceSettings, Traffic, Wanted, WithUsage};
use cloud::Cloud;

/// A cloud whose Ceilometer can be asked.
pub struct Ceilometer {
    settings: CeilometerSettings,
    cloud: OnceLock<Cloud>,
}

impl Ceilometer {
    /// A cloud that nobody has logged in to yet.
    fn new(settings: CeilometerSettings) -> Self {
        Ceilometer { settings, cloud: OnceLock::new() }
    }

    /// The cloud, logged in to.
    fn cloud(&self) -> Result<&Cloud, SourceError> {
        if let Some(cloud) = self.cloud.get() {
            return Ok(cloud);
        }
        let cloud = Cloud::log_in(&self.settings).map_err(|error| SourceError::new(Reach::Start, error))?;
        Ok(self.cloud.get_or_init(|| cloud))
    }
}

impl SourceSettings for CeilometerSettings {
    fn open(&self, _: &Path) -> Result<Box<dyn Source>, SourceError> {
        Ok(Box::new(Ceilometer::new(self.clone())))
    }

    fn is_service(&self) -> bool {
        true
    }

    fn choice(&self) -> Choice {
        self.cloud.tenants.clone()
    }
}

impl Source for Ceilometer {
    fn connect(&self) -> Result<Vec<KnownTenant>, SourceError> {
        self.cloud()?.projects().map_err(|error| SourceError::new(Reach::Start, error))
    }

    /// Asks for one meter, to see whether anybody answers.
    fn check(&self) -> Result<Vec<Observation>, SourceError> {
        let cloud = self.cloud()?;
        cloud.any_meter(None, &Traffic::default()).map_err(|error| SourceError::new(Reach::Start, error))?;
        Ok(vec![cloud.logged_in(&self.settings.cloud)])
    }

    fn plan(&self, _: &Wanted) -> Plan {
        Plan::Surveyed { at_once: usize::MAX }
    }

    fn tenants_with_usage(&self, wanted: &Wanted, run: &Run<'_>) -> Result<Option<WithUsage>, SourceError> {
        self.cloud()?.with_samples(wanted, run).map(Some)
    }

    fn read(&self, scope: Scope<'_>, wanted: &Wanted, run: &Run<'_>, sink: &mut dyn Sink) -> Result<(), Ended> {
        match scope {
            Scope::Tenant(tenant) => self.cloud()?.read(tenant, wanted, run, sink),
            Scope::All => self.cloud()?.read_all(wanted, run, sink),
        }
    }
}
