//! `fees:`: what is charged without metering.

use std::collections::HashSet;
use std::str::FromStr;

use artifice_model::statement::{Fee, FeePer};
use artifice_model::{Currency, Decimal};

use super::cards::{texts, validity};
use super::main::Main;
use artifice_settings::{Map, Node};

/// The section of a fee that names none.
const SECTION: &str = "Fees";

/// Reads the section. A fee with a mistake is left out: nothing is billed with it anyway.
pub(super) fn fees(main: &Main, node: Option<Node<'_>>) -> Vec<Fee> {
    let all = node.map(|node| node.list()).unwrap_or_default();
    let fees: Vec<Fee> = all.iter().filter_map(|node| fee(main, node)).collect();
    let mut known = HashSet::new();
    for (fee, node) in fees.iter().zip(&all) {
        if !known.insert((&fee.name, &fee.section)) {
            node.mistake(format!(
                "there is a fee '{}' in section '{}' already; give one another name",
                fee.name, fee.section
            ));
        }
    }
    fees
}

fn fee(main: &Main, node: &Node<'_>) -> Option<Fee> {
    let mut map = node.clone().map()?;
    let required = |map: &mut Map<'_>, key: &'static str| {
        let text = map.text(key).filter(|text| !text.trim().is_empty());
        if text.is_none() {
            map.node().mistake(format!("'{key}' is missing"));
        }
        text
    };
    let name = required(&mut map, "name");
    let section = map.text("section").unwrap_or_else(|| SECTION.to_owned());
    let amount = match map.get("amount") {
        Some(amount) => amount.parse(|text| {
            text.parse::<Decimal>().map_err(|why| format!("'{text}' is not an amount: {why}; write it as 50.00"))
        }),
        None => {
            node.mistake("'amount' is missing");
            None
        }
    };
    let currency = map.parse("currency", Currency::from_str).unwrap_or(main.currency);
    let per = map.word("per", &[("month", FeePer::Month), ("period", FeePer::Period)]).unwrap_or(FeePer::Month);
    let by_day = map.word("prorate", &[("day", true), ("none", false)]).unwrap_or(false);
    if by_day && per == FeePer::Period {
        node.mistake("`prorate: day` is for a fee per month; leave one of the two out");
    }
    let tenants = texts(map.get("tenant")).into_iter().map(Into::into).collect();
    let valid = validity(&mut map, &main.calendar);
    let uses = texts(map.get("uses"));
    map.end();
    let (name, amount) = (name?, amount?);
    if u32::from(amount.scale()) > u32::from(currency.digits()) {
        node.mistake(format!("'{amount}' has more digits than {currency} has; write an amount that can be paid"));
    }
    let origin = node.position().to_string();
    Some(Fee { name, section, amount, currency, per, by_day, tenants, valid, uses, origin })
}
