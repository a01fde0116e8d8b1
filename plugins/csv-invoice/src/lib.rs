//! `billing.csv_invoice:Csv`: a statement as a CSV file, one row a line.
//!
//! ```yaml
//! main:
//!   invoice:object: billing.csv_invoice:Csv
//! invoice:config:
//!   output_path: ./invoices
//!   output_file: '%(tenant)s-%(start)s-%(end)s.csv'
//!   delimiter: ','
//!   row_layout: [location, type, start, end, amount, cost]
//! ```
//!
//! # What a document is
//! UTF-8, `\n` after every row, quotes only where a cell needs them. One row a line, in the statement's
//! order; then, only if the statement has taxes, one row a tax: `type` (and `name`) is the tax's name,
//! `cost` its amount, `rate` its percentage, `rate_unit` `%`, `start` and `end` the period; the other
//! fields of a line are empty. No rows for sums. Instants are RFC 3339 in UTC, costs have the
//! currency's digits. Amounts are signed whatever the kind: those of a credit are negative. Where a
//! spreadsheet would run a text as a formula, also behind another delimiter in it and what nobody sees, an
//! apostrophe stands before that ([`spreadsheet::neutral`](artifice_plugin_api::spreadsheet::neutral)); numbers are
//! left as they are. `bom: true` begins a document with a byte order mark, by which Excel knows UTF-8. The bytes
//! depend on the statement and the settings only. A cell that the host adds to lines under a key is `extra.KEY` in a
//! layout.
//!
//! Documents of version 0.1 have the apostrophe at a text's beginning only, and are written again so.
//!
//! # What a document is called
//! `output_file`, made safe: see `name.rs`. A credit or an adjustment is a document of its own beside
//! the invoice, whose document stays as it is; `%(kind)s` tells them apart by their names. If the name
//! belongs to another statement, or a file bears it, the document is called `…-2`, `…-3` and so on.
//! Names that some file systems take for the same (`Demo`, `demo`) count as the same. A name once given
//! to a statement is not given to another, also if that statement fails and is never written.
//!
//! # Exactly once
//! What belongs to which key is kept in `output_path/.artifice`: see `protocol.rs`, with its crash
//! points. A committed document may be moved, edited or deleted: asked again, the backend answers the
//! same receipt (and says what has become of its file), and only [`rewrite`](Invoice::rewrite) puts the file back, with
//! the format it had (the receipt keeps it) whatever the settings say by then. `.artifice` must be kept beside the documents: without
//! it, only what the ledger knows tells that a document was written, and
//! [`documents`](Backend::documents) is an error.
//!
//! # Whose it is
//! Documents and records are made with the mode 0640, less what the umask takes away, and directories likewise; or with
//! what the host has configured (`file_mode`), whatever the umask.
//!
//! # Limits
//! A document under way is held in memory. The file system must be able to link files, or to rename
//! them without replacing others; all common ones do one or the other.

mod config;
mod instant;
mod layout;
mod list;
mod mode;
mod name;
mod nearest;
mod protocol;
mod record;
mod rewrite;
mod store;
mod table;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

use artifice_plugin_api::{
    Backend, Call, Context, Document, EachDocument, Error, Header, Invoice, Line, Listing, Receipt, Standing,
    Timestamp, Totals,
};

use crate::config::{Checked, Settings};
use crate::layout::Format;
use crate::mode::Mode;
use crate::name::{FileName, Template, Values};
use crate::protocol::Order;
use crate::record::About;
use crate::store::Store;
use crate::table::{Head, Table};

/// The backend that writes CSV files.
pub struct Csv {
    store: Arc<Store>,
    template: Template,
    format: Format,
}

impl Backend for Csv {
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const DESCRIPTION: &'static str = "Statements as CSV files, one row a line";

    type Config = Settings;
    type Invoice = CsvInvoice;

    fn new(config: Settings, context: &Context<'_>) -> Result<Self, Error> {
        let Checked { output_path, template, format } = config.check(context)?;
        Ok(Csv { store: Arc::new(Store::new(output_path, Mode::of(context))), template, format })
    }

    fn health(&self, _call: &Call<'_>) -> Result<(), Error> {
        self.store.health()
    }

    fn find(&self, _call: &Call<'_>, header: &Header<'_>) -> Result<Standing, Error> {
        let record = self.store.find(header.key.as_str(), header.digest.as_str())?;
        let Some(record) = record else { return Ok(Standing::Absent) };
        let receipt = record.receipt();
        Ok(match self.store.change(&record) {
            Some(what) => Standing::Changed { receipt, what: what.into() },
            None => Standing::Stands(receipt),
        })
    }

