//! Where in a text something is, counted only when it is asked for.

/// The byte order mark that some editors write at the beginning.
pub(super) const BYTE_ORDER_MARK: char = '\u{feff}';

/// A line and a column, from 1. Columns are characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub line: usize,
    pub column: usize,
}

impl Place {
    pub const START: Place = Place { line: 1, column: 1 };

    /// The place behind a text that begins here. A byte order mark takes no column.
    pub fn after(self, text: &str) -> Place {
        let text = if self == Place::START { text.trim_start_matches(BYTE_ORDER_MARK) } else { text };
        match memchr::memrchr(b'\n', text.as_bytes()) {
            None => Place { column: self.column + text.chars().count(), ..self },
            Some(last) => Place {
                line: self.line + memchr::memchr_iter(b'\n', text.as_bytes()).count(),
                column: 1 + text[last + 1..].chars().count(),
            },
        }
    }
}
