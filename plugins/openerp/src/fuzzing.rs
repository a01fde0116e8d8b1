//! What the fuzz targets reach, and nobody else.

use artifice_plugin_api::Decimal;

pub use crate::wire::offline::answer_with;
use crate::wire::{Answer, decimal, read};

/// The texts of an answer that are numbers, each with the number that it is read as.
pub fn numbers(text: &str) -> Vec<(String, Decimal)> {
    let mut found = Vec::new();
    let mut open = match read(text) {
        Ok(Ok(answer)) => vec![answer],
        _ => Vec::new(),
    };
    while let Some(answer) = open.pop() {
        match answer {
            Answer::Text(text) => found.extend(decimal(&text).map(|number| (text, number))),
            Answer::List(all) => open.extend(all),
            Answer::Record(fields) => open.extend(fields.into_iter().map(|(_, value)| value)),
            Answer::Nil | Answer::Bool(_) | Answer::Int(_) | Answer::Number(_) => {}
        }
    }
    found
}
