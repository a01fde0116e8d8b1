//! What is hidden, what stays, and what comes back.

use artifice_plugin_api::{__export, Call, Context, Error, Header, Line, Receipt, Standing, Totals, schemars, serde};
use proptest::prelude::*;

use super::*;

fn by_names(config: Value) -> Value {
    public_settings(&config, &Value::Bool(true))
}

#[test]
fn keys_that_look_like_secrets_are_hidden_whatever_the_schema_says() {
    for key in [
        "password",
        "PASSWORD",
        "db_password",
        "passwordFile",
        "passwd",
        "client-secret",
        "secrets",
        "token",
        "X-Auth-Token",
        "api_key",
        "apikey",
        "apiKey",
        "API-KEY",
        "aws_access_key_id",
        "privateKey",
        "credential",
        "credentials",
        "dsn",
        "sentry_dsn",
        "sentryDsn",
        "smtp_pass",
        "Pwd",
    ] {
        for value in [json!("x"), json!(7), json!(null), json!({"user": "u", "x": "y"}), json!(["a", "b"])] {
            assert_eq!(by_names(json!({"a": {key: value}})), json!({"a": {key: "***"}}), "{key}");
        }
    }
    let public =
        json!({"path": "x", "passage": "x", "records_number": 7, "wednesdays": [true], "user": "me", "key": "k"});
    assert_eq!(by_names(public.clone()), public);
}

#[test]
fn passwords_within_texts_are_hidden_and_the_rest_stays() {
    for (text, hidden) in [
        ("https://me:hunter2@host:8069/x?a=b", "https://me:***@host:8069/x?a=b"),
        ("redis://:hunter2@host", "redis://:***@host"),
        ("postgres://me:hunter2@[::1]/db?password=hunter2&x=1", "postgres://me:***@[::1]/db?password=***&x=1"),
        ("https://me:hun/ter@2@host", "https://me:***@host"),
        ("https://a:hunter2@x, https://b:hunter2@y", "https://a:***@y"),
        ("see https://x/ or https://me:hunter2@y", "see https://x/ or https://me:***@y"),
        ("jdbc:postgresql://h/d?user=me&password=hunter2", "jdbc:postgresql://h/d?user=me&password=***"),
        ("host=db password = hunter2 user=me", "host=db password = *** user=me"),
        ("password='hunter2 a=b' host=db", "password=*** host=db"),
        ("Server=db;Pwd=hunter2;x & y;Database=d", "Server=db;Pwd=***;Database=d"),
        ("api_token=hunter2", "api_token=***"),
        ("-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----", "***"),
    ] {
        assert_eq!(by_names(json!([text])), json!([hidden]));
        let keyed = by_names(json!({text: true}));
        assert!(keyed.as_object().unwrap().contains_key(hidden), "a key may be such a text, too: {keyed}");
        assert_eq!(with_secrets_of(&keyed, &json!({text: true})), json!({text: true}));
    }
    for text in ["", "https://host:8069/x", "https://me@host", "me@host: hello", "a = b", "%(tenant)s", "***", "C:\\x"]
    {
        assert_eq!(by_names(json!(text)), json!(text));
    }
}

