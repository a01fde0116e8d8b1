//! What a backend answers is checked here and nowhere else: the ledger and people rely on it.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt::Display;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use artifice_plugin_api::abi::ClassInfo;
use artifice_plugin_api::{
    Call, Document, EachDocument, Error, Header, Line, Listing, Price, PriceQuery, Receipt, Standing, Timestamp, Totals,
};

use artifice_text::{Mask, bounded};

use crate::backend::{Backend, Invoice};
use crate::class_path::ClassPath;
use crate::limits::{MAX_KEY, MAX_MESSAGE, MAX_REFERENCE};
use crate::settings::mask_of;

/// A backend of any loader's, with its answers checked.
#[derive(Debug)]
pub struct Checked {
    backend: Box<dyn Backend>,
    /// Hides its settings' secrets: whatever is behind it may repeat what it was sent.
    mask: Mask,
}

/// A document under way, with its answers checked.
struct CheckedInvoice {
    invoice: Box<dyn Invoice>,
    deadline: Instant,
    mask: Mask,
}

impl Checked {
    /// A backend with these settings.
    pub fn new(backend: Box<dyn Backend>, settings: &serde_json::Value) -> Self {
        let mask = mask_of(settings, &backend.schema());
        Checked { backend, mask }
    }
}

impl Backend for Checked {
    fn class(&self) -> &ClassPath {
        self.backend.class()
    }

    fn info(&self) -> &ClassInfo {
        self.backend.info()
    }

    fn spent(&self) -> Option<String> {
        self.backend.spent()
    }

    fn health(&self, call: &Call<'_>) -> Result<(), Error> {
        in_time(call.deadline, &self.mask, || self.backend.health(call))
    }

    fn price(&self, call: &Call<'_>, query: &PriceQuery<'_>) -> Result<Option<Price>, Error> {
        let price = in_time(call.deadline, &self.mask, || self.backend.price(call, query))?;
        let holds = |price: &Price| {
            let (from, until) = (price.from.into_option(), price.until.into_option());
            from.is_none_or(|from| from <= query.at) && until.is_none_or(|until| query.at < until)
        };
        if price.as_ref().is_none_or(holds) {
            return Ok(price);
        }
        Err(Error::refused(format_args!(
            "{} was asked for a price at {}, and answered one that does not hold then; correct the backend",
            self.class(),
            query.at
        )))
    }

    fn find(&self, call: &Call<'_>, header: &Header<'_>) -> Result<Standing, Error> {
        let standing = in_time(call.deadline, &self.mask, || self.backend.find(call, header))?;
        standing.receipt().map_or(Ok(()), check)?;
        match &standing {
            Standing::Changed { what, .. } if what.is_empty() || what.len() > MAX_REFERENCE => Err(wrong(
                format_args!("what was changed in a document in {} bytes (1 to {MAX_REFERENCE} are right)", what.len()),
            )),
            _ => Ok(standing),
        }
    }

    fn discard(&self, call: &Call<'_>, header: &Header<'_>) -> Result<(), Error> {
        in_time(call.deadline, &self.mask, || self.backend.discard(call, header))
    }

    fn longest_delay(&self, call: &Call<'_>) -> Result<Duration, Error> {
        in_time(call.deadline, &self.mask, || self.backend.longest_delay(call))
    }

