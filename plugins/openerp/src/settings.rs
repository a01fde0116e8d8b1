//! What stands under `invoice:config`. The fields' documentation is the reference.

mod checked;
mod master;

use std::collections::BTreeMap;

use artifice_plugin_api::schemars::JsonSchema;
use serde::Deserialize;

pub use checked::{Checked, Endpoint};
pub use master::{Fields, Partners, PriceFrom, Prices, Products};

/// The settings of `billing.openerp:OpenERP`.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "artifice_plugin_api::schemars")]
pub struct Settings {
    /// Where the ERP is: `https://erp.example.com`, with a port if it has one. What stands before
    /// `/xmlrpc` in its addresses.
    pub url: String,
    /// The database's name in the ERP.
    pub database: String,
    /// The login of the ERP's user that documents are made by.
    pub username: String,
    /// The user's password, or an API key of it (Odoo 14 and newer). `${VARIABLE}` keeps it out of the
    /// configuration. Exactly one of `password` and `password_file` is needed.
    #[serde(default)]
    #[schemars(extend("writeOnly" = true))]
    pub password: Option<String>,
    /// A file that holds the password or the API key, and nothing else. A relative path starts at the
    /// directory of the configuration file.
    #[serde(default)]
    pub password_file: Option<String>,
    /// Whether an `http://` address is allowed that is not this machine's own: password and invoices
    /// then cross the network for everybody to read.
    #[serde(default)]
    pub allow_http: bool,
    /// A file with further certificate authorities in PEM, for a server with a certificate of your
    /// own. A relative path starts at the directory of the configuration file.
    #[serde(default)]
    pub ca_file: Option<String>,
    /// How long a request may take, in seconds. Odoo ends a request itself after 60 s of computing
    /// and 120 s in all, unless its `limit_time_cpu` and `limit_time_real` say otherwise.
    #[serde(default = "default_timeout_s")]
    pub timeout_s: u64,
    /// The longest answer that is read, in bytes.
    #[serde(default = "default_most_bytes")]
    pub most_bytes: usize,
    /// How long after a connection broke a request may still be carried out by the ERP, in seconds. A
    /// statement in doubt waits that long before it is sent again. 45 s have been seen; the default is
    /// Odoo's `limit_time_real`, after which it ends every request.
    #[serde(default = "default_longest_delay_s")]
    pub longest_delay_s: u64,
    /// What a statement becomes: `invoice` (an invoice, or a credit note where the total is negative)
    /// or `sale_order`.
    #[serde(default)]
    pub document: Document,
    /// How far a document is taken: `posted` (an invoice that is posted, a sales order that is
    /// confirmed) or `draft` (complete and checked, but left for a person to post). A draft counts as
    /// committed: deleting it in the ERP does not make artifice bill again.
    #[serde(default)]
    pub state: State,
    /// The name of the company whose books are meant, in an ERP with several. Without it, the user's.
    #[serde(default)]
    pub company: Option<String>,
    /// The code or the name of the sales journal. May be left out where the company has exactly one
    /// journal of the type `sale`. Sales orders have none.
    #[serde(default)]
    pub journal: Option<String>,
    /// The name of the payment terms. Without it, the customer's, as the ERP has them.
    #[serde(default)]
    pub payment_term: Option<String>,
    /// The date that a document bears: `last_day` of the period, its `first_day`, or `issued`, the day
    /// on which artifice made the statement.
    #[serde(default)]
    pub invoice_date: InvoiceDate,
    /// The code of the income account of all lines. Without it, the product's or the journal's, as the
    /// ERP has them. OpenERP and Odoo before 13 need one where neither has.
    #[serde(default)]
    pub account: Option<String>,
    /// The code or the name of the analytic account that all lines are put down to.
    #[serde(default)]
    pub analytic_account: Option<String>,
    /// The taxes of the statement, by their names in artifice's rate cards, with the names that they
    /// have in the ERP: `{GST: "GST 15%"}`. A tax that is not listed has the same name in both. Every
    /// line bears exactly the taxes that its statement says; the ERP's own default taxes never apply.
    #[serde(default)]
    pub taxes: BTreeMap<String, String>,
    /// What happens to a line whose quantity or price has more digits than the ERP keeps, or whose cost
    /// is not quantity × price: `cost_line` bills 1 × the cost, with the true quantity and price in the
    /// line's text; `refuse` does not send the statement, and says which precision to raise.
    #[serde(default)]
    pub precision: Precision,
    /// The text of a line. `%(name)s` is what people call the service; `%(service)s`, `%(location)s`,
    /// `%(resource)s` (the resource's name, or its id), `%(resource_id)s`, `%(resource_name)s`,
    /// `%(start)s` and `%(end)s` (the document's first and last day), `%(quantity)s` (with its unit),
    /// `%(rate)s` (with what it is per; empty if there is none), and `%%`.
    #[serde(default = "default_line_text")]
    pub line_text: String,
    /// The text of a line of 1 × the cost (see `precision`), with the same placeholders.
    #[serde(default = "default_cost_line_text")]
    pub cost_line_text: String,
    /// Whether the statement's sections stand in the document. Before Odoo 12, where documents have no
    /// sections, a section's name then begins the text of each of its lines.
    #[serde(default = "default_true")]
    pub sections: bool,
    /// A note at the beginning of each document, with the placeholders `%(number)s` (the statement's),
    /// `%(key)s`, `%(tenant)s`, `%(tenant_id)s`, `%(start)s`, `%(end)s` (first and last day), `%(issued)s`,
    /// and `%(refers_to)s`, the ERP's name of what is taken back or changed. Odoo 12 and newer.
    #[serde(default)]
    pub note: Option<String>,
    /// How many lines one request carries. Odoo takes about 15 ms for a line, and ends a request after
    /// 60 s of computing.
    #[serde(default = "default_lines_per_request")]
    pub lines_per_request: usize,
    /// Who the customers are.
    #[serde(default)]
    pub partners: Partners,
    /// What is sold.
    #[serde(default)]
    pub products: Products,
    /// The names of the ERP's units of measure, by the units that rates are per: `{hour: Hours, "GB per
    /// month": "GB-Month"}`. A unit that is named here is sent with the lines, and is that of products
    /// that are created; the others are left to the product.
    #[serde(default)]
    pub units: BTreeMap<String, String>,
    /// Where prices come from, for `rates.source: backend`.
    #[serde(default)]
    pub prices: Prices,
    /// Fields of the document that artifice keeps its own facts in.
    #[serde(default)]
    pub fields: Fields,
}

