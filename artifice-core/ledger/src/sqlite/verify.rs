//! Checking what is stored.

use artifice_model::{Tenant, Timestamp};
use async_trait::async_trait;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection};

use super::SqliteLedger;
use super::history::{END, START};
use super::statements::STATEMENTS;
use crate::ledger::Verify;
use crate::limits::VERIFY_PAGE;
use crate::verify::{self, Found, SHARED, SharedLine, Snapshot, Trouble};
use crate::{Body, Checked, Covered, LedgerError, Listed, Part, Statement, rows};

/// How the rules' words are spelled.
const WORDS: &[(&str, &str)] = &[
    ("@statement", "statement"),
    ("@usage", "usage"),
    ("@line", "line"),
    ("@audit", "audit"),
    ("@work", "work"),
    // A ledger that is older than its trail may have had a program at work that knew of none.
    (
        "@trail_us",
        "(SELECT CASE WHEN max(made) - min(made) < 60 THEN 0 ELSE (max(made) + 86400) * 1000000 END
          FROM (SELECT CAST(strftime('%s', installed_on) AS INTEGER) AS made FROM _sqlx_migrations WHERE version IN (1, 4)))",
    ),
];

#[async_trait]
impl Verify for SqliteLedger {
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
            let mut transaction = connection.begin_with("BEGIN").await?;
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

/// The file as it was when the transaction began.
struct Reading<'l> {
    ledger: &'l SqliteLedger,
    connection: &'l mut SqliteConnection,
}

#[async_trait]
impl Snapshot for Reading<'_> {
    async fn found(&mut self, sql: String, tenant_no: Option<i64>) -> sqlx::Result<Vec<Found>> {
        sqlx::query_as(AssertSqlSafe(sql)).bind(tenant_no).fetch_all(&mut *self.connection).await
    }

    async fn number(&mut self, id: &str) -> sqlx::Result<Option<i64>> {
        let sql = "SELECT number FROM invoice_number WHERE statement_id = ?";
        sqlx::query_scalar(sql).bind(id).fetch_optional(&mut *self.connection).await
    }

    async fn tenant(&mut self, tenant_no: i64) -> sqlx::Result<Option<Tenant>> {
        let sql = "SELECT tenant_id, name FROM tenant WHERE tenant_no = ?";
        let row: Option<(String, Option<String>)> =
            sqlx::query_as(sql).bind(tenant_no).fetch_optional(&mut *self.connection).await?;
        Ok(row.map(|(id, name): (String, _)| Tenant { id: id.into(), name }))
    }

    async fn page(&mut self, tenant_no: i64, after: Option<&str>) -> sqlx::Result<Option<(String, Listed)>> {
        let sql = format!(
            "{STATEMENTS} AND statement.tenant_no = ?1 AND statement.statement_id > ?2
             ORDER BY statement.statement_id LIMIT ?3"
        );
        let query =
            sqlx::query(AssertSqlSafe(sql)).bind(tenant_no).bind(after.unwrap_or("")).bind(i64::from(VERIFY_PAGE));
        let rows = query.fetch_all(&mut *self.connection).await?;
        rows::page(&self.ledger.name, &rows)
    }

    async fn statement(&mut self, tenant_no: i64, id: &str) -> sqlx::Result<Option<Statement>> {
        let sql = format!("{STATEMENTS} AND statement.tenant_no = ? AND statement.statement_id = ?");
        let query = sqlx::query(AssertSqlSafe(sql)).bind(tenant_no).bind(id);
        let rows = query.fetch_all(&mut *self.connection).await?;
        Ok(rows::statements(&self.ledger.name, &rows).statements.pop())
    }

    async fn content(&mut self, statement: &Statement) -> Result<Body, LedgerError> {
        self.ledger.content(self.connection, statement).await
    }

    async fn covered(&mut self, tenant_no: i64) -> sqlx::Result<Vec<Covered>> {
        let sql = rows::coverage(START, END, " AND @.tenant_no = ?1");
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