    fn documents(&self, _call: &Call<'_>, _since: Timestamp, each: &mut EachDocument<'_>) -> Result<Listing, Error> {
        // All there are: a record does not say when it was made, and the times of files change with every copy.
        self.store.committed(&mut |record| {
            let receipt = record.receipt();
            let document = Document::new(record.key, record.digest, receipt).of_ledger(record.ledger_id);
            each(match record.about {
                Some(About { tenant_id, start_us, end_us }) => {
                    document.about(tenant_id, Timestamp { micros: start_us }, Timestamp { micros: end_us })
                }
                None => document,
            })
        })?;
        Ok(Listing::whole())
    }

    fn open(&self, _call: &Call<'_>, header: &Header<'_>) -> Result<CsvInvoice, Error> {
        let zone = instant::zone(header.timezone.as_str())?;
        let head = Head::new(header)?;
        let name = self.template.fill(&Values {
            tenant: head.tenant.clone(),
            tenant_id: head.tenant_id.clone(),
            number: head.number.to_string(),
            kind: head.kind.to_owned(),
            start: instant::compact(header.start, zone)?,
            end: instant::compact(header.end, zone)?,
        });
        Ok(CsvInvoice {
            store: Arc::clone(&self.store),
            format: self.format.clone(),
            key: header.key.to_string(),
            ledger_id: header.ledger_id.to_string(),
            digest: header.digest.to_string(),
            number: header.number,
            about: About {
                tenant_id: header.tenant.id.to_string(),
                start_us: header.start.micros,
                end_us: header.end.micros,
            },
            name,
            table: Table::new(head),
            complete: false,
        })
    }
}

/// A document under way.
pub struct CsvInvoice {
    store: Arc<Store>,
    format: Format,
    key: String,
    ledger_id: String,
    digest: String,
    number: u64,
    about: About,
    name: FileName,
    table: Table,
    complete: bool,
}

impl CsvInvoice {
    fn bytes(&mut self, format: &Format) -> Result<Vec<u8>, Error> {
        if !self.complete {
            return Err(Error::refused(
                "a document was asked for before the statement's totals; report this to artifice",
            ));
        }
        self.table.render(format)
    }

    fn order<'a>(&'a self, bytes: &'a [u8], format: &'a Format) -> Order<'a> {
        let CsvInvoice { key, ledger_id, digest, number, about, .. } = self;
        Order { key, ledger_id, digest, number: *number, about, bytes, format }
    }
}

impl Invoice for CsvInvoice {
    fn lines(&mut self, lines: &[Line<'_>]) -> Result<(), Error> {
        lines.iter().try_for_each(|line| self.table.line(line))
    }

    fn totals(&mut self, totals: &Totals<'_>) -> Result<(), Error> {
        totals.taxes.iter().try_for_each(|tax| self.table.tax(tax))?;
        self.complete = true;
        Ok(())
    }

    fn commit(&mut self) -> Result<Receipt, Error> {
        let format = self.format.clone();
        let bytes = self.bytes(&format)?;
        let record = self.store.commit(&self.order(&bytes, &format), &self.name)?;
        Ok(record.receipt())
    }

    fn rewrite(&mut self, receipt: &Receipt) -> Result<Option<Receipt>, Error> {
        let then = Path::new(receipt.reference.as_str());
        let file = receipt.detail("file").or_else(|| then.file_name()?.to_str()).unwrap_or_default();
        let format = match receipt.detail("format") {
            Some(text) => serde_json::from_str(text).map_err(|error| {
                Error::refused(format_args!(
                    "the receipt of statement '{}' names a format that cannot be understood: {error}",
                    self.key
                ))
            })?,
            None => self.format.clone(),
        };
        let bytes = self.bytes(&format)?;
        self.store.rewrite(&self.order(&bytes, &format), file, receipt.detail("sha256"))?;
        // For people it says where the document is now. (Older receipts have its path of then.)
        let mut now = receipt.clone();
        if same_directory(then.parent(), self.store.dir()) != Some(true) {
            now.reference = self.store.document(file).to_string_lossy().into_owned().into();
        }
        Ok(Some(now))
    }
}

fn same_directory(then: Option<&Path>, now: &Path) -> Option<bool> {
    let then = then?;
    Some(then == now || then.canonicalize().ok()? == now.canonicalize().ok()?)
}

artifice_plugin_api::export! { module: "billing.csv_invoice", classes: [Csv] }
