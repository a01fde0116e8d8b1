//! What an error's answer says, in a short plain line.

use serde_json::Value;

use artifice_settings::Secret;

/// How much of an answer that is no JSON is looked at, in bytes.
const LOOKED_AT: usize = 4096;
/// How much is shown, in characters.
const SHOWN: usize = 240;

/// What a body says. Keystone writes `{error: {message}}`, Ceilometer `{error_message: {faultstring}}`
/// or `{error_message: {title, description}}`, and what stands before them a page of HTML. Secrets that
/// the server sends back are left out.
pub fn excerpt(body: &[u8], secrets: &[Secret]) -> String {
    let said = serde_json::from_slice::<Value>(body).ok().and_then(|json| said(&json));
    let mut text = said.unwrap_or_else(|| {
        let text = String::from_utf8_lossy(&body[..body.len().min(LOOKED_AT)]).into_owned();
        if text.trim_start().starts_with('<') { without_tags(&text) } else { text }
    });
    for secret in secrets.iter().map(Secret::reveal).filter(|secret| !secret.is_empty()) {
        text = text.replace(secret, "***");
    }
    shortened(&text)
}

fn said(json: &Value) -> Option<String> {
    let text = |value: &Value| value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let error = json.get("error").or_else(|| json.get("error_message"))?;
    let keys = ["message", "faultstring", "description", "title"];
    keys.iter().find_map(|key| error.get(key).and_then(text)).or_else(|| text(error))
}

fn without_tags(html: &str) -> String {
    let mut plain = String::with_capacity(html.len());
    let mut inside = false;
    for letter in html.chars() {
        match letter {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                plain.push(' ');
            }
            _ if !inside => plain.push(letter),
            _ => {}
        }
    }
    plain
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
            (r#"{"error": "plain"}"#, "plain"),
            (
                "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not\tFound</h1>",
                "404 Not Found Not Found",
            ),
            ("Authentication required\r\n", "Authentication required"),
            ("\u{1b}[31mred", "[31mred"),
            ("", ""),
        ] {
            assert_eq!(excerpt(body.as_bytes(), &[]), says, "{body}");
        }
        assert_eq!(excerpt(&b"x".repeat(5_000_000), &[]).chars().count(), 241);
        assert_eq!(excerpt(&[0xff, b'a'], &[]), "\u{fffd}a");
        let token = [Secret::new("gAAAA".to_owned()), Secret::new(String::new())];
        assert_eq!(excerpt(b"X-Auth-Token: gAAAA", &token), "X-Auth-Token: ***");
    }
}
