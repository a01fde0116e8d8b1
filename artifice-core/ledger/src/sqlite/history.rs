//! What has been billed. Sums are made in Rust, because SQLite's own would be binary floating point.

use std::collections::HashMap;

use artifice_model::{Currency, Decimal, Period, Tenant, TenantId, Timestamp};
use async_trait::async_trait;
use futures_util::TryStreamExt;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, QueryBuilder, Row, Sqlite};

use super::SqliteLedger;
use super::block::{self, Block, Unreadable};
use crate::history::{Parts, Shape, groups};
use crate::ledger::History;
use crate::limits::SQLITE_BLOCK;
use crate::{Covered, EachLine, Group, Grouping, LedgerError, Refusal, TooLarge, Wanted, rows};

#[async_trait]
impl History for SqliteLedger {
    async fn history_lines(&self, wanted: &Wanted, each: &mut EachLine<'_>) -> Result<(), LedgerError> {
        // CROSS JOIN keeps this order of the tables: so only one tenant's lines are sorted at a time.
        let mut sql = QueryBuilder::new(
            "SELECT line.*, s.currency, number.number, tenant.tenant_id, tenant.name AS tenant_name
             FROM tenant CROSS JOIN statement AS s ON s.tenant_no = tenant.tenant_no
             CROSS JOIN invoice_number AS number ON number.statement_id = s.statement_id
             CROSS JOIN line ON line.tenant_no = s.tenant_no AND line.statement_id = s.statement_id
             WHERE s.state <> 'void' AND s.kind <> 'credit'",
        );
        if let Some(tenants) = &wanted.tenants {
            sql.push(" AND tenant.tenant_id ");
            push_in(&mut sql, tenants);
        }
        push_period(&mut sql, wanted);
        sql.push(
            " ORDER BY tenant.tenant_id, line.period_start, line.section, line.location, line.service,
                       line.resource_name, line.resource_id, line.entry, number.number, line.line_no",
        );
        let mut found = sql.build().fetch(&self.pool);
        while let Some(row) = found.try_next().await.map_err(|error| self.error(error))? {
            if each(rows::billed_line(&self.name, &row)?).is_break() {
                break;
            }
        }
        Ok(())
    }

    async fn history_groups(&self, wanted: &Wanted, grouping: Grouping<'_>) -> Result<Vec<Group>, LedgerError> {
        let shape = Shape::of(grouping.by);
        let mut parts = Parts::default();
        let mut sql = blocks(wanted, &shape);
        let mut found = sql.build().fetch(&self.pool);
        while let Some(row) = found.try_next().await.map_err(|error| self.error(error))? {
            add(&mut parts, &row, &shape).map_err(|Unreadable(what)| Refusal::Damaged {
                database: self.name.clone(),
                id: row.try_get::<String, _>("statement_id").unwrap_or_default().into(),
                what: format!("its lines cannot be read: {what}"),
            })?;
        }
        drop(found);
        if shape.resource {
            self.add_resources(wanted, &shape, &mut parts).await?;
        }
        let tenants = self.tenants_by_number().await.map_err(|error| self.error(error))?;
        groups(parts.all(), grouping, &tenants)
            .map_err(|TooLarge| LedgerError::TooLarge { database: self.name.clone() })
    }

    async fn coverage(&self) -> Result<Vec<Covered>, LedgerError> {
        let sql = rows::coverage(START, END, "");
        let found = sqlx::query(AssertSqlSafe(sql)).fetch_all(&self.pool).await;
        let found = found.and_then(|found| found.iter().map(rows::covered).collect());
        found.map_err(|error| self.error(error))
    }

    async fn idle_insert(&self, tenants: &[TenantId], period: Period, at: Timestamp) -> Result<(), LedgerError> {
        let noted = self.in_transaction(async |connection| {
            for tenant in tenants {
                let sql = "INSERT INTO idle (tenant_no, period_start, period_end, noted_us)
                           SELECT tenant_no, ?2, ?3, ?4 FROM tenant WHERE tenant_id = ?1 ON CONFLICT DO NOTHING";
                let query = sqlx::query(sql).bind(tenant.as_str()).bind(period.start().micros());
                query.bind(period.end().micros()).bind(at.micros()).execute(&mut *connection).await?;
            }
            Ok(())
        });
        noted.await.map_err(|error| self.error(error))
    }
}

/// How a period's ends are spelled in [`rows::coverage`].
pub(super) const START: &str = "@.period_start";
pub(super) const END: &str = "@.period_end";

