//! What has been billed. The server sums up, exactly: its numbers are `numeric`.

use std::collections::HashMap;

use artifice_model::exact::Exact;
use artifice_model::{Currency, Decimal, Period, Tenant, TenantId, Timestamp};
use async_trait::async_trait;
use futures_util::TryStreamExt;
use sqlx::postgres::PgRow;
use sqlx::postgres::types::PgRange;
use sqlx::{AssertSqlSafe, Postgres, QueryBuilder, Row};

use super::{PostgresLedger, instant};
use crate::history::{Part, Parts, Shape, groups};
use crate::ledger::History;
use crate::{Covered, EachLine, Group, Grouping, LedgerError, TooLarge, Wanted, rows};

/// Lines, with the columns that `rows` reads.
const LINES: &str = "SELECT line.statement_id::text AS statement_id, number.number, s.currency,
       tenant.tenant_id, tenant.name AS tenant_name,
       line.section, line.location, line.service, line.name, line.resource_id, line.resource_name, line.entry,
       line.meter, line.aggregate,
       (extract(epoch FROM lower(line.period)) * 1000000)::bigint AS period_start,
       (extract(epoch FROM upper(line.period)) * 1000000)::bigint AS period_end,
       line.volume::text AS volume, line.unit, line.rate::text AS rate, line.rate_unit, line.rate_origin,
       line.cost::text AS cost, line.free, line.parts, line.tenant_no
     FROM line JOIN statement AS s ON s.tenant_no = line.tenant_no AND s.statement_id = line.statement_id
     JOIN invoice_number AS number ON number.tenant_no = s.tenant_no AND number.statement_id = s.statement_id
     JOIN tenant ON tenant.tenant_no = line.tenant_no
     WHERE s.state <> 'void' AND s.kind <> 'credit'";

/// As bytes compare, whatever the database's own collation is.
const ORDER: &str = " ORDER BY tenant.tenant_id COLLATE \"C\", lower(line.period), line.section COLLATE \"C\",
       line.location COLLATE \"C\", line.service COLLATE \"C\", line.resource_name COLLATE \"C\",
       line.resource_id COLLATE \"C\", line.entry COLLATE \"C\", number.number, line.line_no";

#[async_trait]
impl History for PostgresLedger {
    async fn history_lines(&self, wanted: &Wanted, each: &mut EachLine<'_>) -> Result<(), LedgerError> {
        let mut sql = QueryBuilder::new(LINES);
        push_wanted(&mut sql, wanted).map_err(|error| self.error(error))?;
        sql.push(ORDER);
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
        let mut parts = self.parts(wanted, &shape).await?;
        if shape.resource {
            parts.extend(self.resources(wanted, &shape).await?);
        }
        let tenants = self.tenants_by_number().await.map_err(|error| self.error(error))?;
        groups(parts, grouping, &tenants).map_err(|TooLarge| LedgerError::TooLarge { database: self.name.clone() })
    }

    async fn coverage(&self) -> Result<Vec<Covered>, LedgerError> {
        let sql = rows::coverage(START, END, "");
        let found = sqlx::query(AssertSqlSafe(sql)).fetch_all(&self.pool).await;
        let found = found.and_then(|found| found.iter().map(rows::covered).collect());
        found.map_err(|error| self.error(error))
    }

    async fn idle_insert(&self, tenants: &[TenantId], period: Period, at: Timestamp) -> Result<(), LedgerError> {
        let tenants: Vec<&str> = tenants.iter().map(TenantId::as_str).collect();
        let noted = async {
            sqlx::query(
                "INSERT INTO idle (tenant_no, period, noted)
                 SELECT tenant_no, $2, $3 FROM tenant WHERE tenant_id = ANY($1) ON CONFLICT DO NOTHING",
            )
            .bind(tenants)
            .bind(PgRange::from(instant(period.start())?..instant(period.end())?))
            .bind(instant(at)?)
            .execute(&self.pool)
            .await
        };
        noted.await.map(drop).map_err(|error| self.error(error))
    }
}

/// How a period's ends are spelled in [`rows::coverage`].
pub(super) const START: &str = "(extract(epoch FROM lower(@.period)) * 1000000)::bigint";
pub(super) const END: &str = "(extract(epoch FROM upper(@.period)) * 1000000)::bigint";

