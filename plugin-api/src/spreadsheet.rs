//! Text in cells of a CSV file: what a spreadsheet would run is made harmless.
//!
//! What tenants call their things comes into documents and exports, and people open these in a spreadsheet
//! (OWASP, "CSV Injection"). Whoever writes CSV passes every cell that is not a number of its own through
//! [`neutral`]: the command does, and so should a backend.

use std::borrow::Cow;

use artifice_text::is_harmful;

/// A text as a cell that no spreadsheet runs: with an apostrophe wherever it would begin a formula.
///
/// A formula begins with `=`, `+`, `-` or `@`, or with a character that is folded into one of these (`＝`, `﹢`, `−`).
/// It counts wherever a cell may begin:
/// - with the text, and behind a `,`, `;`, `|`, tab, line break or other control character in it, because a program
///   that was told, or guesses, another delimiter begins a cell there, quotes or not;
/// - behind whatever an import trims, drops or does not show: blanks, control characters, characters without a
///   width, quotes.
///
/// A text that begins with a tab or line break gets an apostrophe whatever follows. The same text never gets a second
/// one. Numbers are left to the caller: a negative amount must not come here.
///
/// ```
/// use artifice_plugin_api::spreadsheet::neutral;
///
/// assert_eq!(neutral("=HYPERLINK(A1)"), "'=HYPERLINK(A1)");
/// assert_eq!(neutral("web;\u{200b}=1+1"), "web;'\u{200b}=1+1");
/// assert_eq!(neutral("VM, size m1-nano"), "VM, size m1-nano");
/// ```
pub fn neutral(text: &str) -> Cow<'_, str> {
    let (mut places, mut begin) = (Vec::new(), 0);
    for cell in text.split_inclusive(ends_cell) {
        let is_run = if begin == 0 { leads(text) } else { runs(cell) };
        if is_run {
            places.push(begin);
        }
        begin += cell.len();
    }
    if places.is_empty() {
        return Cow::Borrowed(text);
    }
    let (mut safe, mut done) = (String::with_capacity(text.len() + places.len()), 0);
    for place in places {
        safe.push_str(&text[done..place]);
        safe.push('\'');
        done = place;
    }
    safe.push_str(&text[done..]);
    Cow::Owned(safe)
}

/// Whether a text would be run as the first of a cell.
fn leads(text: &str) -> bool {
    let blank = |c: char| is_unseen(c) && !matches!(c, '\t' | '\r' | '\n');
    runs(text.trim_start_matches(|c| is_unseen(c) || ends_cell(c)))
        || text.trim_start_matches(blank).starts_with(['\t', '\r', '\n'])
}

/// Whether a cell would be run.
fn runs(cell: &str) -> bool {
    cell.trim_start_matches(is_unseen).starts_with(|c| {
        matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '﹦' | '﹢' | '﹣' | '﹫' | '\u{2212}')
    })
}

/// Whether a program may take a cell for ended here.
fn ends_cell(c: char) -> bool {
    matches!(c, ',' | ';' | '|' | '\u{2028}' | '\u{2029}') || c.is_control()
}

/// Whether an import may trim or drop it, or nobody sees it: blanks, quotes, and what does harm in a line.
fn is_unseen(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\u{2800}') || is_harmful(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands before a formula in the worst of cells.
    const BEFORE: [&str; 17] = [
        "",
        " ",
        "\u{a0}",
        "\u{3000}",
        "\u{200b}",
        "\u{feff}",
        "\u{2060}",
        "\u{ad}",
        "\u{e0001}",
        "\0",
        "\u{1}",
        "\u{7f}",
        "\u{85}",
        "\t",
        "\r",
        "\n",
        "\"",
    ];
    const BEGINS: [&str; 13] = ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫", "\u{2212}"];

    #[test]
    fn a_formula_is_text_behind_whatever_an_import_does_not_show() {
        for before in BEFORE {
            for begins in BEGINS {
                for one in [format!("{before}{begins}1"), format!("{before}\u{200d}{before}{begins}cmd|x!A0")] {
                    let safe = neutral(&one);
                    assert!(safe.starts_with('\''), "{one:?} is {safe:?}");
                    assert_eq!(safe.replace('\'', ""), one, "nothing else is changed");
                    assert_eq!(neutral(&safe), safe, "once is enough");
                }
            }
        }
    }

    #[test]
    fn a_formula_is_text_where_another_delimiter_begins_a_cell() {
        for delimiter in [",", ";", "|", "\t", "\r", "\n", "\r\n", "\u{2028}", "\0"] {
            for before in BEFORE {
                let safe = neutral(&format!("web{delimiter}{before}=1+1")).into_owned();
                // Whatever that program drops, it does not see a formula first.
                let cell = safe.rsplit(delimiter).find(|cell| !cell.is_empty()).unwrap();
                assert!(cell.trim_start_matches(is_unseen).starts_with('\''), "{delimiter:?} {before:?} {safe:?}");
            }
        }
        assert_eq!(neutral(";=1"), "';'=1");
        assert_eq!(neutral("a\r\n=1"), "a\r\n'=1");
        assert_eq!(neutral("a;b;-c;=d"), "a;b;'-c;'=d");
        assert_eq!(neutral("a;\"=1"), "a;'\"=1");
    }

    #[test]
    fn what_begins_with_a_break_is_text_and_everything_else_is_as_it_is() {
        for text in ["\tx", "\rx", "\nx", " \u{200b}\tx"] {
            assert_eq!(neutral(text), format!("'{text}"));
        }
        for text in [
            "",
            " ",
            "a=1",
            "'=1",
            "1-1",
            "m1.nano",
            "日本語",
            "%",
            "|x",
            ";x",
            "VM instance, size m1-nano",
            "a;b",
            "a; b-c",
            "\"x\"",
            "0198c1f2-7d2f-7000-8000-000000000001",
            "\u{200b}x",
            "two\nlines",
            "a;'=1",
        ] {
            assert!(matches!(neutral(text), Cow::Borrowed(same) if same == text), "{text:?}");
        }
    }
}
