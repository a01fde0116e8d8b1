//! Creating, writing and deleting records of any model.

use super::fault::{Result, user};
use super::schema::Kind;
use super::table::Tables;
use super::value::{Struct, Value};
use super::{invoices, moves, orders};

/// Creates a record, with its lines.
pub fn create(tables: &mut Tables, name: &str, values: &Struct) -> Result<i64> {
    let id = create_only(tables, name, values)?;
    changed(tables, name, id, true);
    Ok(id)
}

/// Changes a record.
pub fn write(tables: &mut Tables, name: &str, id: i64, values: &Struct) -> Result<()> {
    write_only(tables, name, id, values)?;
    changed(tables, name, id, false);
    Ok(())
}

/// Deletes a record.
pub fn unlink(tables: &mut Tables, name: &str, id: i64) -> Result<()> {
    let parent = parent(tables, name, id);
    unlink_only(tables, name, id)?;
    if let Some((model, id)) = parent {
        changed(tables, model, id, false);
    }
    Ok(())
}

/// Creates a record, and computes nothing yet.
fn create_only(tables: &mut Tables, name: &str, values: &Struct) -> Result<i64> {
    let model = tables.model(name)?;
    let mut values = values.clone();
    match name {
        "account.move" => moves::defaults(tables, &mut values)?,
        "account.move.line" => moves::line_defaults(tables, &mut values)?,
        "sale.order" => orders::defaults(tables, &mut values)?,
        "sale.order.line" => orders::line_defaults(tables, &mut values)?,
        "account.invoice" => invoices::defaults(tables, &mut values)?,
        "account.invoice.line" => invoices::line_defaults(tables, &mut values),
        "ir.model.data" => unique(tables, &values)?,
        "product.product" => product(tables, &mut values),
        "res.partner" => partner(tables, &mut values),
        "product.pricelist.item" => {
            let pricelist = values.get("pricelist_id").and_then(Value::int).unwrap_or(0);
            let currency = tables.get("product.pricelist", pricelist, "currency_id").clone();
            values.entry("currency_id".to_owned()).or_insert(currency);
            values.entry("base".to_owned()).or_insert("list_price".into());
        }
        _ => {}
    }
    if model.kind("active").is_some() {
        values.entry("active".to_owned()).or_insert(true.into());
    }
    if model.kind("create_date").is_some() {
        let now = super::clock::now();
        values.insert("create_date".to_owned(), now.clone().into());
        if model.kind("write_date").is_some() {
            values.insert("write_date".to_owned(), now.into());
        }
    }
    let row = tables.stored(model, &values)?;
    let id = tables.insert(name, row);
    if parent(tables, name, id).is_some() {
        tamper(tables, name, id, "create");
    }
    lines(tables, name, id, &values)?;
    Ok(id)
}

fn write_only(tables: &mut Tables, name: &str, id: i64, values: &Struct) -> Result<()> {
    let model = tables.model(name)?;
    if !tables.has(name, id) {
        return user(format!("Record does not exist or has been deleted.\n(Record: {name}({id},), User: 2)"));
    }
    if name == "res.company" {
        moves::lock(tables, values)?;
    }
    tamper(tables, name, id, "write");
    for (field, value) in tables.stored(model, values)? {
        tables.set(name, id, &field, value);
    }
    if model.kind("write_date").is_some() {
        tables.set(name, id, "write_date", super::clock::now());
    }
    lines(tables, name, id, values)
}

fn unlink_only(tables: &mut Tables, name: &str, id: i64) -> Result<()> {
    let (lines, back) = match name {
        "account.move" => {
            moves::may_be_deleted(tables, id)?;
            ("account.move.line", "move_id")
        }
        "account.invoice" => {
            invoices::may_be_deleted(tables, id)?;
            ("account.invoice.line", "invoice_id")
        }
        "sale.order" => {
            orders::may_be_deleted(tables, id)?;
            ("sale.order.line", "order_id")
        }
        _ => ("", ""),
    };
    for line in tables.children(lines, back, id) {
        tables.delete(lines, line);
    }
    if parent(tables, name, id).is_some() {
        tamper(tables, name, id, "unlink");
    }
    tables.delete(name, id);
    Ok(())
}

