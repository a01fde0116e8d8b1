//! What a server said, as one short line that a terminal does not obey.

use artifice_plugin_api::text;

/// How much of what a server says is shown, in characters.
const SHOWN: usize = 400;

/// How much of it is looked at, in bytes.
const LOOKED_AT: usize = 1 << 20;

/// In one line, without what a terminal obeys and without known secrets, and not too long.
pub fn line(said: &str) -> String {
    // Before anything of it is cut, but for what nobody would read: and that between words, so that no secret is.
    let near = said.get(..said.floor_char_boundary(LOOKED_AT)).unwrap_or(said);
    let between = if near.len() < said.len() { near.rfind(char::is_whitespace) } else { None };
    let said = text::hide(between.and_then(|end| near.get(..end)).unwrap_or(near));
    let line = said.split_whitespace().collect::<Vec<_>>().join(" ");
    text::bounded(&text::line(&line), SHOWN).into_owned()
}

/// What a body is that is no XML-RPC, and how long. It is not quoted: an error page may hold everything that the server
/// knows, live sessions of others too.
pub fn described(body: &[u8]) -> String {
    let begin = body.trim_ascii_start();
    let what = match begin.get(..5).unwrap_or(begin) {
        [] => return "nothing".to_owned(),
        [b'<', b'?', ..] => "XML",
        [b'<', ..] => "a page of HTML",
        _ if std::str::from_utf8(body).is_ok() => "a text",
        _ => "no text",
    };
    format!("{what} of {} bytes", body.len())
}

/// What a traceback of Python's comes to: its last line. Other texts are kept.
pub fn last_of_traceback(text: &str) -> String {
    match text.trim_start().starts_with("Traceback") {
        true => line(text.trim_end().lines().last().unwrap_or_default()),
        false => line(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_servers_say_becomes_one_line() {
        assert_eq!(described(b"<html><body><h1>502 Bad\nGateway</h1></body></html>"), "a page of HTML of 50 bytes");
        assert_eq!(described(b" <?xml version='1.0'?>"), "XML of 22 bytes");
        assert_eq!(described(b"Bad Gateway"), "a text of 11 bytes");
        assert_eq!(described(b""), "nothing");
        assert_eq!(line("\u{1b}[31mred\r\nand more"), "\u{fffd}[31mred and more");
        assert_eq!(
            last_of_traceback("Traceback (most recent call last):\n  …\nKeyError: 'nofield'\n"),
            "KeyError: 'nofield'"
        );
        assert!(line(&"x".repeat(10_000)).chars().count() <= SHOWN);
    }
}
