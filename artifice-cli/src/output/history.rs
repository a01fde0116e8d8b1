//! What has been billed: lines as they come, and sums.

pub mod groups;

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Stdout, Write, stdout};

use artifice_model::statement::BilledLine;
use artifice_model::{Calendar, Currency, Decimal, Tenant};

use super::csv::{self, Cell, written};
use super::{Ids, period, table};
use crate::args::Format;
use crate::output;
use artifice_engine::view::{history, money};
use artifice_text::{json, line, name};

/// In which column of a table the resource stands.
const RESOURCE: usize = 5;

/// Rows of one table: so memory does not depend on how many lines a tenant has.
const TALLEST: usize = 1000;

/// Writes lines as they come, and keeps next to nothing of them.
pub struct Lines {
    form: Form,
    count: usize,
}

enum Form {
    Table(Box<Tables>),
    Json(BufWriter<Stdout>),
    Csv(Box<::csv::Writer<Stdout>>),
}

/// Tables, at least one a tenant.
struct Tables {
    out: BufWriter<Stdout>,
    calendar: Calendar,
    tenant: Option<Tenant>,
    rows: Vec<Vec<String>>,
    total: Total,
}

/// What lines of one tenant cost, by currency; `None` where it has more digits than artifice keeps.
#[derive(Default)]
struct Total(BTreeMap<Currency, Option<Decimal>>);

impl Lines {
    /// Writes nothing yet.
    pub fn new(format: Format, calendar: Calendar) -> Self {
        let form = match format {
            Format::Table => {
                let out = BufWriter::new(stdout());
                let total = Total::default();
                Form::Table(Box::new(Tables { out, calendar, tenant: None, rows: Vec::new(), total }))
            }
            Format::Json => Form::Json(BufWriter::new(stdout())),
            Format::Csv => Form::Csv(Box::new(::csv::Writer::from_writer(stdout()))),
        };
        Lines { form, count: 0 }
    }

    /// How many lines were written.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Writes the next line.
    pub fn line(&mut self, billed: &BilledLine) -> io::Result<()> {
        let first = self.count == 0;
        self.count += 1;
        match &mut self.form {
            Form::Table(tables) => tables.line(billed),
            Form::Json(out) => {
                out.write_all(if first { b"{\"lines\": [\n" } else { b",\n" })?;
                out.write_all(json(&history::billed(billed).to_string()).as_bytes())
            }
            Form::Csv(to) => {
                if first {
                    csv_header(to)?;
                }
                let statement = [Cell::Text(billed.statement_id.as_str()), Cell::Own(billed.number.to_string().into())];
                csv::write(to, statement.into_iter().chain(csv::line(&billed.tenant, &billed.line, billed.currency)))
            }
        }
    }

    /// Writes the end.
    pub fn end(self) -> io::Result<()> {
        let empty = self.count == 0;
        match self.form {
            Form::Table(mut tables) => {
                tables.tenant_ends()?;
                tables.out.flush()
            }
            Form::Json(mut out) => {
                out.write_all(if empty { b"{\"lines\": []}\n" } else { b"]}\n" })?;
                out.flush()
            }
            Form::Csv(mut to) => {
                if empty {
                    csv_header(&mut to)?;
                }
                to.flush()
            }
        }
    }

    /// Ends in the middle: what is left has no end that would make it look whole. Says whether any of it may
    /// have been written.
    pub fn cut(self) -> bool {
        // What buffers still hold is written as they are dropped.
        self.count > 0
    }
}

fn csv_header(to: &mut ::csv::Writer<Stdout>) -> io::Result<()> {
    to.write_record(["statement_id", "statement_number"].into_iter().chain(csv::LINE)).map_err(written)
}

impl Tables {
    fn line(&mut self, billed: &BilledLine) -> io::Result<()> {
        if self.tenant.as_ref() != Some(&billed.tenant) {
            self.tenant_ends()?;
            let name = billed.tenant.name.as_ref().map(|called| format!("{}, ", name(called))).unwrap_or_default();
            writeln!(self.out, "{}", line(&format!("Tenant {name}{}", billed.tenant.id)))?;
            self.tenant = Some(billed.tenant.clone());
        } else if self.rows.len() == TALLEST {
            self.table_ends()?;
        }
        let (line, usage) = (&billed.line, &billed.line.usage);
        let resource = match usage.resource_name.as_str() {
            // Which of them tells it apart is known once its table is whole.
            "" => usage.resource_id.clone(),
            name => name.to_owned(),
        };
        let rate = line.rate.as_ref().map(|rate| output::rate(rate.amount, &rate.per)).unwrap_or_default();
        self.rows.push(vec![
            billed.number.to_string(),
            period(usage.period, Some(self.calendar)),
            usage.section.clone(),
            usage.location.clone(),
            line.name.clone(),
            resource,
            output::quantity(usage.volume, &usage.unit),
            rate,
            format!("{} {}", billed.currency, money(line.cost, billed.currency).unwrap_or_default()),
        ]);
        self.total.add(billed.currency, line.cost.unwrap_or(Decimal::ZERO));
        Ok(())
    }

    fn table_ends(&mut self) -> io::Result<()> {
        let header = ["Statement", "Period", "Section", "Location", "Service", "Resource", "Quantity", "Rate", "Cost"];
        let mut rows = std::mem::take(&mut self.rows);
        let ids = Ids::of(rows.iter().map(|row| row[RESOURCE].as_str()));
        let short: Vec<String> = rows.iter().map(|row| ids.show(&row[RESOURCE])).collect();
        rows.iter_mut().zip(short).for_each(|(row, id)| row[RESOURCE] = id);
        self.out.write_all(table(&header, rows).as_bytes())
    }

    fn tenant_ends(&mut self) -> io::Result<()> {
        self.table_ends()?;
        if self.tenant.is_some() {
            let total = std::mem::take(&mut self.total);
            writeln!(self.out, "{}\n", total_text(total.0.into_iter()))?;
        }
        Ok(())
    }
}

impl Total {
    fn add(&mut self, currency: Currency, cost: Decimal) {
        let sum = self.0.entry(currency).or_insert(Some(Decimal::ZERO));
        *sum = sum.and_then(|sum| sum.checked_add(cost));
    }
}

/// A total for people, by currency.
fn total_text(total: impl Iterator<Item = (Currency, Option<Decimal>)>) -> String {
    let amount = |(currency, sum)| {
        let sum = money(sum, currency).unwrap_or_else(|| "(more than 38 digits)".to_owned());
        format!("{currency} {sum}")
    };
    format!("Total before taxes {}", total.map(amount).collect::<Vec<_>>().join(", "))
}
