//! The records, as the database has them.

use std::collections::BTreeMap;
use std::sync::Arc;

use artifice_model::Decimal;

use super::fault::{Result, server, user};
use super::schema::{self, Kind, Model};
use super::value::{FALSE, Struct, Value, rounded};
use super::version::Version;

/// A record: what is stored of its fields. Of another record it has the id.
pub type Row = Struct;

/// All records.
#[derive(Debug, Clone)]
pub struct Tables {
    pub version: Version,
    /// The day that the server has.
    pub today: String,
    /// Shared until somebody writes: a transaction begins with a copy of everything.
    pub(super) rows: BTreeMap<&'static str, Arc<BTreeMap<i64, Row>>>,
    pub(super) next: BTreeMap<String, i64>,
    /// What was done to documents that were posted.
    pub tampered: Vec<String>,
}

impl Tables {
    pub fn new(version: Version, today: &str) -> Tables {
        let today = today.to_owned();
        Tables { version, today, rows: BTreeMap::new(), next: BTreeMap::new(), tampered: Vec::new() }
    }

    pub fn model(&self, name: &str) -> Result<&'static Model> {
        schema::model(self.version, name).map_or_else(|| user(format!("Object {name} doesn't exist")), Ok)
    }

    /// The next record of a model gets this id.
    pub fn number_next(&mut self, model: &str, id: i64) {
        self.next.insert(model.to_owned(), id);
    }

    pub fn insert(&mut self, model: &str, row: Row) -> i64 {
        let name = self.model(model).unwrap().name;
        let next = self.next.entry(model.to_owned()).or_insert(1);
        let id = *next;
        *next += 1;
        Arc::make_mut(self.rows.entry(name).or_default()).insert(id, row);
        id
    }

    pub fn put(&mut self, model: &str, id: i64, row: Row) {
        self.number_next(model, id);
        self.insert(model, row);
    }

    pub fn delete(&mut self, model: &str, id: i64) {
        if let Some(rows) = self.rows.get_mut(model) {
            Arc::make_mut(rows).remove(&id);
        }
        let external = |row: &Row| row.get("model") == Some(&model.into()) && row.get("res_id") == Some(&id.into());
        if let Some(rows) = self.rows.get_mut("ir.model.data") {
            Arc::make_mut(rows).retain(|_, row| !external(row));
        }
    }

    pub fn ids(&self, model: &str) -> Vec<i64> {
        self.rows.get(model).map(|rows| rows.keys().copied().collect()).unwrap_or_default()
    }

    pub fn has(&self, model: &str, id: i64) -> bool {
        self.rows.get(model).is_some_and(|rows| rows.contains_key(&id))
    }

    /// What is stored; false where nothing is.
    pub fn get(&self, model: &str, id: i64, field: &str) -> &Value {
        self.rows.get(model).and_then(|rows| rows.get(&id)).and_then(|row| row.get(field)).unwrap_or(&FALSE)
    }

    pub fn set(&mut self, model: &str, id: i64, field: &str, value: impl Into<Value>) {
        if let Some(row) = self.rows.get_mut(model).and_then(|rows| Arc::make_mut(rows).get_mut(&id)) {
            row.insert(field.to_owned(), value.into());
        }
    }

    pub fn number(&self, model: &str, id: i64, field: &str) -> Decimal {
        self.get(model, id, field).number().unwrap_or_default()
    }

    pub fn text(&self, model: &str, id: i64, field: &str) -> &str {
        self.get(model, id, field).text().unwrap_or_default()
    }

    /// The ids of the records that refer to one by a field, in the order of their sequence.
    pub fn children(&self, model: &str, field: &str, id: i64) -> Vec<i64> {
        let rows = self.rows.get(model).into_iter().flat_map(|rows| rows.iter());
        let own = rows.filter(|(_, row)| row.get(field) == Some(&Value::Int(id)));
        let mut found: Vec<(i64, i64)> =
            own.map(|(child, row)| (row.get("sequence").and_then(Value::int).unwrap_or(0), *child)).collect();
        found.sort_unstable();
        found.into_iter().map(|(_, child)| child).collect()
    }

    /// The one whose field has this value.
    pub fn find(&self, model: &str, field: &str, value: impl Into<Value>) -> Option<i64> {
        let value = value.into();
        self.rows.get(model)?.iter().find(|(_, row)| row.get(field) == Some(&value)).map(|(id, _)| *id)
    }

    /// The digits of a decimal precision; two where there is none.
    pub fn digits(&self, precision: &str) -> u8 {
        let id = self.find("decimal.precision", "name", precision);
        id.and_then(|id| self.get("decimal.precision", id, "digits").int())
            .map_or(2, |digits| digits.try_into().unwrap())
    }

    /// The digits of a document's currency.
    pub fn money_digits(&self, currency: i64) -> u8 {
        self.get("res.currency", currency, "decimal_places").int().map_or(2, |digits| digits.try_into().unwrap())
    }

    /// How a record is called where another one refers to it.
    pub fn display(&self, model: &str, id: i64) -> String {
        let text = |field| self.text(model, id, field).to_owned();
        match model {
            "account.account" => format!("{} {}", text("code"), text("name")),
            "product.product" if self.get(model, id, "default_code").is_true() => {
                format!("[{}] {}", text("default_code"), text("name"))
            }
            "product.pricelist" => {
                let currency = self.get(model, id, "currency_id").int().unwrap_or(0);
                format!("{} ({})", text("name"), self.text("res.currency", currency, "name"))
            }
            "account.invoice" => {
                if self.get(model, id, "number").is_true() {
                    text("number")
                } else {
                    String::new()
                }
            }
            _ => text("name"),
        }
    }

    /// A field as it is read.
    pub fn read(&self, model: &Model, id: i64, field: &str) -> Value {
        let stored = self.get(model.name, id, field);
        match model.kind(field) {
            _ if field == "id" => id.into(),
            _ if field == "display_name" => self.display(model.name, id).into(),
            Some(Kind::One(other)) => match stored {
                Value::Int(one) => vec![Value::Int(*one), self.display(other, *one).into()].into(),
                _ => FALSE,
            },
            Some(Kind::Many(_)) => stored.ids().into(),
            Some(Kind::Lines(other, back)) => {
                let lines = self.children(other, back, id);
                lines
                    .into_iter()
                    .filter(|line| field != "invoice_line_ids" || self.is_own_line(*line))
                    .collect::<Vec<_>>()
                    .into()
            }
            Some(Kind::Int) => stored.int().unwrap_or(0).into(),
            Some(Kind::Float(_) | Kind::Money) => stored.number().unwrap_or_default().into(),
            _ => stored.clone(),
        }
    }

    /// Whether a line of a move is one that somebody wrote: not a tax, nor what is owed.
    pub fn is_own_line(&self, line: i64) -> bool {
        !["tax", "payment_term"].contains(&self.text("account.move.line", line, "display_type"))
    }

    /// Values as they are stored, of fields that the model has.
    pub fn stored(&self, model: &Model, values: &Struct) -> Result<Row> {
        let mut row = Row::new();
        for (field, value) in values {
            match model.kind(field) {
                // Its log has a warning.
                None if self.version == Version::OpenErp7 => {}
                None => return server(format!("ValueError: Invalid field '{field}' on model '{}'", model.name)),
                Some(Kind::Lines(..)) => {}
                Some(kind) => drop(row.insert(field.clone(), self.converted(model.name, field, kind, value)?)),
            }
        }
        Ok(row)
    }

    fn converted(&self, model: &str, field: &str, kind: Kind, value: &Value) -> Result<Value> {
        if matches!(value, Value::Nil | Value::Bool(false)) && kind != Kind::Bool {
            return Ok(if matches!(kind, Kind::Many(_)) { Value::List(Vec::new()) } else { FALSE });
        }
        Ok(match kind {
            Kind::Char | Kind::Choice(_) => match value {
                Value::Text(text) if text.is_empty() => FALSE,
                other => other.clone(),
            },
            Kind::Html => match value.text() {
                Some(text) if !text.is_empty() && !text.starts_with('<') && self.version != Version::OpenErp7 => {
                    format!("<p>{text}</p>").into()
                }
                _ => value.clone(),
            },
            Kind::Bool => value.is_true().into(),
            Kind::Int => value.int().map_or_else(|| value.clone(), Value::Int),
            Kind::Money => value.number().map_or(FALSE, Value::Number),
            Kind::Float(precision) => {
                let Some(number) = value.number() else {
                    let text = value.text().unwrap_or_default();
                    return server(format!("ValueError: could not convert string to float: '{text}'"));
                };
                precision.map_or(number, |precision| rounded(number, self.digits(precision))).into()
            }
            Kind::Date => date(value)?,
            Kind::Time => value.clone(),
            Kind::One(other) => match value.int() {
                Some(id) if self.has(other, id) => id.into(),
                Some(_) if other == "res.currency" => {
                    let (title, table) = (self.model(model)?.title, model.replace('.', "_"));
                    return user(format!(
                        "The operation cannot be completed: another model requires the record being deleted. If \
                         possible, archive it instead.\n\nModel: {title} ({model})\nConstraint: {table}_{field}_fkey\n"
                    ));
                }
                Some(id) => {
                    return user(format!(
                        "Record does not exist or has been deleted.\n(Record: {other}({id},), User: 2)"
                    ));
                }
                None => FALSE,
            },
            Kind::Many(other) => {
                let mut ids = self.get(model, 0, field).ids();
                for command in value.list() {
                    match command.list() {
                        [Value::Int(6), _, set] => ids = set.ids(),
                        [Value::Int(4), Value::Int(id), ..] => ids.push(*id),
                        [Value::Int(5), ..] => ids.clear(),
                        _ => ids.extend(command.int()),
                    }
                }
                match ids.iter().find(|id| !self.has(other, **id)) {
                    Some(id) => {
                        return user(format!(
                            "Record does not exist or has been deleted.\n(Record: {other}({id},), User: 2)"
                        ));
                    }
                    None => ids.into(),
                }
            }
            Kind::Lines(..) => FALSE,
        })
    }
}

/// A day: what stands behind it is cut off.
fn date(value: &Value) -> Result<Value> {
    let Some(text) = value.text() else { return server("TypeError: 'DateTime' object is not subscriptable") };
    let day: String = text.chars().take(10).collect();
    let parts: Vec<&str> = day.split('-').collect();
    let right = parts.len() == 3 && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    if right && parts[0].len() == 4 {
        return Ok(day.into());
    }
    server(format!("ValueError: time data '{day}' does not match format '%Y-%m-%d'"))
}