#[test]
fn the_schema_marks_secrets_wherever_it_says_so() {
    let secret = json!({"writeOnly": true});
    let schema = json!({
        "properties": {
            "plain": {"type": "string"},
            "marked": {"type": "string", "writeOnly": true},
            "formatted": {"format": "password"},
            "referred": {"$ref": "#/$defs/A~1%42"},
            "nested": {"properties": {"x": {"$ref": "#/$defs/Chain"}}},
            "list": {"items": secret},
            "pair": {"prefixItems": [{}, secret], "items": {}},
            "old_pair": {"items": [{}, secret], "additionalItems": secret},
            "maybe": {"anyOf": [{"$ref": "#/$defs/A~1B"}, {"type": "null"}]},
            "one": {"oneOf": [{"properties": {"k": {"const": "a"}}}, {"properties": {"x": secret}}]},
            "all": {"allOf": [{"properties": {"x": secret}}], "properties": {"y": {}}},
            "map": {"properties": {"known": {}}, "additionalProperties": secret},
            "patterns": {"patternProperties": {"^s_": secret}},
            "conditional": {"if": {}, "then": {"properties": {"x": secret}}, "else": {}},
            "elsewhere": {"$ref": "https://example.org/schema"},
            "nowhere": {"$ref": "#/$defs/None"},
        },
        "$defs": {"A/B": secret, "Chain": {"allOf": [{"$ref": "#/$defs/A~1B"}]}},
    });
    let x = json!({"x": "hunter2", "y": "y", "k": "a"});
    let config = json!({
        "plain": "p", "marked": 1, "formatted": "hunter2", "referred": {"a": "hunter2"}, "nested": x,
        "list": ["hunter2", "hunter2"], "pair": ["p", "hunter2", "p"], "old_pair": ["p", "hunter2", "hunter2"],
        "maybe": "hunter2", "one": x, "all": x, "map": {"known": "p", "other": "hunter2"},
        "patterns": {"s_x": "hunter2"}, "conditional": x, "elsewhere": "hunter2", "nowhere": "hunter2", "unknown": "p",
    });
    let hidden = json!({"x": "***", "y": "y", "k": "a"});
    let expected = json!({
        "plain": "p", "marked": "***", "formatted": "***", "referred": "***", "nested": hidden,
        "list": ["***", "***"], "pair": ["p", "***", "p"], "old_pair": ["p", "***", "***"],
        "maybe": "***", "one": hidden, "all": hidden, "map": {"known": "p", "other": "***"},
        "patterns": {"s_x": "***"}, "conditional": hidden, "elsewhere": "***", "nowhere": "***", "unknown": "p",
    });
    assert_eq!(public_settings(&config, &schema), expected);
    assert_eq!(with_secrets_of(&expected, &config), config);
    assert_eq!(public_settings(&config, &secret), json!("***"));
}

#[test]
fn schemas_that_refer_to_themselves_and_settings_without_bottom_come_to_an_end() {
    let schema = json!({
        "$ref": "#", "anyOf": [{"$ref": "#"}, {"$ref": "#/anyOf/0"}],
        "properties": {"next": {"$ref": "#"}, "x": {"writeOnly": true}},
    });
    let config = json!({"next": {"next": {"x": "hunter2", "y": 1}}});
    assert_eq!(public_settings(&config, &schema), json!({"next": {"next": {"x": "***", "y": 1}}}));

    let mut deep = json!("hunter2");
    for _ in 0..100 {
        deep = json!([deep]);
    }
    let public = public_settings(&deep, &schema);
    assert!(!public.to_string().contains("hunter2"));
    assert_eq!(with_secrets_of(&public, &deep), deep);
}

#[test]
fn stored_settings_get_todays_secrets_and_keep_the_rest() {
    let stored = json!({
        "url": "https://me:***@old/", "journal": "OLD", "password": "***", "gone": {"token": "***", "x": 1},
        "list": [{"token": "***"}, "***", "a"], "conn": "host=old password=***", "stars": "a *** b", "was": "//u:***@h",
    });
    let now = json!({
        "url": "https://you:new@host/", "journal": "NEW", "password": ["p"], "list": [{"token": 7}],
        "conn": "user=me password=new host=x", "stars": "b", "was": {"a": 1}, "added": true,
    });
    let expected = json!({
        "url": "https://me:new@old/", "journal": "OLD", "password": ["p"], "gone": {"x": 1},
        "list": [{"token": 7}, "a"], "conn": "host=old password=new", "stars": "a *** b",
    });
    assert_eq!(with_secrets_of(&stored, &now), expected);
    assert_eq!(with_secrets_of(&json!("***"), &json!(1)), json!(1));
}

/// A class whose settings are marked as the guide says.
struct Marked;

/// Where the ERP is.
#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(crate = "artifice_plugin_api::serde", deny_unknown_fields)]
#[schemars(crate = "artifice_plugin_api::schemars")]
#[expect(dead_code, reason = "only its schema is read")]
struct Settings {
    url: String,
    /// What is typed at the door.
    #[schemars(extend("writeOnly" = true))]
    pin: u32,
    #[schemars(extend("writeOnly" = true))]
    phrase: Option<Phrase>,
    #[schemars(extend("format" = "password"))]
    answer: String,
    login: Login,
    mirrors: Vec<Login>,
    by_name: std::collections::BTreeMap<String, Login>,
}

