//! A sketch, not a product: how a backend in C, Zig or Go is served. Its side of it is `c_sketch.h`.

#![allow(unsafe_code, reason = "a C interface: function pointers and raw parts")]

#[path = "c_sketch/boundary.rs"]
mod boundary;
#[path = "c_sketch/side.rs"]
mod side;

use std::ffi::c_void;
use std::mem::size_of;
use std::ops::ControlFlow;
use std::ptr::{null, slice_from_raw_parts};
use std::time::Duration;

use artifice_plugin_api::{
    Backend, Call, Context, Date, Decimal, Document, EachDocument, Error, ErrorKind, Header, Invoice, Kind, Line,
    Listing,
};
use artifice_plugin_api::{Pair, ROption, RSlice, Receipt, Standing, Tenant, Timestamp, Totals, serde_json};

use boundary::{Answer, CANCELLED, CCall, CHANGED, DONE, NONE, Pairs, Text, artifice_plugin_v1, copied};
use side::TABLE;

fn text(from: &str) -> Text {
    Text(from.as_ptr(), from.len())
}

type Table = &'static artifice_plugin_v1;
struct CBackend(Table, *mut c_void);
struct CInvoice(Table, *mut c_void);
// SAFETY: the header demands that a backend may be called from any thread, several at once …
unsafe impl Send for CBackend {}
// SAFETY: … as above …
unsafe impl Sync for CBackend {}
// SAFETY: … and an invoice from any thread, one at a time.
unsafe impl Send for CInvoice {}

fn receipt(reference: Text, details: Pairs) -> Receipt {
    let receipt = Receipt::new(copied(reference));
    if details.0.is_null() {
        return receipt;
    }
    // SAFETY: not null, and the header demands that many pairs that stay until `release`, or until `each` returns.
    let details = unsafe { &*slice_from_raw_parts(details.0, details.1) };
    details.iter().fold(receipt, |receipt, pair| receipt.with(copied(pair.0), copied(pair.1)))
}
/// Who takes the documents, behind one pointer.
struct Taker<'t, 'e>(&'t mut EachDocument<'e>);
/// What the C side calls with each document. One list is made by one call, so by one thread.
extern "C" fn each(to: *mut c_void, key: Text, digest: Text, reference: Text, details: Pairs) -> u8 {
    let document = Document::new(copied(key), copied(digest), receipt(reference, details));
    // SAFETY: `documents` hands in its taker, and the header demands `each` to be called before it returns.
    let taker = unsafe { &mut *to.cast::<Taker<'_, '_>>() };
    (taker.0)(document).is_continue().into()
}
fn lent(call: &Call<'_>) -> CCall {
    let left_us = u64::try_from(call.left().as_micros()).unwrap_or(u64::MAX);
    CCall { left_us, extra: Pairs(call.extra.as_ptr().cast(), call.extra.len()) }
}

/// A receipt with the object that was made, or none; or the error.
fn taken(table: Table, answer: Answer) -> Result<Option<(Receipt, *mut c_void)>, Error> {
    let kind = match answer.kind {
        DONE | NONE | CANCELLED | CHANGED => None,
        1 => Some(ErrorKind::Refused),
        2 => Some(ErrorKind::Unavailable),
        4 => Some(ErrorKind::Configuration),
        _ => Some(ErrorKind::Unknown), // 3, and what nobody knows
    };
    // What is no receipt has no details.
    let details = if kind.is_none() { Pairs(answer.details, answer.details_len) } else { Pairs(null(), 0) };
    let receipt = receipt(answer.text, details);
    (table.release)(answer);
    match kind {
        Some(kind) => Err(Error::new(kind, receipt.reference)),
        None if answer.kind == NONE => Ok(None),
        None => Ok(Some((receipt, answer.object))),
    }
}
fn made(table: Table, answer: Answer) -> Result<*mut c_void, Error> {
    let nothing = || Error::refused("the backend says 'done' but made nothing; report this to its author");
    taken(table, answer)?.map(|(_, object)| object).filter(|object| !object.is_null()).ok_or_else(nothing)
}

impl Backend for CBackend {
    // GAP: constants and a static type, where a C library has run-time texts: its version, description and
    // schema cannot be told here. The adapter belongs into plugin-host, beside `AbiBackend`, not behind `Backend`.
    const VERSION: &'static str = "?";
    const DESCRIPTION: &'static str = "?";
    type Config = serde_json::Value;
    type Invoice = CInvoice;

