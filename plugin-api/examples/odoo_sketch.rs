//! A sketch, not a product: does the interface fit an ERP? What it is asked; the backend is in `odoo_sketch/odoo.rs`.

#[path = "odoo_sketch/fake.rs"]
mod fake;
#[path = "odoo_sketch/odoo.rs"]
mod odoo;
#[path = "odoo_sketch/rpc.rs"]
mod rpc;

use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use artifice_plugin_api::serde_json::json;
use artifice_plugin_api::{
    Backend, Call, Date, Decimal, Document, Error, ErrorKind, Fraction, Header, Invoice, Kind, Line, PriceQuery,
};
use artifice_plugin_api::{ROption, RSlice, Receipt, Reference, Standing, Tax, Tenant, Timestamp, Totals};

use fake::{Fake, seen};
use odoo::Odoo;
use rpc::{Rpc, asked};

fn must(what: &str, holds: bool) -> Result<(), Error> {
    println!("{} {what}", if holds { "ok  " } else { "BAD " });
    if holds { Ok(()) } else { Err(Error::refused(what)) }
}
fn fill(document: &mut impl Invoice, costs: &[i128]) -> Result<(), Error> {
    let at = Timestamp { micros: 1_767_225_600_000_000 };
    let line = |&cost: &i128| Line {
        section: "Compute".into(),
        location: "north".into(),
        service: "compute".into(),
        name: "Server".into(),
        resource_id: "vm".into(),
        resource_name: "web".into(),
        meter: "instance".into(),
        aggregate: "uptime".into(),
        start: at,
        end: at,
        quantity: Decimal::new(cost * 20, 2),
        unit: "hour".into(),
        rate: ROption::RSome(Decimal::new(5, 2)),
        rate_unit: "hour".into(),
        factor: ROption::RSome(Fraction::ONE),
        cost: Decimal::new(cost, 2),
        taxes: RSlice::from_slice(&[0]),
        extra: RSlice::EMPTY,
    };
    let lines: Vec<Line<'_>> = costs.iter().map(line).collect();
    document.section("Compute")?;
    lines.chunks(512).try_for_each(|batch| document.lines(batch))?;
    let (subtotal, percent) = (costs.iter().sum::<i128>(), Decimal::new(20, 0));
    let (base, amount) = (Decimal::new(subtotal, 2), Decimal::new(subtotal / 5, 2));
    let taxes = [Tax { name: "VAT".into(), percent, base, amount, extra: RSlice::EMPTY }];
    let total = Decimal::new(subtotal + subtotal / 5, 2);
    document.totals(&Totals { subtotal: base, taxes: RSlice::from_slice(&taxes), total, extra: RSlice::EMPTY })
}

fn listed(odoo: &Odoo, since: Timestamp) -> Result<Vec<Document>, Error> {
    let mut all = Vec::new();
    odoo.documents(&Call::within(Duration::from_secs(60)), since, &mut |document| {
        all.push(document);
        ControlFlow::Continue(())
    })?;
    Ok(all)
}

