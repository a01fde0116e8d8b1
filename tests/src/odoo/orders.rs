//! Sales orders: `sale.order`.

use artifice_model::Decimal;

use super::fault::{Result, user};
use super::table::Tables;
use super::value::{FALSE, Struct, Value, rounded, sum, times};
use super::version::Version;

const ORDER: &str = "sale.order";
const LINE: &str = "sale.order.line";

fn default(values: &mut Struct, field: &str, value: impl Into<Value>) {
    values.entry(field.to_owned()).or_insert(value.into());
}

pub fn defaults(tables: &Tables, values: &mut Struct) -> Result<()> {
    let Some(partner) = values.get("partner_id").and_then(Value::int) else {
        return user("Missing required value for the field 'Customer' (partner_id)");
    };
    default(values, "state", "draft");
    default(values, "invoice_status", "no");
    default(values, "company_id", 1);
    default(values, "date_order", super::clock::now());
    let number = tables.ids(ORDER).last().copied().unwrap_or(0) + 1;
    let width = if tables.version == Version::OpenErp7 { format!("SO{number:03}") } else { format!("S{number:05}") };
    default(values, "name", width);
    let list = match tables.get("res.partner", partner, "property_product_pricelist") {
        &FALSE => tables.ids("product.pricelist").last().map_or(FALSE, |id| Value::Int(*id)),
        own => own.clone(),
    };
    default(values, "pricelist_id", list);
    let currency =
        values["pricelist_id"].int().map(|list| tables.get("product.pricelist", list, "currency_id").clone());
    let currency = currency.unwrap_or_else(|| tables.get("res.company", 1, "currency_id").clone());
    if !values.get("currency_id").is_some_and(Value::is_true) {
        values.insert("currency_id".to_owned(), currency);
    }
    Ok(())
}

pub fn line_defaults(tables: &Tables, values: &mut Struct) -> Result<()> {
    default(values, "sequence", 10);
    default(values, "invoice_status", "no");
    if values.get("display_type").is_some_and(Value::is_true) {
        return Ok(());
    }
    let product = values.get("product_id").and_then(Value::int);
    let Some(product) = product.or_else(|| (tables.version == Version::OpenErp7).then_some(0)) else {
        return user("The operation cannot be completed: Missing required fields on accountable sale order line.");
    };
    default(values, "product_uom_qty", 1);
    default(values, "name", tables.display("product.product", product));
    default(values, "tax_id", tables.get("product.product", product, "taxes_id").ids());
    let order = values.get("order_id").and_then(Value::int).unwrap_or(0);
    let quantity = values["product_uom_qty"].number().unwrap_or_default();
    let list = tables.get(ORDER, order, "pricelist_id").int().unwrap_or(0);
    let price = listed(tables, list, product, quantity);
    default(values, "price_unit", price.unwrap_or_else(|| tables.number("product.product", product, "list_price")));
    Ok(())
}

/// The fixed price of a price list for so many of a product.
fn listed(tables: &Tables, list: i64, product: i64, quantity: Decimal) -> Option<Decimal> {
    const ITEM: &str = "product.pricelist.item";
    let fits = |item: &i64| {
        tables.get(ITEM, *item, "product_id") == &Value::Int(product)
            && tables.number(ITEM, *item, "min_quantity") <= quantity
    };
    let items = tables.children(ITEM, "pricelist_id", list);
    items.into_iter().find(fits).map(|item| tables.number(ITEM, item, "fixed_price"))
}

/// Computes an order's amounts.
pub fn compute(tables: &mut Tables, id: i64) {
    let digits = tables.money_digits(tables.get(ORDER, id, "currency_id").int().unwrap_or(0));
    let hundredth = Decimal::new(1, 2).unwrap();
    let (mut untaxed, mut taxes) = (Vec::new(), Vec::new());
    for line in tables.children(LINE, "order_id", id) {
        let number = |field| tables.number(LINE, line, field);
        let part = Decimal::from(100).checked_sub(number("discount")).unwrap();
        let full = times(times(number("product_uom_qty"), number("price_unit")), part);
        let subtotal = rounded(times(full, hundredth), digits);
        let tax = tables.get(LINE, line, "tax_id").ids().into_iter().map(|tax| {
            rounded(times(times(subtotal, tables.number("account.tax", tax, "amount")), percent(tables)), digits)
        });
        let tax = sum(tax);
        tables.set(LINE, line, "price_subtotal", subtotal);
        tables.set(LINE, line, "price_tax", tax);
        tables.set(LINE, line, "price_total", sum([subtotal, tax]));
        untaxed.push(subtotal);
        taxes.push(tax);
    }
    let (untaxed, tax) = (sum(untaxed), sum(taxes));
    for (field, amount) in [("amount_untaxed", untaxed), ("amount_tax", tax), ("amount_total", sum([untaxed, tax]))] {
        tables.set(ORDER, id, field, amount);
    }
}

/// What a tax's amount counts: hundredths, or wholes in OpenERP 7 (0.15 are 15 %).
pub fn percent(tables: &Tables) -> Decimal {
    if tables.version == Version::OpenErp7 { Decimal::ONE } else { Decimal::new(1, 2).unwrap() }
}

/// Makes a sale of a quotation.
pub fn confirm(tables: &mut Tables, id: i64) -> Result<()> {
    if !["draft", "sent"].contains(&tables.text(ORDER, id, "state")) {
        let state = tables.text(ORDER, id, "state");
        return user(format!("It is not allowed to confirm an order in the following states: {state}"));
    }
    let confirmed = if tables.version == Version::OpenErp7 { "progress" } else { "sale" };
    tables.set(ORDER, id, "state", confirmed);
    tables.set(ORDER, id, "invoice_status", "to invoice");
    tables.set(ORDER, id, "write_date", super::clock::now());
    Ok(())
}

pub fn may_be_deleted(tables: &Tables, id: i64) -> Result<()> {
    if ["draft", "sent", "cancel"].contains(&tables.text(ORDER, id, "state")) {
        return Ok(());
    }
    user("You can not delete a sent quotation or a confirmed sales order. You must first cancel it.")
}
