//! `billing.openerp:OpenERP`: statements as invoices, credit notes or sales orders of OpenERP (6.1, 7) and
//! Odoo (8 to 18), over XML-RPC.
//!
//! - `settings`: what stands under `invoice:config`;
//! - `wire`: XML-RPC, bounded in time, bytes and depth; numbers by their digits;
//! - `client`: one log-in a run, two protocols, and what faults mean;
//! - `dialect`: what documents and fields are called in each release;
//! - `masters`: what an administrator prepares: journal, taxes, customers, products, accounts;
//! - `document`: from a statement to a posted document, exactly once;
//! - `prices` and `health`.
//!
//! What holds throughout: no secret is in any message; before a document is posted, its subtotal, tax, total
//! and number of lines are the statement's; what is posted is never written to; and where nobody knows whether
//! something was done, the error says so.

mod client;
mod decimals;
mod dialect;
mod document;
mod erp;
mod file;
#[cfg(fuzzing)]
pub mod fuzzing;
mod health;
mod masters;
mod prices;
mod secret;
mod settings;
#[cfg(test)]
mod tests;
mod text;
mod wire;

use std::sync::Arc;

use artifice_plugin_api::{
    Backend, Call, Context, EachDocument, Error, Header, Listing, Price, PriceQuery, Standing, Timestamp,
};

use client::{Client, Clock, Failed};
use dialect::Stage;
use document::{Document, Head};
use erp::Erp;
use settings::Settings;

/// The backend: one a run, shared by its threads.
pub struct OpenERP {
    erp: Arc<Erp>,
}

impl Backend for OpenERP {
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const DESCRIPTION: &'static str = "Statements as invoices or sales orders in OpenERP and Odoo";
    type Config = Settings;
    type Invoice = Document;

    fn new(config: Settings, context: &Context<'_>) -> Result<Self, Error> {
        let (settings, endpoint) = config.check(context)?;
        let client = Client::new(endpoint)?;
        Ok(OpenERP { erp: Arc::new(Erp::new(settings, client)) })
    }

    fn health(&self, call: &Call<'_>) -> Result<(), Error> {
        self.erp.health(Clock::of(call.left()))
    }

    fn price(&self, call: &Call<'_>, query: &PriceQuery<'_>) -> Result<Option<Price>, Error> {
        self.erp.price(Clock::of(call.left()), query)
    }

    fn find(&self, call: &Call<'_>, header: &Header<'_>) -> Result<Standing, Error> {
        let clock = Clock::of(call.left());
        let dialect = self.erp.dialect(clock)?;
        match self.erp.by_key(clock, &dialect, &Head::of(header))? {
            Some(found) => found.standing(&dialect, self.erp.settings.plain.state),
            None => Ok(Standing::Absent),
        }
    }

    fn discard(&self, call: &Call<'_>, header: &Header<'_>) -> Result<(), Error> {
        let clock = Clock::of(call.left());
        let dialect = self.erp.dialect(clock)?;
        let Some(found) = self.erp.by_key(clock, &dialect, &Head::of(header))? else { return Ok(()) };
        if found.stage == Stage::Cancelled {
            return Ok(());
        }
        if found.receipt(&dialect, self.erp.settings.plain.state)?.is_some() {
            return Err(Error::refused(format_args!(
                "{}: it is committed; take it back by a credit",
                found.label(&dialect)
            )));
        }
        self.erp.remove(clock, &dialect, found.id).map_err(Failed::told)
    }

    fn longest_delay_s(&self) -> u64 {
        self.erp.settings.plain.longest_delay_s
    }

    fn documents(&self, call: &Call<'_>, since: Timestamp, each: &mut EachDocument<'_>) -> Result<Listing, Error> {
        self.erp.documents(Clock::of(call.left()), since, each).map(|()| Listing::since(since))
    }

    fn open(&self, call: &Call<'_>, header: &Header<'_>) -> Result<Document, Error> {
        Ok(Document::new(self.erp.clone(), Clock::of(call.left()), header))
    }
}

artifice_plugin_api::export! { module: "billing.openerp", classes: [OpenERP] }