impl PostgresLedger {
    async fn parts(&self, wanted: &Wanted, shape: &Shape) -> Result<Vec<Part>, LedgerError> {
        // Both as the key of the GROUP BY and as a column: the currency comes first, so that there is one.
        let mut keys = vec!["s.currency".to_owned()];
        keys.extend(shape.texts.iter().map(|column| format!("line.{column}")));
        let mut columns = keys.clone();
        if shape.tenant {
            keys.push("line.tenant_no".to_owned());
            columns.push("line.tenant_no".to_owned());
        }
        if shape.start {
            keys.push("lower(line.period)".to_owned());
            columns.push("(extract(epoch FROM lower(line.period)) * 1000000)::bigint AS start".to_owned());
        }
        if shape.latest {
            columns.push("(extract(epoch FROM max(lower(line.period))) * 1000000)::bigint AS latest".to_owned());
        }
        let mut sql = QueryBuilder::new(format!(
            "SELECT {}, count(*) AS lines, sum(line.volume)::text AS volume, sum(line.cost)::text AS cost
             FROM line JOIN statement AS s ON s.tenant_no = line.tenant_no AND s.statement_id = line.statement_id
             WHERE s.state <> 'void' AND s.kind <> 'credit'",
            columns.join(", ")
        ));
        push_wanted(&mut sql, wanted).map_err(|error| self.error(error))?;
        if shape.resource {
            // Lines for several resources are read apart.
            sql.push(" AND line.parts IS NULL");
        }
        sql.push(" GROUP BY ").push(keys.join(", "));
        let mut found = sql.build().fetch(&self.pool);
        let mut parts = Vec::new();
        while let Some(row) = found.try_next().await.map_err(|error| self.error(error))? {
            let too_large = || LedgerError::TooLarge { database: self.name.clone() };
            parts.push(part(&row, shape).map_err(|error| self.error(error))?.ok_or_else(too_large)?);
        }
        Ok(parts)
    }

    /// The lines that are for several resources.
    async fn resources(&self, wanted: &Wanted, shape: &Shape) -> Result<Vec<Part>, LedgerError> {
        let mut sql = QueryBuilder::new(LINES);
        sql.push(" AND line.parts IS NOT NULL");
        push_wanted(&mut sql, wanted).map_err(|error| self.error(error))?;
        let mut parts = Parts::default();
        let mut found = sql.build().fetch(&self.pool);
        while let Some(row) = found.try_next().await.map_err(|error| self.error(error))? {
            let (tenant_no, currency, line) = rows::line_of_resources(&self.name, &row)?;
            parts.add_resources(tenant_no, currency, &line, shape);
        }
        Ok(parts.all())
    }

    async fn tenants_by_number(&self) -> sqlx::Result<HashMap<i64, Tenant>> {
        let rows: Vec<(i64, String, Option<String>)> =
            sqlx::query_as("SELECT tenant_no, tenant_id, name FROM tenant").fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(|(number, id, name)| (number, Tenant { id: id.into(), name })).collect())
    }
}

/// A row as a part; `None` if a sum has too many digits.
fn part(row: &PgRow, shape: &Shape) -> sqlx::Result<Option<Part>> {
    let number = |there: bool, column| if there { row.try_get(column) } else { Ok(0) };
    let code: &str = row.try_get("currency")?;
    let currency: Currency = code
        .parse()
        .map_err(|error| sqlx::Error::ColumnDecode { index: "currency".to_owned(), source: Box::new(error) })?;
    let sum = |column| -> sqlx::Result<Option<Exact>> {
        let text: &str = row.try_get(column)?;
        let sum: Option<Decimal> = text.parse().ok();
        Ok(sum.map(|sum| {
            let mut exact = Exact::default();
            exact.add(sum, 1);
            exact
        }))
    };
    let (Some(volume), Some(cost)) = (sum("volume")?, sum("cost")?) else { return Ok(None) };
    Ok(Some(Part {
        tenant_no: number(shape.tenant, "tenant_no")?,
        start: number(shape.start, "start")?,
        latest: number(shape.latest, "latest")?,
        texts: shape.texts.iter().map(|column| row.try_get(*column)).collect::<sqlx::Result<_>>()?,
        currency,
        lines: row.try_get::<i64, _>("lines")?.unsigned_abs(),
        volume,
        cost,
    }))
}

fn push_wanted(sql: &mut QueryBuilder<Postgres>, wanted: &Wanted) -> sqlx::Result<()> {
    if let Some(tenants) = &wanted.tenants {
        sql.push(" AND line.tenant_no IN (SELECT tenant_no FROM tenant WHERE tenant_id = ANY(");
        sql.push_bind(tenants.iter().map(ToString::to_string).collect::<Vec<_>>()).push("))");
    }
    if let Some(period) = wanted.period {
        sql.push(" AND lower(line.period) >= ").push_bind(instant(period.start())?);
        sql.push(" AND lower(line.period) < ").push_bind(instant(period.end())?);
    }
    Ok(())
}
