//! A backend and its documents, as the engine uses them. Every call blocks.

use artifice_plugin_api::abi::{BackendObject, ClassInfo, InvoiceObject};
use artifice_plugin_api::{Error, Header, Line, Price, PriceQuery, RSlice, Receipt, Totals};

use crate::class_path::ClassPath;

/// A backend of a loaded library.
pub struct Backend {
    class: ClassPath,
    info: ClassInfo,
    object: BackendObject,
}

impl std::fmt::Debug for Backend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Backend({} {})", self.class, self.info.version)
    }
}

/// The longest reference that a ledger keeps, in bytes.
const MAX_REFERENCE: usize = 4096;

/// What a backend answers is checked: the ledger and people rely on it.
fn checked(receipt: Receipt) -> Result<Receipt, Error> {
    if receipt.reference.is_empty() || receipt.reference.len() > MAX_REFERENCE {
        let length = receipt.reference.len();
        return Err(Error::unknown(format_args!(
            "the backend answered a receipt whose reference is {length} bytes long (1 to {MAX_REFERENCE} are right); report this to its author"
        )));
    }
    Ok(receipt)
}

impl Backend {
    pub(crate) fn new(class: ClassPath, info: ClassInfo, object: BackendObject) -> Self {
        Backend { class, info, object }
    }

    /// Its name in the configuration.
    pub fn class(&self) -> &ClassPath {
        &self.class
    }

    /// What its class says of itself.
    pub fn info(&self) -> &ClassInfo {
        &self.info
    }

    /// Whether the system behind it can be reached and is prepared.
    pub fn health(&self) -> Result<(), Error> {
        self.object.health().into_result()
    }

    /// The price list's answer.
    pub fn price(&self, query: &PriceQuery<'_>) -> Result<Option<Price>, Error> {
        self.object.price(query).into_result().map(Into::into)
    }

    /// The receipt of the document committed under the header's key, if there is one.
    pub fn find(&self, header: &Header<'_>) -> Result<Option<Receipt>, Error> {
        Option::from(self.object.find(header).into_result()?).map(checked).transpose()
    }

    /// How long after a connection broke a commit may still happen by itself, in seconds.
    pub fn longest_delay_s(&self) -> Result<u64, Error> {
        self.object.longest_delay_s().into_result()
    }

    /// Begins a document.
    pub fn open(&self, header: &Header<'_>) -> Result<Invoice, Error> {
        self.object.open(header).into_result().map(Invoice)
    }
}

/// A document under way.
pub struct Invoice(InvoiceObject);

impl Invoice {
    /// A section begins.
    pub fn section(&mut self, name: &str) -> Result<(), Error> {
        self.0.section(name.into()).into_result()
    }

    /// The next lines.
    pub fn lines(&mut self, lines: &[Line<'_>]) -> Result<(), Error> {
        self.0.lines(RSlice::from_slice(lines)).into_result()
    }

    /// What the lines come to.
    pub fn totals(&mut self, totals: &Totals<'_>) -> Result<(), Error> {
        self.0.totals(totals).into_result()
    }

    /// Makes the document, exactly once for its key.
    pub fn commit(&mut self) -> Result<Receipt, Error> {
        checked(self.0.commit().into_result()?)
    }

    /// Writes a committed document once more; `None` if the backend's documents live elsewhere.
    pub fn rewrite(&mut self, receipt: &Receipt) -> Result<Option<Receipt>, Error> {
        Option::from(self.0.rewrite(receipt).into_result()?).map(checked).transpose()
    }

    /// The document's bytes, if it has such a form.
    pub fn render(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let bytes: Option<artifice_plugin_api::RVec<u8>> = self.0.render().into_result()?.into();
        Ok(bytes.map(Into::into))
    }
}
