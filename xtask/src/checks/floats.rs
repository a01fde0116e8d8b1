//! No binary floating point between a sample and an invoice: 0.1 + 0.2 is 0.3 here.

use super::mask;
use super::source::Source;

/// Where volumes and money pass.
const EXACT: [&str; 5] = ["artifice-core/", "artifice-cli/", "plugin-api/", "plugin-host/", "plugins/"];

/// Files that may have it all the same, each with why.
const ALLOWED: [(&str, &str); 1] =
    [("artifice-core/model/tests/properties/additivity.rs", "proptest takes how likely something is as a fraction")];

/// Every floating point type and number in the code (comments and texts may speak of them).
pub fn check(sources: &[Source]) -> Vec<String> {
    let exact = |path: &str| EXACT.iter().any(|directory| path.starts_with(directory));
    let allowed = |path: &str| ALLOWED.iter().any(|(allowed, _)| *allowed == path);
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| source.is_rust() && exact(&source.path) && !allowed(&source.path)) {
        for (number, line) in Source::numbered(&mask::code(&source.text)) {
            if let Some(float) = float(line) {
                let path = &source.path;
                found.push(format!("{path}:{number}: `{float}` is floating point; volumes and money are decimals"));
            }
        }
    }
    found
}

/// The first floating point type or number of a line of code.
fn float(line: &str) -> Option<String> {
    mask::words(line).find_map(|(at, word)| {
        if word == "f32" || word == "f64" {
            return Some(word.to_owned());
        }
        let (before, after) = (&line[..at], &line[at + word.len()..]);
        // A field of a tuple is a number after a dot; that dot is not the second one of a range.
        let is_field = before.ends_with('.') && !before.ends_with("..");
        if !word.starts_with(|first: char| first.is_ascii_digit()) || is_field {
            return None;
        }
        let decimal = word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
        let mut next = after.strip_prefix('.').unwrap_or_default().chars();
        let fraction = match next.next() {
            None => after.starts_with('.'),
            Some(letter) => letter != '.' && letter != '_' && !letter.is_alphabetic(),
        };
        let hexadecimal = word.starts_with("0x");
        let exponent = !hexadecimal
            && word.trim_start_matches(|digit: char| digit.is_ascii_digit() || digit == '_').starts_with(['e', 'E']);
        let suffix = !hexadecimal && (word.ends_with("f32") || word.ends_with("f64"));
        ((decimal && fraction) || exponent || suffix).then(|| {
            let digits = after.chars().skip(1).take_while(|letter| letter.is_ascii_digit());
            if decimal { format!("{word}.{}", digits.collect::<String>()) } else { word.to_owned() }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_floating_point() {
        for (line, expected) in [
            ("let x: f64 = y;", "f64"),
            ("a.b(1.5)", "1.5"),
            ("x = 2.;", "2."),
            ("x = 1e9;", "1e9"),
            ("x = 1_0E3", "1_0E3"),
            ("1f32", "1f32"),
            ("1..2.5", "2.5"),
        ] {
            assert_eq!(float(line).as_deref(), Some(expected), "{line}");
        }
    }

    #[test]
    fn what_is_not() {
        for line in
            ["0..10", "0..=9", "x.0.1", "self.0.cmp(&1.max(2))", "0x1e9", "0x1f64", "10_u64", "e1", "a_f64_b", "x[1..]"]
        {
            assert_eq!(float(line), None, "{line}");
        }
    }

    #[test]
    fn a_place_is_named_with_its_line() {
        let source = |path: &str| Source { path: path.to_owned(), text: "// f64\nlet a = 0.1;\n".to_owned() };
        let found = check(&[source("artifice-core/model/src/a.rs"), source("xtask/src/b.rs")]);
        assert_eq!(found, ["artifice-core/model/src/a.rs:2: `0.1` is floating point; volumes and money are decimals"]);
    }
}
