use artifice_plugin_api::{ErrorKind, schemars};

use super::*;
use crate::config::Settings;

fn refusal(settings: Value) -> String {
    let error = configured(home().path(), settings).err().expect("is refused");
    assert_eq!(error.kind(), ErrorKind::Configuration);
    error.message().to_owned()
}

#[test]
fn the_originals_example_works_as_it_is() {
    let home = home();
    let settings = json!({
        "output_path": "./", "output_file": "%(tenant)s-%(start)s-%(end)s.csv", "delimiter": ",",
        "row_layout": ["location", "type", "start", "end", "amount", "cost"],
    });
    let receipt = Bill::default().commit(&configured(home.path(), settings).unwrap()).unwrap();
    let path = home.path().join("demo-2013-08-01-2013-09-01.csv");
    assert_eq!(receipt.reference, "demo-2013-08-01-2013-09-01.csv");
    let row =
        "compute.openstack,\"VM instance, size nano\",2013-08-01T00:00:00Z,2013-09-01T00:00:00Z,174.026781,8.70\n";
    assert_eq!(fs::read_to_string(path).unwrap(), row);
}

#[test]
fn a_relative_path_starts_at_the_configurations_directory_and_an_absolute_one_is_taken() {
    let (home, other) = (home(), super::home());
    assert_eq!(csv(home.path()).store.dir(), invoices(&home));
    let csv = configured(home.path(), json!({ "output_path": other.path().join("a/b") })).unwrap();
    assert_eq!(csv.store.dir(), other.path().join("a/b"));
    assert!(!other.path().join("a").exists(), "nothing is touched before a commit");
    Bill::default().commit(&csv).unwrap();
    assert!(other.path().join("a/b/demo-2013-08-01-2013-09-01.csv").is_file());
}

#[test]
fn an_unknown_field_is_named_with_the_nearest_and_the_valid_ones() {
    let message = refusal(json!({ "row_layout": ["location", "tpye", "resource-name"] }));
    assert!(message.contains("no field 'tpye' (did you mean 'type'?)"), "{message}");
    assert!(message.contains("no field 'resource-name' (did you mean 'resource_name'?)"), "{message}");
    assert!(message.contains("it takes location, type, start, end, amount, cost, section"), "{message}");
    assert!(refusal(json!({ "row_layout": [] })).contains("names no field"));
    assert!(refusal(json!({ "row_layout": ["extra."] })).contains("no field 'extra.'"));
}

#[test]
fn an_unknown_placeholder_is_named_with_the_nearest_and_the_valid_ones() {
    let message = refusal(json!({ "output_file": "%(tennant)s-%(start)s.csv" }));
    assert!(message.contains("no placeholder '%(tennant)s' (did you mean 'tenant'?)"), "{message}");
    assert!(message.contains("%(tenant)s, %(tenant_id)s, %(number)s, %(kind)s, %(start)s, %(end)s"), "{message}");
    assert!(refusal(json!({ "output_file": "100%.csv" })).contains("%% for a percent sign"));
    assert!(refusal(json!({ "output_file": "%(tenant)d.csv" })).contains("begins no placeholder"));
    assert!(refusal(json!({ "output_file": "../%(tenant)s.csv" })).contains("output_path"));
    assert!(refusal(json!({ "output_file": " " })).contains("empty"));
}

#[test]
fn delimiters_are_one_character_or_the_word_tab() {
    let home = home();
    for (delimiter, between) in [(";", ';'), ("|", '|'), ("tab", '\t'), ("\t", '\t'), ("\\t", '\t'), (" ", ' ')] {
        let csv = configured(home.path(), json!({ "delimiter": delimiter, "row_layout": ["number", "cost"] })).unwrap();
        assert_eq!(Bill::default().text(&csv), format!("1{between}8.70\n"));
    }
    for delimiter in ["", ",,", "\"", "\n", "\r", "€", "\0"] {
        assert!(refusal(json!({ "delimiter": delimiter })).contains("delimiter"), "{delimiter:?}");
    }
}

#[test]
fn everything_wrong_is_said_at_once() {
    let message = refusal(json!({ "output_path": "", "output_file": "%(x)s", "delimiter": "ab", "row_layout": ["y"] }));
    let about: Vec<&str> = message.lines().map(|line| line.split(": ").nth(1).unwrap()).collect();
    assert_eq!(about, ["output_path", "delimiter", "row_layout", "output_file"]);
}

#[test]
fn unknown_keys_are_refused_and_the_path_is_required() {
    assert!(refusal(json!({ "outputfile": "x" })).contains("unknown field `outputfile`"));
    let missing = serde_json::from_value::<Settings>(json!({})).unwrap_err().to_string();
    assert!(missing.contains("output_path"), "{missing}");
}

#[test]
fn the_schema_is_the_settings_reference() {
    let schema = schemars::schema_for!(Settings).to_value();
    assert_eq!(schema["required"], json!(["output_path"]));
    assert_eq!(schema["additionalProperties"], json!(false));
    assert_eq!(schema["properties"]["delimiter"]["default"], json!(","));
    for (name, property) in schema["properties"].as_object().unwrap() {
        assert!(property["description"].is_string(), "{name}");
    }
    let layout = schema["properties"]["row_layout"]["description"].as_str().unwrap();
    for column in crate::layout::COLUMNS {
        assert!(layout.contains(&format!("`{column}`")), "{column}");
    }
}

#[test]
fn health_leaves_nothing_behind() {
    let home = home();
    csv(home.path()).health(&call()).unwrap();
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    Bill::default().commit(&csv(home.path())).unwrap();
    let before = (documents(&home), temporaries(&home));
    csv(home.path()).health(&call()).unwrap();
    assert_eq!((documents(&home), temporaries(&home)), before);
}

#[test]
fn health_says_what_stands_in_the_way() {
    let home = home();
    fs::write(invoices(&home), "a file").unwrap();
    let error = csv(home.path()).health(&call()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.message().contains(invoices(&home).to_str().unwrap()), "{error}");
    let below = configured(home.path(), json!({ "output_path": "invoices/below" })).unwrap();
    assert_eq!(below.health(&call()).unwrap_err().kind(), ErrorKind::Unavailable);
}
