//! Values that are handed on as JSON, to whoever knows what they mean.

use artifice_model::position::Position;
use artifice_text::unquoted;
use serde_yaml::Value;

use crate::text::expand;
use crate::yaml::Node;

/// A value as JSON, as it is written and with `${VARIABLE}` replaced in its texts.
pub fn json(node: &Node<'_>) -> Option<(serde_json::Value, serde_json::Value)> {
    let written = serde_json::to_value(node.value());
    let written = written.map_err(|why| node.mistake(unquoted(&why.to_string()))).ok()?;
    let mut value = written.clone();
    expand_all(&mut value).map_err(|why| node.mistake(why)).ok()?;
    Some((written, value))
}

/// How many keys' places are kept: nobody writes more.
const MOST_PLACES: usize = 1000;
/// How long a path may be that is kept, in bytes: each names all keys that lead to it.
const LONGEST_PATH: usize = 1000;

/// Where the keys of a value stand, at any depth: each with the keys and indices that lead to it.
pub fn key_places(node: &Node<'_>) -> Vec<(Vec<String>, Position)> {
    let mut places = Vec::new();
    look(node, &mut Vec::new(), &mut places);
    places
}

fn look(node: &Node<'_>, path: &mut Vec<String>, places: &mut Vec<(Vec<String>, Position)>) {
    let below: Vec<(String, Node<'_>)> = match node.value() {
        Value::Mapping(_) => node.clone().map().map(|map| map.entries()).unwrap_or_default(),
        Value::Sequence(_) => {
            node.list().into_iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect()
        }
        _ => return,
    };
    for (key, node) in below {
        if places.len() >= MOST_PLACES {
            return;
        }
        if path.iter().map(String::len).sum::<usize>() + key.len() > LONGEST_PATH {
            continue;
        }
        path.push(key);
        places.push((path.clone(), node.key_position()));
        look(&node, path, places);
        path.pop();
    }
}

/// Replaces `${VARIABLE}` in all texts of a value.
pub fn expand_all(value: &mut serde_json::Value) -> Result<(), String> {
    match value {
        serde_json::Value::String(text) => *text = expand(text)?,
        serde_json::Value::Array(items) => items.iter_mut().try_for_each(expand_all)?,
        serde_json::Value::Object(map) => map.values_mut().try_for_each(expand_all)?,
        _ => {}
    }
    Ok(())
}
