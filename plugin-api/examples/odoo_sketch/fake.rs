//! An Odoo in memory.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use artifice_plugin_api::serde_json::{Map, Value, json};

use super::rpc::{Answer, Rpc, RpcError};

#[derive(Default)]
pub struct Fake {
    pub moves: Mutex<Map<String, Value>>, // by external id; lines by theirs, in `rows`
    posts: Mutex<u32>,
    pub away: AtomicBool,   // nobody answers
    pub silent: AtomicBool, // the next answer to `action_post` gets lost
}

fn cents(text: &Value) -> i64 {
    text.as_str().and_then(|text| text.replace('.', "").parse().ok()).unwrap_or_default()
}
fn text(cents: i64) -> Value {
    format!("{}.{:02}", cents / 100, cents % 100).into()
}
/// What Odoo computes by itself: 20 % on lines that bear the tax.
pub fn seen(it: &Value) -> Value {
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
