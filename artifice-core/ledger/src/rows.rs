//! Rows of either database as the ledger's types. Both databases answer with the same columns:
//! decimals as text, instants as microseconds in columns that end in `_us` (and `period_start`,
//! `period_end`).

use std::sync::Arc;

use artifice_model::aggregate::Aggregate;
use artifice_model::rate::Working;
use artifice_model::statement::{BilledLine, Line, Rate, Rules, Tax, Usage};
use artifice_model::{Currency, Decimal, Period, Tenant, Timestamp};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row};

use crate::content::digest_of_stored;
use crate::coverage::{Cover, Covered};
use crate::parts;
use crate::{
    Author, Body, Claim, Entry, Explained, Kind, LedgerError, Listed, Receipt, Referred, Refusal, Statement,
    StatementId, StatementPlace, StatementRef, StoredUsage, TenantNo, Unreadable,
};

/// The columns of a row, whichever database it comes from.
pub(crate) trait Columns {
    fn text(&self, column: &str) -> sqlx::Result<String>;
    fn optional_text(&self, column: &str) -> sqlx::Result<Option<String>>;
    fn integer(&self, column: &str) -> sqlx::Result<i64>;
    fn optional_integer(&self, column: &str) -> sqlx::Result<Option<i64>>;
}

macro_rules! columns_of {
    ($row:ty) => {
        impl Columns for $row {
            fn text(&self, column: &str) -> sqlx::Result<String> {
                self.try_get(column)
            }

            fn optional_text(&self, column: &str) -> sqlx::Result<Option<String>> {
                self.try_get(column)
            }

            fn integer(&self, column: &str) -> sqlx::Result<i64> {
                self.try_get(column)
            }

            fn optional_integer(&self, column: &str) -> sqlx::Result<Option<i64>> {
                self.try_get(column)
            }
        }

        impl FromRow<'_, $row> for Stored<Line> {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                line_with_parts(row).map(Stored)
            }
        }

        impl FromRow<'_, $row> for Stored<Explained> {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                explained(row).map(Stored)
            }
        }

        impl FromRow<'_, $row> for Stored<StoredUsage> {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                let corrects = row.optional_text("corrects")?.map(StatementId::from);
                usage(row).map(|usage| Stored(StoredUsage { usage, corrects }))
            }
        }

        impl FromRow<'_, $row> for Stored<Entry> {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                entry(row).map(Stored)
            }
        }

        impl FromRow<'_, $row> for Stored<Tax> {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                tax(row).map(Stored)
            }
        }
    };
}

columns_of!(SqliteRow);
columns_of!(PgRow);

/// A row as a type of the model's.
pub(crate) struct Stored<T>(T);

/// Rows of a statement as types of the model's. `other` explains what the database itself says.
pub(crate) fn of_statement<T>(
    database: &str,
    statement: &Statement,
    rows: sqlx::Result<Vec<Stored<T>>>,
    other: impl Fn(sqlx::Error) -> LedgerError,
) -> Result<Vec<T>, LedgerError> {
    let unreadable = |error: sqlx::Error| match error {
        sqlx::Error::ColumnDecode { .. } => {
            let id = statement.id.clone();
            Refusal::Damaged { database: database.to_owned(), id, what: error.to_string() }.into()
        }
        error => other(error),
    };
    Ok(rows.map_err(unreadable)?.into_iter().map(|stored| stored.0).collect())
}

/// Statements of rows, in the rows' order; and the rows that are none.
pub(crate) fn statements<R: Columns>(database: &str, rows: &[R]) -> Listed {
    let (mut listed, mut last) = (Listed::default(), None);
    for row in rows {
        match statement(row, &mut last) {
            Ok(statement) => listed.statements.push(statement),
            Err(source) => listed.unreadable.push(unreadable(database, row, &source)),
        }
    }
    listed
}

/// The same of a page of a list: with where the next one begins, if this one is full. Where that cannot be read
/// there is no list, because nobody would know what it lacks.
pub(crate) fn statements_of_page<R: Columns>(database: &str, rows: &[R], limit: u32) -> sqlx::Result<Listed> {
    let is_full = u32::try_from(rows.len()).is_ok_and(|length| length >= limit);
    let next = match rows.last().filter(|_| is_full) {
        Some(row) => Some(StatementPlace { backend: row.text("backend")?, number: row.integer("number")? }),
        None => None,
    };
    Ok(Listed { next, ..statements(database, rows) })
}

