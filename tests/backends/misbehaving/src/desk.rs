//! What the backend and its documents share.

use artifice_plugin_api::Error;

use crate::faults::{Rest, strike};
use crate::office::Office;
use crate::settings::{Place, Settings};

/// What the backend and its documents share.
pub struct Desk {
    pub office: Office,
    pub settings: Settings,
}

impl Desk {
    /// Notes a call, and does what goes wrong in it.
    pub fn call(&self, name: &str, place: Place, tenant: &str) -> Result<Rest, Error> {
        self.office.log(name, tenant);
        strike(&self.office, &self.settings.faults, place, tenant)
    }
}
