//! The backend. `GAP` marks what the interface lacks.

use std::sync::Arc;

use artifice_plugin_api::serde_json::{Value, json};
use artifice_plugin_api::{Backend, Call, Context, Decimal, Error, Header, Invoice, Kind, Line, Price, PriceQuery};
use artifice_plugin_api::{Document as Listed, EachDocument, Listing, ROption, RVec, Receipt, Standing, Timestamp};
use artifice_plugin_api::{Totals, schemars, serde};

use super::fake::Fake;
use super::rpc::{Rpc, RpcError, asked, told};

#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(crate = "artifice_plugin_api::serde", deny_unknown_fields)]
#[schemars(crate = "artifice_plugin_api::schemars")]
pub struct Settings {
    journal: String,
}
pub struct Odoo {
    pub rpc: Arc<dyn Rpc>, // `Invoice: 'static` cannot borrow its backend: shared parts are counted
    pub journal: String,
}
/// A cost, and the taxes that it bears.
type Charged = (Decimal, Vec<u32>);
// Texts are kept, never the header: it is borrowed, and has no owned twin.
pub struct Document {
    rpc: Arc<dyn Rpc>,
    journal: String,
    key: String,
    digest: String,
    digits: u8,
    head: Value,
    rows: Vec<(String, Option<Charged>)>,
    totals: Option<(Decimal, Decimal, Vec<String>)>,
}
const BATCH: usize = 200; // 1000 lines cost Odoo 17 s, and it kills a request at 60
/// GAP: the sign of the total decides the type, and a header has none: both types are searched.
fn search(rpc: &dyn Rpc, journal: &str, key: &str, digest: &str) -> Result<Option<Value>, Error> {
    let domain = json!({"ref": key, "move_type": ["out_invoice", "out_refund"], "journal": journal});
    let found = rpc.call("account.move", "search_read", domain).map_err(asked)?;
    match found.as_array().map_or(&[][..], Vec::as_slice) {
        [] => Ok(None),
        [one] if one["invoice_origin"] == digest => Ok(Some(one.clone())),
        [_] => Err(Error::refused(format_args!("{key}: Odoo has it with another content; look there"))),
        more => Err(Error::refused(format_args!("{key}: Odoo has it {} times; cancel all but one", more.len()))),
    }
}
fn receipt(found: &Value) -> Option<Receipt> {
    let name = found["name"].as_str().filter(|_| found["state"] == "posted")?;
    Some(Receipt::new(name).with("move_id", found["id"].to_string()).with("name", name))
}
impl Backend for Odoo {
    const VERSION: &'static str = "0.0.0";
    const DESCRIPTION: &'static str = "Statements as invoices of Odoo";
    type Config = Settings;
    type Invoice = Document;

    fn new(config: Settings, _context: &Context<'_>) -> Result<Self, Error> {
        Ok(Odoo { rpc: Arc::new(Fake::default()), journal: config.journal })
    }
    fn price(&self, _call: &Call<'_>, query: &PriceQuery<'_>) -> Result<Option<Price>, Error> {
        let code = json!({"default_code": query.service.as_str()});
        let found = self.rpc.call("product.product", "search_read", code).map_err(asked)?;
        let product = &found[0];
        let Some(text) = product["list_price"].as_str() else { return Ok(None) };
        // GAP: `list_price` is today's, whatever `query.at` is; nothing can say so.
        let wrong = |error| Error::refused(format_args!("the list price of {}: {error}: {text}", query.service));
        let amount: Decimal = text.parse().map_err(wrong)?;
        let text = |key: &str| product[key].as_str().unwrap_or_default().into();
        let (per, currency) = (text("uom"), text("currency"));
        let (from, until) = (ROption::RNone, ROption::RNone);
        let origin = format!("product {}", query.service).into();
        Ok(Some(Price { amount, per, currency, origin, from, until, extra: RVec::new() }))
    }
    fn find(&self, _call: &Call<'_>, header: &Header<'_>) -> Result<Standing, Error> {
        // A draft counts as "no": `commit` goes on with it, and `discard` removes it.
        let found = search(&*self.rpc, &self.journal, header.key.as_str(), header.digest.as_str())?;
        Ok(found.as_ref().and_then(receipt).into())
    }
    fn discard(&self, _call: &Call<'_>, header: &Header<'_>) -> Result<(), Error> {
        match search(&*self.rpc, &self.journal, header.key.as_str(), header.digest.as_str())? {
            None => Ok(()),
            Some(found) if receipt(&found).is_some() => Err(Error::refused("it is posted; take it back by a credit")),
            Some(draft) => self.rpc.call("account.move", "unlink", draft["id"].clone()).map(drop).map_err(asked),
        }
    }
    fn longest_delay_s(&self) -> u64 {
        45
    }
    fn documents(&self, _call: &Call<'_>, since: Timestamp, each: &mut EachDocument<'_>) -> Result<Listing, Error> {
        // All external ids, whatever their age: a draft may be older than `since` and posted after it.
        let ours = json!({"module": "artifice", "model": "account.move"});
        let ids = self.rpc.call("ir.model.data", "search_read", ours).map_err(asked)?;
        for batch in ids.as_array().map_or(&[][..], Vec::as_slice).chunks(BATCH) {
            // Posting writes the move, so what was posted since was written since. GAP: by Odoo's clock.
            let moves: Vec<&Value> = batch.iter().map(|id| &id["res_id"]).collect();
            let domain = json!({"id": moves, "journal": self.journal, "write_date": since.micros / 1_000_000});
            let found = self.rpc.call("account.move", "search_read", domain).map_err(asked)?;
            for one in found.as_array().into_iter().flatten() {
                let id = batch.iter().find(|id| id["res_id"] == one["id"]).and_then(|id| id["name"].as_str());
                let digest = one["invoice_origin"].as_str().unwrap_or_default();
                // A draft has no receipt: `find` does not answer it, and it is not listed.
                let known = id.zip(receipt(one)).map(|(key, receipt)| Listed::new(key, digest, receipt));
                if known.is_some_and(|known| each(known).is_break()) {
                    return Ok(Listing::since(since));
                }
            }
        }
        Ok(Listing::since(since))
    }
    fn open(&self, _call: &Call<'_>, header: &Header<'_>) -> Result<Document, Error> {
        let reverses = header.refers_to.into_option().and_then(|it| it.receipt.detail("move_id"));
        if header.kind == Kind::Credit && reverses.is_none() {
            return Err(Error::refused("a credit of an invoice whose receipt has no move_id"));
        }
        let (key, digest) = (header.key.to_string(), header.digest.to_string());
        let head = json!({"id": format!("artifice.{key}"), "ref": key, "invoice_origin": digest,
            "journal": self.journal, "partner": header.tenant.id.as_str(), "currency": header.currency.as_str(),
            "invoice_date": header.last_day.to_string(), "reversed_entry": reverses});
        let (rpc, journal, digits) = (self.rpc.clone(), self.journal.clone(), header.currency_digits);
        Ok(Document { rpc, journal, key, digest, digits, head, rows: vec![], totals: None })
    }
}

