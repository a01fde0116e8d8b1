//! What models and fields there are. `models/*.txt` lists them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::version::Version;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Char,
    /// Text that the server wraps in a paragraph.
    Html,
    Int,
    /// With the digits of a decimal precision, or as it comes.
    Float(Option<&'static str>),
    /// In the document's currency.
    Money,
    Bool,
    Date,
    Time,
    /// Values, with what people read; `load` takes the latter.
    Choice(&'static [(&'static str, &'static str)]),
    /// One record of a model.
    One(&'static str),
    /// Many records of a model.
    Many(&'static str),
    /// The records of a model that refer here by a field.
    Lines(&'static str, &'static str),
}

/// A model.
#[derive(Debug)]
pub struct Model {
    pub name: &'static str,
    /// As people read it.
    pub title: &'static str,
    /// The fields that records are ordered by, unless a search says otherwise.
    pub order: &'static str,
    pub fields: Vec<(&'static str, Kind)>,
}

impl Model {
    pub fn kind(&self, field: &str) -> Option<Kind> {
        self.fields.iter().find(|(name, _)| *name == field).map(|(_, kind)| *kind)
    }
}

const MOVE_TYPES: &[(&str, &str)] = &[
    ("entry", "Journal Entry"),
    ("out_invoice", "Customer Invoice"),
    ("out_refund", "Customer Credit Note"),
    ("in_invoice", "Vendor Bill"),
    ("in_refund", "Vendor Credit Note"),
    ("out_receipt", "Sales Receipt"),
    ("in_receipt", "Purchase Receipt"),
];
const MOVE_STATES: &[(&str, &str)] = &[("draft", "Draft"), ("posted", "Posted"), ("cancel", "Cancelled")];
const LINE_TYPES: &[(&str, &str)] = &[
    ("product", "Product"),
    ("tax", "Tax"),
    ("payment_term", "Payment Term"),
    ("line_section", "Section"),
    ("line_note", "Note"),
];
const ORDER_LINE_TYPES: &[(&str, &str)] = &[("line_section", "Section"), ("line_note", "Note")];
const ORDER_STATES: &[(&str, &str)] =
    &[("draft", "Quotation"), ("sent", "Quotation Sent"), ("sale", "Sales Order"), ("cancel", "Cancelled")];
const JOURNAL_TYPES: &[(&str, &str)] = &[("sale", "Sales"), ("purchase", "Purchase"), ("general", "Miscellaneous")];
const INVOICE_TYPES: &[(&str, &str)] = &[("out_invoice", "Customer Invoice"), ("out_refund", "Customer Refund")];
const INVOICE_STATES: &[(&str, &str)] =
    &[("draft", "Draft"), ("open", "Open"), ("paid", "Paid"), ("cancel", "Cancelled")];

fn kind(text: &'static str) -> Kind {
    let mut parts = text.split(':');
    match [parts.next(), parts.next(), parts.next()].map(Option::unwrap_or_default) {
        ["char", ..] => Kind::Char,
        ["html", ..] => Kind::Html,
        ["int", ..] => Kind::Int,
        ["number", ..] => Kind::Float(None),
        ["price", ..] => Kind::Float(Some("Product Price")),
        ["quantity", ..] => Kind::Float(Some("Product Unit of Measure")),
        ["discount", ..] => Kind::Float(Some("Discount")),
        ["money", ..] => Kind::Money,
        ["bool", ..] => Kind::Bool,
        ["date", ..] => Kind::Date,
        ["time", ..] => Kind::Time,
        ["choice", "move_types", _] => Kind::Choice(MOVE_TYPES),
        ["choice", "move_states", _] => Kind::Choice(MOVE_STATES),
        ["choice", "line_types", _] => Kind::Choice(LINE_TYPES),
        ["choice", "order_line_types", _] => Kind::Choice(ORDER_LINE_TYPES),
        ["choice", "order_states", _] => Kind::Choice(ORDER_STATES),
        ["choice", "journal_types", _] => Kind::Choice(JOURNAL_TYPES),
        ["choice", "invoice_types", _] => Kind::Choice(INVOICE_TYPES),
        ["choice", "invoice_states", _] => Kind::Choice(INVOICE_STATES),
        ["one", model, _] => Kind::One(model),
        ["many", model, _] => Kind::Many(model),
        ["lines", model, field] => Kind::Lines(model, field),
        _ => panic!("no kind of field: {text}"),
    }
}

fn read(text: &'static str, models: &mut BTreeMap<&'static str, Model>) {
    let mut current = "";
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some(fields) = line.strip_prefix("  ") {
            let mut words = fields.split(' ');
            let kind = kind(words.next().unwrap());
            models.get_mut(current).unwrap().fields.extend(words.map(|field| (field, kind)));
        } else {
            let mut parts = line.split(" | ");
            let [name, title, order] = [parts.next(), parts.next(), parts.next()].map(Option::unwrap);
            models.insert(
                name,
                Model { name, title, order, fields: vec![("id", Kind::Int), ("display_name", Kind::Char)] },
            );
            current = name;
        }
    }
}

/// A model of a version.
pub fn model(version: Version, name: &str) -> Option<&'static Model> {
    static MODELS: OnceLock<[BTreeMap<&str, Model>; 2]> = OnceLock::new();
    let [modern, old] = MODELS.get_or_init(|| {
        [include_str!("models/modern.txt"), include_str!("models/old.txt")].map(|own| {
            let mut models = BTreeMap::new();
            read(include_str!("models/common.txt"), &mut models);
            read(own, &mut models);
            models
        })
    });
    if version == Version::OpenErp7 { old.get(name) } else { modern.get(name) }
}
