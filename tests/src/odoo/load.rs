//! `load`: records as rows of texts, known by their external ids. What goes wrong is a message, and nothing is done.

use super::fault::{Fault, Result, server};
use super::records;
use super::schema::{Kind, Model};
use super::table::Tables;
use super::value::{FALSE, Struct, Value, record};

/// What is wrong with a cell.
struct Wrong {
    field: String,
    message: String,
}

/// The records of some rows: the first row of each, and the row behind its last one.
fn extents(columns: &[Vec<String>], rows: &[Vec<String>], model: &Model) -> Vec<(usize, usize)> {
    let own = |row: &[String]| {
        let cells = columns.iter().zip(row).filter(|(path, _)| !matches!(model.kind(&path[0]), Some(Kind::Lines(..))));
        cells.into_iter().any(|(_, cell)| !cell.is_empty())
    };
    let mut starts: Vec<usize> = (0..rows.len()).filter(|at| *at == 0 || own(&rows[*at])).collect();
    starts.push(rows.len());
    starts.windows(2).map(|pair| (pair[0], pair[1])).collect()
}

/// Loads rows into a model.
pub fn load(tables: &mut Tables, name: &str, fields: &[String], rows: &Value) -> Result<Value> {
    let model = tables.model(name)?;
    let columns: Vec<Vec<String>> = fields.iter().map(|field| field.split('/').map(str::to_owned).collect()).collect();
    if let Some(unknown) = columns.iter().find(|path| !is_id(&path[0]) && model.kind(&path[0]).is_none()) {
        return server(format!("KeyError: '{}'", unknown[0]));
    }
    let rows: Vec<Vec<String>> = rows.list().iter().map(|row| row.list().iter().map(cell).collect()).collect();
    let mut changed = tables.clone();
    let mut ids = Vec::new();
    for (number, (from, to)) in extents(&columns, &rows, model).into_iter().enumerate() {
        let loaded = values(&changed, model, &columns, &rows[from..to], &[]).map_err(Some).and_then(|values| {
            put(&mut changed, name, values).map_err(|fault| {
                let Fault::User(message) = fault else { return None };
                Some(Wrong { field: String::new(), message })
            })
        });
        match loaded {
            Ok(id) => ids.push(id),
            Err(None) => return server("psycopg2.errors.InFailedSqlTransaction: current transaction is aborted"),
            Err(Some(wrong)) => return Ok(failed(number, from, to, &wrong)),
        }
    }
    *tables = changed;
    Ok(answer(ids.into(), Vec::new()))
}

/// What a load that lost against another one is answered.
pub fn conflict() -> Value {
    let says = "could not serialize access due to concurrent update\n".to_owned();
    failed(0, 0, 0, &Wrong { field: String::new(), message: says })
}

fn failed(number: usize, from: usize, to: usize, wrong: &Wrong) -> Value {
    let int = |number: usize| Value::Int(i64::try_from(number).unwrap());
    let rows = record([("from", int(from)), ("to", int(to.saturating_sub(1)))]);
    let message = record([
        ("rows", Value::Struct(rows)),
        ("type", "error".into()),
        ("record", int(number)),
        ("field", if wrong.field.is_empty() { FALSE } else { wrong.field.as_str().into() }),
        ("message", wrong.message.as_str().into()),
        ("field_name", label(&wrong.field).into()),
    ]);
    answer(FALSE, vec![Value::Struct(message)])
}

fn answer(ids: Value, messages: Vec<Value>) -> Value {
    Value::Struct(record([("ids", ids), ("messages", Value::List(messages)), ("nextrow", 0.into())]))
}

fn is_id(field: &str) -> bool {
    field == "id" || field == ".id"
}

fn cell(value: &Value) -> String {
    value.text().map_or_else(|| value.number().map(|it| it.to_string()).unwrap_or_default(), str::to_owned)
}