/// The statement of a row that was asked for.
pub(crate) fn statement_of<R: Columns>(
    database: &str,
    which: &StatementRef,
    row: Option<&R>,
) -> Result<Statement, Refusal> {
    let row = row.ok_or_else(|| Refusal::Absent { id: which.id.clone() })?;
    statement(row, &mut None).map_err(|source| unreadable(database, row, &source).error)
}

/// Statements of the rows of a page, and the last id among them; nothing if there are no rows.
pub(crate) fn page<R: Columns>(database: &str, rows: &[R]) -> sqlx::Result<Option<(String, Listed)>> {
    let Some(last) = rows.last() else { return Ok(None) };
    Ok(Some((last.text("statement_id")?, statements(database, rows))))
}

fn unreadable(database: &str, row: &impl Columns, source: &sqlx::Error) -> Unreadable {
    let id: StatementId = row.text("statement_id").unwrap_or_default().into();
    let what = match source {
        sqlx::Error::ColumnDecode { index, source } => {
            format!("its column {} cannot be read: {source}", index.trim_matches('"'))
        }
        other => other.to_string(),
    };
    Unreadable {
        tenant: Tenant {
            id: row.text("tenant_id").unwrap_or_default().into(),
            name: row.optional_text("tenant_name").unwrap_or_default(),
        },
        number: row.integer("number").ok().map(i64::unsigned_abs),
        error: Refusal::Damaged { database: database.to_owned(), id: id.clone(), what: what.clone() },
        id,
        what,
    }
}

/// A statement's body of its rows. `other` explains what the database itself says.
pub(crate) fn content(
    database: &str,
    statement: &Statement,
    lines: sqlx::Result<Vec<Stored<Line>>>,
    taxes: sqlx::Result<Vec<Stored<Tax>>>,
    other: impl Fn(sqlx::Error) -> LedgerError,
) -> Result<Body, LedgerError> {
    Ok(Body {
        lines: of_statement(database, statement, lines, &other)?,
        taxes: of_statement(database, statement, taxes, &other)?,
    })
}

/// A statement's body, checked against the statement's digest.
pub(crate) fn checked(database: &str, statement: &Statement, body: Body) -> Result<Body, LedgerError> {
    if digest_of_stored(statement, &body) != statement.digest {
        let what = "its content does not have the digest that was stored with it".to_owned();
        return Err(Refusal::Damaged { database: database.to_owned(), id: statement.id.clone(), what }.into());
    }
    Ok(body)
}

/// Reads a column's text as a type of the model's.
fn read<T>(row: &impl Columns, column: &str, read: impl FnOnce(&str) -> Option<T>) -> sqlx::Result<T> {
    let text = row.text(column)?;
    read(&text).ok_or_else(|| sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: format!("'{text}' is not readable").into(),
    })
}

fn decimal(row: &impl Columns, column: &str) -> sqlx::Result<Decimal> {
    read(row, column, |text| text.parse().ok())
}

fn instant(row: &impl Columns, column: &str) -> sqlx::Result<Option<Timestamp>> {
    Ok(row.optional_integer(column)?.map(Timestamp::from_micros))
}

fn period(row: &impl Columns) -> sqlx::Result<Period> {
    let at = |column| row.integer(column).map(Timestamp::from_micros);
    Period::new(at("period_start")?, at("period_end")?)
        .map_err(|error| sqlx::Error::ColumnDecode { index: "period_end".to_owned(), source: error.into() })
}