fn main() -> Result<(), Error> {
    let call = &Call::within(Duration::from_secs(60));
    let fake = Arc::new(Fake::default());
    let odoo = Odoo { rpc: fake.clone(), journal: "INV".into() };
    let (start, end) = (Timestamp { micros: 1_767_225_600_000_000 }, Timestamp { micros: 1_769_904_000_000_000 });
    let header = Header {
        key: "0198-1".into(),
        ledger_id: "".into(),
        digest: "d1".into(),
        number: 1,
        kind: Kind::Invoice,
        refers_to: ROption::RNone,
        tenant: Tenant { id: "t1".into(), name: ROption::RNone, attributes: RSlice::EMPTY },
        start,
        end,
        timezone: "UTC".into(),
        first_day: Date { year: 2026, month: 1, day: 1 },
        last_day: Date { year: 2026, month: 1, day: 31 },
        issued: Date { year: 2026, month: 2, day: 2 },
        currency: "EUR".into(),
        currency_digits: 2,
        extra: RSlice::EMPTY,
    };
    let (tenant, quantity) = ("t1".into(), Decimal::new(1, 0));
    let (location, service, unit) = ("north".into(), "compute".into(), "hour".into());
    let query = PriceQuery { tenant, location, service, unit, at: start, quantity, extra: RSlice::EMPTY };
    let price = odoo.price(call, &query)?;
    must("the product's price", price.is_some_and(|it| it.amount == Decimal::new(5, 2)))?;
    must("nothing there yet", odoo.find(call, &header)? == Standing::Absent)?;

    fake.away.store(true, Ordering::Release);
    let away = odoo.find(call, &header);
    must("away is an error, not a no", away.is_err_and(|error| error.kind() == ErrorKind::Unavailable))?;
    fake.away.store(false, Ordering::Release);

    let costs = [500; 1000];
    let mut first = odoo.open(call, &header)?;
    fill(&mut first, &costs)?;
    fake.silent.store(true, Ordering::Release);
    let lost = first.commit();
    must("a lost answer is unknown", lost.is_err_and(|error| error.kind() == ErrorKind::Unknown))?;
    let found: Option<Receipt> = odoo.find(call, &header)?.receipt().cloned();
    must("but found", found.as_ref().is_some_and(|it| it.reference == "INV/2026/00001"))?;
    let mut again = odoo.open(call, &header)?;
    fill(&mut again, &costs)?;
    must("committed again, the same receipt", Some(again.commit()?) == found)?;
    must("another digest is an error", odoo.find(call, &Header { digest: "d2".into(), ..header }).is_err())?;

    let Some(receipt) = &found else { return Ok(()) };
    let refers_to = ROption::RSome(Reference { key: header.key, number: 1, receipt, extra: RSlice::EMPTY });
    let credit = Header { key: "0198-2".into(), number: 2, kind: Kind::Credit, refers_to, ..header };
    let mut back = odoo.open(call, &credit)?;
    fill(&mut back, &costs.map(|cost: i128| -cost))?;
    must("a credit is a document of its own", back.commit()?.reference == "INV/2026/00002")?;

    let draft = Header { key: "0198-3".into(), number: 3, ..header };
    let begun = json!([{"id": "artifice.0198-3", "ref": "0198-3", "invoice_origin": "d1", "journal": "INV",
        "move_type": "out_invoice", "invoice_date": "2026-01-31"}]);
    fake.call("account.move", "load", begun).map_err(asked)?;
    must("a draft counts as no", odoo.find(call, &draft)? == Standing::Absent)?;
    let posted = listed(&odoo, start)?;
    let names: Vec<&str> = posted.iter().map(|it| it.key.as_str()).collect();
    must("what is posted is listed, by its key; a draft is not", names == ["0198-1", "0198-2"])?;
    must("with its receipt and digest", posted.first().is_some_and(|it| it.receipt == *receipt && it.digest == "d1"))?;
    odoo.discard(call, &draft)?;
    let left = fake.moves.lock().unwrap_or_else(PoisonError::into_inner).len();
    must("a draft is taken back, what is posted is not", left == 2 && odoo.discard(call, &header).is_err())?;
    let mut last = odoo.open(call, &draft)?;
    fill(&mut last, &costs)?;
    must("posted, the draft is a document", last.commit()?.reference == "INV/2026/00003")?;
    must("and listed", listed(&odoo, end)?.len() == 3)?;
    let moves = fake.moves.lock().unwrap_or_else(PoisonError::into_inner);
    let refund = moves.values().find(|it| it["move_type"] == "out_refund").map(seen);
    let refund = refund.is_some_and(|it| it["amount_total"] == "6000.00" && it["reversed_entry"] == "1");
    must("a refund of 6000.00, of the first", refund)?;
    must("in January", moves.values().all(|it| it["invoice_date"] == "2026-01-31"))?;
    must("three documents", moves.len() == 3)
}
