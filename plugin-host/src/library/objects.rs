//! A backend of a loaded library, and its documents.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use artifice_plugin_api::abi::{AbiTaker, AbiTaker_TO, BackendObject, ClassInfo, InvoiceObject};
use artifice_plugin_api::abi_stable::sabi_trait::TD_Opaque;
use artifice_plugin_api::abi_stable::std_types::RResult;
use artifice_plugin_api::{
    Call, Document, EachDocument, Error, ErrorKind, Header, Line, Listing, Price, PriceQuery, RSlice, Receipt,
    Standing, Timestamp, Totals,
};

use crate::backend::{Backend, Invoice};
use crate::class_path::ClassPath;

/// A backend of a loaded library.
pub struct LibraryBackend {
    class: ClassPath,
    info: ClassInfo,
    object: BackendObject,
    panicked: AtomicBool,
}

impl std::fmt::Debug for LibraryBackend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LibraryBackend({} {})", self.class, self.info.version)
    }
}

impl LibraryBackend {
    pub fn new(class: ClassPath, info: ClassInfo, object: BackendObject) -> Self {
        LibraryBackend { class, info, object, panicked: AtomicBool::new(false) }
    }

    /// Takes note of a panic.
    fn noted<T>(&self, result: RResult<T, Error>) -> Result<T, Error> {
        if matches!(&result, RResult::RErr(error) if error.kind() == ErrorKind::Panicked) {
            self.panicked.store(true, Ordering::Release);
        }
        result.into_result()
    }
}

/// Hands on what the library lists.
struct Taker<'t, 'e>(&'t mut EachDocument<'e>);

impl AbiTaker for Taker<'_, '_> {
    fn take(&mut self, document: Document) -> bool {
        (self.0)(document).is_continue()
    }
}

impl Backend for LibraryBackend {
    fn class(&self) -> &ClassPath {
        &self.class
    }

    fn info(&self) -> &ClassInfo {
        &self.info
    }

    fn spent(&self) -> Option<String> {
        self.panicked.load(Ordering::Acquire).then(|| "it has panicked".to_owned())
    }

    fn health(&self, call: &Call<'_>) -> Result<(), Error> {
        self.noted(self.object.health(&call.parts()))
    }

    fn price(&self, call: &Call<'_>, query: &PriceQuery<'_>) -> Result<Option<Price>, Error> {
        self.noted(self.object.price(&call.parts(), query)).map(Into::into)
    }

    fn find(&self, call: &Call<'_>, header: &Header<'_>) -> Result<Standing, Error> {
        self.noted(self.object.find(&call.parts(), header))
    }

    fn discard(&self, call: &Call<'_>, header: &Header<'_>) -> Result<(), Error> {
        self.noted(self.object.discard(&call.parts(), header))
    }

    fn longest_delay(&self, _call: &Call<'_>) -> Result<Duration, Error> {
        self.noted(self.object.longest_delay_s()).map(Duration::from_secs)
    }

    fn documents(&self, call: &Call<'_>, since: Timestamp, each: &mut EachDocument<'_>) -> Result<Listing, Error> {
        let mut taker = Taker(each);
        let taker = AbiTaker_TO::from_ptr(&mut taker, TD_Opaque);
        self.noted(self.object.documents(&call.parts(), since, taker))
    }

    fn open(&self, call: &Call<'_>, header: &Header<'_>) -> Result<Box<dyn Invoice>, Error> {
        let invoice = self.noted(self.object.open(&call.parts(), header))?;
        Ok(Box::new(LibraryInvoice(invoice)))
    }
}

/// A document under way.
struct LibraryInvoice(InvoiceObject);

impl Invoice for LibraryInvoice {
    fn section(&mut self, name: &str) -> Result<(), Error> {
        self.0.section(name.into()).into_result()
    }

    fn lines(&mut self, lines: &[Line<'_>]) -> Result<(), Error> {
        self.0.lines(RSlice::from_slice(lines)).into_result()
    }

    fn totals(&mut self, totals: &Totals<'_>) -> Result<(), Error> {
        self.0.totals(totals).into_result()
    }

    fn commit(&mut self) -> Result<Receipt, Error> {
        self.0.commit().into_result()
    }

    fn rewrite(&mut self, receipt: &Receipt) -> Result<Option<Receipt>, Error> {
        self.0.rewrite(receipt).into_result().map(Into::into)
    }
}