impl SqliteLedger {
    /// Adds the lines that are for several resources.
    async fn add_resources(&self, wanted: &Wanted, shape: &Shape, parts: &mut Parts) -> Result<(), LedgerError> {
        let mut sql = QueryBuilder::new(
            "SELECT line.*, s.currency FROM statement AS s
             JOIN line ON line.tenant_no = s.tenant_no AND line.statement_id = s.statement_id
             WHERE s.state <> 'void' AND s.kind <> 'credit' AND line.parts IS NOT NULL",
        );
        if let Some(tenants) = &wanted.tenants {
            sql.push(" AND s.tenant_no IN (SELECT tenant_no FROM tenant WHERE tenant_id ");
            push_in(&mut sql, tenants);
            sql.push(")");
        }
        push_period(&mut sql, wanted);
        let mut found = sql.build().fetch(&self.pool);
        while let Some(row) = found.try_next().await.map_err(|error| self.error(error))? {
            let (tenant_no, currency, line) = rows::line_of_resources(&self.name, &row)?;
            parts.add_resources(tenant_no, currency, &line, shape);
        }
        Ok(())
    }

    async fn tenants_by_number(&self) -> sqlx::Result<HashMap<i64, Tenant>> {
        let rows: Vec<(i64, String, Option<String>)> =
            sqlx::query_as("SELECT tenant_no, tenant_id, name FROM tenant").fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(|(number, id, name)| (number, Tenant { id: id.into(), name })).collect())
    }
}

/// A query for blocks of the columns that matter. It goes along the primary key, so nothing is sorted.
fn blocks(wanted: &Wanted, shape: &Shape) -> QueryBuilder<Sqlite> {
    // Where blocks begin is looked for, not counted: one step in the index, whatever gaps there are.
    let mut sql = QueryBuilder::new(
        "WITH RECURSIVE block (tenant_no, statement_id, currency, first) AS (
             SELECT s.tenant_no, s.statement_id, s.currency, (
                 SELECT min(line_no) FROM line WHERE tenant_no = s.tenant_no AND statement_id = s.statement_id
             )
             FROM statement AS s WHERE s.state <> 'void' AND s.kind <> 'credit'",
    );
    if let Some(tenants) = &wanted.tenants {
        sql.push(" AND s.tenant_no IN (SELECT tenant_no FROM tenant WHERE tenant_id ");
        push_in(&mut sql, tenants);
        sql.push(")");
    }
    sql.push(
        " UNION ALL SELECT b.tenant_no, b.statement_id, b.currency, (
                 SELECT min(line_no) FROM line
                 WHERE tenant_no = b.tenant_no AND statement_id = b.statement_id AND line_no >= b.first + ",
    );
    sql.push(SQLITE_BLOCK)
        .push(") FROM block AS b WHERE b.first IS NOT NULL) SELECT b.tenant_no, b.statement_id, b.currency, (SELECT ");
    sql.push(block::sql(&numbers(shape), &shape.texts));
    sql.push(" FROM line WHERE tenant_no = b.tenant_no AND statement_id = b.statement_id AND line_no >= b.first AND line_no < b.first + ");
    sql.push(SQLITE_BLOCK);
    push_period(&mut sql, wanted);
    if shape.resource {
        // Lines for several resources are read apart.
        sql.push(" AND parts IS NULL");
    }
    sql.push(") AS lines FROM block AS b WHERE b.first IS NOT NULL");
    sql
}

/// The columns of numbers that matter.
fn numbers(shape: &Shape) -> Vec<&'static str> {
    let mut numbers = vec!["volume", "cost"];
    if shape.start || shape.latest {
        numbers.push("period_start");
    }
    numbers
}

/// Adds a block's lines.
fn add(parts: &mut Parts, row: &SqliteRow, shape: &Shape) -> Result<(), Unreadable> {
    let unreadable = |error: sqlx::Error| Unreadable(error.to_string());
    // Of lines that are not wanted there is no block.
    let Some(lines) = row.try_get::<Option<&str>, _>("lines").map_err(unreadable)? else { return Ok(()) };
    let tenant_no = if shape.tenant { row.try_get("tenant_no").map_err(unreadable)? } else { 0 };
    let code: &str = row.try_get("currency").map_err(unreadable)?;
    let currency: Currency = code.parse().map_err(|_| Unreadable(format!("'{code}' is no currency")))?;
    let numbers = numbers(shape).len();
    let mut block = Block::read(lines, numbers, shape.texts.len())?;
    let mut texts = vec![""; shape.texts.len()];
    for _ in 0..block.lines() {
        let (volume, cost): (Decimal, Decimal) = (block.number(0)?, block.number(1)?);
        let begin = if numbers > 2 { block.number(2)? } else { 0 };
        for (column, text) in texts.iter_mut().enumerate() {
            *text = block.text(column)?;
        }
        let start = if shape.start { begin } else { 0 };
        parts.add((tenant_no, start, begin), currency, &texts, (volume, cost));
    }
    block.end()
}

fn push_in(sql: &mut QueryBuilder<Sqlite>, tenants: &[TenantId]) {
    sql.push("IN (");
    let mut list = sql.separated(", ");
    for tenant in tenants {
        list.push_bind(tenant.to_string());
    }
    sql.push(")");
}

fn push_period(sql: &mut QueryBuilder<Sqlite>, wanted: &Wanted) {
    if let Some(period) = wanted.period {
        sql.push(" AND line.period_start >= ").push_bind(period.start().micros());
        sql.push(" AND line.period_start < ").push_bind(period.end().micros());
    }
}
