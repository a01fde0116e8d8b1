//! What serde says is wrong, without what it found.

/// The message without the value that was found: it may be a secret, and of any length. What was expected stays.
///
/// ```
/// let says = artifice_text::unquoted("invalid type: string \"gAAAAAB\", expected a map at line 1 column 9");
/// assert_eq!(says, "invalid type: string, expected a map at line 1 column 9");
/// ```
pub fn unquoted(message: &str) -> String {
    let begins = ["invalid type: ", "invalid value: ", "unknown variant ", "unknown field ", "invalid length "];
    // At the beginning, or behind the path to where it is.
    let stands = |begin: &&str| {
        let at = message.find(begin)?;
        (at == 0 || message.get(..at)?.ends_with(": ")).then_some((at, begin.len()))
    };
    let Some((at, length)) = begins.iter().filter_map(stands).min() else { return message.to_owned() };
    let (path, begin) = (message.get(..at).unwrap_or_default(), message.get(at..at + length).unwrap_or_default());
    let rest = message.get(at + length..).unwrap_or_default();
    let kind = rest.split(['"', '`', ',']).next().unwrap_or_default().trim_end();
    // What was found may hold these words, too.
    let expected = rest.rfind(", expected ").and_then(|at| rest.get(at..)).unwrap_or_default();
    if kind.is_empty() {
        format!("{path}{}{expected}", begin.trim_end())
    } else {
        format!("{path}{begin}{kind}{expected}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_not_repeated() {
        for (message, shown) in [
            ("invalid type: integer `1234`, expected a string", "invalid type: integer, expected a string"),
            ("invalid value: string \"a, expected b\", expected a date", "invalid value: string, expected a date"),
            (
                "invalid type: map, expected a sequence at line 1 column 0",
                "invalid type: map, expected a sequence at line 1 column 0",
            ),
            ("unknown variant `x`, expected `a` or `b`", "unknown variant, expected `a` or `b`"),
            ("missing field `token` at line 1 column 2", "missing field `token` at line 1 column 2"),
            ("expected value", "expected value"),
            (
                "a.b: invalid value: string \"x\", expected an integer",
                "a.b: invalid value: string, expected an integer",
            ),
            ("invalid type: string \"x", "invalid type: string"),
        ] {
            assert_eq!(unquoted(message), shown);
        }
    }
}
