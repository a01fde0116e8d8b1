//! What people see of documents.

use artifice_model::Decimal;

use super::table::Tables;
use super::version::Version;

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub id: i64,
    pub name: String,
    /// `draft`, `posted`, `cancel`; of an order `draft` or `sale`.
    pub state: String,
    /// `out_invoice`, `out_refund`, or `sale`.
    pub kind: String,
    /// The customer's reference.
    pub reference: String,
    /// The partner's reference: the tenant.
    pub tenant: String,
    pub currency: String,
    pub journal: String,
    /// The day it bears, and the day it is booked on.
    pub date: String,
    pub booked: String,
    /// The document that it takes back, if it says so.
    pub reverses: Option<i64>,
    pub lines: Vec<DocumentLine>,
    pub untaxed: Decimal,
    pub tax: Decimal,
    pub total: Decimal,
}

/// A line of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentLine {
    /// `product`, `line_section` or `line_note`.
    pub kind: String,
    pub name: String,
    /// The product's internal reference.
    pub product: String,
    pub quantity: Decimal,
    pub price: Decimal,
    pub subtotal: Decimal,
    pub taxes: Vec<String>,
}

impl Document {
    pub fn is_posted(&self) -> bool {
        self.state == "posted"
    }

    /// The lines that have an amount.
    pub fn charged(&self) -> Vec<&DocumentLine> {
        self.lines.iter().filter(|line| line.kind == "product").collect()
    }

    /// The headings.
    pub fn sections(&self) -> Vec<&str> {
        let sections = self.lines.iter().filter(|line| line.kind == "line_section");
        sections.map(|line| line.name.as_str()).collect()
    }
}

/// What the fields of a document's model are called.
struct Names {
    model: &'static str,
    line: &'static str,
    back: &'static str,
    /// Of the document: name, kind, reference, date, booked.
    head: [&'static str; 5],
    /// Of a line: quantity, taxes.
    body: [&'static str; 2],
}

const MOVES: Names = Names {
    model: "account.move",
    line: "account.move.line",
    back: "move_id",
    head: ["name", "move_type", "ref", "invoice_date", "date"],
    body: ["quantity", "tax_ids"],
};
const INVOICES: Names = Names {
    model: "account.invoice",
    line: "account.invoice.line",
    back: "invoice_id",
    head: ["number", "type", "name", "date_invoice", "date_invoice"],
    body: ["quantity", "invoice_line_tax_id"],
};
const ORDERS: Names = Names {
    model: "sale.order",
    line: "sale.order.line",
    back: "order_id",
    head: ["name", "", "client_order_ref", "date_order", "date_order"],
    body: ["product_uom_qty", "tax_id"],
};

pub fn documents(tables: &Tables) -> Vec<Document> {
    all(tables, if tables.version == Version::OpenErp7 { &INVOICES } else { &MOVES })
}

pub fn orders(tables: &Tables) -> Vec<Document> {
    all(tables, &ORDERS)
}

fn all(tables: &Tables, names: &Names) -> Vec<Document> {
    tables.ids(names.model).into_iter().map(|id| document(tables, names, id)).collect()
}

fn document(tables: &Tables, names: &Names, id: i64) -> Document {
    let text = |field: &str| tables.text(names.model, id, field).to_owned();
    let other = |field: &str, model: &str, of: &str| {
        let other = tables.get(names.model, id, field).int().unwrap_or(0);
        tables.text(model, other, of).to_owned()
    };
    let [name, kind, reference, date, booked] = names.head;
    let state = match text("state").as_str() {
        "open" | "paid" => "posted".to_owned(),
        state => state.to_owned(),
    };
    let mut lines = tables.children(names.line, names.back, id);
    lines.retain(|line| names.line != MOVES.line || tables.is_own_line(*line));
    Document {
        id,
        name: text(name),
        state,
        kind: if kind.is_empty() { "sale".to_owned() } else { text(kind) },
        reference: text(reference),
        tenant: other("partner_id", "res.partner", "ref"),
        currency: other("currency_id", "res.currency", "name"),
        journal: other("journal_id", "account.journal", "code"),
        date: text(date),
        booked: text(booked),
        reverses: tables.get(names.model, id, "reversed_entry_id").int(),
        lines: lines.into_iter().map(|line| document_line(tables, names, line)).collect(),
        untaxed: tables.number(names.model, id, "amount_untaxed"),
        tax: tables.number(names.model, id, "amount_tax"),
        total: tables.number(names.model, id, "amount_total"),
    }
}

fn document_line(tables: &Tables, names: &Names, line: i64) -> DocumentLine {
    let text = |field: &str| tables.text(names.line, line, field).to_owned();
    let [quantity, taxes] = names.body;
    let kind = text("display_type");
    let product = tables.get(names.line, line, "product_id").int().unwrap_or(0);
    let taxes = tables.get(names.line, line, taxes).ids().into_iter();
    DocumentLine {
        kind: if kind.is_empty() { "product".to_owned() } else { kind },
        name: text("name"),
        product: tables.text("product.product", product, "default_code").to_owned(),
        quantity: tables.number(names.line, line, quantity),
        price: tables.number(names.line, line, "price_unit"),
        subtotal: tables.get(names.line, line, "price_subtotal").number().unwrap_or_default(),
        taxes: taxes.map(|tax| tables.text("account.tax", tax, "name").to_owned()).collect(),
    }
}
