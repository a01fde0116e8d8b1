//! Values that are handed on as JSON, to whoever knows what they mean.

use crate::text::expand;
use crate::yaml::Node;

/// A value as JSON, as it is written and with `${VARIABLE}` replaced in its texts.
pub fn json(node: &Node<'_>) -> Option<(serde_json::Value, serde_json::Value)> {
    let written = serde_json::to_value(node.value()).map_err(|why| node.mistake(why)).ok()?;
    let mut value = written.clone();
    expand_all(&mut value).map_err(|why| node.mistake(why)).ok()?;
    Some((written, value))
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
