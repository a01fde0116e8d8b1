//! What documents and their fields are called, in each release.

use crate::settings::{Document, Fields, InvoiceDate};

/// The names of a kind of document in a release.
#[derive(Debug, Clone)]
pub struct Dialect {
    /// The release.
    pub major: u32,
    /// What becomes of statements.
    pub document: Document,
    /// The model of the document.
    pub model: &'static str,
    /// The document's field with its lines.
    pub lines: &'static str,
    /// The field with the statement's key.
    pub key: String,
    /// The field with the statement's number and digest.
    pub origin: String,
    /// The field with the number that the ERP gives.
    pub name: &'static str,
    /// The field that tells an invoice from a credit note.
    pub kind: Option<&'static str>,
    /// The field with the document's date.
    pub date: &'static str,
    /// The field with the payment terms.
    pub term: &'static str,
    /// The field of a credit note with the invoice that it takes back.
    pub reverses: Option<&'static str>,
    /// The line's field with its taxes.
    pub taxes: &'static str,
    /// The line's field with its quantity.
    pub quantity: &'static str,
    /// The line's field with its unit of measure.
    pub unit: &'static str,
    /// Whether there are sections and notes among the lines.
    pub sections: bool,
    /// What the field that tells sections from lines says of a line.
    pub line_type: &'static str,
}

/// How far a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It can still be changed.
    Draft,
    /// It is posted or confirmed.
    Posted,
    /// It was cancelled.
    Cancelled,
}

impl Dialect {
    /// The names of a release.
    pub fn of(major: u32, document: Document, fields: &Fields) -> Self {
        let mut names = match document {
            Document::SaleOrder => orders(major),
            Document::Invoice if major >= 13 => moves(major),
            Document::Invoice => invoices(major),
        };
        if let Some(key) = &fields.key {
            names.key.clone_from(key);
        }
        if let Some(origin) = &fields.origin {
            names.origin.clone_from(origin);
        }
        names
    }

    /// Whether documents are the invoices of before Odoo 13, which need accounts and have their taxes
    /// computed on demand.
    pub fn is_old_invoice(&self) -> bool {
        self.model == "account.invoice"
    }

    /// How far a document is.
    pub fn stage(&self, state: &str) -> Stage {
        match state {
            "draft" | "sent" | "proforma" | "proforma2" => Stage::Draft,
            "cancel" => Stage::Cancelled,
            _ => Stage::Posted,
        }
    }

    /// Which day a document bears.
    pub fn dated(&self, day: &str) -> String {
        // Noon, so that it is the same day in nearly every timezone.
        if self.document == Document::SaleOrder && self.major >= 8 { format!("{day} 12:00:00") } else { day.to_owned() }
    }

    /// The model of units of measure.
    pub fn units(&self) -> &'static str {
        if self.major >= 12 { "uom.uom" } else { "product.uom" }
    }
}

fn moves(major: u32) -> Dialect {
    Dialect {
        major,
        document: Document::Invoice,
        model: "account.move",
        lines: "invoice_line_ids",
        key: "ref".to_owned(),
        origin: "invoice_origin".to_owned(),
        name: "name",
        kind: Some(if major >= 14 { "move_type" } else { "type" }),
        date: "invoice_date",
        term: "invoice_payment_term_id",
        reverses: Some("reversed_entry_id"),
        taxes: "tax_ids",
        quantity: "quantity",
        unit: "product_uom_id",
        sections: true,
        line_type: if major >= 16 { "product" } else { "" },
    }
}

fn invoices(major: u32) -> Dialect {
    let new = major >= 9;
    Dialect {
        major,
        document: Document::Invoice,
        model: "account.invoice",
        lines: if new { "invoice_line_ids" } else { "invoice_line" },
        key: "name".to_owned(),
        origin: "origin".to_owned(),
        name: "number",
        kind: Some("type"),
        date: "date_invoice",
        term: if new { "payment_term_id" } else { "payment_term" },
        reverses: new.then_some("refund_invoice_id"),
        taxes: if new { "invoice_line_tax_ids" } else { "invoice_line_tax_id" },
        quantity: "quantity",
        unit: if new { "uom_id" } else { "uos_id" },
        sections: major >= 12,
        line_type: "",
    }
}

fn orders(major: u32) -> Dialect {
    Dialect {
        major,
        document: Document::SaleOrder,
        model: "sale.order",
        lines: "order_line",
        key: "client_order_ref".to_owned(),
        origin: "origin".to_owned(),
        name: "name",
        kind: None,
        date: "date_order",
        term: if major >= 9 { "payment_term_id" } else { "payment_term" },
        reverses: None,
        taxes: "tax_id",
        quantity: "product_uom_qty",
        unit: "product_uom",
        sections: major >= 12,
        line_type: "",
    }
}

impl InvoiceDate {
    /// Which of the three days it is.
    pub fn of<'d>(self, first: &'d str, last: &'d str, issued: &'d str) -> &'d str {
        match self {
            InvoiceDate::LastDay => last,
            InvoiceDate::FirstDay => first,
            InvoiceDate::Issued => issued,
        }
    }
}
