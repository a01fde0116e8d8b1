//! The exchange of a two-line invoice, cut at every byte of the requests and answers that make it: whoever asks then
//! and sends again as artifice does ends with one posted document. Questions, which the backend repeats after a
//! while, are cut at some of their bytes, or at every one with `ARTIFICE_CUTS=all`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use artifice_plugin_host::Backend;
use artifice_plugin_host::api::{Call, Date, Decimal, Error, ErrorKind, Header, Kind, Line, Pair, ROption, RSlice};
use artifice_plugin_host::api::{Receipt, Tenant, Timestamp, Totals};
use artifice_tests::killing::for_each;
use artifice_tests::odoo::{DATABASE, Odoo, PASSWORD, Tables, Version};
use serde_json::json;

/// Which bytes of a question are cut at.
const STEP: usize = 61;
/// Most of the time they wait.
const AT_ONCE: usize = 16;
const DAY_US: i64 = 86_400_000_000;

pub fn backend(odoo: &Odoo) -> Arc<dyn Backend> {
    let config = json!({
        "url": odoo.url(), "database": DATABASE, "username": "admin", "password": PASSWORD,
        "longest_delay_s": 0, "timeout_s": 30,
    });
    artifice_tests::backend(Path::new("/"), "billing.openerp:OpenERP", &config)
}

pub fn call() -> Call<'static> {
    Call::within(Duration::from_secs(60))
}

pub fn header(key: &str) -> Header<'_> {
    let day = |month, day| Date { year: 2013, month, day };
    let start = Timestamp { micros: 1_375_315_200_000_000 };
    Header {
        key: key.into(),
        ledger_id: "".into(),
        digest: "a-digest-of-the-content".into(),
        number: 1,
        kind: Kind::Invoice,
        refers_to: ROption::RNone,
        tenant: Tenant { id: "demo".into(), name: ROption::RSome("Demo".into()), attributes: RSlice::EMPTY },
        start,
        end: Timestamp { micros: start.micros + 31 * DAY_US },
        timezone: "UTC".into(),
        first_day: day(8, 1),
        last_day: day(8, 31),
        issued: day(9, 2),
        currency: "NZD".into(),
        currency_digits: 2,
        extra: RSlice::EMPTY,
    }
}

