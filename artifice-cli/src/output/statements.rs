//! Previews: what a bill would say, as a table, JSON or CSV, tenant by tenant as they come.

use std::io;

use artifice_engine::{Failed, Preview, Told};
use artifice_model::statement::{Draft, Line, Tax};
use artifice_model::{Calendar, Currency, Decimal, Tenant};

use super::{explain, failure, note, period, print, table};
use crate::args::Format;
use crate::words;
use artifice_engine::view::{money, tenants};

/// Writes previews as they come.
pub struct Writer {
    format: Format,
    calendar: Calendar,
    explain: bool,
    count: usize,
    failed: Vec<Failed>,
    /// The tenants as JSON: half of a document helps nobody, so it is written at the end.
    json: Vec<String>,
    incomplete: bool,
    /// The first error of writing; told at the end.
    result: io::Result<()>,
}

/// What was written.
pub struct Written {
    /// How many tenants.
    pub count: usize,
    /// Whether some failed, or have lines without a price.
    pub failed: bool,
}

impl Writer {
    pub fn new(format: Format, calendar: Calendar) -> Self {
        Writer {
            format,
            calendar,
            explain: false,
            count: 0,
            failed: Vec::new(),
            json: Vec::new(),
            incomplete: false,
            result: Ok(()),
        }
    }

    /// The same, with where each line comes from.
    pub fn explaining(self, explain: bool) -> Self {
        Writer { explain, ..self }
    }

    /// Writes the next tenant.
    pub fn told(&mut self, told: Told) {
        let Preview { draft, problems } = match told {
            Told::Previewed(preview) => *preview,
            Told::Failed(failed) => {
                failure(&failed);
                self.failed.push(failed);
                return;
            }
            // Nothing is billed by a preview.
            Told::Billed(_) => return,
        };
        for problem in problems {
            if problem.refuses() {
                self.incomplete = true;
                failure(&Failed::of(draft.tenant.clone(), problem));
            } else {
                note(&format!("warning: tenant {}: {problem}", draft.tenant.id));
            }
        }
        let first = self.count == 0;
        self.count += 1;
        let text = match self.format {
            Format::Table => draft_table(&draft, self.calendar, self.explain),
            Format::Csv => draft_csv(&draft, first),
            Format::Json => {
                self.json.push(tenants::draft(&draft, self.explain).to_string());
                return;
            }
        };
        if self.result.is_ok() {
            self.result = text.and_then(|text| print(&text));
        }
    }

    /// Writes the end.
    pub fn end(self) -> io::Result<Written> {
        self.result?;
        if self.format == Format::Json {
            print(&tenants::document(
                &self.json,
                self.failed.iter().map(|failed| (&failed.tenant, words::why(failed))),
            ))?;
        }
        if self.incomplete {
            note("the total is incomplete: some lines have no price");
        }
        Ok(Written { count: self.count, failed: self.incomplete || !self.failed.is_empty() })
    }
}

fn draft_table(draft: &Draft, calendar: Calendar, explain: bool) -> io::Result<String> {
    let name = draft.tenant.name.as_ref().map(|name| format!("{name}, ")).unwrap_or_default();
    let head = format!("Tenant {name}{}, {}\n", draft.tenant.id, period(draft.period, Some(calendar)));
    let body = body_table(&draft.lines, &draft.taxes, draft.currency, draft.subtotal, draft.total);
    let mut text = format!("{head}{body}\n");
    for (number, line) in (1..).zip(&draft.lines).filter(|_| explain) {
        text.push_str(&explain::text(number, line, draft.currency, calendar));
        text.push('\n');
    }
    Ok(text)
}

/// Lines and sums, as a table.
pub fn body_table(
    lines: &[Line],
    taxes: &[Tax],
    currency: Currency,
    subtotal: Option<Decimal>,
    total: Option<Decimal>,
) -> String {
    let row = |line: &Line| {
        let usage = &line.usage;
        let resource = if usage.resource_name.is_empty() { &usage.resource_id } else { &usage.resource_name };
        let in_tiers = line.cost.is_some_and(|cost| !cost.is_zero());
        let rate = match &line.rate {
            Some(rate) if rate.per == "1" => rate.amount.to_string(),
            Some(rate) => format!("{} per {}", rate.amount, rate.per),
            None if in_tiers => "in tiers".to_owned(),
            None => "no price".to_owned(),
        };
        // A plain count has no unit that people would say.
        let unit = if usage.unit == "1" { String::new() } else { format!(" {}", usage.unit) };
        let volume = format!("{}{unit}", usage.volume);
        let cost = money(line.cost, currency).unwrap_or_else(|| "?".to_owned());
        [&usage.section, &usage.location, &line.name, resource, &volume, &rate, &cost].map(Clone::clone).to_vec()
    };
    let mut text = table(
        &["Section", "Location", "Service", "Resource", "Volume", "Rate", "Cost"],
        lines.iter().map(row).collect(),
    );
    let amount =
        |amount| money(amount, currency).map_or_else(|| "incomplete".to_owned(), |text| format!("{currency} {text}"));
    if !taxes.is_empty() {
        text.push_str(&format!("Subtotal {}\n", amount(subtotal)));
    }
    for tax in taxes {
        text.push_str(&format!("{} {} % {}\n", tax.name, tax.percent, amount(Some(tax.amount))));
    }
    text.push_str(&format!("Total {}\n", amount(total)));
    text
}

/// What is in [`csv_record`].
pub const CSV_HEADER: [&str; 19] = [
    "tenant_id",
    "tenant_name",
    "start",
    "end",
    "currency",
    "section",
    "location",
    "service",
    "name",
    "resource_id",
    "resource_name",
    "meter",
    "aggregate",
    "volume",
    "unit",
    "rate",
    "rate_unit",
    "cost",
    "entry",
];

/// A tenant's line as a row.
pub fn csv_record(tenant: &Tenant, line: &Line, currency: Currency) -> [String; CSV_HEADER.len()] {
    let (usage, rate) = (&line.usage, line.rate.as_ref());
    [
        tenant.id.to_string(),
        tenant.name.clone().unwrap_or_default(),
        usage.period.start().to_string(),
        usage.period.end().to_string(),
        currency.to_string(),
        usage.section.clone(),
        usage.location.clone(),
        usage.service.clone(),
        line.name.clone(),
        usage.resource_id.clone(),
        usage.resource_name.clone(),
        usage.meter.clone(),
        usage.aggregate_name().to_owned(),
        usage.volume.to_string(),
        usage.unit.clone(),
        rate.map(|rate| rate.amount.to_string()).unwrap_or_default(),
        rate.map(|rate| rate.per.clone()).unwrap_or_default(),
        money(line.cost, currency).unwrap_or_default(),
        usage.entry.clone(),
    ]
}

/// One row a line. (Totals are sums of the rows; taxes are not usage.)
fn draft_csv(draft: &Draft, header: bool) -> io::Result<String> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    if header {
        csv.write_record(CSV_HEADER)?;
    }
    for line in &draft.lines {
        csv.write_record(csv_record(&draft.tenant, line, draft.currency))?;
    }
    let bytes = csv.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    String::from_utf8(bytes).map_err(io::Error::other)
}
