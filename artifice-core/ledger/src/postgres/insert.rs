//! Storing a statement, in one transaction.

use artifice_model::statement::{Line, Tax, Usage};
use artifice_model::{Decimal, StatementId};
use async_trait::async_trait;
use sqlx::Connection;
use sqlx::postgres::PgConnection;
use sqlx::postgres::types::PgRange;
use tracing::Instrument;
use uuid::Uuid;

use super::change::append;
use super::copy::{Table, store};
use super::month::month_is_the_same;
use super::{PostgresLedger, Tries, instant};
use crate::audit::{Act, Action};
use crate::content::digest;
use crate::content::without_nul;
use crate::error::LedgerError;
use crate::explained::{Explained, free_text};
use crate::ids::{StatementRef, TenantNo};
use crate::parts;
use crate::series::{Numbers, SeriesRow};
use crate::statement::next_revision;
use crate::statement::{NewKind, NewStatement, Statement};
use crate::storing::Store;
use crate::storing::changed;

/// A series' number is its tenant's times 2 to this, and one of the tenant's own.
const TENANT_SHIFT: u32 = 32;

const SERIES: Table = Table {
    name: "series",
    columns: &[
        ("tenant_no", "bigint"),
        ("series_no", "bigint"),
        ("resource_id", "text"),
        ("entry", "text"),
        ("service", "text"),
        ("location", "text"),
    ],
};

const USAGE: Table = Table {
    name: "usage",
    columns: &[
        ("tenant_no", "bigint"),
        ("statement_id", "uuid"),
        ("series_no", "bigint"),
        ("period", "tstzrange"),
        ("meter", "text"),
        ("section", "text"),
        ("resource_name", "text"),
        ("volume", "numeric"),
        ("unit", "text"),
        ("aggregate", "text"),
        ("corrects", "uuid"),
    ],
};

const LINE: Table = Table {
    name: "line",
    columns: &[
        ("tenant_no", "bigint"),
        ("statement_id", "uuid"),
        ("line_no", "bigint"),
        ("section", "text"),
        ("location", "text"),
        ("service", "text"),
        ("name", "text"),
        ("resource_id", "text"),
        ("resource_name", "text"),
        ("entry", "text"),
        ("meter", "text"),
        ("aggregate", "text"),
        ("period", "tstzrange"),
        ("volume", "numeric"),
        ("unit", "text"),
        ("rate", "numeric"),
        ("rate_unit", "text"),
        ("rate_origin", "text"),
        ("cost", "numeric"),
        ("free", "text"),
        ("explained", "text"),
        ("parts", "text"),
    ],
};

const TAX: Table = Table {
    name: "tax",
    columns: &[
        ("tenant_no", "bigint"),
        ("statement_id", "uuid"),
        ("tax_no", "bigint"),
        ("name", "text"),
        ("percent", "numeric"),
        ("base", "numeric"),
        ("amount", "numeric"),
        ("sections", "text"),
    ],
};

#[async_trait]
impl Store for PostgresLedger {
    async fn store(&self, new: NewStatement<'_>, by: Act<'_>) -> Result<StatementRef, LedgerError> {
        let mut tries = Tries::default();
        loop {
            let done = self.insert(new, by).await;
            if !tries.again(&done) {
                return done.map_err(|error| self.error(error))?.ok_or_else(|| changed(new).into());
            }
        }
    }
}

impl PostgresLedger {
    /// Answers which statement it is; nothing if one was not worked out beside what is live now.
    async fn insert(&self, new: NewStatement<'_>, by: Act<'_>) -> sqlx::Result<Option<StatementRef>> {
        let mut connection = self.pool.acquire().await?;
        let mut transaction = connection.begin().await?;
        let draft = new.draft;
        let locking = tracing::debug_span!("lock");
        let tenant_no = tenant_no(&mut transaction, new).instrument(locking).await?;
        let revision = match new.kind {
            NewKind::Adjustment { of, beside, .. } => match revision(&mut transaction, tenant_no, of, beside).await? {
                Some(revision) => Some(revision),
                None => return Ok(None),
            },
            NewKind::Invoice | NewKind::Credit { .. } => None,
        };
        if !month_is_the_same(&mut transaction, tenant_no, new.month).await? {
            return Ok(None);
        }
        let id = Uuid::now_v7().to_string();
        insert_head(&mut transaction, tenant_no, &id, new, revision).await?;
        insert_usage(&mut transaction, tenant_no, &id, new).await?;
        insert_lines(&mut transaction, tenant_no, &id, &draft.lines).await?;
        insert_taxes(&mut transaction, tenant_no, &id, &draft.taxes).await?;
        let action = if new.held.is_some() { Action::Held } else { Action::Stored };
        let place = StatementRef { tenant: TenantNo(tenant_no), id: id.as_str().into() };
        append(&mut transaction, &place, action, new.held, by).await?;
        if let NewKind::Credit { of, reason } = new.kind {
            begin_voiding(&mut transaction, tenant_no, &of.id, reason).await?;
            append(&mut transaction, &of.reference(), Action::Voiding, Some(reason), by).await?;
        }
        take_number(&mut transaction, tenant_no, &id, new.backend).await?;
        transaction.commit().await?;
        Ok(Some(place))
    }
}

