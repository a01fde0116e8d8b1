//! Records as JSON: what an ERP holds is kept, and comes back.

use artifice_model::Decimal;
use serde_json::{Map, Value as Json, json};

use super::table::{Row, Tables};
use super::value::{Struct, Value};
use super::{VERSIONS, Version};

impl Tables {
    /// Everything that is stored.
    pub fn to_json(&self) -> Json {
        let row = |row: &Row| members(row);
        let rows = self.rows.iter().map(|(model, rows)| {
            let rows: Map<String, Json> = rows.iter().map(|(id, one)| (id.to_string(), row(one))).collect();
            ((*model).to_owned(), Json::Object(rows))
        });
        json!({
            "version": format!("{:?}", self.version),
            "today": self.today,
            "rows": rows.collect::<Map<_, _>>(),
            "next": self.next,
            "tampered": self.tampered,
        })
    }

    /// The same tables again.
    pub fn from_json(stored: &Json) -> Tables {
        let named = |version: &Version| stored["version"] == format!("{version:?}");
        let version = VERSIONS.into_iter().find(named).expect("a version that is known");
        let mut tables = Tables::new(version, text(&stored["today"]));
        for (model, rows) in object(&stored["rows"]) {
            for (id, row) in object(rows) {
                let row = object(row).iter().map(|(name, one)| (name.clone(), value(one))).collect();
                tables.put(model, id.parse().unwrap(), row);
            }
        }
        let next = object(&stored["next"]).iter();
        tables.next = next.map(|(model, next)| (model.clone(), next.as_i64().unwrap())).collect();
        tables.tampered = stored["tampered"].as_array().unwrap().iter().map(|one| text(one).to_owned()).collect();
        tables
    }
}

fn text(json: &Json) -> &str {
    json.as_str().unwrap_or_else(|| panic!("a text belongs here: {json}"))
}

fn object(json: &Json) -> &Map<String, Json> {
    json.as_object().unwrap_or_else(|| panic!("an object belongs here: {json}"))
}

fn members(members: &Struct) -> Json {
    members.iter().map(|(name, value)| (name.clone(), as_json(value))).collect::<Map<_, _>>().into()
}

/// What JSON has no type for is an object with its type's name.
fn as_json(value: &Value) -> Json {
    match value {
        Value::Nil => Json::Null,
        Value::Bool(bool) => json!(bool),
        Value::Int(int) => json!(int),
        Value::Number(number) => json!({ "number": number.to_string() }),
        Value::Text(text) => json!(text),
        Value::List(list) => list.iter().map(as_json).collect(),
        Value::Struct(all) => json!({ "struct": members(all) }),
        Value::Other(kind, content) => json!({ "other": [kind, content] }),
    }
}

fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Nil,
        Json::Bool(bool) => (*bool).into(),
        Json::Number(int) => int.as_i64().unwrap().into(),
        Json::String(text) => text.as_str().into(),
        Json::Array(list) => Value::List(list.iter().map(value).collect()),
        Json::Object(one) => match one.iter().next().map(|(name, inner)| (name.as_str(), inner)) {
            Some(("number", number)) => Value::Number(text(number).parse::<Decimal>().unwrap()),
            Some(("struct", all)) => {
                Value::Struct(object(all).iter().map(|(name, one)| (name.clone(), value(one))).collect())
            }
            Some(("other", pair)) => Value::Other(text(&pair[0]).to_owned(), text(&pair[1]).to_owned()),
            _ => panic!("this is no value: {json}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::seed;
    use super::*;

    #[test]
    fn what_is_stored_comes_back() {
        for version in VERSIONS {
            let mut tables = seed::tables(version, "2013-10-01");
            let odd = [
                ("name", Value::Nil),
                ("origin", Value::Other("base64".to_owned(), "eA==".to_owned())),
                ("amount", "-1.50".parse::<Decimal>().unwrap().into()),
                ("line", Value::Struct([("a".to_owned(), vec![1_i64, 2].into())].into())),
            ];
            let row = odd.map(|(name, value)| (name.to_owned(), value)).into();
            let id = tables.insert("res.partner", row);
            tables.delete("res.partner", id - 1);
            tables.tampered.push("something".to_owned());
            let stored = tables.to_json();
            let text = stored.to_string();
            let again = Tables::from_json(&serde_json::from_str(&text).unwrap());
            assert_eq!(again.to_json(), stored);
            assert_eq!(again.get("res.partner", id, "amount"), tables.get("res.partner", id, "amount"));
            assert_eq!((again.version, again.ids("res.partner")), (version, tables.ids("res.partner")));
        }
    }
}