    fn documents(&self, call: &Call<'_>, since: Timestamp, each: &mut EachDocument<'_>) -> Result<Listing, Error> {
        let (mut list, mut ended) = (List::default(), None);
        let listing = in_time(call.deadline, &self.mask, || {
            self.backend.documents(call, since, &mut |document| {
                // Whoever goes on after the end is not heard.
                if ended.is_none() {
                    ended = match list.check(&document) {
                        Err(error) => Some(Err(error)),
                        Ok(()) if call.is_over() || each(document).is_break() => Some(Ok(())),
                        Ok(()) => None,
                    };
                }
                if ended.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
        });
        ended.unwrap_or(Ok(())).and(listing)
    }

    fn open(&self, call: &Call<'_>, header: &Header<'_>) -> Result<Box<dyn Invoice>, Error> {
        let deadline = call.deadline;
        let invoice = in_time(deadline, &self.mask, || self.backend.open(call, header))?;
        Ok(Box::new(CheckedInvoice { invoice, deadline, mask: self.mask.clone() }))
    }
}

impl Invoice for CheckedInvoice {
    fn section(&mut self, name: &str) -> Result<(), Error> {
        self.invoice.section(name).map_err(|error| without(&self.mask, error))
    }

    fn lines(&mut self, lines: &[Line<'_>]) -> Result<(), Error> {
        self.invoice.lines(lines).map_err(|error| without(&self.mask, error))
    }

    fn totals(&mut self, totals: &Totals<'_>) -> Result<(), Error> {
        self.invoice.totals(totals).map_err(|error| without(&self.mask, error))
    }

    fn commit(&mut self) -> Result<Receipt, Error> {
        let receipt = in_time(self.deadline, &self.mask, || self.invoice.commit())?;
        check(&receipt).map(|()| receipt)
    }

    fn rewrite(&mut self, receipt: &Receipt) -> Result<Option<Receipt>, Error> {
        let written = in_time(self.deadline, &self.mask, || self.invoice.rewrite(receipt))?;
        written.as_ref().map_or(Ok(()), check).map(|()| written)
    }
}

/// Makes a call, unless nobody would listen to its answer. Above all, nothing is committed that is held to
/// be in doubt already. What it answers after its deadline is as good as no answer.
fn in_time<T>(deadline: Instant, mask: &Mask, call: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    if deadline <= Instant::now() {
        return Err(Error::unavailable("there was no time left to call the backend; do the same again"));
    }
    let answer = call().map_err(|error| without(mask, error));
    if deadline <= Instant::now() {
        return Err(Error::unknown("the backend answered too late"));
    }
    answer
}

/// The error with a message that may be shown and stored.
fn without(mask: &Mask, error: Error) -> Error {
    let hidden = mask.hide(error.message());
    let message = bounded(&hidden, MAX_MESSAGE);
    error.extra().iter().fold(Error::new(error.kind(), message), |error, detail| {
        error.with(detail.key.as_str(), mask.hide(&detail.value))
    })
}

fn wrong(what: impl Display) -> Error {
    Error::unknown(format_args!("the backend answered {what}; report this to its author"))
}

fn check(receipt: &Receipt) -> Result<(), Error> {
    match receipt.reference.len() {
        1..=MAX_REFERENCE => Ok(()),
        length => Err(wrong(format_args!(
            "a receipt whose reference is {length} bytes long (1 to {MAX_REFERENCE} are right)"
        ))),
    }
}

/// A list says what the ledger lacks, so all of it must be right: each document has a key of its own and
/// a good receipt.
#[derive(Default)]
struct List {
    /// The reference of every key so far.
    known: HashMap<Box<str>, Box<str>>,
}

impl List {
    fn check(&mut self, document: &Document) -> Result<(), Error> {
        let (key, reference) = (document.key.as_str(), document.receipt.reference.as_str());
        if key.is_empty() || key.len() > MAX_KEY {
            return Err(Error::unknown(format_args!(
                "the backend lists a document '{}' whose key is {} bytes long (1 to {MAX_KEY} are right); report this to its author",
                shown(reference),
                key.len()
            )));
        }
        if let Err(error) = check(&document.receipt) {
            return Err(Error::unknown(format_args!("of the document with the key '{}': {error}", shown(key))));
        }
        if let Some(other) = self.known.insert(key.into(), reference.into()) {
            return Err(Error::unknown(format_args!(
                "the backend lists the key '{}' twice, as '{}' and as '{}'; find out which of the two documents is right, and remove the other",
                shown(key),
                shown(&other),
                shown(reference)
            )));
        }
        Ok(())
    }
}

/// The beginning of a text that may be of any length and hold anything.
fn shown(text: &str) -> String {
    text.chars().take(100).flat_map(char::escape_debug).collect()
}
