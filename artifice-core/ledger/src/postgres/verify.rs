//! Checking what is stored.

use artifice_model::{Tenant, Timestamp};
use async_trait::async_trait;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection};

use super::PostgresLedger;
use super::history::{END, START};
use super::statements::STATEMENTS;
use crate::ledger::Verify;
use crate::limits::VERIFY_PAGE;
use crate::verify::{self, Found, SHARED, SharedLine, Snapshot, Trouble};
use crate::{Body, Checked, Covered, LedgerError, Listed, Part, Statement, rows};

/// How the rules' words are spelled.
const WORDS: &[(&str, &str)] = &[
    (
        "@statement",
        "(SELECT statement.*, lower(period) AS period_start, upper(period) AS period_end,
                 (extract(epoch FROM created) * 1000000)::bigint AS created_us,
                 (extract(epoch FROM lease_until) * 1000000)::bigint AS lease_until_us FROM statement)",
    ),
    ("@usage", "(SELECT usage.*, lower(period) AS period_start, upper(period) AS period_end FROM usage)"),
    ("@line", "(SELECT line.*, lower(period) AS period_start, upper(period) AS period_end FROM line)"),
    ("@audit", "(SELECT audit.*, (extract(epoch FROM at) * 1000000)::bigint AS at_us FROM audit)"),
    ("@work", "(SELECT work.*, (extract(epoch FROM lease_until) * 1000000)::bigint AS lease_until_us FROM work)"),
    // A ledger that is older than its trail may have had a program at work that knew of none.
    (
        "@trail_us",
        "(SELECT CASE WHEN max(installed_on) - min(installed_on) < interval '1 minute' THEN 0
                      ELSE (extract(epoch FROM max(installed_on)) + 86400) * 1000000 END
          FROM _sqlx_migrations WHERE version IN (1, 3))",
    ),
];

#[async_trait]
impl Verify for PostgresLedger {
    async fn verify_parts(&self) -> Result<Vec<Part>, LedgerError> {
        let query = sqlx::query_scalar(AssertSqlSafe(verify::tenants()));
        let tenants: Vec<i64> = query.fetch_all(&self.pool).await.map_err(|error| self.error(error))?;
        Ok([Part::Schema, Part::Numbers, Part::Resources]
            .into_iter()
            .chain(tenants.into_iter().map(Part::Tenant))
            .collect())
    }

    async fn verify_part(&self, part: Part, now: Timestamp) -> Result<Checked, LedgerError> {
        let mut connection = self.pool.acquire().await.map_err(|error| self.error(error))?;
        let checked = async {
            // Everything that it reads is as it was when it began.
            let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
            let mut transaction = connection.begin_with(begin).await?;
            let mut snapshot = Reading { ledger: self, connection: &mut transaction };
            let checked = match part {
                Part::Schema => self.check_schema(snapshot.connection).await,
                Part::Numbers => verify::numbers(&mut snapshot, now).await,
                Part::Resources => verify::resources(&mut snapshot).await,
                Part::Tenant(tenant_no) => verify::tenant(&mut snapshot, tenant_no, now).await,
            };
            transaction.rollback().await?;
            checked
        };
        checked.await.map_err(|trouble| match trouble {
            Trouble::Database(error) => self.error(error),
            Trouble::Ledger(error) => error,
        })
    }
}

/// The database as it was when the transaction began.
struct Reading<'l> {
    ledger: &'l PostgresLedger,
    connection: &'l mut PgConnection,
}

#[async_trait]
impl Snapshot for Reading<'_> {
    async fn found(&mut self, sql: String, tenant_no: Option<i64>) -> sqlx::Result<Vec<Found>> {
        let query = sqlx::query_as(AssertSqlSafe(sql));
        let query = if tenant_no.is_some() { query.bind(tenant_no) } else { query };
        query.fetch_all(&mut *self.connection).await
    }

    async fn number(&mut self, id: &str) -> sqlx::Result<Option<i64>> {
        let sql = "SELECT number FROM invoice_number WHERE statement_id = $1::uuid";
        sqlx::query_scalar(sql).bind(id).fetch_optional(&mut *self.connection).await
    }

    async fn tenant(&mut self, tenant_no: i64) -> sqlx::Result<Option<Tenant>> {
        let sql = "SELECT tenant_id, name FROM tenant WHERE tenant_no = $1";
        let row: Option<(String, Option<String>)> =
            sqlx::query_as(sql).bind(tenant_no).fetch_optional(&mut *self.connection).await?;
        Ok(row.map(|(id, name): (String, _)| Tenant { id: id.into(), name }))
    }

    async fn page(&mut self, tenant_no: i64, after: Option<&str>) -> sqlx::Result<Option<(String, Listed)>> {
        let beyond = if after.is_some() { "AND s.statement_id > $3::uuid" } else { "" };
        let sql = format!("{STATEMENTS} AND s.tenant_no = $1 {beyond} ORDER BY s.statement_id LIMIT $2");
        let query = sqlx::query(AssertSqlSafe(sql)).bind(tenant_no).bind(i64::from(VERIFY_PAGE));
        let query = if after.is_some() { query.bind(after) } else { query };
        let rows = query.fetch_all(&mut *self.connection).await?;
        rows::page(&self.ledger.name, &rows)
    }

    async fn statement(&mut self, tenant_no: i64, id: &str) -> sqlx::Result<Option<Statement>> {
        let sql = format!("{STATEMENTS} AND s.tenant_no = $1 AND s.statement_id = $2::uuid");
        let query = sqlx::query(AssertSqlSafe(sql)).bind(tenant_no).bind(id);
        let rows = query.fetch_all(&mut *self.connection).await?;
        Ok(rows::statements(&self.ledger.name, &rows).statements.pop())
    }

    async fn content(&mut self, statement: &Statement) -> Result<Body, LedgerError> {
        self.ledger.content(self.connection, statement).await
    }

    async fn covered(&mut self, tenant_no: i64) -> sqlx::Result<Vec<Covered>> {
        let sql = rows::coverage(START, END, " AND @.tenant_no = $1");
        let found = sqlx::query(AssertSqlSafe(sql)).bind(tenant_no).fetch_all(&mut *self.connection).await?;
        Ok(found.iter().filter_map(|row| rows::covered(row).ok()).collect())
    }

    async fn shared(&mut self) -> sqlx::Result<Vec<SharedLine>> {
        let found: Vec<_> = sqlx::query_as(SHARED).fetch_all(&mut *self.connection).await?;
        Ok(found.into_iter().filter_map(SharedLine::of).collect())
    }

    fn words(&self) -> &'static [(&'static str, &'static str)] {
        WORDS
    }
}
