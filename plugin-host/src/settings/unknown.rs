//! Keys that a class does not know.

use serde_json::Value;

use super::schema::Place;

/// A key of settings that the class's schema does not have where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownKey {
    /// The keys and indices that lead to it, and itself.
    pub path: Vec<String>,
    /// The keys that there are, in order.
    pub known: Vec<String>,
}

/// All keys that a schema excludes, in the order of the settings.
pub fn unknown_keys(config: &Value, schema: &Value) -> Vec<UnknownKey> {
    let mut found = Vec::new();
    look(config, &Place::root(schema), &mut Vec::new(), &mut found);
    found
}

fn look(value: &Value, place: &Place<'_>, path: &mut Vec<String>, found: &mut Vec<UnknownKey>) {
    if path.len() >= super::DEEPEST {
        return;
    }
    match value {
        Value::Object(members) => {
            let known = place.members();
            for (key, member) in members {
                path.push(key.clone());
                match &known {
                    Some(known) if !known.contains(&key.as_str()) => {
                        let known = known.iter().map(|name| (*name).to_owned()).collect();
                        found.push(UnknownKey { path: path.clone(), known });
                    }
                    _ => look(member, &place.member(key), path, found),
                }
                path.pop();
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(index.to_string());
                look(item, &place.item(index), path, found);
                path.pop();
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn unknown(config: Value, schema: Value) -> Vec<(String, String)> {
        let found = unknown_keys(&config, &schema);
        found.into_iter().map(|key| (key.path.join("."), key.known.join(" "))).collect()
    }

    #[test]
    fn keys_that_a_closed_schema_lacks_are_found_at_any_depth() {
        let schema = json!({
            "properties": {"path": {}, "login": {"$ref": "#/$defs/Login"}, "list": {"items": {"$ref": "#/$defs/Login"}}},
            "additionalProperties": false,
            "$defs": {"Login": {"properties": {"user": {}}, "additionalProperties": false}},
        });
        let config = json!({"path": {"any": 1}, "pth": 1, "login": {"usr": 1, "user": {"x": 1}}, "list": [{"user": 1}, {"u": 1}]});
        let login = "user".to_owned();
        assert_eq!(
            unknown(config, schema),
            [
                ("pth".to_owned(), "path login list".to_owned()),
                ("login.usr".to_owned(), login.clone()),
                ("list.1.u".to_owned(), login)
            ]
        );
    }

    #[test]
    fn where_a_schema_leaves_it_open_every_key_is_known() {
        let open = json!({"properties": {"a": {}}});
        let map = json!({"additionalProperties": {"type": "string"}});
        let either = json!({"anyOf": [{"properties": {"a": {}}, "additionalProperties": false},
                                      {"properties": {"b": {}}, "additionalProperties": false}, {"type": "null"}]});
        let pattern = json!({"properties": {"a": {}}, "additionalProperties": false, "patternProperties": {"^x": {}}});
        let nowhere = json!({"$ref": "other.json", "additionalProperties": false});
        for schema in [&open, &map, &pattern, &nowhere, &json!(true)] {
            assert!(unknown(json!({"b": 1}), schema.clone()).is_empty(), "{schema}");
        }
        assert!(unknown(json!({"a": 1, "b": 1}), either.clone()).is_empty());
        assert_eq!(unknown(json!({"c": 1}), either), [("c".to_owned(), "a b".to_owned())]);
    }
}
