//! An Odoo in memory, and what it is asked.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use artifice_plugin_api::serde_json::{Map, Value, json};
use artifice_plugin_api::{
    Backend, Call, Date, Decimal, Document, Error, ErrorKind, Fraction, Header, Invoice, Kind, Line, PriceQuery,
};
use artifice_plugin_api::{ROption, RSlice, Receipt, Reference, Standing, Tax, Tenant, Timestamp, Totals};

use super::{Answer, Odoo, Rpc, RpcError};

#[derive(Default)]
pub struct Fake {
    moves: Mutex<Map<String, Value>>, // by external id; lines by theirs, in `rows`
    posts: Mutex<u32>,
    away: AtomicBool,   // nobody answers
    silent: AtomicBool, // the next answer to `action_post` gets lost
}

fn cents(text: &Value) -> i64 {
    text.as_str().and_then(|text| text.replace('.', "").parse().ok()).unwrap_or_default()
}
fn text(cents: i64) -> Value {
    format!("{}.{:02}", cents / 100, cents % 100).into()
}
/// What Odoo computes by itself: 20 % on lines that bear the tax.
fn seen(it: &Value) -> Value {
    let rows: Vec<&Value> = it["rows"].as_object().map(|rows| rows.values().collect()).unwrap_or_default();
    let untaxed: i64 = rows.iter().map(|row| cents(&row["price_unit"])).sum();
    let taxed: i64 = rows.iter().filter(|row| row["tax_ids"][0] == "VAT").map(|row| cents(&row["price_unit"])).sum();
    let mut it = it.clone();
    it["lines"] = rows.len().into();
    it["amount_untaxed"] = text(untaxed);
    it["amount_total"] = text(untaxed + taxed / 5);
    it
}

impl Rpc for Fake {
    fn call(&self, model: &str, method: &str, args: Value) -> Result<Answer, RpcError> {
        let mut moves = self.moves.lock().unwrap_or_else(PoisonError::into_inner);
        if self.away.load(Ordering::Acquire) {
            return Err(RpcError::NotSent("connection refused".into()));
        }
        match (model, method) {
            ("product.product", "search_read") if args["default_code"] == "compute" => {
                Ok(json!([{"list_price": "0.05", "uom": "hour", "currency": "EUR"}]))
            }
            ("product.product", "search_read") => Ok(json!([])),
            ("ir.model.data", "search_read") if args["module"] == "artifice" => {
                let id =
                    |(id, it): (&String, &Value)| json!({"name": id.strip_prefix("artifice."), "res_id": it["id"]});
                Ok(moves.iter().map(id).collect())
            }
            ("account.move", "search_read") if args["id"].is_array() => {
                let ids = args["id"].as_array().map_or(&[][..], Vec::as_slice);
                let one = |it: &&Value| ids.contains(&it["id"]) && it["journal"] == args["journal"];
                Ok(moves.values().filter(one).map(seen).collect())
            }
            ("account.move", "search_read") => {
                let kinds = args["move_type"].as_array().map_or(&[][..], Vec::as_slice);
                let one = |it: &&Value| it["ref"] == args["ref"] && it["journal"] == args["journal"];
                Ok(moves.values().filter(one).filter(|it| kinds.contains(&it["move_type"])).map(seen).collect())
            }
            ("account.move", "load") => {
                let id = args[0]["id"].as_str().unwrap_or_default().to_owned();
                let mut made = args[0].clone();
                (made["id"], made["state"], made["rows"]) = ((moves.len() + 1).into(), "draft".into(), json!({}));
                let answer = json!({"ids": [made["id"]]});
                moves.entry(id).or_insert(made);
                Ok(answer)
            }
            ("account.move.line", "load") => {
                for row in args.as_array().into_iter().flatten() {
                    let parent = moves.get_mut(row["move_id/id"].as_str().unwrap_or_default());
                    let parent = parent.ok_or_else(|| RpcError::Fault(2, "no such move".into()))?;
                    parent["rows"][row["id"].as_str().unwrap_or_default()] = row.clone();
                }
                Ok(json!({"ids": [0]}))
            }
            ("account.move", "action_post") => {
                let found = moves.values_mut().find(|it| it["id"] == args && it["state"] == "draft");
                let it = found.ok_or_else(|| RpcError::Fault(2, "already posted".into()))?;
                let mut posts = self.posts.lock().unwrap_or_else(PoisonError::into_inner);
                *posts += 1;
                it["state"] = "posted".into();
                it["name"] = format!("INV/2026/{:05}", *posts).into();
                match self.silent.swap(false, Ordering::AcqRel) {
                    true => Err(RpcError::TimedOut("action_post: no answer within 60 s".into())),
                    false => Err(RpcError::Fault(1, "cannot marshal None".into())), // but it is posted
                }
            }
            ("account.move", "unlink") => {
                moves.retain(|_, it| it["id"] != args);
                Ok(true.into())
            }
            _ => Err(RpcError::Fault(1, format!("{model}.{method}: no such method"))),
        }
    }
}

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

pub fn story() -> Result<(), Error> {
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
    fake.call("account.move", "load", begun).map_err(super::asked)?;
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
