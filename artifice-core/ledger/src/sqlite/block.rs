//! Columns of many lines as one text, which is how SQLite hands over a million lines in less than a
//! second: each row of an answer costs many times what a line in such a text does.
//!
//! The text is made by [`sql`] and read by [`Block`]. It begins with lists of numbers, each on a line
//! of its own, the numbers separated by spaces: how many lines there are; the columns of numbers; the
//! lengths of the texts of each column of texts. Behind them stand the texts, column by column, with
//! nothing between them: so they may hold anything.

use std::str::{FromStr, Split};

/// Columns of some lines.
pub(super) struct Block<'b> {
    lines: usize,
    numbers: Vec<Split<'b, char>>,
    texts: Vec<Texts<'b>>,
}

/// A column of texts, from the next one on.
struct Texts<'b> {
    lengths: Split<'b, char>,
    rest: &'b str,
}

/// A block that is not what [`sql`] makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unreadable(pub String);

/// An expression for the block of these columns, over the rows of `line` that a query aggregates.
/// (All aggregates of one query see the rows in the same order.)
pub(super) fn sql(numbers: &[&str], texts: &[&str]) -> String {
    let mut lists = vec!["count(*)".to_owned()];
    lists.extend(numbers.iter().map(|column| format!("group_concat({column}, ' ')")));
    lists.extend(texts.iter().map(|column| format!("group_concat(octet_length({column}), ' ')")));
    let lists = lists.iter().map(|list| format!("{list} || char(10)"));
    let texts = texts.iter().map(|column| format!("group_concat({column}, '')"));
    lists.chain(texts).collect::<Vec<_>>().join(" || ")
}

impl<'b> Block<'b> {
    /// Reads a block of so many columns of numbers and texts.
    pub fn read(block: &'b str, numbers: usize, texts: usize) -> Result<Self, Unreadable> {
        let mut rest = block;
        let mut list = || -> Result<&'b str, Unreadable> {
            let (list, after) = rest.split_once('\n').ok_or_else(|| Unreadable("a list is missing".to_owned()))?;
            rest = after;
            Ok(list)
        };
        let lines = parsed(list()?)?;
        let numbers = (0..numbers).map(|_| Ok(list()?.split(' '))).collect::<Result<_, _>>()?;
        let lengths = (0..texts).map(|_| list()).collect::<Result<Vec<_>, _>>()?;
        let mut columns = Vec::with_capacity(texts);
        for lengths in lengths {
            let mut whole: usize = 0;
            for length in lengths.split(' ') {
                whole = whole.checked_add(parsed(length)?).ok_or_else(too_short)?;
            }
            let (column, after) = rest.split_at_checked(whole).ok_or_else(too_short)?;
            columns.push(Texts { lengths: lengths.split(' '), rest: column });
            rest = after;
        }
        match rest {
            "" => Ok(Block { lines, numbers, texts: columns }),
            _ => Err(Unreadable("there is more than belongs to it".to_owned())),
        }
    }

    /// How many lines it has.
    pub fn lines(&self) -> usize {
        self.lines
    }

    /// The next line's number in a column.
    pub fn number<T: FromStr>(&mut self, column: usize) -> Result<T, Unreadable> {
        parsed(self.numbers.get_mut(column).and_then(Iterator::next).ok_or_else(too_short)?)
    }

    /// The next line's text in a column.
    pub fn text(&mut self, column: usize) -> Result<&'b str, Unreadable> {
        let texts = self.texts.get_mut(column).ok_or_else(too_short)?;
        let length = parsed(texts.lengths.next().ok_or_else(too_short)?)?;
        let (text, rest) = texts.rest.split_at_checked(length).ok_or_else(too_short)?;
        texts.rest = rest;
        Ok(text)
    }

    /// Makes sure that all of it was read.
    pub fn end(mut self) -> Result<(), Unreadable> {
        let numbers = self.numbers.iter_mut().any(|numbers| numbers.next().is_some());
        let texts = self.texts.iter_mut().any(|texts| texts.lengths.next().is_some());
        if numbers || texts { Err(Unreadable("there is more than belongs to it".to_owned())) } else { Ok(()) }
    }
}

fn parsed<T: FromStr>(text: &str) -> Result<T, Unreadable> {
    text.parse().map_err(|_| Unreadable(format!("'{text}' is not readable")))
}

fn too_short() -> Unreadable {
    Unreadable("something is missing".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    type Line = (i64, String, String);

    fn lines(text: &str) -> Result<Vec<Line>, Unreadable> {
        let mut block = Block::read(text, 1, 2)?;
        let mut lines = Vec::new();
        for _ in 0..block.lines() {
            lines.push((block.number(0)?, block.text(0)?.to_owned(), block.text(1)?.to_owned()));
        }
        block.end().map(|()| lines)
    }

    #[test]
    fn columns_become_lines_whatever_their_texts_hold() {
        let line = |number, a: &str, b: &str| (number, a.to_owned(), b.to_owned());
        let found = lines("2\n7 -8\n3 0\n5 2\na\n b 1 2é").unwrap();
        assert_eq!(found, [line(7, "a\n ", "b 1 2"), line(-8, "", "é")]);
        assert_eq!(lines("1\n7\n0\n0\n").unwrap(), [line(7, "", "")]);
    }

    #[test]
    fn what_is_damaged_is_refused() {
        for text in [
            "",
            "1",
            "x\n7\n0\n0\n",
            "1\n7\n0\n0\nmore",
            "1\n7\n1\n1\na",
            "2\n7\n1 1\n1 1\nabcd",
            "1\n7 8\n1\n1\nab",
            "1\n7\n1 1\n1\nabc",
            "1\n7.5\n1\n1\nab",
            "1\n7\n1\n1\né",
            "1\n7\n-1\n1\nab",
            "1\n7\n18446744073709551615 2\n1\nab",
        ] {
            assert!(lines(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn every_column_is_asked_for() {
        let expected = "count(*) || char(10) || group_concat(cost, ' ') || char(10) || \
                        group_concat(octet_length(unit), ' ') || char(10) || group_concat(unit, '')";
        assert_eq!(sql(&["cost"], &["unit"]), expected);
    }
}
