//! Storing a statement, in one transaction.

use artifice_model::StatementId;
use artifice_model::statement::{Draft, Line, Usage};
use async_trait::async_trait;
use sqlx::sqlite::SqliteConnection;
use sqlx::{QueryBuilder, Sqlite};
use uuid::Uuid;

use super::SqliteLedger;
use super::change::append;
use super::month::month_is_the_same;
use crate::audit::{Act, Action};
use crate::content::digest;
use crate::error::LedgerError;
use crate::explained::{Explained, free_text};
use crate::ids::{StatementRef, TenantNo};
use crate::limits::SQLITE_ROWS;
use crate::parts;
use crate::series::{Numbers, SeriesRow};
use crate::statement::next_revision;
use crate::statement::{NewKind, NewStatement, Statement};
use crate::storing::Store;
use crate::storing::changed;

#[async_trait]
impl Store for SqliteLedger {
    async fn store(&self, new: NewStatement<'_>, by: Act<'_>) -> Result<StatementRef, LedgerError> {
        let stored = self.in_transaction(async |connection| insert(connection, new, by).await).await;
        stored.map_err(|error| self.error(error))?.ok_or_else(|| changed(new).into())
    }
}

/// Answers which statement it is; nothing if one was not worked out beside what is live now.
async fn insert(
    transaction: &mut SqliteConnection,
    new: NewStatement<'_>,
    by: Act<'_>,
) -> sqlx::Result<Option<StatementRef>> {
    let tenant_no = tenant_no(transaction, new).await?;
    let revision = match new.kind {
        NewKind::Adjustment { of, beside, .. } => match revision(transaction, tenant_no, of, beside).await? {
            Some(revision) => Some(revision),
            None => return Ok(None),
        },
        NewKind::Invoice | NewKind::Credit { .. } => None,
    };
    if !month_is_the_same(transaction, tenant_no, new.month).await? {
        return Ok(None);
    }
    let id = Uuid::now_v7().to_string();
    insert_statement(transaction, tenant_no, &id, new, revision).await?;
    insert_usage(transaction, tenant_no, &id, new).await?;
    insert_lines(transaction, tenant_no, &id, &new.draft.lines).await?;
    insert_taxes(transaction, tenant_no, &id, new.draft).await?;
    // Last, so that the number is taken for the shortest time and never by one that fails.
    sqlx::query(
        "INSERT INTO invoice_number (backend, number, tenant_no, statement_id)
             SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3 FROM invoice_number WHERE backend = ?1",
    )
    .bind(new.backend)
    .bind(tenant_no)
    .bind(&id)
    .execute(&mut *transaction)
    .await?;
    let action = if new.held.is_some() { Action::Held } else { Action::Stored };
    let place = StatementRef { tenant: TenantNo(tenant_no), id: id.into() };
    append(transaction, &place, action, new.held, by).await?;
    if let NewKind::Credit { of, reason } = new.kind {
        let sql = "UPDATE statement SET state = 'voiding', void_reason = ?3 WHERE tenant_no = ?1 AND statement_id = ?2";
        let query = sqlx::query(sql).bind(tenant_no).bind(of.id.as_str()).bind(reason);
        query.execute(&mut *transaction).await?;
        append(transaction, &of.reference(), Action::Voiding, Some(reason), by).await?;
    }
    Ok(Some(place))
}

/// The next adjustment's number, if those that are live are the ones that it was worked out beside.
async fn revision(
    connection: &mut SqliteConnection,
    tenant_no: i64,
    of: &Statement,
    beside: &[StatementId],
) -> sqlx::Result<Option<i64>> {
    let all: Vec<(String, i64, String)> = sqlx::query_as(
        "SELECT statement_id, revision, state FROM statement
         WHERE tenant_no = ? AND refers_to = ? AND kind = 'adjustment'",
    )
    .bind(tenant_no)
    .bind(of.id.as_str())
    .fetch_all(connection)
    .await?;
    Ok(next_revision(&all, beside))
}

/// The tenant's number; a new tenant gets the next one.
async fn tenant_no(connection: &mut SqliteConnection, new: NewStatement<'_>) -> sqlx::Result<i64> {
    let (id, name) = (new.draft.tenant.id.as_str(), new.name_of_today());
    let known =
        sqlx::query_scalar("UPDATE tenant SET name = coalesce(?2, name) WHERE tenant_id = ?1 RETURNING tenant_no");
    match known.bind(id).bind(name).fetch_optional(&mut *connection).await? {
        Some(number) => Ok(number),
        None => {
            let new = sqlx::query_scalar("INSERT INTO tenant (tenant_id, name) VALUES (?1, ?2) RETURNING tenant_no");
            new.bind(id).bind(name).fetch_one(connection).await
        }
    }
}

async fn insert_statement(
    connection: &mut SqliteConnection,
    tenant_no: i64,
    id: &str,
    new: NewStatement<'_>,
    revision: Option<i64>,
) -> sqlx::Result<()> {
    let (draft, kind) = (new.draft, new.kind.kind());
    let about = new.kind.refers_to().map(|statement| statement.id.as_str());
    let sum = |sum: Option<artifice_model::Decimal>| sum.map(|sum| sum.to_string());
    sqlx::query(
        "INSERT INTO statement (tenant_no, statement_id, kind, period_start, period_end, tenant_name, timezone, currency,
                                subtotal, total, digest, backend, backend_version, created_us, refers_to, revision,
                                settings, state, error, rules, tenant_label)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(tenant_no)
    .bind(id)
    .bind(kind.name())
    .bind(draft.period.start().micros())
    .bind(draft.period.end().micros())
    .bind(&draft.tenant.name)
    .bind(new.timezone)
    .bind(draft.currency.code())
    .bind(sum(draft.subtotal))
    .bind(sum(draft.total))
    .bind(digest(kind, about, new.timezone, draft).to_string())
    .bind(new.backend)
    .bind(new.backend_version)
    .bind(new.created.micros())
    .bind(about)
    .bind(revision)
    .bind(new.settings)
    .bind(new.state().to_string())
    .bind(new.held)
    .bind(new.rules.map(|rules| serde_json::json!(rules).to_string()))
    .bind(new.label)
    .execute(connection)
    .await?;
    Ok(())
}

