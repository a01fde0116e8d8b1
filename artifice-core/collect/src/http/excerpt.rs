//! What an answer says, in a short plain line: quoted where it is an error of a known shape, else described.

use serde_json::Value;

use artifice_settings::Secret;
use artifice_text::Mask;

/// How much of what is said is looked at, in characters: no secret is cut there that is shown.
const LOOKED_AT: usize = 4096;
/// How much is shown, in characters.
const SHOWN: usize = 240;

/// What an error's body says. Keystone writes `{error: {message}}`, Ceilometer `{error_message: {faultstring}}` or
/// `{error_message: {title, description}}`, Gnocchi `{code, title, description}`, whose description may be `{cause,
/// reason}`. Secrets that the server sends back are left out. A body of any other shape is
/// [described](described): an error page may hold everything that the server knows, live tokens of others too.
pub fn excerpt(body: &[u8], content_type: Option<&str>, secrets: &[Secret]) -> String {
    if body.is_empty() {
        return String::new();
    }
    let Some(said) = serde_json::from_slice::<Value>(body).ok().and_then(|json| said(&json)) else {
        return described(body, content_type);
    };
    let said: String = said.chars().take(LOOKED_AT).collect();
    shortened(&Mask::of(secrets.iter().map(Secret::reveal)).hide(&said))
}

/// What a body is, and how long.
pub fn described(body: &[u8], content_type: Option<&str>) -> String {
    let begins = |with: &[u8]| body.trim_ascii_start().starts_with(with);
    let what = match content_type.and_then(|text| text.split([';', ' ']).next()).unwrap_or_default() {
        _ if body.is_empty() => return "nothing".to_owned(),
        "text/html" => "a page of HTML",
        // What it is called need not be what it is.
        _ if begins(b"<!doctype") || begins(b"<!DOCTYPE") || begins(b"<html") => "a page of HTML",
        _ if begins(b"{") || begins(b"[") => "JSON",
        _ if begins(b"<") => "XML",
        _ if std::str::from_utf8(body).is_ok() => "a text",
        _ => "no text",
    };
    format!("{what} of {} bytes", body.len())
}

fn said(json: &Value) -> Option<String> {
    let text = |value: &Value| value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let is_gnocchis = json.get("code").is_some_and(Value::is_u64) && json.get("title").is_some();
    let error = json.get("error").or_else(|| json.get("error_message")).or(is_gnocchis.then_some(json))?;
    let description = error.get("description");
    let part = |key: &str| description.and_then(|description| description.get(key)).and_then(text);
    if let Some(cause) = part("cause") {
        return Some(part("reason").map_or(cause.clone(), |reason| format!("{cause}: {reason}")));
    }
    let keys = ["message", "faultstring", "description", "title"];
    keys.iter().find_map(|key| error.get(key).and_then(text)).or_else(|| text(error))
}

/// In one line, without what a terminal would obey.
fn shortened(text: &str) -> String {
    let plain: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let line = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_of_an_error_is_a_line() {
        for (body, says) in [
            (
                r#"{"error": {"code": 401, "message": "It requires authentication.", "title": "Unauthorized"}}"#,
                "It requires authentication.",
            ),
            (
                r#"{"error_message": {"faultcode": "Client", "faultstring": "Limit must be positive", "debuginfo": null}}"#,
                "Limit must be positive",
            ),
            (r#"{"error_message": {"code": 404, "title": "Not Found", "description": ""}}"#, "Not Found"),
            (r#"{"error_message": "plain"}"#, "plain"),
            (
                r#"{"code": 404, "title": "Not Found", "description": "Metric nope does not exist"}"#,
                "Metric nope does not exist",
            ),
            (r#"{"code": 403, "title": "Forbidden", "description": null}"#, "Forbidden"),
            (
                r#"{"code": 400, "title": "Bad Request", "description": {"cause": "Unable to decode body", "reason": "Expected object", "detail": []}}"#,
                "Unable to decode body: Expected object",
            ),
            (
                r#"{"code": 404, "title": "Not Found", "description": {"cause": "Unknown metrics", "detail": ["5f0f"]}}"#,
                "Unknown metrics",
            ),
            (r#"{"code": "gAAAA", "title": "x"}"#, "JSON of 31 bytes"),
            (r#"{"error": "plain"}"#, "plain"),
            (
                "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not\tFound</h1>",
                "a page of HTML of 78 bytes",
            ),
            ("Authentication required\r\n", "a text of 25 bytes"),
            (r#"{"token": "gAAAA"}"#, "JSON of 18 bytes"),
            ("<?xml version='1.0'?>", "XML of 21 bytes"),
            ("", ""),
            ("{\"error\": \"\u{7f}[31mred\"}", "[31mred"),
        ] {
            assert_eq!(excerpt(body.as_bytes(), None, &[]), says, "{body}");
        }
        let long = format!("{{\"error\": \"{}\"}}", "x".repeat(5_000_000));
        assert_eq!(excerpt(long.as_bytes(), None, &[]).chars().count(), 241);
        assert_eq!(excerpt(&[0xff, b'a'], Some("text/html; charset=x"), &[]), "a page of HTML of 2 bytes");
        assert_eq!(excerpt(&[0xff, b'a'], None, &[]), "no text of 2 bytes");
        let token = [Secret::new("gAAAA".to_owned()), Secret::new(String::new())];
        assert_eq!(excerpt(br#"{"error": "X-Auth-Token: gAA%41A"}"#, None, &token), "X-Auth-Token: ***");
    }
}
