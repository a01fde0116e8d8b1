//! The original's YAML format of names and rates: `internal name: name people read`, `service: price`.

use artifice_model::Decimal;
use artifice_model::position::{Mistake, Position};
use artifice_model::rate::{Names, RateRules, RateTable};

use artifice_settings::{Document, Node};

/// Reads a names file; `file` is what mistakes call it.
pub(super) fn names(file: &str, text: String) -> Result<Names, Vec<Mistake>> {
    Ok(Names::new(pairs(file, text, "m1.nano: VM instance", |node| node.text())?))
}

/// Reads a rates file. A price is for one unit of the volume as it is billed: an hour of an instance, a
/// `GB·hour`, a byte.
pub(super) fn rates(file: &str, text: String, rules: RateRules) -> Result<RateTable, Vec<Mistake>> {
    let prices = pairs(file, text, "m1.nano: 0.05", |node| {
        let amount = node.parse(|text| {
            text.parse::<Decimal>().map_err(|why| format!("'{text}' is not a price: {why}; write it as 0.05"))
        })?;
        Some((amount, node.position().to_string()))
    })?;
    Ok(RateTable::per_unit(prices, rules))
}

fn pairs<T>(
    file: &str,
    text: String,
    example: &str,
    read: impl Fn(&Node<'_>) -> Option<T>,
) -> Result<Vec<(String, T)>, Vec<Mistake>> {
    let document = Document::parse(file, text).map_err(|mistake| vec![mistake])?;
    let entries = document.root().map().map(|root| root.entries()).unwrap_or_default();
    let none = entries.is_empty();
    let all = entries.into_iter().filter_map(|(key, node)| Some((key, read(&node)?))).collect();
    let mut mistakes = document.mistakes();
    if none && mistakes.is_empty() {
        let at = Position { file: file.to_owned(), line: 1, column: 1 };
        mistakes.push(Mistake { at, what: format!("the file says nothing; a row is `{example}`") });
    }
    if mistakes.is_empty() { Ok(all) } else { Err(mistakes) }
}
