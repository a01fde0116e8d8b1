//! A backend and its documents, as the engine uses them. Every call blocks.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use artifice_plugin_api::abi::{BackendObject, ClassInfo, InvoiceObject};
use artifice_plugin_api::abi_stable::std_types::RResult;
use artifice_plugin_api::{Document, Error, ErrorKind, Header, Line, Price, PriceQuery};
use artifice_plugin_api::{RSlice, RVec, Receipt, Timestamp, Totals};

use crate::class_path::ClassPath;
use crate::settings;

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
/// The longest key of a listed document, in bytes. Those that the ledger gives out have 36.
const MAX_KEY: usize = 255;

/// What a backend answers is checked: the ledger and people rely on it.
fn checked(receipt: Receipt) -> Result<Receipt, Error> {
    check(&receipt).map(|()| receipt)
}

fn check(receipt: &Receipt) -> Result<(), Error> {
    if receipt.reference.is_empty() || receipt.reference.len() > MAX_REFERENCE {
        let length = receipt.reference.len();
        return Err(Error::unknown(format_args!(
            "the backend answered a receipt whose reference is {length} bytes long (1 to {MAX_REFERENCE} are right); report this to its author"
        )));
    }
    Ok(())
}

/// A list says what the ledger lacks, so all of it must be right: each document has a key of its
/// own and a good receipt.
fn listed(documents: Vec<Document>) -> Result<Vec<Document>, Error> {
    let wrong = |what: std::fmt::Arguments<'_>| Err(Error::unknown(what));
    let mut known: HashMap<&str, &Receipt> = HashMap::with_capacity(documents.len());
    for Document { key, receipt, .. } in &documents {
        if key.is_empty() || key.len() > MAX_KEY {
            return wrong(format_args!(
                "the backend lists a document '{}' whose key is {} bytes long (1 to {MAX_KEY} are right); report this to its author",
                shown(&receipt.reference),
                key.len()
            ));
        }
        if let Err(error) = check(receipt) {
            return wrong(format_args!("of the document with the key '{}': {error}", shown(key)));
        }
        if let Some(other) = known.insert(key, receipt) {
            return wrong(format_args!(
                "the backend lists the key '{}' twice, as '{}' and as '{}'; find out which of the two documents is right, and remove the other",
                shown(key),
                shown(&other.reference),
                shown(&receipt.reference)
            ));
        }
    }
    Ok(documents)
}

/// The beginning of a text that may be of any length and hold anything.
fn shown(text: &str) -> String {
    text.chars().take(100).flat_map(char::escape_debug).collect()
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

    /// The JSON Schema of its class's settings, as [`public_settings`](crate::public_settings) takes
    /// it. Of one that cannot be read, it says that everything is secret.
    pub fn schema(&self) -> serde_json::Value {
        settings::schema_of(&self.info)
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

    /// Removes what is left of a statement that is taken back before it was committed.
    pub fn discard(&self, header: &Header<'_>) -> Result<(), Error> {
        self.noted(self.object.discard(header))
    }

    /// How long after a connection broke a commit may still happen by itself, in seconds.
    pub fn longest_delay_s(&self) -> Result<u64, Error> {
        self.noted(self.object.longest_delay_s())
    }

    /// The documents that were committed since that instant, and perhaps earlier ones; `None` if the
    /// backend cannot list them. Each has a key of its own and a checked receipt.
    pub fn documents(&self, since: Timestamp) -> Result<Option<Vec<Document>>, Error> {
        let documents: Option<RVec<Document>> = self.noted(self.object.documents(since))?.into();
        documents.map(|documents| listed(documents.into_vec())).transpose()
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
        let bytes: Option<RVec<u8>> = self.0.render().into_result()?.into();
        Ok(bytes.map(Into::into))
    }
}

#[cfg(test)]
mod tests;
