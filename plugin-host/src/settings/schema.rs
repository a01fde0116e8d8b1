//! What a JSON Schema says of a place in settings: whether a secret stands there, and which keys there are.

use std::collections::HashSet;

use serde_json::Value;

/// All subschemas that may apply to one value. Of alternatives all count, and patterns are not
/// matched: a value is rather hidden too much.
pub struct Place<'s> {
    root: &'s Value,
    schemas: Vec<&'s Value>,
    /// A reference leads to where nobody can look.
    unknown: bool,
}

impl<'s> Place<'s> {
    /// The place of the settings themselves.
    pub fn root(schema: &'s Value) -> Self {
        Place::of(schema, vec![schema])
    }

    fn of(root: &'s Value, mut schemas: Vec<&'s Value>) -> Self {
        // A schema may refer to itself: each is looked at once.
        let mut seen = HashSet::new();
        schemas.retain(|schema| seen.insert(std::ptr::from_ref(*schema)));
        let (mut at, mut unknown) = (0, false);
        while let Some(schema) = schemas.get(at).copied() {
            at += 1;
            let mut add = |more: &'s Value| {
                if seen.insert(std::ptr::from_ref(more)) {
                    schemas.push(more);
                }
            };
            for key in ["$ref", "$dynamicRef", "$recursiveRef"] {
                match schema.get(key).and_then(Value::as_str).map(|reference| referred(root, reference)) {
                    Some(Some(found)) => add(found),
                    Some(None) => unknown = true,
                    None => {}
                }
            }
            for key in ["allOf", "anyOf", "oneOf"] {
                schema.get(key).and_then(Value::as_array).into_iter().flatten().for_each(&mut add);
            }
            for key in ["if", "then", "else"] {
                schema.get(key).into_iter().for_each(&mut add);
            }
            schema.get("dependentSchemas").and_then(Value::as_object).into_iter().for_each(|all| {
                all.values().for_each(&mut add);
            });
        }
        Place { root, schemas, unknown }
    }

    /// Whether a secret stands here.
    pub fn is_secret(&self) -> bool {
        let marked = |schema: &&Value| {
            schema.get("writeOnly") == Some(&Value::Bool(true))
                || schema.get("format").and_then(Value::as_str).is_some_and(|format| format == "password")
        };
        self.unknown || self.schemas.iter().any(marked)
    }

    /// The keys that there can be; none where others can be, too, or nobody knows. Of alternatives, all count.
    pub fn members(&self) -> Option<Vec<&'s str>> {
        let rest = |schema: &'s Value| ["additionalProperties", "unevaluatedProperties"].map(|key| schema.get(key));
        let rests: Vec<&Value> = self.schemas.iter().flat_map(|schema| rest(schema)).flatten().collect();
        let is_open = self.unknown
            || rests.iter().any(|rest| **rest != Value::Bool(false))
            || self.schemas.iter().any(|schema| schema.get("patternProperties").is_some());
        if is_open || rests.is_empty() {
            return None;
        }
        let names = self.schemas.iter().filter_map(|schema| schema.get("properties")?.as_object());
        Some(names.flat_map(|names| names.keys()).map(String::as_str).collect())
    }

    /// The place of a member.
    pub fn member(&self, key: &str) -> Self {
        let mut found = Vec::new();
        for schema in &self.schemas {
            let named = schema.get("properties").and_then(|properties| properties.get(key));
            let patterns = schema.get("patternProperties").and_then(Value::as_object);
            found.extend(patterns.into_iter().flat_map(|patterns| patterns.values()));
            match named {
                Some(named) => found.push(named),
                None => {
                    found.extend(["additionalProperties", "unevaluatedProperties"].iter().filter_map(|k| schema.get(k)))
                }
            }
        }
        Place::of(self.root, found)
    }

    /// The place of an array's element.
    pub fn item(&self, index: usize) -> Self {
        let mut found = Vec::new();
        for schema in &self.schemas {
            // Older schemas list the first items under `items`, and name the rest's otherwise.
            let first = ["prefixItems", "items"].iter().find_map(|key| schema.get(key)?.as_array());
            match first.and_then(|first| first.get(index)) {
                Some(own) => found.push(own),
                None => {
                    found.extend(["items", "additionalItems", "unevaluatedItems"].iter().filter_map(|k| schema.get(k)))
                }
            }
            found.extend(schema.get("contains"));
        }
        Place::of(self.root, found)
    }
}

/// What a reference within the schema leads to: `#`, `#/$defs/Login`.
fn referred<'s>(root: &'s Value, reference: &str) -> Option<&'s Value> {
    root.pointer(&unescaped(reference.strip_prefix('#')?)?)
}

/// Without the percent signs of a URL.
fn unescaped(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        bytes.extend(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).ok()
}
