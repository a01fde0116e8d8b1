//! Many rows into a table: by `COPY … FROM STDIN`, the fast way in, or, where they are few, by one INSERT.
//!
//! A `COPY` of a few rows takes 40 ms whatever they are: its end is a small packet that follows another one,
//! and waits until the server has acknowledged that (Nagle's algorithm and delayed acknowledgement, RFC 1122
//! 4.2.3), because the client's library does not let one switch that off (TCP_NODELAY).

use artifice_model::{Decimal, Period};
use sqlx::postgres::PgConnection;

use super::instant;
use crate::limits::{COPY_BYTES, POSTGRES_ROWS};

/// A table, with the columns that are written and their types.
pub(super) struct Table {
    pub name: &'static str,
    pub columns: &'static [(&'static str, &'static str)],
}

/// Where a row's columns are written to.
enum Sink<'b> {
    /// PostgreSQL's own text format.
    Copy(&'b mut Vec<u8>),
    /// A list for each column.
    Lists(&'b mut [Vec<Option<String>>]),
}

/// A row that is being written: columns one after the other.
pub(super) struct Row<'b> {
    sink: Sink<'b>,
    column: usize,
}

impl Row<'_> {
    /// A column of text, or whatever the database reads from text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.optional(Some(text))
    }

    /// A column of text that may be missing.
    pub fn optional(&mut self, text: Option<&str>) -> &mut Self {
        match &mut self.sink {
            Sink::Copy(buffer) => {
                if self.column > 0 {
                    buffer.push(b'\t');
                }
                match text {
                    Some(text) => escape(buffer, text),
                    None => buffer.extend(b"\\N"),
                }
            }
            Sink::Lists(lists) => {
                if let Some(list) = lists.get_mut(self.column) {
                    list.push(text.map(str::to_owned));
                }
            }
        }
        self.column += 1;
        self
    }

    pub fn integer(&mut self, number: i64) -> &mut Self {
        self.text(&number.to_string())
    }

    pub fn decimal(&mut self, decimal: Decimal) -> &mut Self {
        self.text(&decimal.to_string())
    }

    /// A half-open range of instants.
    pub fn period(&mut self, period: Period) -> sqlx::Result<&mut Self> {
        let (start, end) = (instant(period.start())?, instant(period.end())?);
        Ok(self.text(&format!("[\"{}\",\"{}\")", start.to_rfc3339(), end.to_rfc3339())))
    }
}

/// A text in `COPY`'s format.
fn escape(buffer: &mut Vec<u8>, text: &str) {
    for &byte in text.as_bytes() {
        let escaped = match byte {
            b'\\' => b'\\',
            b'\t' => b't',
            b'\n' => b'n',
            b'\r' => b'r',
            _ => {
                buffer.push(byte);
                continue;
            }
        };
        buffer.extend([b'\\', escaped]);
    }
}

/// Puts rows into a table; `write` writes each. Nothing is left of them if something fails, as long as the
/// transaction ends with it.
pub(super) async fn store<T>(
    connection: &mut PgConnection,
    table: &Table,
    rows: impl ExactSizeIterator<Item = T>,
    write: impl FnMut(&mut Row<'_>, T) -> sqlx::Result<()>,
) -> sqlx::Result<()> {
    match rows.len() {
        0 => Ok(()),
        1..=POSTGRES_ROWS => insert(connection, table, rows, write).await,
        _ => copy(connection, table, rows, write).await,
    }
}

async fn insert<T>(
    connection: &mut PgConnection,
    table: &Table,
    rows: impl Iterator<Item = T>,
    mut write: impl FnMut(&mut Row<'_>, T) -> sqlx::Result<()>,
) -> sqlx::Result<()> {
    let mut lists = vec![Vec::new(); table.columns.len()];
    for row in rows {
        write(&mut Row { sink: Sink::Lists(&mut lists), column: 0 }, row)?;
    }
    let mut query = sqlx::query(sqlx::AssertSqlSafe(insert_sql(table)));
    for list in lists {
        query = query.bind(list);
    }
    query.execute(connection).await.map(drop)
}

/// An INSERT of rows that are given as a list for each column. The same for any number of rows, so the
/// server prepares it once.
fn insert_sql(table: &Table) -> String {
    let join = |each: &dyn Fn(usize, &str, &str) -> String| {
        let columns = table.columns.iter().enumerate();
        columns.map(|(index, (name, of_type))| each(index + 1, name, of_type)).collect::<Vec<_>>().join(", ")
    };
    format!(
        "INSERT INTO {} ({}) SELECT {} FROM unnest({}) AS given ({})",
        table.name,
        join(&|_, name, _| name.to_owned()),
        join(&|_, name, of_type| format!("given.{name}::{of_type}")),
        join(&|number, _, _| format!("${number}::text[]")),
        join(&|_, name, _| name.to_owned()),
    )
}

async fn copy<T>(
    connection: &mut PgConnection,
    table: &Table,
    rows: impl Iterator<Item = T>,
    mut write: impl FnMut(&mut Row<'_>, T) -> sqlx::Result<()>,
) -> sqlx::Result<()> {
    let names = table.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let mut copy = connection.copy_in_raw(&format!("COPY {} ({names}) FROM STDIN", table.name)).await?;
    let mut buffer = Vec::with_capacity(COPY_BYTES + COPY_BYTES / 8);
    for row in rows {
        if let Err(error) = write(&mut Row { sink: Sink::Copy(&mut buffer), column: 0 }, row) {
            copy.abort("a row cannot be written").await?;
            return Err(error);
        }
        buffer.push(b'\n');
        if buffer.len() >= COPY_BYTES {
            copy.send(&buffer[..]).await?;
            buffer.clear();
        }
    }
    copy.send(&buffer[..]).await?;
    copy.finish().await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_column_or_a_row_is_escaped() {
        let mut buffer = Vec::new();
        let period = "2013-08-01T00:00:00Z/2013-09-01T00:00:00.000001Z";
        let (start, end) = period.split_once('/').unwrap();
        let period = Period::new(start.parse().unwrap(), end.parse().unwrap()).unwrap();
        let mut row = Row { sink: Sink::Copy(&mut buffer), column: 0 };
        row.text("a\tb\\N\r\nç").optional(None).optional(Some("\\.")).integer(-7).decimal("-1.5".parse().unwrap());
        row.period(period).unwrap().text("");
        assert_eq!(
            String::from_utf8(buffer).unwrap(),
            "a\\tb\\\\N\\r\\nç\t\\N\t\\\\.\t-7\t-1.5\t\
             [\"2013-08-01T00:00:00+00:00\",\"2013-09-01T00:00:00.000001+00:00\")\t"
        );
    }

    #[test]
    fn few_rows_are_lists_of_a_statement_that_is_always_the_same() {
        const TABLE: Table = Table { name: "tax", columns: &[("name", "text"), ("amount", "numeric")] };
        let mut lists = vec![Vec::new(); 2];
        for amount in [Some("1"), None] {
            Row { sink: Sink::Lists(&mut lists), column: 0 }.text("GST\t'").optional(amount);
        }
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(lists, [vec![text("GST\t'"); 2], vec![text("1"), None]]);
        assert_eq!(
            insert_sql(&TABLE),
            "INSERT INTO tax (name, amount) SELECT given.name::text, given.amount::numeric \
             FROM unnest($1::text[], $2::text[]) AS given (name, amount)"
        );
    }
}
