//! What a backend lists, through the same boundary that a library's objects cross.

use artifice_plugin_api::{__export, Context, Receipt, serde_json};
use serde_json::{Value, json};

use super::*;

/// Lists what its configuration says: pairs of key and reference, or a text to panic with.
struct Lister(Value);

/// A document that never comes to be.
enum Never {}

impl artifice_plugin_api::Invoice for Never {
    fn lines(&mut self, _lines: &[Line<'_>]) -> Result<(), Error> {
        match *self {}
    }
    fn totals(&mut self, _totals: &Totals<'_>) -> Result<(), Error> {
        match *self {}
    }
    fn commit(&mut self) -> Result<Receipt, Error> {
        match *self {}
    }
}

impl artifice_plugin_api::Backend for Lister {
    const VERSION: &'static str = "1";
    const DESCRIPTION: &'static str = "Lists documents";
    type Config = Value;
    type Invoice = Never;

    fn new(config: Value, _context: &Context<'_>) -> Result<Self, Error> {
        Ok(Lister(config))
    }
    fn find(&self, _header: &Header<'_>) -> Result<Option<Receipt>, Error> {
        Ok(None)
    }
    fn documents(&self, since: Timestamp) -> Result<Option<Vec<Document>>, Error> {
        if let Some(text) = self.0.as_str() {
            panic!("{text}");
        }
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let document = |pair: &Value| Document {
            key: text(&pair[0]).into(),
            digest: since.micros.to_string().into(),
            receipt: Receipt::new(text(&pair[1])).with("a", "b"),
        };
        Ok(self.0.as_array().map(|pairs| pairs.iter().map(document).collect()))
    }
    fn open(&self, _header: &Header<'_>) -> Result<Never, Error> {
        Err(Error::refused("closed"))
    }
}

fn lister(config: &Value) -> Backend {
    let context = Context { directory: "/".into(), deadline_s: 300, timezone: "UTC".into() };
    let made = __export::create(&[("Lister", __export::maker::<Lister>())], "Lister", &config.to_string(), &context);
    let class = "acme.lists:Lister".parse().unwrap();
    Backend::new(class, __export::class::<Lister>("Lister"), made.into_result().unwrap())
}

fn documents(config: &Value) -> Result<Option<Vec<Document>>, Error> {
    lister(config).documents(Timestamp { micros: 7 })
}

#[test]
fn documents_cross_as_they_are() {
    let listed = documents(&json!([["k1", "R1"], ["k2", "R2"]])).unwrap().unwrap();
    let document = |key: &str, reference: &str| Document {
        key: key.into(),
        digest: "7".into(),
        receipt: Receipt::new(reference).with("a", "b"),
    };
    assert_eq!(listed, [document("k1", "R1"), document("k2", "R2")]);
    assert_eq!(documents(&json!([])), Ok(Some(Vec::new())), "none is not 'cannot list'");
    assert_eq!(documents(&json!({})), Ok(None));
}

#[test]
fn a_long_list_crosses_whole() {
    let many: Vec<Value> = (0..100_000).map(|n| json!([format!("k{n}"), format!("R{n}")])).collect();
    let listed = documents(&many.into()).unwrap().unwrap();
    assert_eq!((listed.len(), listed[99_999].receipt.reference.as_str()), (100_000, "R99999"));
}

#[test]
fn one_broken_document_is_an_error_that_says_which() {
    let long = "x".repeat(5000);
    for (pairs, says) in [
        (json!([["k1", "R1"], ["k2", ""]]), vec!["key 'k2'", "reference is 0 bytes long"]),
        (json!([["k1", long], ["k2", "R2"]]), vec!["key 'k1'", "reference is 5000 bytes long"]),
        (json!([["", "R1"]]), vec!["document 'R1'", "key is 0 bytes long"]),
        (json!([[long, "R\u{1b}1"]]), vec!["document 'R\\u{1b}1'", "key is 5000 bytes long"]),
        (json!([["k", "R1"], ["l", "R2"], ["k", "R3"]]), vec!["key 'k' twice, as 'R1' and as 'R3'"]),
    ] {
        let error = documents(&pairs).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unknown);
        assert!(says.iter().all(|part| error.message().contains(part)), "{error}");
        assert!(error.message().len() < 500, "{error}");
    }
}

#[test]
fn a_panic_while_listing_is_an_error_and_the_backend_is_not_called_again() {
    let backend = lister(&json!("told to"));
    let error = backend.documents(Timestamp { micros: 0 }).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Panicked);
    assert!(error.message().contains("the backend panicked in documents: told to"), "{error}");
    assert!(backend.has_panicked());
    assert!(backend.longest_delay_s().unwrap_err().message().contains("panicked before"));
}
