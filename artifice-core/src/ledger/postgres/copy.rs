//! Rows in PostgreSQL's own text format for `COPY … FROM STDIN`: the fast way in.

use artifice_model::{Decimal, Period};
use sqlx::postgres::PgConnection;

use super::instant;

/// How much is sent at a time, in bytes.
const CHUNK: usize = 1 << 20;

/// A row that is being written: columns one after the other.
pub(super) struct Row<'b> {
    buffer: &'b mut Vec<u8>,
    first: bool,
}

impl Row<'_> {
    fn begin_column(&mut self) {
        if !self.first {
            self.buffer.push(b'\t');
        }
        self.first = false;
    }

    /// A column of text, or whatever the database reads from text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.begin_column();
        for &byte in text.as_bytes() {
            let escaped = match byte {
                b'\\' => b'\\',
                b'\t' => b't',
                b'\n' => b'n',
                b'\r' => b'r',
                _ => {
                    self.buffer.push(byte);
                    continue;
                }
            };
            self.buffer.extend([b'\\', escaped]);
        }
        self
    }

    /// A column of text that may be missing.
    pub fn optional(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => {
                self.begin_column();
                self.buffer.extend(b"\\N");
                self
            }
        }
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

/// Copies rows into a table; `write` writes each. Nothing is left of them if something fails, as long
/// as the transaction ends with it.
pub(super) async fn copy<T>(
    connection: &mut PgConnection,
    into: &str,
    rows: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut Row<'_>, T) -> sqlx::Result<()>,
) -> sqlx::Result<()> {
    let mut copy = connection.copy_in_raw(&format!("COPY {into} FROM STDIN")).await?;
    let mut buffer = Vec::with_capacity(CHUNK + CHUNK / 8);
    for row in rows {
        if let Err(error) = write(&mut Row { buffer: &mut buffer, first: true }, row) {
            copy.abort("a row cannot be written").await?;
            return Err(error);
        }
        buffer.push(b'\n');
        if buffer.len() >= CHUNK {
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
        let mut row = Row { buffer: &mut buffer, first: true };
        row.text("a\tb\\N\r\nç").optional(None).optional(Some("\\.")).integer(-7).decimal("-1.5".parse().unwrap());
        row.period(period).unwrap().text("");
        assert_eq!(
            String::from_utf8(buffer).unwrap(),
            "a\\tb\\\\N\\r\\nç\t\\N\t\\\\.\t-7\t-1.5\t\
             [\"2013-08-01T00:00:00+00:00\",\"2013-09-01T00:00:00.000001+00:00\")\t"
        );
    }
}
