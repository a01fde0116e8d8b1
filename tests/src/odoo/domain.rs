//! Searching: domains, orders, and what is left out because it is archived.

use std::cmp::Ordering;

use super::fault::{Result, server};
use super::schema::{Kind, Model};
use super::table::Tables;
use super::value::{FALSE, Value};

/// The ids of the records that a domain leaves, in the order that is asked for.
pub fn search(
    tables: &Tables,
    model: &Model,
    domain: &Value,
    order: Option<&str>,
    active_test: bool,
) -> Result<Vec<i64>> {
    let terms = domain.list();
    let names = |field: &str| terms.iter().any(|term| term.list().first().and_then(Value::text) == Some(field));
    let hide = active_test && model.kind("active").is_some() && !names("active");
    let mut found = Vec::new();
    for id in tables.ids(model.name) {
        if matches(tables, model, id, terms)? && !(hide && tables.get(model.name, id, "active") == &FALSE) {
            found.push(id);
        }
    }
    let order = order.unwrap_or(model.order);
    found.sort_by(|a, b| {
        let compared = order.split(',').map(|part| {
            let mut words = part.split_whitespace();
            let field = words.next().unwrap_or("id");
            let key = |id: i64| tables.read(model, id, field);
            let ordering = compare(&key(*a), &key(*b));
            if words.next() == Some("desc") { ordering.reverse() } else { ordering }
        });
        compared.fold(Ordering::Equal, Ordering::then)
    });
    Ok(found)
}

/// As PostgreSQL orders them: what is unset comes last.
fn compare(one: &Value, other: &Value) -> Ordering {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.cmp(other),
        (Value::Text(one), Value::Text(other)) => one.cmp(other),
        (Value::Int(one), Value::Int(other)) => one.cmp(other),
        (Value::Bool(one), Value::Bool(other)) => one.cmp(other),
        (Value::List(one), Value::List(other)) => compare(one.last().unwrap_or(&FALSE), other.last().unwrap_or(&FALSE)),
        (Value::Bool(false), _) => Ordering::Greater,
        (_, Value::Bool(false)) => Ordering::Less,
        _ => Ordering::Equal,
    }
}

/// Whether a domain, in Polish notation, is true of a record.
fn matches(tables: &Tables, model: &Model, id: i64, terms: &[Value]) -> Result<bool> {
    let mut stack: Vec<bool> = Vec::new();
    for term in terms.iter().rev() {
        let result = match (term.text(), stack.len()) {
            (Some("&"), 2..) => stack.pop().unwrap() & stack.pop().unwrap(),
            (Some("|"), 2..) => stack.pop().unwrap() | stack.pop().unwrap(),
            (Some("!"), 1..) => !stack.pop().unwrap(),
            _ => leaf(tables, model, id, term)?,
        };
        stack.push(result);
    }
    Ok(stack.into_iter().all(|term| term))
}

fn leaf(tables: &Tables, model: &Model, id: i64, term: &Value) -> Result<bool> {
    let [Value::Text(field), Value::Text(operator), value] = term.list() else {
        return server(format!("ValueError: Invalid domain term {term:?}"));
    };
    if let Value::Int(number @ (2_147_483_648.. | ..=-2_147_483_649)) = value {
        return server(format!(
            "psycopg2.errors.NumericValueOutOfRange: value \"{number}\" is out of range for type integer"
        ));
    }
    if let Some((first, rest)) = field.split_once('.') {
        let Some(Kind::One(other) | Kind::Lines(other, _)) = model.kind(first) else {
            return server(format!("ValueError: Invalid field {}.{first} in leaf {term:?}", model.name));
        };
        let other = tables.model(other)?;
        let term = vec![rest.into(), operator.as_str().into(), value.clone()].into();
        let related = match tables.read(model, id, first) {
            Value::List(list) if matches!(model.kind(first), Some(Kind::One(_))) => list.into_iter().take(1).collect(),
            list => list.list().to_vec(),
        };
        let related = related.iter().filter_map(Value::int);
        return related.map(|one| leaf(tables, other, one, &term)).try_fold(false, |any, one| Ok(any | one?));
    }
    let Some(kind) = model.kind(field) else {
        return server(format!("ValueError: Invalid field {}.{field} in leaf {term:?}", model.name));
    };
    let stored = match tables.read(model, id, field) {
        // By name, where a text is looked for.
        Value::List(one) if matches!(kind, Kind::One(_)) => {
            let by_name = value.text().is_some() || !value.texts().is_empty();
            one.get(usize::from(by_name)).cloned().unwrap_or(FALSE)
        }
        other => other,
    };
    Ok(match operator.as_str() {
        "=" => equal(&stored, value),
        "!=" | "<>" => !equal(&stored, value),
        "in" => value.list().iter().any(|one| equal(&stored, one)),
        "not in" => !value.list().iter().any(|one| equal(&stored, one)),
        "<" => compare(&stored, value).is_lt() && stored != FALSE,
        "<=" => compare(&stored, value).is_le() && stored != FALSE,
        ">" => compare(&stored, value).is_gt() && stored != FALSE,
        ">=" => compare(&stored, value).is_ge() && stored != FALSE,
        "=like" | "=ilike" => like(stored.text().unwrap_or_default(), value.text().unwrap_or_default()),
        "like" => stored.text().unwrap_or_default().contains(value.text().unwrap_or_default()),
        "ilike" => {
            let lower = |value: &Value| value.text().unwrap_or_default().to_lowercase();
            lower(&stored).contains(&lower(value))
        }
        other => return server(format!("ValueError: Invalid operator '{other}' in domain term {term:?}")),
    })
}

fn equal(stored: &Value, value: &Value) -> bool {
    match (stored, value) {
        (Value::List(many), value) => many.contains(value) || (many.is_empty() && !value.is_true()),
        (Value::Number(_) | Value::Int(_), Value::Number(_) | Value::Int(_)) => stored.number() == value.number(),
        (Value::Int(0), Value::Bool(false)) => true,
        _ => stored == value,
    }
}

/// A pattern with `%` for anything and `_` for any letter.
fn like(text: &str, pattern: &str) -> bool {
    let mut letters = pattern.chars();
    match letters.next() {
        None => text.is_empty(),
        Some('%') => {
            text.char_indices().map(|(at, _)| at).chain([text.len()]).any(|at| like(&text[at..], letters.as_str()))
        }
        Some('\\') => {
            let letter = letters.next();
            letter.is_some_and(|letter| text.strip_prefix(letter).is_some_and(|text| like(text, letters.as_str())))
        }
        Some(letter) => {
            let mut rest = text.chars();
            rest.next().is_some_and(|first| letter == '_' || first == letter) && like(rest.as_str(), letters.as_str())
        }
    }
}