/// The values of a record: of a key `id` its external id.
fn values(
    tables: &Tables,
    model: &Model,
    columns: &[Vec<String>],
    rows: &[Vec<String>],
    above: &[String],
) -> std::result::Result<Struct, Wrong> {
    let mut values = Struct::new();
    let mut lines = std::collections::BTreeMap::<&str, (Vec<Vec<String>>, Vec<Vec<String>>)>::new();
    for (at, path) in columns.iter().enumerate() {
        let field = path[0].as_str();
        if let Some(Kind::Lines(..)) = model.kind(field) {
            let (columns, cells) = lines.entry(field).or_insert_with(|| (Vec::new(), vec![Vec::new(); rows.len()]));
            columns.push(path[1..].to_vec());
            cells.iter_mut().zip(rows).for_each(|(line, row)| line.push(row[at].clone()));
            continue;
        }
        let value = converted(tables, model, path, &rows[0][at]);
        let full = above.first().map_or(field.to_owned(), Clone::clone);
        let names =
            above.iter().cloned().chain([field.to_owned()]).map(|name| label(&name)).collect::<Vec<_>>().join("/");
        let value = value.map_err(|message| Wrong { field: full, message: message.replace("{}", &names) })?;
        values.insert(field.to_owned(), value);
    }
    for (field, (columns, cells)) in lines {
        let Some(Kind::Lines(other, _)) = model.kind(field) else { continue };
        let other = tables.model(other).map_err(|_| Wrong { field: field.to_owned(), message: String::new() })?;
        let filled = cells.into_iter().filter(|line| line.iter().any(|cell| !cell.is_empty()));
        let mut commands = Vec::new();
        for line in filled {
            commands.push(Value::Struct(self::values(tables, other, &columns, &[line], &[field.to_owned()])?));
        }
        values.insert(field.to_owned(), commands.into());
    }
    Ok(values)
}

/// What a cell says; an error has `{}` where the field's name belongs.
fn converted(tables: &Tables, model: &Model, path: &[String], cell: &str) -> std::result::Result<Value, String> {
    let by = path.get(1).map(String::as_str);
    let kind = model.kind(&path[0]);
    if cell.is_empty() {
        return Ok(if matches!(kind, Some(Kind::Many(_))) { Value::List(Vec::new()) } else { FALSE });
    }
    match kind {
        _ if is_id(&path[0]) => Ok(cell.into()),
        Some(Kind::Int) => cell
            .parse()
            .map(Value::Int)
            .map_err(|_| format!("'{cell}' does not seem to be an integer for field '{{}}'")),
        Some(Kind::Float(_) | Kind::Money) => cell
            .parse()
            .map(Value::Number)
            .map_err(|_| format!("'{cell}' does not seem to be a number for field '{{}}'")),
        Some(Kind::Bool) => Ok(["1", "true", "yes"].contains(&cell.to_lowercase().as_str()).into()),
        Some(Kind::Choice(choices)) => {
            let same = |one: &str| one.eq_ignore_ascii_case(cell);
            let found = choices.iter().find(|(value, label)| same(value) || same(label));
            found.map(|(value, _)| (*value).into()).ok_or(format!("Value '{cell}' not found in selection field '{{}}'"))
        }
        Some(Kind::One(other)) => one(tables, other, by, cell).map(Value::Int),
        Some(Kind::Many(other)) => {
            let ids: std::result::Result<Vec<i64>, String> =
                cell.split(',').map(|one| self::one(tables, other, by, one)).collect();
            ids.map(Value::from)
        }
        _ => Ok(cell.into()),
    }
}

fn one(tables: &Tables, model: &str, by: Option<&str>, cell: &str) -> std::result::Result<i64, String> {
    let (found, how) = match by {
        Some(".id") => (cell.parse().ok().filter(|id| tables.has(model, *id)), "database id"),
        Some("id") => {
            let (module, name) = cell.split_once('.').unwrap_or(("__import__", cell));
            let entry = records::external(tables, module, name);
            (entry.and_then(|entry| tables.get("ir.model.data", entry, "res_id").int()), "external id")
        }
        _ => (tables.ids(model).into_iter().find(|id| tables.display(model, *id) == cell), "name"),
    };
    found.ok_or(format!("No matching record found for {how} '{cell}' in field '{{}}'"))
}

