//! Invoices of OpenERP 7: `account.invoice`. Its taxes are records of their own, made when somebody asks for
//! them or when the invoice is opened.

use artifice_model::Decimal;

use super::fault::{Result, user};
use super::orders::percent;
use super::table::Tables;
use super::value::{FALSE, Struct, Value, record, rounded, sum, times};

const INVOICE: &str = "account.invoice";
const LINE: &str = "account.invoice.line";
const TAX: &str = "account.invoice.tax";

fn default(values: &mut Struct, field: &str, value: impl Into<Value>) {
    values.entry(field.to_owned()).or_insert(value.into());
}

pub fn defaults(tables: &Tables, values: &mut Struct) -> Result<()> {
    default(values, "type", "out_invoice");
    default(values, "state", "draft");
    default(values, "company_id", 1);
    let kind = if values["type"].text() == Some("out_refund") { "sale_refund" } else { "sale" };
    let journal =
        tables.ids("account.journal").into_iter().find(|id| tables.text("account.journal", *id, "type") == kind);
    default(values, "journal_id", journal.map_or(FALSE, Value::Int));
    default(values, "currency_id", tables.get("res.company", 1, "currency_id").clone());
    for field in ["partner_id", "account_id", "journal_id", "currency_id"] {
        if !values.get(field).is_some_and(Value::is_true) {
            return user(format!(
                "The operation cannot be completed, probably due to the following:\n- deletion: you may be trying to \
                 delete a record while other records still reference it\n- creation/update: a mandatory field is not \
                 correctly set\n\n[object with reference: {field} - {}]",
                field.replace('_', ".")
            ));
        }
    }
    Ok(())
}

pub fn line_defaults(tables: &Tables, values: &mut Struct) {
    default(values, "quantity", 1);
    default(values, "sequence", 10);
    let account = tables.find("account.account", "code", "400000");
    default(values, "account_id", account.map_or(FALSE, Value::Int));
}

/// The amounts of an invoice: of its taxes, what stands in their records.
pub fn compute(tables: &mut Tables, id: i64) {
    let digits = tables.money_digits(tables.get(INVOICE, id, "currency_id").int().unwrap_or(0));
    let hundredth = Decimal::new(1, 2).unwrap();
    let mut subtotals = Vec::new();
    for line in tables.children(LINE, "invoice_id", id) {
        let number = |field| tables.number(LINE, line, field);
        let part = Decimal::from(100).checked_sub(number("discount")).unwrap();
        let full = times(times(number("quantity"), number("price_unit")), part);
        let subtotal = rounded(times(full, hundredth), digits);
        tables.set(LINE, line, "price_subtotal", subtotal);
        subtotals.push(subtotal);
    }
    let taxes = tables.children(TAX, "invoice_id", id).into_iter().map(|tax| tables.number(TAX, tax, "amount"));
    let (untaxed, tax) = (sum(subtotals), sum(taxes));
    let total = sum([untaxed, tax]);
    for (field, amount) in
        [("amount_untaxed", untaxed), ("amount_tax", tax), ("amount_total", total), ("residual", total)]
    {
        tables.set(INVOICE, id, field, amount);
    }
}

/// Makes the records of an invoice's taxes anew.
pub fn reset_taxes(tables: &mut Tables, id: i64) {
    for tax in tables.children(TAX, "invoice_id", id) {
        tables.delete(TAX, tax);
    }
    let digits = tables.money_digits(tables.get(INVOICE, id, "currency_id").int().unwrap_or(0));
    let mut taxes = std::collections::BTreeMap::<i64, (Decimal, Decimal)>::new();
    for line in tables.children(LINE, "invoice_id", id) {
        let base = tables.number(LINE, line, "price_subtotal");
        for tax in tables.get(LINE, line, "invoice_line_tax_id").ids() {
            let amount = times(times(base, tables.number("account.tax", tax, "amount")), percent(tables));
            let sums = taxes.entry(tax).or_default();
            *sums = (sum([sums.0, base]), sum([sums.1, amount]));
        }
    }
    for (tax, (base, amount)) in taxes {
        let name = tables.text("account.tax", tax, "name").to_owned();
        let row = record([
            ("invoice_id", id.into()),
            ("name", name.into()),
            ("base", rounded(base, digits).into()),
            ("amount", rounded(amount, digits).into()),
        ]);
        tables.insert(TAX, row);
    }
    compute(tables, id);
}

/// What the workflow does at `invoice_open`. An invoice that is open already stays as it is.
pub fn open(tables: &mut Tables, id: i64) -> Result<()> {
    if tables.text(INVOICE, id, "state") != "draft" {
        return Ok(());
    }
    if tables.children(LINE, "invoice_id", id).is_empty() {
        return user("Please create some invoice lines.");
    }
    let currency = tables.get(INVOICE, id, "currency_id").int().unwrap_or(0);
    if !tables.get("res.currency", currency, "active").is_true() {
        let code = tables.text("res.currency", currency, "name");
        return user(format!("No rate found for the currency: {code}"));
    }
    if tables.children(TAX, "invoice_id", id).is_empty() {
        reset_taxes(tables, id);
    }
    if !tables.get(INVOICE, id, "date_invoice").is_true() {
        let today = tables.today.clone();
        tables.set(INVOICE, id, "date_invoice", today);
    }
    let year: String = tables.text(INVOICE, id, "date_invoice").chars().take(4).collect();
    let journal = tables.get(INVOICE, id, "journal_id").int().unwrap_or(0);
    let prefix = format!("{}/{year}/", tables.text("account.journal", journal, "code"));
    let number = |other: i64| tables.text(INVOICE, other, "number").strip_prefix(&prefix)?.parse::<i64>().ok();
    let last = tables.ids(INVOICE).into_iter().filter_map(number).max().unwrap_or(0);
    let name = format!("{prefix}{:04}", last + 1);
    tables.set(INVOICE, id, "number", name.as_str());
    tables.set(INVOICE, id, "internal_number", name);
    let paid = tables.number(INVOICE, id, "amount_total").is_zero();
    tables.set(INVOICE, id, "state", if paid { "paid" } else { "open" });
    tables.set(INVOICE, id, "write_date", super::clock::now());
    Ok(())
}

pub fn may_be_deleted(tables: &mut Tables, id: i64) -> Result<()> {
    if ["draft", "cancel"].contains(&tables.text(INVOICE, id, "state")) {
        return Ok(());
    }
    tables.tampered.push(format!("unlink {INVOICE} {id}"));
    user("You cannot delete an invoice which is not draft or cancelled. You should refund it instead.")
}
