//! The layout of a document: which cells a row has, and where each comes from.

use serde::{Deserialize, Serialize};

use crate::nearest::nearest;

/// How a document is written. It is kept with every receipt, so that a document is written again
/// as it was, whatever the configuration says by then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Format {
    /// What stands between two cells.
    pub delimiter: char,
    /// Whether the first row names the cells.
    pub header: bool,
    /// The cells of a row.
    pub row_layout: Vec<String>,
    /// Whether the document begins with the mark by which spreadsheets know UTF-8.
    #[serde(default, skip_serializing_if = "is_false")]
    pub bom: bool,
    /// By which rule texts are made harmless.
    #[serde(default, skip_serializing_if = "Harmless::is_first")]
    pub harmless: Harmless,
}

/// Rules by which a text becomes a cell that no spreadsheet runs. A document stays with the one that it was made by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Harmless {
    /// That of documents that name none: of version 0.1 of this class.
    #[default]
    First,
    /// Today's: also behind delimiters and what nobody sees.
    Second,
}

impl Harmless {
    fn is_first(&self) -> bool {
        *self == Harmless::First
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn is_false(value: &bool) -> bool {
    !value
}

impl Format {
    /// The cells of a row, or all that is wrong with the format.
    pub fn columns(&self) -> Result<Vec<Column>, Vec<String>> {
        let mut wrong = Vec::new();
        if self.row_layout.is_empty() {
            wrong.push(format!("row_layout: it names no field; it takes {}", COLUMNS.join(", ")));
        }
        let mut columns = Vec::new();
        for field in &self.row_layout {
            match Column::named(field) {
                Some(column) => columns.push(column),
                None => wrong.push(format!(
                    "row_layout: there is no field '{field}'{}; it takes {}, and extra.KEY",
                    nearest(field, &COLUMNS),
                    COLUMNS.join(", "),
                )),
            }
        }
        if self.delimiter_byte().is_none() {
            wrong.push(format!(
                "delimiter: '{}' cannot separate cells; give one ASCII character other than a quote or a line break, or the word tab",
                self.delimiter.escape_default()
            ));
        }
        if wrong.is_empty() { Ok(columns) } else { Err(wrong) }
    }

    /// The delimiter, if it can be one.
    pub fn delimiter_byte(&self) -> Option<u8> {
        let byte = u8::try_from(self.delimiter).ok().filter(u8::is_ascii)?;
        let printable = byte == b'\t' || byte == b' ' || byte.is_ascii_graphic();
        (printable && byte != b'"').then_some(byte)
    }
}

/// What `row_layout` takes, besides `extra.KEY`.
pub const COLUMNS: [&str; 24] = [
    "location",
    "type",
    "start",
    "end",
    "amount",
    "cost",
    "section",
    "service",
    "name",
    "resource_id",
    "resource_name",
    "meter",
    "aggregate",
    "quantity",
    "unit",
    "rate",
    "rate_unit",
    "currency",
    "tenant",
    "tenant_id",
    "number",
    "key",
    "kind",
    "refers_to",
];

/// The fields of a line, in the order in which they are kept.
pub const LINE: [&str; 15] = [
    "section",
    "location",
    "service",
    "name",
    "resource_id",
    "resource_name",
    "meter",
    "aggregate",
    "unit",
    "rate_unit",
    "start",
    "end",
    "quantity",
    "rate",
    "cost",
];
/// From here on a line's fields are written by us, not by people, and no spreadsheet runs them.
pub const FIRST_OWN: usize = 10;

/// Where a cell comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// A field of the line, by its index.
    Line(usize),
    /// A fact of the statement, the same on every row.
    Head(&'static str),
    /// What the host adds to a line under that key; empty on a line that lacks it.
    Extra(String),
}

impl Column {
    /// The column of that name in a layout.
    pub fn named(name: &str) -> Option<Column> {
        if let Some(key) = name.strip_prefix("extra.") {
            return (!key.is_empty()).then(|| Column::Extra(key.to_owned()));
        }
        let field = match name {
            "type" => "name",
            // `volume` is the older spelling.
            "amount" | "volume" => "quantity",
            other => other,
        };
        let line = LINE.iter().position(|known| *known == field).map(Column::Line);
        line.or_else(|| COLUMNS.iter().find(|known| **known == field).map(|known| Column::Head(known)))
    }
}
