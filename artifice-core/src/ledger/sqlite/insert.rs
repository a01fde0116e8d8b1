//! Storing a statement, in one transaction.

use artifice_model::statement::{Draft, Line, Usage};
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, QueryBuilder, Sqlite};
use uuid::Uuid;

use super::SqliteLedger;
use crate::ledger::series::{Numbers, SeriesRow};
use crate::ledger::{Kind, LedgerError, NewStatement, digest};

/// Rows of one INSERT. SQLite takes 32,766 parameters; a line has 20.
const ROWS: usize = 500;

impl SqliteLedger {
    pub(super) async fn insert(&self, new: NewStatement<'_>) -> Result<String, LedgerError> {
        self.insert_in_transaction(new).await.map_err(|error| self.error(error))
    }

    async fn insert_in_transaction(&self, new: NewStatement<'_>) -> sqlx::Result<String> {
        let mut connection = self.pool.acquire().await?;
        let stored = self.insert_on(&mut connection, new).await;
        if stored.is_err() {
            // After some errors (a full disk) SQLite has ended the transaction by itself, and sqlx
            // does not know: the next statement must not meet this connection.
            connection.close_on_drop();
        }
        stored
    }

    async fn insert_on(&self, connection: &mut SqliteConnection, new: NewStatement<'_>) -> sqlx::Result<String> {
        // IMMEDIATE: a transaction that reads before it writes must not find out at the end that
        // another one wrote in between.
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        let tenant_no = tenant_no(&mut transaction, new.draft).await?;
        let id = Uuid::now_v7().to_string();
        insert_statement(&mut transaction, tenant_no, &id, new).await?;
        insert_usage(&mut transaction, tenant_no, &id, &new.draft.usage).await?;
        insert_lines(&mut transaction, tenant_no, &id, &new.draft.lines).await?;
        insert_taxes(&mut transaction, tenant_no, &id, new.draft).await?;
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
        transaction.commit().await?;
        Ok(id)
    }
}

/// The tenant's number; a new tenant gets the next one.
async fn tenant_no(connection: &mut SqliteConnection, draft: &Draft) -> sqlx::Result<i64> {
    let (id, name) = (&draft.tenant.id, &draft.tenant.name);
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
) -> sqlx::Result<()> {
    let draft = new.draft;
    let sum = |sum: Option<artifice_model::Decimal>| sum.map(|sum| sum.to_string());
    sqlx::query(
        "INSERT INTO statement (tenant_no, statement_id, kind, period_start, period_end, tenant_name, timezone, currency,
                                subtotal, total, digest, backend, backend_version, created_us)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(tenant_no)
    .bind(id)
    .bind(Kind::Invoice.name())
    .bind(draft.period.start().micros())
    .bind(draft.period.end().micros())
    .bind(&draft.tenant.name)
    .bind(new.timezone)
    .bind(draft.currency.code())
    .bind(sum(draft.subtotal))
    .bind(sum(draft.total))
    .bind(digest(Kind::Invoice, new.timezone, draft))
    .bind(new.backend)
    .bind(new.backend_version)
    .bind(new.created.micros())
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
    for rows in numbers.new.chunks(ROWS) {
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
    usage: &[Usage],
) -> sqlx::Result<()> {
    let numbers = series_numbers(connection, tenant_no, usage).await?;
    for rows in usage.chunks(ROWS) {
        let mut sql = QueryBuilder::<Sqlite>::new(
            "INSERT INTO usage (tenant_no, series_no, period_start, period_end, statement_id, meter, section, resource_name, volume, unit, aggregate) ",
        );
        sql.push_values(rows, |mut row, usage| {
            row.push_bind(tenant_no).push_bind(numbers.number(usage));
            row.push_bind(usage.period.start().micros()).push_bind(usage.period.end().micros()).push_bind(id);
            row.push_bind(&usage.meter).push_bind(&usage.section).push_bind(&usage.resource_name);
            row.push_bind(usage.volume.to_string()).push_bind(&usage.unit).push_bind(usage.aggregate.name());
        });
        sql.build().execute(&mut *connection).await?;
    }
    Ok(())
}

async fn insert_lines(connection: &mut SqliteConnection, tenant_no: i64, id: &str, lines: &[Line]) -> sqlx::Result<()> {
    let numbered: Vec<(i64, &Line)> = (1..).zip(lines).collect();
    for rows in numbered.chunks(ROWS) {
        let mut sql = QueryBuilder::<Sqlite>::new(
            "INSERT INTO line (tenant_no, statement_id, line_no, section, location, service, name, resource_id, resource_name,
                               entry, meter, aggregate, period_start, period_end, volume, unit, rate, rate_unit, rate_origin, cost) ",
        );
        sql.push_values(rows, |mut row, (number, line)| {
            let (usage, rate) = (&line.usage, line.rate.as_ref());
            row.push_bind(tenant_no).push_bind(id).push_bind(*number);
            row.push_bind(&usage.section).push_bind(&usage.location).push_bind(&usage.service).push_bind(&line.name);
            row.push_bind(&usage.resource_id).push_bind(&usage.resource_name);
            row.push_bind(&usage.entry).push_bind(&usage.meter).push_bind(usage.aggregate.name());
            row.push_bind(usage.period.start().micros()).push_bind(usage.period.end().micros());
            row.push_bind(usage.volume.to_string()).push_bind(&usage.unit);
            row.push_bind(rate.map(|rate| rate.amount.to_string()));
            row.push_bind(rate.map(|rate| &rate.per)).push_bind(rate.map(|rate| &rate.origin));
            row.push_bind(line.cost.map(|cost| cost.to_string()));
        });
        sql.build().execute(&mut *connection).await?;
    }
    Ok(())
}

async fn insert_taxes(connection: &mut SqliteConnection, tenant_no: i64, id: &str, draft: &Draft) -> sqlx::Result<()> {
    for (number, tax) in (1_i64..).zip(&draft.taxes) {
        sqlx::query("INSERT INTO tax (tenant_no, statement_id, tax_no, name, percent, base, amount) VALUES (?, ?, ?, ?, ?, ?, ?)")
            .bind(tenant_no)
            .bind(id)
            .bind(number)
            .bind(&tax.name)
            .bind(tax.percent.to_string())
            .bind(tax.base.to_string())
            .bind(tax.amount.to_string())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
