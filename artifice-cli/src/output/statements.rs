//! Previews: what a bill would say, as a table, JSON or CSV, tenant by tenant as they come.

use std::collections::BTreeMap;
use std::io;

use artifice_engine::{Failed, Preview, Told};
use artifice_model::statement::{Draft, Line, Tax};
use artifice_model::{Calendar, Currency, Decimal};

use super::{Ids, csv, explain, failure, instant, period, print, print_json, table};
use crate::args::Format;
use crate::listening::Noticing;
use crate::output;
use crate::say;
use crate::words;
use artifice_engine::view::{money, tenants};
use artifice_text::{line, name};

/// Writes previews as they come.
pub struct Writer<'n> {
    notices: &'n Noticing,
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

impl<'n> Writer<'n> {
    /// Nothing yet; what is noticed goes to `notices`.
    pub fn new(notices: &'n Noticing, format: Format, calendar: Calendar) -> Self {
        Writer {
            notices,
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
                self.notices.hear(words::problem(draft.tenant.called(), &problem));
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
            print_json(&tenants::document(
                &self.json,
                self.failed.iter().map(|failed| (&failed.tenant, words::why(failed))),
            ))?;
        }
        if self.incomplete {
            say::warning("the total is incomplete: some lines have no price");
        }
        Ok(Written { count: self.count, failed: self.incomplete || !self.failed.is_empty() })
    }
}

fn draft_table(draft: &Draft, calendar: Calendar, explain: bool) -> io::Result<String> {
    let called = draft.tenant.name.as_ref().map(|called| format!("{}, ", name(called))).unwrap_or_default();
    let head = format!("Tenant {called}{}, {}", name(&draft.tenant.id), period(draft.period, Some(calendar)));
    let body = body_table(&draft.lines, &draft.taxes, (draft.currency, Some(calendar)), draft.subtotal, draft.total);
    let mut text = format!("{}\n{body}\n", line(&head));
    for (number, line) in (1..).zip(&draft.lines).filter(|_| explain) {
        text.push_str(&explain::text(number, line, draft.currency, calendar));
        text.push('\n');
    }
    Ok(text)
}

/// Where a table of lines says when they begin.
const FROM: usize = 4;

/// Lines and sums, as a table. Lines that differ by nothing else say when they begin.
pub fn body_table(
    lines: &[Line],
    taxes: &[Tax],
    (currency, calendar): (Currency, Option<Calendar>),
    subtotal: Option<Decimal>,
    total: Option<Decimal>,
) -> String {
    let is_cut = are_cut(lines);
    let ids = Ids::of(lines.iter().map(|line| line.usage.resource_id.as_str()));
    let row = |line: &Line| {
        let usage = &line.usage;
        let resource = match usage.resource_name.as_str() {
            "" => ids.show(&usage.resource_id),
            name => name.to_owned(),
        };
        let in_tiers = line.cost.is_some_and(|cost| !cost.is_zero());
        let rate = match &line.rate {
            Some(rate) => output::rate(rate.amount, &rate.per),
            None if in_tiers => "in tiers".to_owned(),
            None => "no price".to_owned(),
        };
        let quantity = output::quantity(usage.volume, &usage.unit);
        let cost = money(line.cost, currency).unwrap_or_else(|| "?".to_owned());
        let cells = [&usage.section, &usage.location, &line.name, &resource, &quantity, &rate, &cost];
        let mut row = cells.map(Clone::clone).to_vec();
        if is_cut {
            row.insert(FROM, instant(usage.period.start(), calendar));
        }
        row
    };
    let mut headers = vec!["Section", "Location", "Service", "Resource", "Quantity", "Rate", "Cost"];
    if is_cut {
        headers.insert(FROM, "From");
    }
    let mut text = table(&headers, lines.iter().map(row).collect());
    let amount =
        |amount| money(amount, currency).map_or_else(|| "incomplete".to_owned(), |text| format!("{currency} {text}"));
    if !taxes.is_empty() {
        text.push_str(&format!("Subtotal {}\n", amount(subtotal)));
    }
    for tax in taxes {
        text.push_str(&format!("{} {} % {}\n", name(&tax.name), tax.percent, amount(Some(tax.amount))));
    }
    text.push_str(&format!("Total {}\n", amount(total)));
    text
}

/// Whether lines of the same resource and service are told apart by their time alone.
fn are_cut(lines: &[Line]) -> bool {
    let mut seen = BTreeMap::new();
    lines.iter().any(|Line { usage, name, .. }| {
        let what = (&usage.section, &usage.location, name, &usage.resource_name, &usage.resource_id);
        *seen.entry(what).or_insert(usage.period) != usage.period
    })
}

/// One row a line. (Totals are sums of the rows; taxes are not usage.)
fn draft_csv(draft: &Draft, header: bool) -> io::Result<String> {
    let mut to = ::csv::Writer::from_writer(Vec::new());
    if header {
        to.write_record(csv::LINE)?;
    }
    for line in &draft.lines {
        csv::write(&mut to, csv::line(&draft.tenant, line, draft.currency))?;
    }
    csv::text(to)
}