/// What a statement becomes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(crate = "artifice_plugin_api::schemars")]
pub enum Document {
    /// An invoice, or a credit note where the total is negative.
    #[default]
    Invoice,
    /// A sales order.
    SaleOrder,
}

/// How far a document is taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(crate = "artifice_plugin_api::schemars")]
pub enum State {
    /// Posted, or confirmed.
    #[default]
    Posted,
    /// Complete and checked, but left for a person to post.
    Draft,
}

/// The date that a document bears.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(crate = "artifice_plugin_api::schemars")]
pub enum InvoiceDate {
    /// The last day of the period.
    #[default]
    LastDay,
    /// The first day of the period.
    FirstDay,
    /// The day on which the statement was made.
    Issued,
}

/// What happens to a line that the ERP would round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(crate = "artifice_plugin_api::schemars")]
pub enum Precision {
    /// 1 × the cost, with the true quantity and price in the text.
    #[default]
    CostLine,
    /// The statement is not sent.
    Refuse,
}

fn default_timeout_s() -> u64 {
    100
}

fn default_most_bytes() -> usize {
    64 << 20
}

fn default_longest_delay_s() -> u64 {
    120
}

fn default_lines_per_request() -> usize {
    500
}

fn default_true() -> bool {
    true
}

fn default_line_text() -> String {
    "%(name)s, %(resource)s".to_owned()
}

fn default_cost_line_text() -> String {
    "%(name)s, %(resource)s: %(quantity)s %(rate)s".to_owned()
}