/// The next adjustment's number, if those that are live are the ones that it was worked out beside.
async fn revision(
    connection: &mut PgConnection,
    tenant_no: i64,
    of: &Statement,
    beside: &[StatementId],
) -> sqlx::Result<Option<i64>> {
    let all: Vec<(String, i64, String)> = sqlx::query_as(
        "SELECT statement_id::text, revision, state FROM statement
         WHERE tenant_no = $1 AND refers_to = $2::uuid AND kind = 'adjustment'",
    )
    .bind(tenant_no)
    .bind(of.id.as_str())
    .fetch_all(connection)
    .await?;
    Ok(next_revision(&all, beside))
}

async fn begin_voiding(connection: &mut PgConnection, tenant_no: i64, id: &str, reason: &str) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE statement SET state = 'voiding', void_reason = $3 WHERE tenant_no = $1 AND statement_id = $2::uuid",
    )
    .bind(tenant_no)
    .bind(id)
    .bind(without_nul(reason).into_owned())
    .execute(connection)
    .await
    .map(drop)
}

/// The tenant's number; a new tenant gets the next one. Its row stays locked until the transaction
/// ends: two statements of one tenant are stored one after the other, and see each other's series.
async fn tenant_no(connection: &mut PgConnection, new: NewStatement<'_>) -> sqlx::Result<i64> {
    let known = "UPDATE tenant SET name = coalesce($2, name) WHERE tenant_id = $1 RETURNING tenant_no";
    let unknown = "INSERT INTO tenant (tenant_id, name) VALUES ($1, $2)
               ON CONFLICT (tenant_id) DO UPDATE SET name = coalesce(excluded.name, tenant.name) RETURNING tenant_no";
    let (id, name) = (new.draft.tenant.id.as_str(), new.name_of_today());
    match sqlx::query_scalar(known).bind(id).bind(name).fetch_optional(&mut *connection).await? {
        Some(number) => Ok(number),
        None => sqlx::query_scalar(unknown).bind(id).bind(name).fetch_one(connection).await,
    }
}

async fn insert_head(
    connection: &mut PgConnection,
    tenant_no: i64,
    id: &str,
    new: NewStatement<'_>,
    revision: Option<i64>,
) -> sqlx::Result<()> {
    let (draft, kind) = (new.draft, new.kind.kind());
    let about = new.kind.refers_to().map(|statement| statement.id.as_str());
    let sum = |sum: Option<Decimal>| sum.map(|sum| sum.to_string());
    let period = PgRange::from(instant(draft.period.start())?..instant(draft.period.end())?);
    sqlx::query(
        "INSERT INTO statement (tenant_no, statement_id, kind, period, tenant_name, timezone, currency,
                                subtotal, total, digest, backend, backend_version, created, refers_to, revision,
                                settings, state, error, rules, tenant_label)
         VALUES ($1, $2::uuid, $3, $4, $5, $6, $7, $8::numeric, $9::numeric, $10, $11, $12, $13, $14::uuid, $15,
                 $16, $17, $18, $19, $20)",
    )
    .bind(tenant_no)
    .bind(id)
    .bind(kind.name())
    .bind(period)
    .bind(&draft.tenant.name)
    .bind(new.timezone)
    .bind(draft.currency.code())
    .bind(sum(draft.subtotal))
    .bind(sum(draft.total))
    .bind(digest(kind, about, new.timezone, draft).to_string())
    .bind(new.backend)
    .bind(new.backend_version)
    .bind(instant(new.created)?)
    .bind(about)
    .bind(revision)
    .bind(new.settings)
    .bind(new.state().to_string())
    .bind(new.held)
    .bind(new.rules.map(|rules| serde_json::json!(rules).to_string()))
    .bind(new.label)
    .execute(connection)
    .await
    .map(drop)
}

