//! A backend's settings without their secrets, as they are kept with every statement.
//!
//! What is secret is told by the class's JSON Schema (`writeOnly: true`, `format: "password"`), by the
//! names of keys, whatever the schema says, and by texts that bear a password: `https://me:x@host/`,
//! `host=db password=x`. Where it is not certain, a value is hidden: it is the ledger that would give
//! it away, for as long as there are bills.

mod schema;
#[cfg(test)]
mod tests;
mod unknown;

use serde_json::{Map, Value, json};

use artifice_plugin_api::abi::ClassInfo;
use artifice_text::{self as text, HIDDEN, Mask};

use schema::Place;
pub use unknown::{UnknownKey, unknown_keys};

/// What lies deeper in settings than that is hidden. No settings do.
const DEEPEST: usize = 64;

/// The settings with every secret replaced by `***`. Doing it twice changes nothing more.
pub fn public_settings(config: &Value, schema: &Value) -> Value {
    public(config, &Place::root(schema), DEEPEST)
}

fn public(value: &Value, place: &Place<'_>, deeper: usize) -> Value {
    if place.is_secret() || deeper == 0 {
        return HIDDEN.into();
    }
    match value {
        Value::Object(members) => {
            let member = |(key, value): (&String, &Value)| {
                let secret = text::is_secret(key);
                let value = if secret { HIDDEN.into() } else { public(value, &place.member(key), deeper - 1) };
                (text::without_passwords(key), value)
            };
            Value::Object(members.iter().map(member).collect())
        }
        Value::Array(items) => {
            let item = |(index, value)| public(value, &place.item(index), deeper - 1);
            Value::Array(items.iter().enumerate().map(item).collect())
        }
        Value::String(text) => text::without_passwords(text).into(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// Stored settings, with every `***` filled from the same place of the current ones: arrays by their
/// index. What has nothing there is left out.
pub fn with_secrets_of(stored: &Value, current: &Value) -> Value {
    filled(stored, Some(current)).unwrap_or_default()
}

fn filled(stored: &Value, current: Option<&Value>) -> Option<Value> {
    match stored {
        Value::String(text) if text == HIDDEN => current.cloned(),
        Value::String(text) => text::filled(text, current.and_then(Value::as_str)).map(Value::from),
        Value::Object(members) => {
            let current = current.and_then(Value::as_object);
            let member = |(key, value): (&String, &Value)| {
                let (key, now) = match current.and_then(|current| member_of(current, key)) {
                    Some((key, now)) => (key, Some(now)),
                    None => (key, None),
                };
                Some((key.clone(), filled(value, now)?))
            };
            Some(Value::Object(members.iter().filter_map(member).collect()))
        }
        Value::Array(items) => {
            let now = |index: usize| current.and_then(|current| current.get(index));
            let all = items.iter().enumerate().filter_map(|(index, value)| filled(value, now(index)));
            Some(Value::Array(all.collect()))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Some(stored.clone()),
    }
}

/// The member that is stored under that key: a key may be a text with a password, too.
fn member_of<'c>(current: &'c Map<String, Value>, key: &str) -> Option<(&'c String, &'c Value)> {
    current.get_key_value(key).or_else(|| current.iter().find(|(now, _)| text::without_passwords(now) == key))
}

/// Hides the secrets of settings in messages. Whoever reads settings likes to repeat what he found: serde says
/// "invalid type: integer `1234`" of a password that is not quoted; and a server repeats what it was sent.
pub(crate) fn mask_of(config: &Value, schema: &Value) -> Mask {
    let mut secrets = Vec::new();
    hidden(config, &public_settings(config, schema), &mut secrets);
    // They may come back by another way than the backend's answers.
    secrets.iter().for_each(|secret| text::know(secret));
    Mask::of(secrets.iter().map(String::as_str))
}

/// All that was hidden.
fn hidden(value: &Value, public: &Value, found: &mut Vec<String>) {
    let all = public == HIDDEN;
    match value {
        Value::String(text) => {
            let parts = if all { vec![text.as_str()] } else { text::hidden(text) };
            found.extend(parts.iter().map(|part| (*part).to_owned()));
        }
        Value::Number(number) if all => found.push(number.to_string()),
        Value::Array(items) => {
            let shown = |index| if all { public } else { public.get(index).unwrap_or(public) };
            items.iter().enumerate().for_each(|(index, item)| hidden(item, shown(index), found));
        }
        Value::Object(members) => {
            let shown =
                |key: &str| if all { public } else { public.get(text::without_passwords(key)).unwrap_or(public) };
            // A file's name is not what is in it, and would be found in many messages.
            let others = members.iter().filter(|(key, _)| !key.to_lowercase().ends_with("file"));
            others.for_each(|(key, member)| hidden(member, shown(key), found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The JSON Schema of a class's settings. Where it cannot be read, one that makes everything secret.
pub(crate) fn schema_of(info: &ClassInfo) -> Value {
    serde_json::from_str(&info.config_schema).unwrap_or_else(|_| json!({ "writeOnly": true }))
}
