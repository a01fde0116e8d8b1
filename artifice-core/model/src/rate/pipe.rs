//! The pipe-separated files of names and rates: `a | b | c`, `#` comments, blank lines.

use crate::limits::MOST_MISTAKES;
use crate::position::{Mistake, Position};

/// A row's fields, trimmed, each with its place.
pub(super) struct Row<const N: usize> {
    pub fields: [(String, Position); N],
}

/// The rows of a file that have all their fields. The rest go to `mistakes`.
pub(super) fn rows<const N: usize>(
    file: &str,
    text: &str,
    columns: [&str; N],
    mistakes: &mut Vec<Mistake>,
) -> Vec<Row<N>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let before = mistakes.len();
    let mut rows = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        match row(file, index + 1, line, columns) {
            Ok(row) => rows.push(row),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    if rows.is_empty() && mistakes.len() == before {
        let what = format!("the file has no rows; a row is `{}`", columns.join(" | "));
        mistakes.push(Mistake { at: Position { file: file.to_owned(), line: 1, column: 1 }, what });
    }
    rows
}

/// The first of a file's mistakes.
pub(super) fn first(mut mistakes: Vec<Mistake>) -> Vec<Mistake> {
    mistakes.sort();
    mistakes.truncate(MOST_MISTAKES);
    mistakes
}

fn row<const N: usize>(file: &str, line_number: usize, line: &str, columns: [&str; N]) -> Result<Row<N>, Mistake> {
    let position = |column| Position { file: file.to_owned(), line: line_number, column };
    let mut column = 1;
    let mut fields = Vec::with_capacity(N);
    for field in line.split('|') {
        let indent = field.chars().take_while(|letter| letter.is_whitespace()).count();
        fields.push((field.trim().to_owned(), position(column + indent)));
        column += field.chars().count() + 1;
    }
    let found = fields.len();
    let shape = columns.join(" | ");
    if let Some((index, (_, at))) = fields.iter().take(N).enumerate().find(|(_, (text, _))| text.is_empty()) {
        return Err(Mistake { at: at.clone(), what: format!("'{}' is empty; a row is `{shape}`", columns[index]) });
    }
    <[_; N]>::try_from(fields).map(|fields| Row { fields }).map_err(|_| {
        let what = format!("{found} columns where {N} belong; a row is `{shape}`");
        Mistake { at: position(1), what }
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Names, RateRules, RateTable};
    use super::*;

    #[test]
    fn of_thousands_of_mistakes_the_first_are_told() {
        let text = "a | b | c\n".repeat(5000);
        let rules = RateRules { currency: "NZD".parse().unwrap(), time_slice_us: 600_000_000, ignore_region: false };
        let rates = RateTable::parse("rates.csv", &text, rules);
        for mistakes in [Names::parse("names.csv", &text).unwrap_err(), rates.unwrap_err()] {
            assert_eq!((mistakes.len(), mistakes[0].at.line), (MOST_MISTAKES, 1));
        }
    }
}
