//! What a server said, as one short line that a terminal does not obey.

/// How much of what a server says is shown, in characters.
const SHOWN: usize = 400;

/// How much of an answer that is no XML-RPC is looked at, in bytes.
const LOOKED_AT: usize = 4096;

/// In one line, without control characters, and not too long.
pub fn line(text: &str) -> String {
    let plain: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let line = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// The beginning of a body, whatever it is; of HTML, only what people read.
pub fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body.get(..LOOKED_AT).unwrap_or(body));
    let mut plain = String::with_capacity(text.len());
    let mut inside = false;
    for letter in text.chars() {
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
    let line = line(&plain);
    if line.is_empty() { "nothing".to_owned() } else { format!("'{line}'") }
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
        assert_eq!(excerpt(b"<html><body><h1>502 Bad\nGateway</h1></body></html>"), "'502 Bad Gateway'");
        assert_eq!(excerpt(b""), "nothing");
        assert_eq!(line("\u{1b}[31mred\r\nand more"), "[31mred and more");
        assert_eq!(
            last_of_traceback("Traceback (most recent call last):\n  …\nKeyError: 'nofield'\n"),
            "KeyError: 'nofield'"
        );
        assert!(line(&"x".repeat(10_000)).chars().count() <= SHOWN + 1);
    }
}
