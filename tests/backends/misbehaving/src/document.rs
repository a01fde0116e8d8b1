//! A document under way.

use std::fmt::Write;
use std::sync::Arc;

use artifice_plugin_api::{Error, Header, Invoice, Line, Receipt, Totals};

use crate::desk::Desk;
use crate::faults::Rest;
use crate::settings::Place;

/// A document under way.
pub struct Document {
    desk: Arc<Desk>,
    key: String,
    digest: String,
    tenant: String,
    text: String,
}

impl Document {
    /// A document without lines.
    pub fn new(desk: Arc<Desk>, header: &Header<'_>) -> Self {
        let [key, digest, tenant] = [header.key, header.digest, header.tenant.id].map(|text| text.to_string());
        let text = format!("{} {} {}\n", header.number, tenant, header.currency);
        Document { desk, key, digest, tenant, text }
    }

    fn call(&self, name: &str, place: Place) -> Result<Rest, Error> {
        self.desk.call(name, place, &self.tenant)
    }

    fn make(&self) -> Result<Receipt, Error> {
        self.desk.office.make(&self.key, &self.digest, &self.text)
    }
}

impl Invoice for Document {
    fn lines(&mut self, lines: &[Line<'_>]) -> Result<(), Error> {
        self.call("lines", Place::Lines)?;
        for line in lines {
            let _ = writeln!(self.text, "{} {} {}", line.name, line.quantity, line.cost);
        }
        Ok(())
    }

    fn totals(&mut self, totals: &Totals<'_>) -> Result<(), Error> {
        self.call("totals", Place::Totals)?;
        let _ = writeln!(self.text, "{}", totals.total);
        Ok(())
    }

    fn commit(&mut self) -> Result<Receipt, Error> {
        match self.call("commit", Place::Commit)? {
            Rest::CommitLater(wait) => {
                self.desk.office.make_later(wait, &self.key, &self.digest, &self.text)?;
                return Err(Error::unknown("told to answer nothing, and to commit later"));
            }
            Rest::EmptyReceipt => return Ok(Receipt::new("")),
            Rest::Usual => {}
        }
        let receipt = self.make()?;
        match self.call("committed", Place::Committed)? {
            Rest::EmptyReceipt => Ok(Receipt::new("")),
            Rest::Usual | Rest::CommitLater(_) => Ok(receipt),
        }
    }

    fn rewrite(&mut self, _receipt: &Receipt) -> Result<Option<Receipt>, Error> {
        self.call("rewrite", Place::Rewrite)?;
        Ok(None)
    }
}

impl Drop for Document {
    fn drop(&mut self) {
        // What Drop would answer, nobody hears; what it does, everybody.
        let _ = self.call("drop_invoice", Place::DropInvoice);
    }
}
