//! The wrapper around every exported object: no panic leaves the library.

use std::any::Any;
use std::io::Write;
use std::mem::ManuallyDrop;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use abi_stable::sabi_trait::TD_Opaque;
use abi_stable::std_types::{RBox, ROption, RResult, RSlice, RStr};

use crate::abi::{AbiBackend, AbiBackend_TO, AbiInvoice, AbiInvoice_TO, BackendObject, InvoiceObject, TakerObject};
use crate::answers::{Listing, Price, Receipt, Standing};
use crate::call::CallParts;
use crate::document::{Context, Header, Line, PriceQuery, Totals};
use crate::error::{Error, ErrorKind};
use crate::values::Timestamp;
use crate::{Backend, Invoice};

/// Calls `work`; a panic in it becomes an error that says `what` panicked.
pub fn caught<T>(what: &str, work: impl FnOnce() -> Result<T, Error>) -> RResult<T, Error> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.into(),
        Err(payload) => RResult::RErr(panicked(what, payload)),
    }
}

fn panicked(what: &str, payload: Box<dyn Any + Send>) -> Error {
    let said = match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
        (Some(text), _) => (*text).to_owned(),
        (_, Some(text)) => text.clone(),
        _ => "no message".to_owned(),
    };
    // The payload is the backend's own type: dropping it may panic once more.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(payload))).map_err(std::mem::forget);
    Error::new(ErrorKind::Panicked, format_args!("the backend panicked in {what}: {said}; report this to its author"))
}

/// An object of the backend's that is not called again once it has panicked.
struct Guarded<T> {
    object: ManuallyDrop<T>,
    panicked: AtomicBool,
}

impl<T> Guarded<T> {
    fn new(object: T) -> Self {
        Guarded { object: ManuallyDrop::new(object), panicked: AtomicBool::new(false) }
    }

    fn poisoned(&self) -> Option<Error> {
        let message = "the backend panicked before, and is not called again; report this to its author";
        self.panicked.load(Ordering::Acquire).then(|| Error::new(ErrorKind::Panicked, message))
    }

    fn note<R>(&self, result: RResult<R, Error>) -> RResult<R, Error> {
        if matches!(&result, RResult::RErr(error) if error.kind() == ErrorKind::Panicked) {
            self.panicked.store(true, Ordering::Release);
        }
        result
    }

    fn call<R>(&self, what: &str, work: impl FnOnce(&T) -> Result<R, Error>) -> RResult<R, Error> {
        match self.poisoned() {
            Some(error) => RResult::RErr(error),
            None => self.note(caught(what, || work(&self.object))),
        }
    }

    fn call_mut<R>(&mut self, what: &str, work: impl FnOnce(&mut T) -> Result<R, Error>) -> RResult<R, Error> {
        match self.poisoned() {
            Some(error) => RResult::RErr(error),
            None => {
                let result = caught(what, || work(&mut self.object));
                self.note(result)
            }
        }
    }
}

impl<T> Drop for Guarded<T> {
    #[expect(unsafe_code, reason = "the only way to catch a panic of the inner object's Drop")]
    fn drop(&mut self) {
        // SAFETY: `object` is dropped here and nowhere else, and not used afterwards.
        let dropped = caught("drop", || {
            unsafe { ManuallyDrop::drop(&mut self.object) };
            Ok(())
        });
        if let RResult::RErr(error) = dropped {
            // Nobody is there to hear of a standard error that is closed.
            let _ = writeln!(std::io::stderr(), "artifice: {error}");
        }
    }
}

impl<B: Backend> AbiBackend for Guarded<B> {
    fn health(&self, call: &CallParts<'_>) -> RResult<(), Error> {
        self.call("health", |backend| backend.health(&call.into()))
    }
    fn price(&self, call: &CallParts<'_>, query: &PriceQuery<'_>) -> RResult<ROption<Price>, Error> {
        self.call("price", |backend| backend.price(&call.into(), query).map(Into::into))
    }
    fn find(&self, call: &CallParts<'_>, header: &Header<'_>) -> RResult<Standing, Error> {
        self.call("find", |backend| backend.find(&call.into(), header))
    }
    fn discard(&self, call: &CallParts<'_>, header: &Header<'_>) -> RResult<(), Error> {
        self.call("discard", |backend| backend.discard(&call.into(), header))
    }
    fn longest_delay_s(&self) -> RResult<u64, Error> {
        self.call("longest_delay_s", |backend| Ok(backend.longest_delay_s()))
    }
    fn documents(&self, call: &CallParts<'_>, since: Timestamp, mut taker: TakerObject<'_>) -> RResult<Listing, Error> {
        self.call("documents", |backend| {
            backend.documents(&call.into(), since, &mut |document| match taker.take(document) {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            })
        })
    }
    fn open(&self, call: &CallParts<'_>, header: &Header<'_>) -> RResult<InvoiceObject, Error> {
        self.call("open", |backend| {
            let invoice = Guarded::new(backend.open(&call.into(), header)?);
            Ok(AbiInvoice_TO::from_ptr(RBox::new(invoice), TD_Opaque))
        })
    }
}

impl<I: Invoice> AbiInvoice for Guarded<I> {
    fn section(&mut self, name: RStr<'_>) -> RResult<(), Error> {
        self.call_mut("section", |invoice| invoice.section(name.as_str()))
    }
    fn lines(&mut self, lines: RSlice<'_, Line<'_>>) -> RResult<(), Error> {
        self.call_mut("lines", |invoice| invoice.lines(lines.as_slice()))
    }
    fn totals(&mut self, totals: &Totals<'_>) -> RResult<(), Error> {
        self.call_mut("totals", |invoice| invoice.totals(totals))
    }
    fn commit(&mut self) -> RResult<Receipt, Error> {
        self.call_mut("commit", Invoice::commit)
    }
    fn rewrite(&mut self, receipt: &Receipt) -> RResult<ROption<Receipt>, Error> {
        self.call_mut("rewrite", |invoice| invoice.rewrite(receipt).map(Into::into))
    }
}

/// Makes a backend of class `B` from its configuration, as JSON text.
pub fn create<B: Backend>(config: &str, context: &Context<'_>) -> Result<BackendObject, Error> {
    let mut json = serde_json::Deserializer::from_str(config);
    let config = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = match error.path().to_string() {
            path if path == "." => "invoice:config".to_owned(),
            path => format!("invoice:config: {path}"),
        };
        // The text was made by the host: where in it something stands would only confuse.
        let why = error.inner().to_string();
        let why = why.split(" at line ").next().unwrap_or_default();
        Error::configuration(format_args!("{path}: {why}"))
    })?;
    let backend = Guarded::new(B::new(config, context)?);
    Ok(AbiBackend_TO::from_ptr(RBox::new(backend), TD_Opaque))
}