/// Has a type of its own, and so a definition.
#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(crate = "artifice_plugin_api::serde")]
#[schemars(crate = "artifice_plugin_api::schemars")]
struct Phrase(#[expect(dead_code, reason = "as above")] Vec<String>);

#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(crate = "artifice_plugin_api::serde", tag = "by", rename_all = "snake_case")]
#[schemars(crate = "artifice_plugin_api::schemars")]
#[expect(dead_code, reason = "as above")]
enum Login {
    Nobody,
    Card {
        number: u64,
        #[schemars(extend("writeOnly" = true))]
        code: String,
    },
}

impl artifice_plugin_api::Backend for Marked {
    const VERSION: &'static str = "1";
    const DESCRIPTION: &'static str = "Has secrets";
    type Config = Settings;
    type Invoice = Never;

    fn new(_config: Settings, _context: &Context<'_>) -> Result<Self, Error> {
        Ok(Marked)
    }
    fn find(&self, _call: &Call<'_>, _header: &Header<'_>) -> Result<Standing, Error> {
        Ok(Standing::Absent)
    }
    fn open(&self, _call: &Call<'_>, _header: &Header<'_>) -> Result<Never, Error> {
        Err(Error::refused("closed"))
    }
}

/// A document that never comes to be.
enum Never {}

impl artifice_plugin_api::Invoice for Never {
    fn lines(&mut self, _lines: &[Line<'_>]) -> Result<(), Error> {
        match *self {}
    }
    fn totals(&mut self, _totals: &Totals<'_>) -> Result<(), Error> {
        match *self {}
    }
    fn commit(&mut self) -> Result<Receipt, Error> {
        match *self {}
    }
}

#[test]
fn a_class_marks_its_secrets_as_the_guide_says() {
    let schema = schema_of(&__export::class::<Marked>("Marked"));
    let card = json!({"by": "card", "number": 5, "code": "hunter2"});
    let config = json!({
        "url": "https://host/", "pin": 1234, "phrase": ["hunter2"], "answer": "hunter2", "login": card,
        "mirrors": [{"by": "nobody"}, card], "by_name": {"a": card},
    });
    let hidden = json!({"by": "card", "number": 5, "code": "***"});
    let public = json!({
        "url": "https://host/", "pin": "***", "phrase": "***", "answer": "***", "login": hidden,
        "mirrors": [{"by": "nobody"}, hidden], "by_name": {"a": hidden},
    });
    assert_eq!(public_settings(&config, &schema), public);
}

#[test]
fn messages_about_settings_do_not_repeat_their_secrets() {
    let schema = schema_of(&__export::class::<Marked>("Marked"));
    let config = json!({
        "url": "https://me:hunt\"er@host/", "pin": 1234, "phrase": [{"a": "hunter2"}], "login": {"code": "x"}, "mirrors": 567,
    });
    for (message, shown) in [
        ("pin: invalid type: integer `1234`, expected x", "pin: invalid type: integer `***`, expected x"),
        ("url: cannot reach https://me:hunt\"er@host/", "url: cannot reach https://me:***@host/"),
        ("invalid value: string \"hunt\\\"er\"", "invalid value: string \"***\""),
        ("phrase: 'hunter2'", "phrase: '***'"),
        ("mirrors: integer `567`", "mirrors: integer `567`"),
    ] {
        assert_eq!(mask_of(&config, &schema).hide(message), shown);
    }
}

#[test]
fn of_a_class_whose_schema_cannot_be_read_everything_is_hidden() {
    let mut info = __export::class::<Marked>("Marked");
    info.config_schema = "{".into();
    assert_eq!(public_settings(&json!({"a": 1}), &schema_of(&info)), json!("***"));
}

const SECRET: &str = "hunter2";

/// Settings, a schema for them, and the schema's definitions.
type Marking = (Value, Value, Vec<(String, Value)>);

fn marked() -> impl Strategy<Value = Marking> {
    let leaf = prop_oneof![
        Just((json!("public"), json!({"type": "string"}), vec![])),
        Just((json!(SECRET), json!({"writeOnly": true}), vec![])),
        Just((json!(SECRET), json!({"format": "password", "type": "string"}), vec![])),
        Just((json!(format!("https://me:{SECRET}@public/")), json!(true), vec![])),
        Just((json!(format!("host=public password={SECRET}")), json!({}), vec![])),
    ];
    leaf.prop_recursive(6, 40, 4, |inner| {
        let members =
            prop::collection::vec((prop_oneof!["[abc]", Just("Db_Password".to_owned())], inner.clone()), 0..4);
        let object = members.prop_map(|members| {
            let (mut config, mut schemas, mut all) = (Map::new(), Map::new(), Vec::new());
            for (key, (value, schema, definitions)) in members {
                // Under a secret's name a secret stands; of one name there is one member.
                let value = if key.len() > 1 { json!([SECRET, value]) } else { value };
                config.insert(key.clone(), value);
                schemas.insert(key, schema);
                all.extend(definitions);
            }
            (Value::Object(config), json!({"type": "object", "properties": schemas}), all)
        });
        let map = inner.clone().prop_map(|(value, schema, definitions)| {
            (json!({"any": value}), json!({"additionalProperties": schema}), definitions)
        });
        let list = inner.clone().prop_map(|(value, schema, definitions)| {
            (json!([value, value]), json!({"type": "array", "items": schema}), definitions)
        });
        let choice = (inner.clone(), prop::sample::select(vec!["anyOf", "oneOf", "allOf"])).prop_map(
            |((value, schema, definitions), of)| (value, json!({of: [{"type": "null"}, schema]}), definitions),
        );
        let referred = (inner, any::<u64>()).prop_map(|((value, schema, mut definitions), name)| {
            definitions.push((format!("D{name}"), schema));
            (value, json!({"$ref": format!("#/$defs/D{name}")}), definitions)
        });
        prop_oneof![object, map, list, choice, referred]
    })
}

/// Texts in which every rule may meet every other.
fn text() -> impl Strategy<Value = String> {
    let parts = [
        "https://",
        "//",
        "u",
        ":",
        "p",
        "@",
        "host",
        "/",
        "?",
        "password=",
        "token",
        " ",
        "=",
        "&",
        ";",
        "'",
        "***",
        "\u{e9}",
        "PRIVATE KEY-----",
        ",",
    ];
    prop::collection::vec(prop::sample::select(parts.to_vec()), 0..14).prop_map(|parts| parts.concat())
}

fn settings() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    let key = prop_oneof!["[abc]{1,2}", Just("password".to_owned()), Just("s".to_owned())];
    leaf.prop_recursive(4, 30, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// `s` is a secret wherever it stands, and so is every array's second element.
fn anywhere() -> Value {
    json!({
        "properties": {"s": {"writeOnly": true}}, "additionalProperties": {"$ref": "#"},
        "prefixItems": [{"$ref": "#"}, {"format": "password"}], "items": {"$ref": "#"},
    })
}

proptest! {
    #[test]
    fn nothing_secret_survives((config, mut schema, definitions) in marked()) {
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("$defs".to_owned(), Value::Object(definitions.into_iter().collect()));
        }
        let public = public_settings(&config, &schema);
        prop_assert!(!public.to_string().contains(SECRET), "{public} by {schema}");
        prop_assert_eq!(with_secrets_of(&public, &config), config);
    }

    #[test]
    fn hidden_twice_is_hidden_once_and_the_same_settings_fill_it(config in settings()) {
        let public = public_settings(&config, &anywhere());
        prop_assert_eq!(&public_settings(&public, &anywhere()), &public);
        prop_assert_eq!(with_secrets_of(&public, &config), config);
    }

    #[test]
    fn a_password_of_any_letters_is_hidden(password in "[^@]{1,20}", user in "[a-z]{0,5}") {
        // Letters that the rest of the text lacks, so that they are found if they survive.
        let password = format!("Q{password}Q");
        let texts = [format!("https://{user}:{password}@host/x"), format!("https://h/?a=b&password={password}")];
        for text in texts {
            let public = by_names(json!(text));
            let hidden = public.as_str().unwrap();
            prop_assert!(!hidden.contains('Q') || password[1..password.len() - 1].contains('='), "{} of {}", hidden, text);
        }
    }

    #[test]
    fn filling_never_fails_whatever_is_stored(stored in settings(), current in settings()) {
        let filled = with_secrets_of(&public_settings(&stored, &anywhere()), &current);
        prop_assert!(filled.to_string().len() < 100_000);
    }
}