fn statement(row: &impl Columns, last: &mut LastRules) -> sqlx::Result<Statement> {
    let claim = match (row.optional_text("claim")?, row.optional_text("owner")?) {
        (Some(token), owner) => Some(Claim {
            token: token.into(),
            owner: owner.unwrap_or_default(),
            lease_until: instant(row, "lease_until_us")?.unwrap_or(Timestamp::from_micros(0)),
        }),
        (None, _) => None,
    };
    let refers_to = match (row.optional_text("refers_to")?, receipt(row, "refers_receipt", "refers_receipt_details")?) {
        (Some(id), Some(receipt)) => {
            Some(Referred { id: id.into(), number: row.integer("refers_number")?.unsigned_abs(), receipt })
        }
        _ => None,
    };
    let natural = |column| row.integer(column).map(i64::unsigned_abs);
    Ok(Statement {
        id: row.text("statement_id")?.into(),
        number: natural("number")?,
        kind: read(row, "kind", Kind::from_name)?,
        refers_to,
        revision: row.optional_integer("revision")?.map(i64::unsigned_abs),
        tenant: Tenant { id: row.text("tenant_id")?.into(), name: row.optional_text("tenant_name")? },
        label: row.optional_text("tenant_label")?,
        period: period(row)?,
        timezone: row.text("timezone")?,
        rules: rules(row, last)?,
        ledger_id: row.text("ledger_id")?,
        currency: read(row, "currency", |code| code.parse().ok())?,
        subtotal: decimal(row, "subtotal")?,
        total: decimal(row, "total")?,
        digest: row.text("digest")?.into(),
        backend: row.text("backend")?,
        backend_version: row.text("backend_version")?,
        settings: row.optional_text("settings")?,
        created: Timestamp::from_micros(row.integer("created_us")?),
        state: read(row, "state", |state| state.parse().ok())?,
        claim,
        doubted: instant(row, "doubted_us")?,
        tries: natural("tries")?,
        error: row.optional_text("error")?,
        receipt: receipt(row, "receipt", "receipt_details")?,
        void_reason: row.optional_text("void_reason")?,
        tenant_no: TenantNo(row.integer("tenant_no")?),
    })
}

/// The rules that were read last: most statements were made by the same.
type LastRules = Option<(String, Arc<Rules>)>;

fn rules(row: &impl Columns, last: &mut LastRules) -> sqlx::Result<Option<Arc<Rules>>> {
    let Some(text) = row.optional_text("rules")? else { return Ok(None) };
    if let Some((_, rules)) = last.as_ref().filter(|(known, _)| *known == text) {
        return Ok(Some(rules.clone()));
    }
    let rules: Rules = read(row, "rules", |json| serde_json::from_str(json).ok())?;
    let rules = Arc::new(rules);
    *last = Some((text, rules.clone()));
    Ok(Some(rules))
}

fn receipt(row: &impl Columns, reference: &str, details: &str) -> sqlx::Result<Option<Receipt>> {
    let Some(reference) = row.optional_text(reference)? else { return Ok(None) };
    Ok(Some(Receipt { reference, details: read(row, details, |json| serde_json::from_str(json).ok())? }))
}

fn entry(row: &impl Columns) -> sqlx::Result<Entry> {
    Ok(Entry {
        at: Timestamp::from_micros(row.integer("at_us")?),
        author: Author {
            who: row.text("who")?,
            command: row.text("command")?,
            configuration: row.text("configuration")?,
        },
        program: row.text("program")?,
        action: row.text("action")?,
        state: read(row, "state", |state| state.parse().ok())?,
        detail: row.optional_text("detail")?,
    })
}

fn line(row: &impl Columns) -> sqlx::Result<Line> {
    let rate = match row.optional_text("rate")? {
        Some(_) => {
            Some(Rate { amount: decimal(row, "rate")?, per: row.text("rate_unit")?, origin: row.text("rate_origin")? })
        }
        None => None,
    };
    let usage = usage(row)?;
    let (name, cost) = (row.text("name")?, Some(decimal(row, "cost")?));
    Ok(Line { usage, name, rate, cost, working: None, evidence: None, parts: Vec::new() })
}

/// A line with what of it was free, and with what of it falls to each resource.
fn line_with_parts(row: &impl Columns) -> sqlx::Result<Line> {
    let mut line = line(row)?;
    if row.optional_text("parts")?.is_some() {
        line.parts = read(row, "parts", |text| parts::read(&line, text))?;
    }
    if row.optional_text("free")?.is_some() {
        let free = read(row, "free", |text| text.parse().ok())?;
        line.working = Some(Arc::new(Working { free, ..Working::default() }));
    }
    Ok(line)
}

