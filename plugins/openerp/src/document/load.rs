//! `load`: records by external ids, so that sending them again changes nothing.

use std::thread::sleep;
use std::time::Duration;

use crate::client::{Clock, Failed, Failure, is_conflict};
use crate::erp::Erp;
use crate::text::plain;
use crate::wire::{Answer, Value, list, record, text, texts};

/// How often a transaction that lost a race is tried again.
const TRIES: u32 = 6;

/// An external id of artifice's own module. A key's letters, digits and `-` stay; every other character
/// becomes its number, so that two names never share an id.
pub fn external_id(kind: &str, name: &str) -> String {
    let mut id = format!("artifice.{kind}");
    for letter in name.chars() {
        match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' => id.push(letter),
            _ => id.push_str(&format!("_{:x}_", u32::from(letter))),
        }
    }
    id
}

/// The external id of a line of the document with that key.
pub fn line_id(key: &str, at: usize) -> String {
    format!("{}_{at}", external_id("", key))
}

/// Loads rows, again and again while others are in the way. Answers the ids of the records.
pub fn load(erp: &Erp, clock: Clock, model: &str, columns: &[&str], rows: &[Vec<String>]) -> Result<Vec<i64>, Failed> {
    let mut wait = Duration::from_millis(200);
    for attempt in 1.. {
        match once(erp, clock, model, columns, rows) {
            Err(failed) if failed.failure == Failure::Conflict && attempt < TRIES && clock.left() > wait => {
                sleep(wait);
                wait *= 2;
            }
            done => return done,
        }
    }
    Err(Failed::out_of_time(model))
}

fn once(erp: &Erp, clock: Clock, model: &str, columns: &[&str], rows: &[Vec<String>]) -> Result<Vec<i64>, Failed> {
    let major = erp.client.session(clock).map_err(Failed::before)?.major;
    let cells = list(rows.iter().map(|row| texts(row.iter().map(String::as_str))));
    let columns = texts(columns.iter().copied());
    if major == 6 {
        // 6.1 has its forerunner, which answers how many rows it took, or −1 and a message.
        let args = vec![columns, cells, text("init"), text("artifice"), Value::Bool(false), record([])];
        let answer = erp.client.tell(clock, model, "import_data", args)?;
        let parts = answer.list().unwrap_or_default();
        return match parts.first().and_then(Answer::int) {
            Some(count) if count >= 0 => Ok(Vec::new()),
            _ => Err(refused(model, parts.get(2).and_then(Answer::text).unwrap_or("nothing"))),
        };
    }
    let answer = erp.client.tell(clock, model, "load", vec![columns, cells])?;
    match answer.get("ids") {
        Some(Answer::List(ids)) => Ok(ids.iter().filter_map(Answer::int).collect()),
        Some(Answer::Bool(false)) => {
            let messages = answer.get("messages").and_then(Answer::list).unwrap_or_default();
            let says = |message: &Answer| message.get("message").and_then(Answer::text).map(plain::line);
            let mut says: Vec<String> = messages.iter().filter_map(says).collect();
            says.dedup();
            says.truncate(5);
            Err(refused(model, &if says.is_empty() { "nothing".to_owned() } else { says.join("; ") }))
        }
        // It may have done anything.
        _ => Err(Failed {
            failure: Failure::Lost(false),
            message: format!("{model} load: the ERP answers {}, not what was loaded; is it Odoo?", answer.kind()),
        }),
    }
}

/// `load` undoes everything where it answers messages instead of ids.
fn refused(model: &str, says: &str) -> Failed {
    let (failure, advice) = match is_conflict(says) {
        true => (Failure::Conflict, "somebody else works on the same; run the command again"),
        false => (Failure::Refused, "correct it in the ERP or in the settings, and run the command again"),
    };
    Failed { failure, message: format!("{model} load: the ERP says: {says}; {advice}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_external_id_has_one_dot() {
        assert_eq!(external_id("", "0198-7d2f"), "artifice.0198-7d2f");
        assert_eq!(line_id("0198-7d2f", 3), "artifice.0198-7d2f_3");
        assert_eq!(external_id("product_", "m1.nano"), "artifice.product_m1_2e_nano");
    }

    #[test]
    fn two_names_never_share_an_id() {
        let names = ["m1.nano", "m1_nano", "m1 nano", "m1_2e_nano", "m1-nano"];
        let ids: std::collections::BTreeSet<String> = names.iter().map(|name| external_id("product_", name)).collect();
        assert_eq!(ids.len(), names.len());
    }
}
