//! The rows of a document as `load` takes them: a cell for each column, all of them texts.

use artifice_plugin_api::Error;

use super::lines::{Billed, Charged, Row};
use super::parties::Parties;
use super::{Document, load};
use crate::dialect::Dialect;

/// A row before it becomes cells.
struct Entry<'d> {
    /// What the field says that tells sections from lines.
    kind: &'static str,
    text: String,
    line: Option<(&'d Charged, Billed)>,
}

/// The columns of a row.
pub fn columns(dialect: &Dialect, parties: &Parties) -> Vec<String> {
    let mut columns = ["id", "sequence", "name"].map(str::to_owned).to_vec();
    if dialect.sections {
        columns.push("display_type".to_owned());
    }
    columns.extend([dialect.quantity.to_owned(), "price_unit".to_owned()]);
    // Without a cell for taxes the ERP would add its own.
    columns.extend([format!("{}/.id", dialect.taxes), "product_id/.id".to_owned()]);
    if !parties.units.is_empty() {
        columns.push(format!("{}/.id", dialect.unit));
    }
    if parties.names_accounts() {
        columns.push("account_id/.id".to_owned());
    }
    columns.extend(parties.analytic.as_ref().map(|(column, _)| (*column).to_owned()));
    columns
}

impl Document {
    /// The cells of all rows, each for its column.
    pub(super) fn cells(&self, dialect: &Dialect, parties: &Parties) -> Result<Vec<Vec<String>>, Error> {
        let width = columns(dialect, parties).len();
        let entries = self.entries(dialect, parties)?;
        entries.into_iter().enumerate().map(|(at, entry)| self.row(dialect, parties, at, entry, width)).collect()
    }

    /// Notes, sections and lines, in order.
    fn entries(&self, dialect: &Dialect, parties: &Parties) -> Result<Vec<Entry<'_>>, Error> {
        let settings = &self.erp.settings;
        let (sections, precision) = (settings.plain.sections, settings.plain.precision);
        let mut entries = Vec::with_capacity(self.rows.len() + 1);
        if let Some(note) = settings.note.as_ref().filter(|_| dialect.sections) {
            let text = note.fill(|name| self.head.part(name));
            entries.push(Entry { kind: "line_note", text, line: None });
        }
        let mut section = "";
        for row in &self.rows {
            match row {
                Row::Section(name) => {
                    section = name;
                    if sections && dialect.sections {
                        entries.push(Entry { kind: "line_section", text: name.clone(), line: None });
                    }
                }
                Row::Line(line) => {
                    let billed = line.billed(parties.precision, self.head.digits, precision, parties.refund)?;
                    let mut text = line.text(settings, &self.head, &billed);
                    if sections && !dialect.sections && !section.is_empty() {
                        text = format!("{section}: {text}");
                    }
                    entries.push(Entry { kind: dialect.line_type, text, line: Some((line, billed)) });
                }
            }
        }
        Ok(entries)
    }

    fn row(
        &self,
        dialect: &Dialect,
        parties: &Parties,
        at: usize,
        entry: Entry<'_>,
        width: usize,
    ) -> Result<Vec<String>, Error> {
        let id = load::line_id(&self.head.key, at);
        let mut cells = vec![id, (at + 1).to_string(), entry.text];
        if dialect.sections {
            cells.push(entry.kind.to_owned());
        }
        if let Some((line, billed)) = entry.line {
            let cell = |id: Option<&i64>| id.map(i64::to_string).unwrap_or_default();
            let tax = |at: &u32| usize::try_from(*at).ok().and_then(|at| parties.taxes.get(at)).map(i64::to_string);
            let taxes: Option<Vec<String>> = line.taxes.iter().map(tax).collect();
            let unknown =
                || Error::refused("a line bears a tax that the statement has not; report this to artifice's authors");
            cells.extend([billed.quantity.to_string(), billed.price.to_string(), taxes.ok_or_else(unknown)?.join(",")]);
            cells.push(cell(parties.products.get(&line.service)));
            if !parties.units.is_empty() {
                // 1 × the cost is in no unit of usage.
                cells.push(cell(parties.units.get(&line.rate_unit).filter(|_| !billed.is_cost)));
            }
            if parties.names_accounts() {
                cells.push(cell(parties.account.as_ref().or_else(|| parties.incomes.get(&line.service))));
            }
            cells.extend(parties.analytic.as_ref().map(|(_, cell)| cell.clone()));
        }
        cells.resize(width, String::new());
        Ok(cells)
    }
}
