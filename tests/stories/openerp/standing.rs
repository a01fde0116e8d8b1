//! How documents stand that people had in their hands, and which are listed since when.

use std::ops::ControlFlow;

use artifice_plugin_host::Backend;
use artifice_plugin_host::api::{Header, Listing, Receipt, Standing, Timestamp};
use artifice_tests::odoo::{Odoo, Version};

use super::openerp_cuts::{backend, call, header, sent};

const DAY_US: i64 = 86_400_000_000;
/// 2013-08-05T00:00:00Z.
const FIFTH: Timestamp = Timestamp { micros: 1_375_660_800_000_000 };

/// Where the releases keep invoices.
const RELEASES: [(Version, &str); 2] = [(Version::OpenErp7, "account.invoice"), (Version::Odoo17, "account.move")];

fn id(receipt: &Receipt) -> i64 {
    receipt.detail("id").unwrap().parse().unwrap()
}

/// The keys and ledgers that are listed since an instant.
fn listed(backend: &dyn Backend, since: Timestamp) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let listing = backend.documents(&call(), since, &mut |document| {
        all.push((document.key.to_string(), document.ledger_id.to_string()));
        ControlFlow::Continue(())
    });
    assert_eq!(listing, Ok(Listing::since(since)));
    all.sort();
    all
}

fn keys(backend: &dyn Backend, since: Timestamp) -> Vec<String> {
    listed(backend, since).into_iter().map(|(key, _)| key).collect()
}

#[test]
fn a_document_that_was_cancelled_says_so_with_its_receipt() {
    for (version, model) in RELEASES {
        let odoo = Odoo::for_billing(version, &["demo"]);
        let backend = backend(&odoo);
        let header = header("the-key");
        assert_eq!(backend.find(&call(), &header), Ok(Standing::Absent));
        let receipt = sent(&*backend, &header).unwrap();
        assert_eq!(backend.find(&call(), &header), Ok(Standing::Stands(receipt.clone())));
        odoo.with(|tables| tables.set(model, id(&receipt), "state", "cancel"));
        assert_eq!(backend.find(&call(), &header), Ok(Standing::Cancelled(receipt)), "{version:?}");
        assert_eq!(keys(&*backend, FIFTH), ["the-key"], "what was cancelled was committed before");
    }
}

#[test]
fn what_was_last_written_long_before_is_not_listed() {
    for (version, model) in RELEASES {
        let odoo = Odoo::for_billing(version, &["demo"]);
        let backend = backend(&odoo);
        for (key, written) in
            [("before", "2013-08-03 23:59:59"), ("about", "2013-08-04 00:00:00"), ("later", "2013-09-01 00:00:00")]
        {
            let receipt = sent(&*backend, &header(key)).unwrap();
            odoo.with(|tables| tables.set(model, id(&receipt), "write_date", written));
        }
        // Two clocks may be a day apart.
        assert_eq!(keys(&*backend, FIFTH), ["about", "later"], "{version:?}");
        assert_eq!(keys(&*backend, Timestamp { micros: 0 }), ["about", "before", "later"], "{version:?}");
        assert!(keys(&*backend, Timestamp { micros: FIFTH.micros + 30 * DAY_US }).is_empty(), "{version:?}");
    }
}

#[test]
fn a_document_tells_its_ledger_if_that_has_an_id() {
    for (version, _) in RELEASES {
        let odoo = Odoo::for_billing(version, &["demo"]);
        let backend = backend(&odoo);
        sent(&*backend, &header("without")).unwrap();
        let with = Header { ledger_id: "l-1".into(), ..header("with") };
        let receipt = sent(&*backend, &with).unwrap();
        let pair = |key: &str, ledger: &str| (key.to_owned(), ledger.to_owned());
        assert_eq!(listed(&*backend, FIFTH), [pair("with", "l-1"), pair("without", "")]);
        // Where a ledger gets an id afterwards, its documents stay its own.
        assert_eq!(backend.find(&call(), &header("with")), Ok(Standing::Stands(receipt)));
        let later = Header { ledger_id: "l-1".into(), ..header("without") };
        assert!(matches!(backend.find(&call(), &later), Ok(Standing::Stands(_))));
    }
}