pub fn line<'a>(header: &Header<'a>, resource: &'a str, none: &'a [Pair<'a>]) -> Line<'a> {
    Line {
        section: "Compute".into(),
        location: "akl-1".into(),
        service: "m1.nano".into(),
        name: "VM instance".into(),
        resource_id: resource.into(),
        resource_name: resource.into(),
        meter: "instance".into(),
        aggregate: "uptime".into(),
        start: header.start,
        end: header.end,
        quantity: Decimal::new(10, 0),
        unit: "hour".into(),
        rate: ROption::RSome(Decimal::new(5, 2)),
        rate_unit: "hour".into(),
        factor: ROption::RNone,
        cost: Decimal::new(50, 2),
        taxes: RSlice::EMPTY,
        extra: RSlice::from_slice(none),
    }
}

/// Sends the invoice, once.
pub fn sent(backend: &dyn Backend, header: &Header<'_>) -> Result<Receipt, Error> {
    let total = Decimal::new(1, 0);
    let mut invoice = backend.open(&call(), header)?;
    invoice.section("Compute")?;
    invoice.lines(&[line(header, "one", &[]), line(header, "two", &[])])?;
    invoice.totals(&Totals { subtotal: total, taxes: RSlice::EMPTY, total, extra: RSlice::EMPTY })?;
    invoice.commit()
}

/// Sends the invoice until it is there, asking before it is sent again wherever that is not certain.
fn delivered(backend: &dyn Backend, key: &str) -> Receipt {
    let header = header(key);
    let mut errors = Vec::new();
    for _ in 0..6 {
        let sent = sent(backend, &header);
        let error = match sent {
            Ok(receipt) => return receipt,
            Err(error) => error,
        };
        let unsure = error.kind() == ErrorKind::Unknown;
        errors.push(error.to_string());
        match unsure.then(|| backend.find(&call(), &header)) {
            Some(Ok(standing)) => match standing.receipt() {
                Some(receipt) => return receipt.clone(),
                None => continue,
            },
            Some(Err(error)) => errors.push(error.to_string()),
            None => {}
        }
    }
    panic!("{key}: never delivered: {errors:#?}");
}

/// Where an exchange is cut.
#[derive(Debug, Clone, Copy)]
struct Cut {
    exchange: usize,
    request: bool,
    at: usize,
}

/// The cuts of an exchange; how many requests it has.
fn cuts(version: Version, step: usize) -> (Vec<Cut>, usize) {
    let odoo = Odoo::for_billing(version, &["demo"]);
    let warm = backend(&odoo);
    delivered(&*warm, "before");
    odoo.exchanges();
    delivered(&*warm, "without-a-cut");
    let exchanges = odoo.exchanges();
    let all = std::env::var("ARTIFICE_CUTS").is_ok_and(|cuts| cuts == "all");
    let mut cuts = Vec::new();
    for (number, exchange) in exchanges.iter().enumerate() {
        let makes = ["load", "action_post", "button_reset_taxes", "invoice_open"];
        let step = match makes.iter().any(|call| exchange.call.ends_with(call)) {
            _ if all => 1,
            true => step,
            false => STEP,
        };
        cuts.extend((0..exchange.request).step_by(step).map(|at| Cut { exchange: number, request: true, at }));
        cuts.extend((0..exchange.answer).step_by(step).map(|at| Cut { exchange: number, request: false, at }));
    }
    (cuts, exchanges.len())
}

fn every_cut(version: Version, step: usize) {
    let (cuts, exchanges) = cuts(version, step);
    assert!(exchanges >= 3, "{exchanges}");
    let part = |part| cuts.iter().skip(part).step_by(AT_ONCE).copied().collect();
    let parts: Vec<Vec<Cut>> = (0..AT_ONCE).map(part).collect();
    let name = |part: &Vec<Cut>| format!("{version:?}, {} cuts from {:?}", part.len(), part.first());
    for_each(&parts, AT_ONCE, name, |part| {
        // A server of its own, set back for every cut.
        let odoo = Odoo::for_billing(version, &["demo"]);
        let seeded: Tables = odoo.with(|tables| tables.clone());
        let backend = backend(&odoo);
        delivered(&*backend, "before");
        for cut in part {
            odoo.with(|tables| *tables = seeded.clone());
            odoo.exchanges();
            if cut.request {
                odoo.cut_request(cut.exchange, cut.at);
            } else {
                odoo.cut_answer(cut.exchange, cut.at);
            }
            let receipt = delivered(&*backend, "the-key");
            odoo.no_trouble();
            let documents = odoo.documents();
            let posted = documents.iter().filter(|it| it.is_posted()).count();
            assert_eq!((documents.len(), posted), (1, 1), "{version:?} {cut:?} {documents:#?}");
            assert_eq!((documents[0].total, documents[0].charged().len()), (1.into(), 2), "{cut:?}");
            assert_eq!(receipt.reference.as_str(), documents[0].name, "{cut:?}");
            assert!(odoo.tampered().is_empty(), "{cut:?} {:?}", odoo.tampered());
        }
    });
    println!("{version:?}: {exchanges} requests, {} cuts", cuts.len());
}

#[test]
fn odoo_17_cut_at_every_byte_has_one_posted_document() {
    every_cut(Version::Odoo17, 1);
}

#[test]
fn odoo_16_cut_at_many_bytes_has_one_posted_document() {
    // It is asked as 17 is.
    every_cut(Version::Odoo16, 5);
}

#[test]
fn openerp_7_cut_at_every_byte_has_one_posted_document() {
    every_cut(Version::OpenErp7, 1);
}
