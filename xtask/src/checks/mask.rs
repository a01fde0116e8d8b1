//! Rust without what it only says: comments, strings and characters become spaces.

/// The code of a file, with its lines where they were.
pub fn code(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < letters.len() {
        let rest = &letters[at..];
        let in_word = at > 0 && is_word(letters[at - 1]);
        let length = match rest {
            ['/', '/', ..] => rest.iter().take_while(|letter| **letter != '\n').count(),
            ['/', '*', ..] => block_comment(rest),
            ['"', ..] => quoted(rest, '"'),
            ['b' | 'c', '"', ..] if !in_word => 1 + quoted(&rest[1..], '"'),
            ['b', '\'', ..] if !in_word => 1 + quoted(&rest[1..], '\''),
            ['r', '"' | '#', ..] if !in_word => raw(rest, 1),
            ['b' | 'c', 'r', '"' | '#', ..] if !in_word => raw(rest, 2),
            // A lifetime has no second quote: 'a, but 'a' is a character.
            ['\'', '\\', ..] | ['\'', _, '\'', ..] => quoted(rest, '\''),
            _ => 0,
        };
        if length == 0 {
            code.push(rest[0]);
            at += 1;
        } else {
            let hidden = &rest[..length.min(rest.len())];
            code.extend(hidden.iter().map(|letter| if *letter == '\n' { '\n' } else { ' ' }));
            at += hidden.len();
        }
    }
    code
}

/// Whether a letter can be part of a name or a number.
pub fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The words and numbers of a line, each with where it begins.
pub fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    line.split(|letter| !is_word(letter)).filter(|word| !word.is_empty()).map(|word| {
        // Both are of the same text, so this is how far apart they begin.
        (word.as_ptr().addr() - line.as_ptr().addr(), word)
    })
}

fn block_comment(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        match &rest[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn quoted(rest: &[char], quote: char) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            '\\' => at += 2,
            letter if letter == quote => return at + 1,
            _ => at += 1,
        }
    }
    at
}

/// A raw string whose marks begin after `prefix` letters; 0 if it is none, but a raw name (`r#type`).
fn raw(rest: &[char], prefix: usize) -> usize {
    let marks = rest[prefix..].iter().take_while(|letter| **letter == '#').count();
    let begin = prefix + marks + 1;
    if rest.get(begin - 1) != Some(&'"') {
        return 0;
    }
    let closes =
        |at: &usize| rest[*at] == '"' && rest[at + 1..].iter().take(marks).filter(|l| **l == '#').count() == marks;
    (begin..rest.len()).find(closes).map_or(rest.len(), |at| at + 1 + marks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(text: &str) -> String {
        code(text).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_is_only_said_is_gone() {
        assert_eq!(left("a // f64\nb /* f64 /* f64 */ f64 */ c"), "a b c");
        assert_eq!(left(r#"a("1.5 \" f64", b"f64", 'f', b'\'', '\\', '"', c)"#), "a( , , , , , , c)");
        assert_eq!(left(r###"a(r"\", r#" "f64" "#, br##"f64"# "##, c"f64", d)"###), "a( , , , , d)");
        assert_eq!(left("fn f<'a>(x: &'a r#type) -> f64"), "fn f<'a>(x: &'a r#type) -> f64");
    }

    #[test]
    fn lines_stay_where_they_were() {
        assert_eq!(code("\"a\n\nb\" f64\n// é\nx").lines().count(), 5);
        assert_eq!(
            words("let x_1 = f64::MAX;").collect::<Vec<_>>(),
            [(0, "let"), (4, "x_1"), (10, "f64"), (15, "MAX")]
        );
    }
}