    fn new(config: serde_json::Value, context: &Context<'_>) -> Result<Self, Error> {
        let table: Table = &TABLE; // GAP: `new` cannot be told which library it is of
        if table.size < size_of::<artifice_plugin_v1>() {
            return Err(Error::configuration("built for another interface"));
        }
        let config = config.to_string();
        let answer = (table.create)(text(&config), text(context.directory.as_str()));
        Ok(CBackend(table, made(table, answer)?))
    }
    fn find(&self, call: &Call<'_>, header: &Header<'_>) -> Result<Standing, Error> {
        let answer = (self.0.find)(self.1, &lent(call), header);
        let (kind, what) = (answer.kind, copied(answer.what).into());
        let Some((receipt, _)) = taken(self.0, answer)? else { return Ok(Standing::Absent) };
        Ok(match kind {
            CANCELLED => Standing::Cancelled(receipt),
            CHANGED => Standing::Changed { receipt, what },
            _ => Standing::Stands(receipt),
        })
    }
    fn discard(&self, call: &Call<'_>, header: &Header<'_>) -> Result<(), Error> {
        self.0.discard.map_or(Ok(()), |discard| taken(self.0, discard(self.1, &lent(call), header)).map(drop))
    }
    fn longest_delay_s(&self) -> u64 {
        self.0.longest_delay_s.map_or(0, |delay| delay(self.1))
    }
    fn documents(&self, call: &Call<'_>, since: Timestamp, taker: &mut EachDocument<'_>) -> Result<Listing, Error> {
        let Some(documents) = self.0.documents else { return Ok(Listing::impossible()) };
        let mut taker = Taker(taker);
        taken(self.0, documents(self.1, &lent(call), since.micros, each, (&raw mut taker).cast()))?;
        Ok(Listing::since(since))
    }
    fn open(&self, call: &Call<'_>, header: &Header<'_>) -> Result<CInvoice, Error> {
        Ok(CInvoice(self.0, made(self.0, (self.0.open)(self.1, &lent(call), header))?))
    }
}
impl Invoice for CInvoice {
    fn section(&mut self, name: &str) -> Result<(), Error> {
        self.0.section.map_or(Ok(()), |section| taken(self.0, section(self.1, text(name))).map(drop))
    }
    fn lines(&mut self, lines: &[Line<'_>]) -> Result<(), Error> {
        taken(self.0, (self.0.lines)(self.1, lines.as_ptr(), lines.len())).map(drop)
    }
    fn totals(&mut self, totals: &Totals<'_>) -> Result<(), Error> {
        taken(self.0, (self.0.totals)(self.1, totals)).map(drop)
    }
    fn commit(&mut self) -> Result<Receipt, Error> {
        let nothing = || Error::unknown("the backend says 'none' to commit; report this to its author");
        taken(self.0, (self.0.commit)(self.1))?.map(|(receipt, _)| receipt).ok_or_else(nothing)
    }
}
impl Drop for CBackend {
    fn drop(&mut self) {
        (self.0.destroy)(self.1); // the invoices must be closed before: only the host can see to that
    }
}
impl Drop for CInvoice {
    fn drop(&mut self) {
        (self.0.close)(self.1);
    }
}

fn main() -> Result<(), Error> {
    let config = serde_json::json!({"prefix": "C-"});
    let backend = CBackend::new(config, &Context::new(".", "UTC"))?;
    let call = &Call::within(Duration::from_secs(300));
    let day = Date { year: 1970, month: 1, day: 1 };
    let (at, amount) = (Timestamp { micros: 0 }, Decimal::new(870, 2));
    let extra = [Pair { key: "a".into(), value: "b".into() }];
    let header = Header {
        key: "0198-1".into(),
        ledger_id: "".into(),
        digest: "d".into(),
        number: 7,
        kind: Kind::Invoice,
        refers_to: ROption::RNone,
        tenant: Tenant { id: "t".into(), name: ROption::RSome("Tenant".into()), attributes: RSlice::EMPTY },
        start: at,
        end: at,
        timezone: "UTC".into(),
        first_day: day,
        last_day: day,
        issued: day,
        currency: "EUR".into(),
        currency_digits: 2,
        extra: RSlice::from_slice(&extra),
    };
    println!("{} {:?}", side::about(), backend.find(call, &header)?);
    println!("{:?}", backend.find(call, &Header { number: 0, ..header })?);
    let listing = backend.documents(call, at, &mut |document| {
        println!("{document:?}");
        ControlFlow::Continue(())
    })?;
    println!("{listing:?}");
    let mut invoice = backend.open(call, &header)?;
    invoice.section("Compute")?;
    invoice.lines(&[])?;
    println!("before the totals: {:?}", invoice.commit());
    invoice.totals(&Totals { subtotal: amount, taxes: RSlice::EMPTY, total: amount, extra: RSlice::EMPTY })?;
    println!("{:?}; {} s", invoice.commit()?, backend.longest_delay_s());
    Ok(())
}
