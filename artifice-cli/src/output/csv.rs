//! CSV as the command writes it: texts are made harmless for spreadsheets and terminals, numbers stay as they are.

use std::borrow::Cow;
use std::io;

use artifice_model::statement::Line;
use artifice_model::{Currency, Tenant};
use artifice_plugin_host::api::spreadsheet::neutral;
use artifice_text::visible;

use artifice_engine::view::money;

/// A cell.
pub enum Cell<'a> {
    /// What people, programs and tenants call something.
    Text(&'a str),
    /// A number or an instant of our own.
    Own(Cow<'a, str>),
}

impl Cell<'_> {
    fn harmless(&self) -> Cow<'_, str> {
        match self {
            Cell::Text(text) => match visible(text) {
                Cow::Borrowed(text) => neutral(text),
                Cow::Owned(text) => Cow::Owned(neutral(&text).into_owned()),
            },
            Cell::Own(text) => Cow::Borrowed(text),
        }
    }
}

/// What is in [`line()`].
pub const LINE: [&str; 19] = [
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
    "quantity",
    "unit",
    "rate",
    "rate_unit",
    "cost",
    "entry",
];

/// A tenant's line as a row.
pub fn line<'a>(tenant: &'a Tenant, line: &'a Line, currency: Currency) -> [Cell<'a>; LINE.len()] {
    let (usage, rate) = (&line.usage, line.rate.as_ref());
    let own = |text: String| Cell::Own(Cow::Owned(text));
    [
        Cell::Text(tenant.id.as_str()),
        Cell::Text(tenant.name.as_deref().unwrap_or_default()),
        own(usage.period.start().to_string()),
        own(usage.period.end().to_string()),
        own(currency.to_string()),
        Cell::Text(&usage.section),
        Cell::Text(&usage.location),
        Cell::Text(&usage.service),
        Cell::Text(&line.name),
        Cell::Text(&usage.resource_id),
        Cell::Text(&usage.resource_name),
        Cell::Text(&usage.meter),
        Cell::Text(usage.aggregate_name()),
        own(usage.volume.to_string()),
        Cell::Text(&usage.unit),
        own(rate.map(|rate| rate.amount.to_string()).unwrap_or_default()),
        Cell::Text(rate.map(|rate| rate.per.as_str()).unwrap_or_default()),
        own(money(line.cost, currency).unwrap_or_default()),
        Cell::Text(&usage.entry),
    ]
}

/// Writes a row.
pub fn write<'a, W: io::Write>(to: &mut csv::Writer<W>, row: impl IntoIterator<Item = Cell<'a>>) -> io::Result<()> {
    for cell in row {
        to.write_field(cell.harmless().as_bytes()).map_err(written)?;
    }
    to.write_record(None::<&[u8]>).map_err(written)
}

/// Everything that was written, as text.
pub fn text(csv: csv::Writer<Vec<u8>>) -> io::Result<String> {
    let bytes = csv.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

/// What went wrong with the output itself: whether that is closed must not be lost.
pub fn written(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