fn explained(row: &impl Columns) -> sqlx::Result<Explained> {
    let text = row.optional_text("explained")?;
    let mut explained = match &text {
        Some(_) => read(row, "explained", |text| Explained::read(Some(text)))?,
        None => Explained::default(),
    };
    if row.optional_text("free")?.is_some() {
        let free = read(row, "free", |text| text.parse().ok())?;
        let working = explained.working.as_deref().cloned().unwrap_or_default();
        explained.working = Some(Arc::new(Working { free, ..working }));
    }
    Ok(explained)
}

fn usage(row: &impl Columns) -> sqlx::Result<Usage> {
    Ok(Usage {
        resource_id: row.text("resource_id")?,
        resource_name: row.text("resource_name")?,
        entry: row.text("entry")?,
        meter: row.text("meter")?,
        section: row.text("section")?,
        service: row.text("service")?,
        location: row.text("location")?,
        period: period(row)?,
        volume: decimal(row, "volume")?,
        unit: row.text("unit")?,
        aggregate: read(row, "aggregate", |name| match name {
            "" => Some(None),
            name => Aggregate::from_name(name).map(Some),
        })?,
    })
}

/// A line that is for several resources, with its tenant's number and its currency.
pub(crate) fn line_of_resources(database: &str, row: &impl Columns) -> Result<(i64, Currency, Line), LedgerError> {
    let read_row = || {
        let currency = read(row, "currency", |code| code.parse().ok())?;
        Ok((row.integer("tenant_no")?, currency, line_with_parts(row)?))
    };
    read_row().map_err(|source: sqlx::Error| damaged(database, row, &source))
}

/// A line with what its statement says.
pub(crate) fn billed_line(database: &str, row: &impl Columns) -> Result<BilledLine, LedgerError> {
    let read_row = || {
        Ok(BilledLine {
            tenant: Tenant { id: row.text("tenant_id")?.into(), name: row.optional_text("tenant_name")? },
            statement_id: row.text("statement_id")?.into(),
            number: row.integer("number")?.unsigned_abs(),
            currency: read(row, "currency", |code| code.parse().ok())?,
            line: line(row)?,
        })
    };
    read_row().map_err(|source: sqlx::Error| damaged(database, row, &source))
}

/// Why a row of a statement cannot be read.
fn damaged(database: &str, row: &impl Columns, source: &sqlx::Error) -> LedgerError {
    let id = row.text("statement_id").unwrap_or_default();
    Refusal::Damaged { database: database.to_owned(), id: id.into(), what: source.to_string() }.into()
}

/// What a tenant is billed for, or had nothing to be billed in: see `COVERAGE`.
pub(crate) fn covered(row: &impl Columns) -> sqlx::Result<Covered> {
    let by = match row.text("covered_by")?.as_str() {
        "older" => Cover::OlderInvoice,
        "invoice" => Cover::Invoice,
        _ => Cover::Idle,
    };
    let tenant = Tenant { id: row.text("tenant_id")?.into(), name: row.optional_text("tenant_name")? };
    Ok(Covered { tenant, period: period(row)?, by })
}

/// A query for the rows of [`covered`]; `start` and `end` are how a period's ends are spelled, in microseconds, and
/// `which` what is wanted of each table, beginning with AND.
pub(crate) fn coverage(start: &str, end: &str, which: &str) -> String {
    let of = |table: &str, covered_by: &str, live: &str| {
        let (start, end) = (start.replace('@', table), end.replace('@', table));
        format!(
            "SELECT tenant.tenant_id, tenant.name AS tenant_name, {start} AS period_start, {end} AS period_end,
                    {covered_by} AS covered_by
             FROM {table} JOIN tenant ON tenant.tenant_no = {table}.tenant_no WHERE {live}{}",
            which.replace('@', table)
        )
    };
    let invoice = "CASE WHEN statement.rules IS NULL THEN 'older' ELSE 'invoice' END";
    let invoices = of("statement", invoice, "statement.kind = 'invoice' AND statement.state <> 'void'");
    format!("{invoices} UNION ALL {}", of("idle", "'idle'", "true"))
}

fn tax(row: &impl Columns) -> sqlx::Result<Tax> {
    let [percent, base, amount] = ["percent", "base", "amount"].map(|column| decimal(row, column));
    let sections = read(row, "sections", |text| serde_json::from_str(text).ok())?;
    Ok(Tax { name: row.text("name")?, percent: percent?, base: base?, amount: amount?, sections })
}
