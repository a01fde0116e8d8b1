//! Rows: what a statement's lines become, in any layout.
//!
//! Lines are kept whole, as CSV of all their fields, and laid out at the end: a document that is
//! written again takes the layout it had, which is known only from its receipt.

use std::borrow::Cow;

use artifice_plugin_api::{Error, Header, Kind, Line, Tax, spreadsheet};
use csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};

use crate::instant::rfc3339;
use crate::layout::{Column, FIRST_OWN, Format, Harmless, LINE};

/// U+FEFF in UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// The facts of a statement that may stand on its rows.
#[derive(Debug, Clone)]
pub struct Head {
    /// The tenant's name if it is known, else its id.
    pub tenant: String,
    /// The tenant's id.
    pub tenant_id: String,
    /// The statement's number.
    pub number: u64,
    /// The statement's key.
    pub key: String,
    /// What the statement is.
    pub kind: &'static str,
    /// The number of the invoice that it takes back or changes; empty for an invoice.
    pub refers_to: String,
    /// The currency's code.
    pub currency: String,
    /// Digits after the point of its minor unit.
    pub digits: u8,
    /// The period's first instant.
    pub start: String,
    /// The first instant after the period.
    pub end: String,
}

impl Head {
    /// What a statement's header says.
    pub fn new(header: &Header<'_>) -> Result<Head, Error> {
        let label = header.tenant.label();
        Ok(Head {
            tenant: if label.trim().is_empty() { header.tenant.id.to_string() } else { label.to_owned() },
            tenant_id: header.tenant.id.to_string(),
            number: header.number,
            key: header.key.to_string(),
            kind: kind(header.kind),
            refers_to: header.refers_to.into_option().map(|other| other.number.to_string()).unwrap_or_default(),
            currency: header.currency.to_string(),
            digits: header.currency_digits,
            start: rfc3339(header.start)?,
            end: rfc3339(header.end)?,
        })
    }

    fn cell(&self, name: &str, rule: Harmless) -> String {
        let text = |text: &str| neutral(text, rule).into_owned();
        match name {
            "tenant" => text(&self.tenant),
            "tenant_id" => text(&self.tenant_id),
            "number" => self.number.to_string(),
            "key" => text(&self.key),
            "kind" => self.kind.to_owned(),
            "refers_to" => self.refers_to.clone(),
            _ => text(&self.currency),
        }
    }
}

/// What people call a kind of statement, in cells and in file names.
fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Invoice => "invoice",
        Kind::Adjustment => "adjustment",
        Kind::Credit => "credit",
    }
}

/// The rows of one statement.
#[derive(Debug)]
pub struct Table {
    head: Head,
    lines: csv::Writer<Vec<u8>>,
}

impl Table {
    /// A table without rows.
    pub fn new(head: Head) -> Table {
        Table { head, lines: WriterBuilder::new().flexible(true).from_writer(Vec::new()) }
    }

    /// One line more.
    pub fn line(&mut self, line: &Line<'_>) -> Result<(), Error> {
        let rate = line.rate.into_option().map(|rate| rate.to_string()).unwrap_or_default();
        let own = [
            rfc3339(line.start)?,
            rfc3339(line.end)?,
            line.quantity.to_string(),
            rate,
            line.cost.to_fixed(self.head.digits),
        ];
        let texts = [
            line.section,
            line.location,
            line.service,
            line.name,
            line.resource_id,
            line.resource_name,
            line.meter,
            line.aggregate,
            line.unit,
            line.rate_unit,
        ];
        let extra = line.extra.iter().flat_map(|pair| [pair.key.as_str(), pair.value.as_str()]);
        self.keep(texts.iter().map(|text| text.as_str()).chain(own.iter().map(String::as_str)).chain(extra))
    }

    /// A row for a tax: its name where a line has its service's, its amount as the cost; the rate
    /// is its percentage, and the period the statement's.
    pub fn tax(&mut self, tax: &Tax<'_>) -> Result<(), Error> {
        let (percent, amount) = (tax.percent.to_string(), tax.amount.to_fixed(self.head.digits));
        let (start, end) = (self.head.start.clone(), self.head.end.clone());
        let texts = ["", "", "", tax.name.as_str(), "", "", "", "", "", "%"];
        self.keep(texts.into_iter().chain([start.as_str(), &end, "", &percent, &amount]))
    }

    fn keep<'a>(&mut self, cells: impl Iterator<Item = &'a str>) -> Result<(), Error> {
        self.lines.write_record(cells).map_err(|error| broken(&error))
    }

    /// The document's bytes: the same for the same lines and format, whenever and wherever.
    pub fn render(&mut self, format: &Format) -> Result<Vec<u8>, Error> {
        let wrong = |messages: Vec<String>| Error::refused(messages.join("; "));
        let columns = format.columns().map_err(wrong)?;
        let delimiter = format.delimiter_byte().unwrap_or(b',');
        let rule = format.harmless;
        self.lines.flush().map_err(|error| broken(&error))?;
        let mut document = Vec::with_capacity(self.lines.get_ref().len());
        if format.bom {
            document.extend_from_slice(BOM);
        }
        let mut to = WriterBuilder::new().delimiter(delimiter).terminator(Terminator::Any(b'\n')).from_writer(document);
        if format.header {
            let names = format.row_layout.iter().map(|name| neutral(name, rule).into_owned());
            to.write_record(names).map_err(|error| broken(&error))?;
        }
        let heads: Vec<String> = columns
            .iter()
            .map(|column| if let Column::Head(name) = column { self.head.cell(name, rule) } else { String::new() })
            .collect();
        let mut from =
            ReaderBuilder::new().has_headers(false).flexible(true).from_reader(self.lines.get_ref().as_slice());
        let mut line = StringRecord::new();
        while from.read_record(&mut line).map_err(|error| broken(&error))? {
            for (column, head) in columns.iter().zip(&heads) {
                let written = match column {
                    Column::Line(index) if *index >= FIRST_OWN => to.write_field(&line[*index]),
                    Column::Line(index) => to.write_field(neutral(&line[*index], rule).as_bytes()),
                    Column::Head(_) => to.write_field(head),
                    Column::Extra(key) => to.write_field(neutral(extra(&line, key), rule).as_bytes()),
                };
                written.map_err(|error| broken(&error))?;
            }
            to.write_record(None::<&[u8]>).map_err(|error| broken(&error))?;
        }
        to.into_inner().map_err(|error| broken(&error))
    }
}

fn extra<'a>(line: &'a StringRecord, key: &str) -> &'a str {
    let mut pairs = line.iter().skip(LINE.len());
    while let (Some(found), Some(value)) = (pairs.next(), pairs.next()) {
        if found == key {
            return value;
        }
    }
    ""
}

fn broken(error: &dyn std::fmt::Display) -> Error {
    Error::refused(format_args!("rows cannot be laid out: {error}; report this to the backend's author"))
}

/// A text as a cell that no spreadsheet runs.
pub fn neutral(text: &str, rule: Harmless) -> Cow<'_, str> {
    match rule {
        Harmless::First if runs_by_the_first_rule(text) => Cow::Owned(format!("'{text}")),
        Harmless::First => Cow::Borrowed(text),
        Harmless::Second => spreadsheet::neutral(text),
    }
}

/// Whether a text gets an apostrophe in documents of version 0.1.
fn runs_by_the_first_rule(text: &str) -> bool {
    let blank =
        |c: char| (c.is_whitespace() && !matches!(c, '\t' | '\r' | '\n')) || matches!(c, '\u{feff}' | '\u{200b}');
    matches!(
        text.trim_start_matches(blank).chars().next(),
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
    )
}
