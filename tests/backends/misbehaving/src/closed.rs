//! A backend without settings that refuses everything.

use artifice_plugin_api::{Backend, Call, Context, Error, Header, Invoice, Line, Receipt, Standing, Totals};
use artifice_plugin_api::{schemars, serde};

/// Nothing to set.
#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(crate = "artifice_plugin_api::serde", deny_unknown_fields)]
#[schemars(crate = "artifice_plugin_api::schemars")]
pub struct NoSettings {}

/// Refuses everything.
pub struct Closed;

impl Backend for Closed {
    const VERSION: &'static str = "1.2.3";
    const DESCRIPTION: &'static str = "Refuses everything";
    type Config = NoSettings;
    type Invoice = Never;

    fn new(_settings: NoSettings, _context: &Context<'_>) -> Result<Self, Error> {
        Ok(Closed)
    }

    fn health(&self, _call: &Call<'_>) -> Result<(), Error> {
        Err(closed())
    }

    fn find(&self, _call: &Call<'_>, _header: &Header<'_>) -> Result<Standing, Error> {
        Ok(Standing::Absent)
    }

    fn open(&self, _call: &Call<'_>, _header: &Header<'_>) -> Result<Never, Error> {
        Err(closed())
    }
}

fn closed() -> Error {
    Error::refused("this ERP is closed for good; choose another backend")
}

/// A document that never comes to be.
pub enum Never {}

impl Invoice for Never {
    fn lines(&mut self, _lines: &[Line<'_>]) -> Result<(), Error> {
        match *self {}
    }

    fn totals(&mut self, _totals: &Totals<'_>) -> Result<(), Error> {
        match *self {}
    }

    fn commit(&mut self) -> Result<Receipt, Error> {
        match *self {}
    }
}