/// The numbers of all series of a tenant's usage; new series get the next ones.
async fn series_numbers<'u>(
    connection: &mut SqliteConnection,
    tenant_no: i64,
    usage: &'u [Usage],
) -> sqlx::Result<Numbers<'u>> {
    let known: Vec<SeriesRow> =
        sqlx::query_as("SELECT series_no, resource_id, entry, service, location FROM series WHERE tenant_no = ?")
            .bind(tenant_no)
            .fetch_all(&mut *connection)
            .await?;
    let numbers = Numbers::of(usage, &known, 0);
    for rows in numbers.new.chunks(SQLITE_ROWS) {
        let mut sql = QueryBuilder::<Sqlite>::new(
            "INSERT INTO series (tenant_no, series_no, resource_id, entry, service, location) ",
        );
        sql.push_values(rows, |mut row, (number, (resource, entry, service, location))| {
            row.push_bind(tenant_no)
                .push_bind(*number)
                .push_bind(*resource)
                .push_bind(*entry)
                .push_bind(*service)
                .push_bind(*location);
        });
        sql.build().execute(&mut *connection).await?;
    }
    Ok(numbers)
}

async fn insert_usage(
    connection: &mut SqliteConnection,
    tenant_no: i64,
    id: &str,
    new: NewStatement<'_>,
) -> sqlx::Result<()> {
    let usage = &new.draft.usage;
    let numbers = series_numbers(connection, tenant_no, usage).await?;
    let usage: Vec<(usize, &Usage)> = usage.iter().enumerate().collect();
    for rows in usage.chunks(SQLITE_ROWS) {
        let mut sql = QueryBuilder::<Sqlite>::new(
            "INSERT INTO usage (tenant_no, series_no, period_start, period_end, statement_id, meter, section, resource_name, volume, unit, aggregate, corrects) ",
        );
        sql.push_values(rows, |mut row, (index, usage)| {
            row.push_bind(tenant_no).push_bind(numbers.number(usage));
            row.push_bind(usage.period.start().micros()).push_bind(usage.period.end().micros()).push_bind(id);
            row.push_bind(&usage.meter).push_bind(&usage.section).push_bind(&usage.resource_name);
            row.push_bind(usage.volume.to_string()).push_bind(&usage.unit).push_bind(usage.aggregate_name());
            row.push_bind(new.kind.corrects(*index));
        });
        sql.build().execute(&mut *connection).await?;
    }
    Ok(())
}

async fn insert_lines(connection: &mut SqliteConnection, tenant_no: i64, id: &str, lines: &[Line]) -> sqlx::Result<()> {
    let numbered: Vec<(i64, &Line)> = (1..).zip(lines).collect();
    for rows in numbered.chunks(SQLITE_ROWS) {
        let mut sql = QueryBuilder::<Sqlite>::new(
            "INSERT INTO line (tenant_no, statement_id, line_no, section, location, service, name, resource_id, resource_name,
                               entry, meter, aggregate, period_start, period_end, volume, unit, rate, rate_unit, rate_origin, cost,
                               free, explained, parts) ",
        );
        sql.push_values(rows, |mut row, (number, line)| {
            let (usage, rate) = (&line.usage, line.rate.as_ref());
            row.push_bind(tenant_no).push_bind(id).push_bind(*number);
            row.push_bind(&usage.section).push_bind(&usage.location).push_bind(&usage.service).push_bind(&line.name);
            row.push_bind(&usage.resource_id).push_bind(&usage.resource_name);
            row.push_bind(&usage.entry).push_bind(&usage.meter).push_bind(usage.aggregate_name());
            row.push_bind(usage.period.start().micros()).push_bind(usage.period.end().micros());
            row.push_bind(usage.volume.to_string()).push_bind(&usage.unit);
            row.push_bind(rate.map(|rate| rate.amount.to_string()));
            row.push_bind(rate.map(|rate| &rate.per)).push_bind(rate.map(|rate| &rate.origin));
            row.push_bind(line.cost.map(|cost| cost.to_string()));
            row.push_bind(free_text(line)).push_bind(Explained::text(line)).push_bind(parts::text(line));
        });
        sql.build().execute(&mut *connection).await?;
    }
    Ok(())
}

async fn insert_taxes(connection: &mut SqliteConnection, tenant_no: i64, id: &str, draft: &Draft) -> sqlx::Result<()> {
    for (number, tax) in (1_i64..).zip(&draft.taxes) {
        sqlx::query("INSERT INTO tax (tenant_no, statement_id, tax_no, name, percent, base, amount, sections) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
            .bind(tenant_no)
            .bind(id)
            .bind(number)
            .bind(&tax.name)
            .bind(tax.percent.to_string())
            .bind(tax.base.to_string())
            .bind(tax.amount.to_string())
            .bind(serde_json::json!(tax.sections).to_string())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
