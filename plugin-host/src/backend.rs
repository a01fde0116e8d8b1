//! A backend and its documents, as the engine uses them. Every call blocks.

use std::sync::atomic::{AtomicBool, Ordering};

use artifice_plugin_api::abi::{BackendObject, ClassInfo, InvoiceObject};
use artifice_plugin_api::abi_stable::std_types::RResult;
use artifice_plugin_api::{Error, ErrorKind, Header, Line, Price, PriceQuery, RSlice, Receipt, Totals};

use crate::class_path::ClassPath;

/// A backend of a loaded library.
pub struct Backend {
    class: ClassPath,
    info: ClassInfo,
    object: BackendObject,
    panicked: AtomicBool,
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
        Backend { class, info, object, panicked: AtomicBool::new(false) }
    }

    /// Whether it has panicked. Such a backend answers nothing but that any more: make a new one.
    pub fn has_panicked(&self) -> bool {
        self.panicked.load(Ordering::Acquire)
    }

    /// Takes note of a panic.
    fn noted<T>(&self, result: RResult<T, Error>) -> Result<T, Error> {
        if matches!(&result, RResult::RErr(error) if error.kind() == ErrorKind::Panicked) {
            self.panicked.store(true, Ordering::Release);
        }
        result.into_result()
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
        self.noted(self.object.health())
    }

    /// The price list's answer.
    pub fn price(&self, query: &PriceQuery<'_>) -> Result<Option<Price>, Error> {
        self.noted(self.object.price(query)).map(Into::into)
    }

    /// The receipt of the document committed under the header's key, if there is one.
    pub fn find(&self, header: &Header<'_>) -> Result<Option<Receipt>, Error> {
        Option::from(self.noted(self.object.find(header))?).map(checked).transpose()
    }

    /// How long after a connection broke a commit may still happen by itself, in seconds.
    pub fn longest_delay_s(&self) -> Result<u64, Error> {
        self.noted(self.object.longest_delay_s())
    }

    /// Begins a document.
    pub fn open(&self, header: &Header<'_>) -> Result<Invoice, Error> {
        self.noted(self.object.open(header)).map(Invoice)
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