/// What people call a field.
fn label(field: &str) -> String {
    let known = [
        ("invoice_line_ids", "Invoice lines"),
        ("price_unit", "Unit Price"),
        ("partner_id", "Partner"),
        ("quantity", "Quantity"),
        ("product_id", "Product"),
        ("tax_ids", "Taxes"),
    ];
    known.iter().find(|(name, _)| *name == field).map_or(field, |(_, label)| label).to_owned()
}

/// Creates a record, or changes the one that has its external id; lines likewise.
fn put(tables: &mut Tables, name: &str, mut values: Struct) -> Result<i64> {
    let external = external_id(&mut values);
    let model = tables.model(name)?;
    let mut known = Vec::new();
    for (field, lines) in &mut values {
        let (Some(Kind::Lines(..)), Value::List(lines)) = (model.kind(field), lines) else { continue };
        for line in lines.iter_mut() {
            let mut cells = line.members().cloned().unwrap_or_default();
            let id = external_id(&mut cells);
            let there = id.as_ref().and_then(|(module, name)| resource(tables, module, name));
            known.push((field.clone(), id));
            *line = match there {
                Some(there) => vec![Value::Int(1), there.into(), Value::Struct(cells)].into(),
                None => vec![Value::Int(0), 0.into(), Value::Struct(cells)].into(),
            };
        }
    }
    let there = external.as_ref().and_then(|(module, name)| resource(tables, module, name));
    let before: Vec<(String, Vec<i64>)> = known
        .iter()
        .map(|(field, _)| (field.clone(), there.map(|id| tables.read(model, id, field).ids()).unwrap_or_default()))
        .collect();
    let id = match there {
        Some(id) => records::write(tables, name, id, &values).map(|()| id)?,
        None => records::create(tables, name, &values)?,
    };
    if let (Some((module, own)), None) = (external, there) {
        remember(tables, &module, &own, name, id);
    }
    // New lines come in the order of their rows.
    let mut fresh: Vec<(String, Vec<i64>)> = Vec::new();
    for (field, ids) in before {
        if !fresh.iter().any(|(known, _)| *known == field) {
            let mut new = tables.read(model, id, &field).ids();
            new.retain(|line| !ids.contains(line));
            new.sort_unstable();
            fresh.push((field, new));
        }
    }
    for (field, external) in known {
        let Some(Kind::Lines(other, _)) = model.kind(&field) else { continue };
        let there = external.as_ref().and_then(|(module, name)| resource(tables, module, name));
        if there.is_some() {
            continue;
        }
        let Some((_, new)) = fresh.iter_mut().find(|(known, _)| *known == field) else { continue };
        let line = new.remove(0);
        if let Some((module, own)) = external {
            remember(tables, &module, &own, other, line);
        }
    }
    Ok(id)
}

fn external_id(values: &mut Struct) -> Option<(String, String)> {
    let id = values.remove("id")?;
    let text = id.text()?;
    let (module, name) = text.split_once('.').unwrap_or(("__import__", text));
    Some((module.to_owned(), name.to_owned()))
}

fn resource(tables: &Tables, module: &str, name: &str) -> Option<i64> {
    let entry = records::external(tables, module, name)?;
    let id = tables.get("ir.model.data", entry, "res_id").int()?;
    tables.has(tables.text("ir.model.data", entry, "model"), id).then_some(id)
}

fn remember(tables: &mut Tables, module: &str, name: &str, model: &str, id: i64) {
    // It may be reserved, for nothing yet.
    if let Some(entry) = records::external(tables, module, name) {
        tables.set("ir.model.data", entry, "res_id", id);
        return;
    }
    let row = record([
        ("module", module.into()),
        ("name", name.into()),
        ("model", model.into()),
        ("res_id", id.into()),
        ("noupdate", false.into()),
        ("create_date", super::clock::now().into()),
    ]);
    tables.insert("ir.model.data", row);
}
