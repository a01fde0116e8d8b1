//! `billing.openerp:OpenERP`: statements as invoices, credit notes or sales orders of OpenERP and Odoo.

mod secret;
mod settings;
mod text;
mod wire;

use artifice_plugin_api::{Backend, Context, Error, Header, Invoice, Line, Receipt, Totals};

use settings::{Checked, Settings};

/// The backend: one a run, shared by its threads.
pub struct OpenERP {
    settings: Checked,
}

impl Backend for OpenERP {
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const DESCRIPTION: &'static str = "Statements as invoices or sales orders in OpenERP and Odoo";
    type Config = Settings;
    type Invoice = Document;

    fn new(config: Settings, context: &Context<'_>) -> Result<Self, Error> {
        Ok(OpenERP { settings: config.check(context)? })
    }

    fn find(&self, _header: &Header<'_>) -> Result<Option<Receipt>, Error> {
        Err(Error::unavailable("not there yet"))
    }

    fn longest_delay_s(&self) -> u64 {
        self.settings.plain.longest_delay_s
    }

    fn open(&self, _header: &Header<'_>) -> Result<Document, Error> {
        Err(Error::unavailable("not there yet"))
    }
}

/// A document under way.
pub struct Document;

impl Invoice for Document {
    fn lines(&mut self, _lines: &[Line<'_>]) -> Result<(), Error> {
        Ok(())
    }

    fn totals(&mut self, _totals: &Totals<'_>) -> Result<(), Error> {
        Ok(())
    }

    fn commit(&mut self) -> Result<Receipt, Error> {
        Err(Error::unavailable("not there yet"))
    }
}

artifice_plugin_api::export! { module: "billing.openerp", classes: [OpenERP] }
