//! A sample's metadata: flat whatever the order, and what charging reads of it is what stands in it.
#![no_main]

use std::collections::HashSet;

use artifice_collect::KeySet;
use artifice_collect::wire::{Json, metadata_lines, read_metadata};
use artifice_fuzz::{said, target};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

fn lines(text: &str) -> Result<Box<str>, String> {
    let raw: &RawValue = serde_json::from_str(text).map_err(|error| error.to_string())?;
    metadata_lines(Some(Json::from(raw))).map_err(|error| error.to_string())
}

/// The same with the members of every object the other way round.
fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().rev().map(|(key, value)| (key.clone(), reversed(value)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

/// Whether no two values have the same key once they are flat: of two the first counts.
fn is_unique(value: &Value, prefix: &str, found: &mut HashSet<String>) -> bool {
    match value {
        Value::Object(members) => {
            members.iter().all(|(key, value)| is_unique(value, &format!("{prefix}.{key}"), found))
        }
        _ => found.insert(prefix.to_owned()),
    }
}

target!(|input| {
    let text = input.text();
    let Ok(raw) = serde_json::from_str::<&RawValue>(&text) else { return };
    let keys: KeySet = ["a", "a.b", "a.b.c", "display_name", "flavor.name", "host"].into_iter().collect();
    let all = lines(&text);
    match (&all, read_metadata(Some(Json::from(raw)), &keys)) {
        (Ok(all), Ok(read)) => {
            // (What is long is a digest.)
            for (key, value) in read.pairs().filter(|_| all.contains('=')) {
                assert!(all.contains(&format!("{key}={value}")), "{key}={value} is not in {all}");
            }
        }
        (Err(error), _) => said(error),
        (Ok(_), Err(error)) => panic!("{error}: {text}"),
    }
    if all.is_ok_and(|all| all.contains('='))
        && let Ok(value) = serde_json::from_str::<Value>(&text)
        && is_unique(&value, "", &mut HashSet::new())
    {
        assert_eq!(lines(&value.to_string()), lines(&reversed(&value).to_string()), "{text}");
    }
});