/// The document that a line belongs to.
fn parent(tables: &Tables, name: &str, id: i64) -> Option<(&'static str, i64)> {
    let (model, field) = match name {
        "account.move.line" => ("account.move", "move_id"),
        "account.invoice.line" => ("account.invoice", "invoice_id"),
        "sale.order.line" => ("sale.order", "order_id"),
        _ => return None,
    };
    tables.get(name, id, field).int().map(|id| (model, id))
}

/// Remembers what is done to a posted document.
fn tamper(tables: &mut Tables, name: &str, id: i64, what: &str) {
    let own = ["account.move", "account.invoice"].into_iter().find(|model| *model == name).map(|model| (model, id));
    let Some((model, document)) = parent(tables, name, id).or(own) else { return };
    if ["posted", "open", "paid"].contains(&tables.text(model, document, "state")) {
        tables.tampered.push(format!("{what} {name} {id}"));
    }
}

/// What else changes with a record.
fn changed(tables: &mut Tables, name: &str, id: i64, new: bool) {
    match name {
        "account.move" => moves::compute(tables, id, new),
        "sale.order" => orders::compute(tables, id),
        "account.invoice" => invoices::compute(tables, id),
        _ => {
            if let Some((model, document)) = parent(tables, name, id) {
                changed(tables, model, document, false);
            }
        }
    }
}

/// Follows the commands for a record's lines.
fn lines(tables: &mut Tables, name: &str, id: i64, values: &Struct) -> Result<()> {
    let model = tables.model(name)?;
    for (field, value) in values {
        let Some(Kind::Lines(other, back)) = model.kind(field) else { continue };
        for command in value.list() {
            match command.list() {
                [Value::Int(0), _, Value::Struct(line)] => {
                    let mut line = line.clone();
                    line.insert(back.to_owned(), id.into());
                    create_only(tables, other, &line)?;
                }
                [Value::Int(1), Value::Int(line), Value::Struct(values)] => {
                    write_only(tables, other, *line, values)?;
                }
                [Value::Int(2), Value::Int(line), ..] => unlink_only(tables, other, *line)?,
                [Value::Int(5), ..] => {
                    for line in tables.read(model, id, field).ids() {
                        unlink_only(tables, other, line)?;
                    }
                }
                other => {
                    return super::fault::server(format!("ValueError: Wrong values for {name}.{field}: {other:?}"));
                }
            }
        }
    }
    Ok(())
}

/// An external id is there once.
fn unique(tables: &Tables, values: &Struct) -> Result<()> {
    let text = |field: &str| values.get(field).and_then(Value::text).unwrap_or_default().to_owned();
    let (module, name) = (text("module"), text("name"));
    if external(tables, &module, &name).is_none() {
        return Ok(());
    }
    user(format!(
        "The operation cannot be completed: duplicate key value violates unique constraint \
         \"ir_model_data_module_name_uniq_index\"\nDETAIL:  Key (module, name)=({module}, {name}) already exists.\n"
    ))
}

/// The entry of an external id.
pub fn external(tables: &Tables, module: &str, name: &str) -> Option<i64> {
    let fits = |id: &i64| {
        tables.text("ir.model.data", *id, "name") == name && tables.text("ir.model.data", *id, "module") == module
    };
    tables.ids("ir.model.data").into_iter().find(fits)
}

fn product(tables: &Tables, values: &mut Struct) {
    let tax = tables.get("res.company", 1, "account_sale_tax_id").ids();
    let currency = tables.get("res.company", 1, "currency_id").clone();
    let price = values.get("list_price").cloned().unwrap_or(Value::Int(0));
    let defaults = [("taxes_id", tax.into()), ("uom_id", 1.into()), ("categ_id", 1.into()), ("currency_id", currency)];
    for (field, value) in defaults.into_iter().chain([("lst_price", price), ("sale_ok", true.into())]) {
        values.entry(field.to_owned()).or_insert(value);
    }
}

fn partner(tables: &Tables, values: &mut Struct) {
    let account = tables.find("account.account", "code", "121000").map_or(Value::Bool(false), Value::Int);
    // Every customer has the first price list, unless there is none.
    let list = tables.ids("product.pricelist").first().map_or(Value::Bool(false), |id| Value::Int(*id));
    let defaults = [("lang", "en_US".into()), ("property_account_receivable_id", account.clone())];
    for (field, value) in
        defaults.into_iter().chain([("property_product_pricelist", list), ("property_account_receivable", account)])
    {
        values.entry(field.to_owned()).or_insert(value);
    }
}