/// The numbers of all series of a tenant's usage; new series get the next ones.
async fn series_numbers<'u>(
    connection: &mut PgConnection,
    tenant_no: i64,
    usage: &'u [Usage],
) -> sqlx::Result<Numbers<'u>> {
    let known: Vec<SeriesRow> =
        sqlx::query_as("SELECT series_no, resource_id, entry, service, location FROM series WHERE tenant_no = $1")
            .bind(tenant_no)
            .fetch_all(&mut *connection)
            .await?;
    let numbers = Numbers::of(usage, &known, tenant_no << TENANT_SHIFT);
    store(connection, &SERIES, numbers.new.iter(), |row, (number, (resource, entry, service, location))| {
        row.integer(tenant_no).integer(*number).text(resource).text(entry).text(service).text(location);
        Ok(())
    })
    .await?;
    Ok(numbers)
}

async fn insert_usage(
    connection: &mut PgConnection,
    tenant_no: i64,
    id: &str,
    new: NewStatement<'_>,
) -> sqlx::Result<()> {
    let usage = &new.draft.usage;
    let numbers = series_numbers(connection, tenant_no, usage).await?;
    store(connection, &USAGE, scattered(usage).into_iter(), |row, (index, usage)| {
        let series_no = numbers.number(usage).map(|number| number.to_string());
        row.integer(tenant_no).text(id).optional(series_no.as_deref()).period(usage.period)?;
        row.text(&usage.meter).text(&usage.section).text(&usage.resource_name);
        row.decimal(usage.volume).text(&usage.unit).text(usage.aggregate_name());
        row.optional(new.kind.corrects(index));
        Ok(())
    })
    .await
}

/// Usage, with its places, in an order that has nothing to do with its series' numbers, and is always the same.
///
/// The index of `usage_no_overlap` looks for the place of a row entry by entry, and looks closer at an
/// entry that fits better than all before it. In the order of the numbers nearly every one does: then
/// storing takes a quarter longer.
fn scattered(usage: &[Usage]) -> Vec<(usize, &Usage)> {
    // Multiplied by 2^64 / φ, numbers that follow one another come to lie far apart (Knuth, TAOCP 6.4).
    let place = |index: usize| u64::try_from(index).unwrap_or(0).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut scattered: Vec<(usize, &Usage)> = usage.iter().enumerate().collect();
    scattered.sort_unstable_by_key(|(index, _)| place(*index));
    scattered
}

async fn insert_lines(connection: &mut PgConnection, tenant_no: i64, id: &str, lines: &[Line]) -> sqlx::Result<()> {
    store(connection, &LINE, lines.iter().enumerate(), |row, (index, line)| {
        let (usage, rate) = (&line.usage, line.rate.as_ref());
        row.integer(tenant_no).text(id).text(&(index + 1).to_string());
        row.text(&usage.section).text(&usage.location).text(&usage.service).text(&line.name);
        row.text(&usage.resource_id).text(&usage.resource_name);
        row.text(&usage.entry).text(&usage.meter).text(usage.aggregate_name());
        row.period(usage.period)?.decimal(usage.volume).text(&usage.unit);
        row.optional(rate.map(|rate| rate.amount.to_string()).as_deref());
        row.optional(rate.map(|rate| &*rate.per)).optional(rate.map(|rate| &*rate.origin));
        row.optional(line.cost.map(|cost| cost.to_string()).as_deref());
        row.optional(free_text(line).as_deref()).optional(Explained::text(line).as_deref());
        row.optional(parts::text(line).as_deref());
        Ok(())
    })
    .await
}

async fn insert_taxes(connection: &mut PgConnection, tenant_no: i64, id: &str, taxes: &[Tax]) -> sqlx::Result<()> {
    store(connection, &TAX, taxes.iter().enumerate(), |row, (index, tax)| {
        row.integer(tenant_no).text(id).text(&(index + 1).to_string()).text(&tax.name);
        row.decimal(tax.percent).decimal(tax.base).decimal(tax.amount);
        row.text(&serde_json::json!(tax.sections).to_string());
        Ok(())
    })
    .await
}

/// Takes the next number of the backend. Last, because others wait for it until the transaction ends;
/// and under the lock that migrations/postgres/0002_guards.sql has, so that the number read is still
/// the last one when the next is stored.
async fn take_number(connection: &mut PgConnection, tenant_no: i64, id: &str, backend: &str) -> sqlx::Result<()> {
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('artifice.invoice_number ' || $1, 0))")
        .bind(backend)
        .execute(&mut *connection)
        .instrument(tracing::debug_span!("lock"))
        .await?;
    sqlx::query(
        "INSERT INTO invoice_number (backend, number, tenant_no, statement_id)
         SELECT $1, coalesce(max(number), 0) + 1, $2, $3::uuid FROM invoice_number WHERE backend = $1",
    )
    .bind(backend)
    .bind(tenant_no)
    .bind(id)
    .execute(connection)
    .await
    .map(drop)
}
