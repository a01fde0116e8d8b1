//! What backends list of that which they have, asked through their libraries.

use std::fs;
use std::ops::ControlFlow;
use std::time::Duration;

use artifice_plugin_host::Backend;
use artifice_plugin_host::api::{Call, Document, Error, ErrorKind, Timestamp};
use artifice_tests::{Cloud, Erp, Vm, backend};
use serde_json::{Value, json};

/// Three tenants, billed.
fn billed(cloud: &Cloud) {
    for tenant in ["aroha", "bob", "carol"] {
        cloud.meter(Vm::of(tenant, "vm").active("2013-08-05", 24));
    }
    cloud.bill("--month 2013-08").done();
}

/// All documents, by their keys; `None` if they cannot be listed.
fn listed(backend: &dyn Backend) -> Result<Option<Vec<Document>>, Error> {
    let call = Call::within(Duration::from_secs(60));
    let mut all = Vec::new();
    let listing = backend.documents(&call, Timestamp { micros: 1_375_315_200_000_000 }, &mut |document| {
        all.push(document);
        ControlFlow::Continue(())
    })?;
    all.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(listing.complete_since.into_option().map(|_| all))
}

/// The statements of the ledger, as key and receipt.
fn statements(cloud: &Cloud) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let pair = |statement: &Value| (text(&statement["id"]), text(&statement["receipt"]));
    let mut all: Vec<_> = cloud.statements().iter().map(pair).collect();
    all.sort();
    all
}

#[test]
fn what_was_billed_is_listed_under_the_ledgers_keys() {
    let csv = Cloud::new();
    billed(&csv);
    let erp = Cloud::new();
    Erp::of(&erp, "");
    billed(&erp);
    for (cloud, class, config) in [
        (&csv, "billing.csv_invoice:Csv", json!({"output_path": "invoices"})),
        (&erp, "test.misbehaving:Erp", json!({"directory": "erp"})),
    ] {
        let documents = listed(&*backend(&cloud.path(""), class, &config)).unwrap().unwrap();
        let pairs: Vec<_> = documents.iter().map(|it| (it.key.to_string(), it.receipt.reference.to_string())).collect();
        assert_eq!(pairs, statements(cloud), "{class}");
        assert!(documents.iter().all(|document| !document.digest.is_empty()), "{class}");
    }
}

#[test]
fn a_backend_that_cannot_list_says_so() {
    let cloud = Cloud::new();
    fs::create_dir(cloud.path("letters")).unwrap();
    let letters = backend(&cloud.path(""), "acme.letters:Markdown", &json!({"directory": "letters"}));
    assert_eq!(listed(&*letters), Ok(None));
    assert_eq!(listed(&*backend(&cloud.path(""), "test.misbehaving:Closed", &json!({}))), Ok(None));
}

#[test]
fn whatever_goes_wrong_while_listing_is_an_error() {
    let cloud = Cloud::new();
    Erp::of(&cloud, "");
    billed(&cloud);
    let first = statements(&cloud).remove(0).0;
    for (does, kind, says) in [
        ("unavailable", ErrorKind::Unavailable, "told to be unavailable at Documents".to_owned()),
        ("time_out", ErrorKind::Unknown, "told to time out at Documents".to_owned()),
        ("panic", ErrorKind::Panicked, "the backend panicked in documents: told to panic".to_owned()),
        ("empty_receipt", ErrorKind::Unknown, format!("of the document with the key '{first}': the backend answered")),
    ] {
        let faults = json!({"directory": "erp", "faults": [{"at": "documents", "does": does}]});
        let error = listed(&*backend(&cloud.path(""), "test.misbehaving:Erp", &faults)).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.message().contains(&says), "{error}");
    }
}
