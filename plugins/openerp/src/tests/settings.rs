//! Settings, good and bad.

use artifice_plugin_api::{Context, ErrorKind};
use serde_json::{Value, json};

use crate::settings::Settings;

fn check(change: Value) -> Result<(), String> {
    let mut settings =
        json!({"url": "https://erp.example.com", "database": "d", "username": "u", "password": "hush-hush"});
    for (key, value) in change.as_object().unwrap() {
        settings[key] = value.clone();
    }
    let settings: Settings = serde_json::from_value(settings).map_err(|why| why.to_string())?;
    settings.check(&Context::new("/nowhere", "UTC")).map(drop).map_err(|error| {
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(!error.message().contains("hush-hush"), "{error}");
        error.message().to_owned()
    })
}

#[test]
fn a_password_goes_to_strangers_only_encrypted() {
    for url in ["https://erp.example.com", "http://localhost:8069", "http://127.0.0.1:8069/odoo", "http://[::1]:8069"] {
        assert_eq!(check(json!({"url": url})), Ok(()), "{url}");
    }
    assert!(check(json!({"url": "http://erp.example.com"})).unwrap_err().contains("allow_http"));
    assert!(check(json!({"url": "http://127.0.0.1.example.com"})).is_err());
    assert_eq!(check(json!({"url": "http://erp.example.com", "allow_http": true})), Ok(()));
    assert!(check(json!({"url": "https://u:hush-hush@erp.example.com"})).unwrap_err().contains("user or a password"));
    assert!(check(json!({"url": "ftp://erp.example.com"})).is_err());
    assert!(check(json!({"url": "erp.example.com"})).is_err());
}

#[test]
fn everything_wrong_is_said_at_once() {
    let error = check(json!({"database": "", "timeout_s": 0, "lines_per_request": 0, "line_text": "%(nmae)s",
        "document": "sale_order", "products": {"use": false}, "fields": {"key": "a b"}}))
    .unwrap_err();
    for says in ["database", "timeout_s", "lines_per_request", "%(nmae)s", "products.use", "fields.key"] {
        assert!(error.contains(says), "{says} is not in {error}");
    }
}

#[test]
fn a_misspelt_key_is_refused() {
    assert!(check(json!({"jurnal": "INV"})).unwrap_err().contains("jurnal"));
    assert!(check(json!({"partners": {"creat": true}})).unwrap_err().contains("creat"));
}

#[test]
fn a_password_is_given_once() {
    assert!(check(json!({"password": null})).unwrap_err().contains("missing"));
    assert!(check(json!({"password_file": "x"})).unwrap_err().contains("keep one"));
    assert!(check(json!({"password": null, "password_file": "x"})).unwrap_err().contains("/nowhere/x"));
}
