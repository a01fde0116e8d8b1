//! One line that no terminal obeys, and no reader takes for two.

use std::borrow::Cow;

/// A line has no more characters than that.
pub const LONGEST_LINE: usize = 4000;
/// What somebody calls something has no more characters than that where it is a part of a line.
pub const LONGEST_NAME: usize = 200;
/// More blanks side by side would fill a terminal's line, and what follows would look like the next one.
const MOST_BLANKS: usize = 2;
/// What stands for a character that does harm.
const REPLACEMENT: char = '\u{fffd}';

/// Whether a character is obeyed (controls, line breaks), turns around what stands beside it (bidirectional marks), or
/// is not seen: characters without a width, tags, selectors, and what else Unicode calls "default ignorable".
pub fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}' | '\u{1160}'
            | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// A text whose harmful characters are seen, and that is otherwise as it is: for exports, of which programs read every
/// character.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| if is_harmful(c) { REPLACEMENT } else { c }).collect())
}

/// A text as one line: what does harm is replaced, many blanks become few, and of what is longer than
/// [`LONGEST_LINE`] the middle is left out.
///
/// ```
/// assert_eq!(artifice_text::line("web\nerror: paid\u{202e}"), "web\u{fffd}error: paid\u{fffd}");
/// ```
pub fn line(text: &str) -> Cow<'_, str> {
    of(text, LONGEST_LINE)
}

/// The same of what somebody calls something: no longer than [`LONGEST_NAME`].
pub fn name(text: &str) -> Cow<'_, str> {
    of(text, LONGEST_NAME)
}

/// At most that many characters of a text. The middle is left out: a message's end is its advice, and a name's end
/// tells it from others.
pub fn bounded(text: &str, most: usize) -> Cow<'_, str> {
    // No character has less than a byte.
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let count = text.chars().count();
    if count <= most {
        return Cow::Borrowed(text);
    }
    let (head, tail) = (most / 2, most - most / 2 - 1);
    Cow::Owned(text.chars().take(head).chain(['…']).chain(text.chars().skip(count - tail)).collect())
}

/// What is harmless of a text, bounded.
fn of(text: &str, most: usize) -> Cow<'_, str> {
    match harmless(text) {
        Cow::Borrowed(same) => bounded(same, most),
        Cow::Owned(text) => Cow::Owned(bounded(&text, most).into_owned()),
    }
}

fn harmless(text: &str) -> Cow<'_, str> {
    let mut blanks = 0;
    let mut is_as_it_is = |c: char| {
        blanks = if c.is_whitespace() { blanks + 1 } else { 0 };
        !is_harmful(c) && blanks <= MOST_BLANKS
    };
    if text.chars().all(&mut is_as_it_is) {
        return Cow::Borrowed(text);
    }
    let (mut line, mut blanks) = (String::with_capacity(text.len()), 0);
    for c in text.chars() {
        let c = if is_harmful(c) { REPLACEMENT } else { c };
        blanks = if c.is_whitespace() { blanks + 1 } else { 0 };
        if blanks <= MOST_BLANKS {
            line.push(c);
        }
    }
    Cow::Owned(line)
}

/// A JSON text that says the same, and whose strings have every character that does harm escaped. (Line breaks stay:
/// those in strings are escaped already.)
pub fn json(text: &str) -> Cow<'_, str> {
    let is_harmful = |c: char| c != '\n' && is_harmful(c);
    if text.is_ascii() && !text.contains('\u{7f}') || !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_harmful(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                safe.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_does_harm_is_seen_and_the_rest_is_as_it_is() {
        for text in ["", "web", "VM, größe 日本語", "a  b", "🦀", "a\u{301}"] {
            assert!(matches!(line(text), Cow::Borrowed(same) if same == text), "{text}");
        }
        for c in ['\0', '\n', '\r', '\t', '\u{1b}', '\u{85}', '\u{9b}', '\u{200d}', '\u{2028}', '\u{202e}', '\u{2066}']
            .into_iter()
            .chain(['\u{feff}', '\u{ad}', '\u{fe0f}', '\u{e0001}', '\u{e0041}', '\u{e007f}'])
        {
            assert_eq!(line(&format!("a{c}b")), "a\u{fffd}b", "{c:?}");
        }
        assert_eq!(line(&format!("vm{}warning: x", " ".repeat(300))), "vm  warning: x");
        assert_eq!(json("{\"a\": \"\u{202e}\u{7f}\u{e0001}é\"}\n"), "{\"a\": \"\\u202e\\u007f\\udb40\\udc01é\"}\n");
    }

    #[test]
    fn of_what_is_too_long_both_ends_are_shown() {
        let long = line(&format!("tenant {}; run the command again", "é".repeat(100_000))).into_owned();
        assert_eq!(long.chars().count(), LONGEST_LINE);
        assert!(long.starts_with("tenant é") && long.ends_with("é; run the command again"), "{long}");
        assert_eq!(name(&"x".repeat(10_000)).chars().count(), LONGEST_NAME);
        assert_eq!(name(&"x".repeat(LONGEST_NAME)), "x".repeat(LONGEST_NAME));
    }

    proptest! {
        #[test]
        fn a_line_is_one_and_bounded_and_made_once(text in any::<String>(), again in 0_usize..300) {
            let text = text.repeat(again);
            let shown = line(&text);
            prop_assert!(!shown.contains(is_harmful) && shown.chars().count() <= LONGEST_LINE);
            prop_assert_eq!(line(&shown), shown.as_ref());
        }
    }
}