impl Invoice for Document {
    fn section(&mut self, name: &str) -> Result<(), Error> {
        self.rows.push((name.to_owned(), None));
        Ok(())
    }
    fn lines(&mut self, lines: &[Line<'_>]) -> Result<(), Error> {
        // Quantity × factor × rate is not the cost where units were free: a sketch bills 1 × cost, always.
        let row = |l: &Line<'_>| (format!("{}: {} {}", l.name, l.quantity, l.unit), Some((l.cost, l.taxes.to_vec())));
        self.rows.extend(lines.iter().map(row));
        Ok(())
    }
    fn totals(&mut self, totals: &Totals<'_>) -> Result<(), Error> {
        let taxes = totals.taxes.iter().map(|tax| tax.name.to_string()).collect();
        self.totals = Some((totals.subtotal, totals.total, taxes));
        Ok(())
    }
    fn commit(&mut self) -> Result<Receipt, Error> {
        let (subtotal, total, taxes) = self.totals.as_ref().ok_or_else(|| Error::refused("no totals"))?;
        // Amounts are signed, whatever the kind: what is negative becomes a refund of the positive amount.
        let refund = subtotal.mantissa() < 0;
        let owed = |it: Decimal| Decimal::new(if refund { -it.mantissa() } else { it.mantissa() }, it.scale());
        let text = |it: Decimal| owed(it).to_fixed(self.digits);
        let search = || search(&*self.rpc, &self.journal, &self.key, &self.digest);
        if let Some(known) = search()? {
            if let Some(receipt) = receipt(&known) {
                return Ok(receipt);
            }
        } else {
            self.head["move_type"] = if refund { "out_refund".into() } else { "out_invoice".into() };
            let made = self.rpc.call("account.move", "load", json!([self.head])).map_err(told)?;
            if made["ids"] == false {
                return Err(Error::unavailable(made["messages"].to_string())); // lost the race, made nothing
            }
        }
        let name = |at: &u32| usize::try_from(*at).ok().and_then(|at| taxes.get(at)).cloned();
        let named = |bears: &[u32]| bears.iter().map(name).collect::<Option<Vec<String>>>();
        let rows: Vec<Value> = (self.rows.iter().enumerate())
            .map(|(i, (name, cost))| {
                let (parent, id) = (&self.head["id"], format!("artifice.{}_{i}", self.key));
                match cost {
                    None => json!({"id": id, "move_id/id": parent, "display_type": "line_section", "name": name}),
                    Some((cost, bears)) => json!({"id": id, "move_id/id": parent, "name": name, "quantity": 1,
                        "price_unit": text(*cost), "tax_ids": named(bears)}),
                }
            })
            .collect();
        for batch in rows.chunks(BATCH) {
            self.rpc.call("account.move.line", "load", json!(batch)).map_err(told)?; // the same ids change nothing
        }
        let gone = || Error::unknown(format_args!("{}: Odoo has lost it; look there", self.key));
        let draft = search()?.ok_or_else(gone)?;
        let ours = json!([rows.len(), text(*subtotal), text(*total)]);
        let theirs = json!([draft["lines"], draft["amount_untaxed"], draft["amount_total"]]);
        if ours != theirs {
            return Err(Error::refused(format_args!("draft {}: {theirs} instead of {ours}; delete it", draft["id"])));
        }
        let posted = self.rpc.call("account.move", "action_post", draft["id"].clone());
        if let Err(error @ (RpcError::TimedOut(_) | RpcError::NotSent(_))) = posted {
            return Err(told(error));
        }
        // Whatever Odoo answers or faults with, its state is what counts; unread, nobody knows.
        let state = search().map_err(|error| Error::unknown(error.message()))?.ok_or_else(gone)?;
        receipt(&state).ok_or_else(|| Error::refused(format_args!("draft {}: Odoo does not post it", state["id"])))
    }
}
