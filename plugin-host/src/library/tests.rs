//! What crosses the boundary to a library's objects, and back.

use std::ops::ControlFlow;
use std::time::Duration;

use artifice_plugin_api::{__export, Context, Detail, ROption, RStr, RVec, serde_json};
use artifice_plugin_api::{
    Call, Date, Document, EachDocument, ErrorKind, Header, Invoice, Kind, Line, Listing, RSlice, Receipt, Standing,
    Tenant, Timestamp, Totals,
};
use serde_json::{Value, json};

use super::*;

/// Lists what its configuration says: pairs of key and reference, or a text to panic with. Answers how long
/// it may take.
struct Lister(Value);

/// A document that is told how long it may take.
struct Timed(Duration);

impl Invoice for Timed {
    fn lines(&mut self, _lines: &[Line<'_>]) -> Result<(), Error> {
        Ok(())
    }
    fn totals(&mut self, _totals: &Totals<'_>) -> Result<(), Error> {
        Ok(())
    }
    fn commit(&mut self) -> Result<Receipt, Error> {
        Ok(Receipt::new(format!("{} minutes", (self.0.as_secs() + 30) / 60)))
    }
}

impl artifice_plugin_api::Backend for Lister {
    const VERSION: &'static str = "1";
    const DESCRIPTION: &'static str = "Lists documents";
    type Config = Value;
    type Invoice = Timed;

    fn new(config: Value, _context: &Context<'_>) -> Result<Self, Error> {
        Ok(Lister(config))
    }
    fn find(&self, _call: &Call<'_>, header: &Header<'_>) -> Result<Standing, Error> {
        let receipt = Receipt::new("R").with("ledger", header.ledger_id);
        Ok(match header.digest.as_str() {
            "stands" => Standing::Stands(receipt),
            "cancelled" => Standing::Cancelled(receipt),
            "changed" => Standing::Changed { receipt, what: "its total".into() },
            _ => Standing::Absent,
        })
    }
    fn documents(&self, _call: &Call<'_>, since: Timestamp, each: &mut EachDocument<'_>) -> Result<Listing, Error> {
        if let Some(text) = self.0.as_str() {
            panic!("{text}");
        }
        let Some(pairs) = self.0.as_array() else { return Ok(Listing::impossible()) };
        for pair in pairs {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let receipt = Receipt::new(text(&pair[1])).with("a", "b");
            let document = Document::new(text(&pair[0]), since.micros.to_string(), receipt).of_ledger("l");
            if each(document).is_break() {
                return Ok(Listing::impossible());
            }
        }
        Ok(Listing::since(since))
    }
    fn open(&self, call: &Call<'_>, _header: &Header<'_>) -> Result<Timed, Error> {
        Ok(Timed(call.left()))
    }
}

fn lister(config: &Value) -> LibraryBackend {
    let context = Context::new("/", "UTC");
    let made = __export::create(&[("Lister", __export::maker::<Lister>())], "Lister", &config.to_string(), &context);
    let class = "acme.lists:Lister".parse().unwrap();
    LibraryBackend::new(class, __export::class::<Lister>("Lister"), made.into_result().unwrap())
}

fn call() -> Call<'static> {
    Call::within(Duration::from_secs(60))
}

fn header(digest: &str) -> Header<'_> {
    let day = Date { year: 1970, month: 1, day: 1 };
    Header {
        key: "k".into(),
        ledger_id: "l".into(),
        digest: digest.into(),
        number: 1,
        kind: Kind::Invoice,
        refers_to: ROption::RNone,
        tenant: Tenant { id: "t".into(), name: ROption::RNone, attributes: RSlice::EMPTY },
        start: Timestamp { micros: 0 },
        end: Timestamp { micros: 1 },
        timezone: "UTC".into(),
        first_day: day,
        last_day: day,
        issued: day,
        currency: "NZD".into(),
        currency_digits: 2,
        extra: RSlice::EMPTY,
    }
}

/// What is listed until there are `most`, and what is said of the list.
fn listed(backend: &LibraryBackend, most: usize) -> (Vec<Document>, Result<Listing, Error>) {
    let mut all = Vec::new();
    let listing = backend.documents(&call(), Timestamp { micros: 7 }, &mut |document| {
        all.push(document);
        if all.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    (all, listing)
}

#[test]
fn documents_cross_as_they_are() {
    let (documents, listing) = listed(&lister(&json!([["k1", "R1"], ["k2", "R2"]])), 100);
    let document = |key: &str, reference: &str| Document {
        key: key.into(),
        digest: "7".into(),
        receipt: Receipt::new(reference).with("a", "b"),
        ledger_id: "l".into(),
        extra: RVec::new(),
    };
    assert_eq!(documents, [document("k1", "R1"), document("k2", "R2")]);
    assert_eq!(listing, Ok(Listing::since(Timestamp { micros: 7 })));
    let (none, listing) = listed(&lister(&json!([])), 100);
    assert!(none.is_empty() && listing.unwrap().complete_since.is_some(), "none is not 'cannot list'");
    assert_eq!(listed(&lister(&json!({})), 100), (Vec::new(), Ok(Listing::impossible())));
}

#[test]
fn a_long_list_crosses_whole_and_may_be_broken_off() {
    let many: Vec<Value> = (0..100_000).map(|n| json!([format!("k{n}"), format!("R{n}")])).collect();
    let backend = lister(&many.into());
    let (documents, _) = listed(&backend, usize::MAX);
    assert_eq!((documents.len(), documents[99_999].receipt.reference.as_str()), (100_000, "R99999"));
    assert_eq!(listed(&backend, 3).0.len(), 3);
}

#[test]
fn a_panic_while_listing_is_an_error_and_the_backend_is_not_called_again() {
    let backend = lister(&json!("told to"));
    assert_eq!(backend.spent(), None);
    let error = listed(&backend, 100).1.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Panicked);
    assert!(error.message().contains("the backend panicked in documents: told to"), "{error}");
    assert!(backend.spent().is_some());
    assert!(backend.longest_delay(&call()).unwrap_err().message().contains("panicked before"));
}

#[test]
fn how_a_document_stands_crosses_with_its_receipt() {
    let backend = lister(&json!([]));
    let find = |digest| backend.find(&call(), &header(digest)).unwrap();
    let receipt =
        Receipt { reference: "R".into(), details: vec![Detail { key: "ledger".into(), value: "l".into() }].into() };
    assert_eq!(find("absent"), Standing::Absent);
    assert_eq!(find("stands"), Standing::Stands(receipt.clone()));
    assert_eq!(find("cancelled"), Standing::Cancelled(receipt.clone()));
    assert_eq!(find("changed"), Standing::Changed { receipt, what: RStr::from_str("its total").into() });
}

#[test]
fn a_document_is_told_how_long_it_may_take() {
    let backend = lister(&json!([]));
    for minutes in [1, 5, 600] {
        let mut invoice = backend.open(&Call::within(Duration::from_secs(minutes * 60)), &header("")).unwrap();
        assert_eq!(invoice.commit().unwrap().reference.as_str(), format!("{minutes} minutes"));
    }
}

#[test]
fn a_panic_of_a_librarys_check_is_an_error_about_its_file() {
    let says = caught(Path::new("/lib/a.so"), || -> Result<(), LoadError> { panic!("no field {}", 7) }).unwrap_err();
    let says = says.to_string();
    assert!(
        says.starts_with("/lib/a.so: its types differ") && says.contains("comparing them failed: no field 7"),
        "{says}"
    );
    assert!(caught(Path::new("/lib/a.so"), || Ok(())).is_ok());
}
