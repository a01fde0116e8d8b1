//! Reading statements back.

use artifice_model::{Tenant, Timestamp};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, QueryBuilder};

use super::PostgresLedger;
use crate::{Body, Entry, Explained, Filter, Key, LedgerError, Listed, Statement, StoredUsage, rows};

/// A period's ends in microseconds. (`extract` answers a `numeric`, so this is exact.)
macro_rules! period {
    ($table:literal) => {
        concat!(
            "(extract(epoch FROM lower(",
            $table,
            ".period)) * 1000000)::bigint AS period_start, ",
            "(extract(epoch FROM upper(",
            $table,
            ".period)) * 1000000)::bigint AS period_end"
        )
    };
}

/// An instant to compare with. One that is beyond what PostgreSQL can store lies beyond all that is stored:
/// then nothing bounds the comparison.
fn bound(at: Timestamp) -> Option<DateTime<Utc>> {
    at.to_chrono()
}

/// Statements, with the columns that `rows` reads.
pub(super) const STATEMENTS: &str = concat!(
    "SELECT s.tenant_no, tenant.tenant_id, s.statement_id::text AS statement_id, number.number, s.kind, ",
    period!("s"),
    ", s.tenant_name, s.timezone, s.currency, s.subtotal::text AS subtotal, s.total::text AS total, s.digest,
       s.backend, s.backend_version, (extract(epoch FROM s.created) * 1000000)::bigint AS created_us,
       s.state, s.claim, s.owner, (extract(epoch FROM s.lease_until) * 1000000)::bigint AS lease_until_us,
       (extract(epoch FROM s.doubted) * 1000000)::bigint AS doubted_us, s.tries, s.error,
       s.receipt, s.receipt_details, s.refers_to::text AS refers_to, s.revision, s.settings, s.void_reason,
       about_number.number AS refers_number, about.receipt AS refers_receipt,
       about.receipt_details AS refers_receipt_details
     FROM statement AS s
     JOIN invoice_number AS number ON number.tenant_no = s.tenant_no AND number.statement_id = s.statement_id
     JOIN tenant ON tenant.tenant_no = s.tenant_no
     LEFT JOIN statement AS about ON about.tenant_no = s.tenant_no AND about.statement_id = s.refers_to
     LEFT JOIN invoice_number AS about_number
         ON about_number.tenant_no = s.tenant_no AND about_number.statement_id = s.refers_to
     WHERE true"
);

const LINES: &str = concat!(
    "SELECT section, location, service, name, resource_id, resource_name, entry, meter, aggregate, ",
    period!("line"),
    ", volume::text AS volume, unit, rate::text AS rate, rate_unit, rate_origin, cost::text AS cost, free
     FROM line WHERE tenant_no = $1 AND statement_id = $2::uuid ORDER BY line_no"
);

const TAXES: &str = "SELECT name, percent::text AS percent, base::text AS base, amount::text AS amount, sections
     FROM tax WHERE tenant_no = $1 AND statement_id = $2::uuid ORDER BY tax_no";

const EXPLAINED: &str =
    "SELECT free, explained FROM line WHERE tenant_no = $1 AND statement_id = $2::uuid ORDER BY line_no";

const USAGE: &str = concat!(
    "SELECT resource_id, resource_name, entry, meter, section, service, location, ",
    period!("usage"),
    ", volume::text AS volume, unit, aggregate, corrects::text AS corrects
     FROM usage JOIN series USING (tenant_no, series_no)
     WHERE tenant_no = $1 AND statement_id = $2::uuid ORDER BY series_no, lower(period)"
);

const AUDIT: &str = "SELECT (extract(epoch FROM at) * 1000000)::bigint AS at_us, who, command, configuration, program,
            action, state, detail
     FROM audit WHERE tenant_no = $1 AND statement_id = $2::uuid ORDER BY entry_no";

impl PostgresLedger {
    pub(super) async fn tenants(&self) -> Result<Vec<Tenant>, LedgerError> {
        let sql = "SELECT tenant_id, name FROM tenant ORDER BY tenant_id COLLATE \"C\"";
        let rows: sqlx::Result<Vec<(String, Option<String>)>> = sqlx::query_as(sql).fetch_all(&self.pool).await;
        let tenant = |(id, name): (String, _)| Tenant { id: id.into(), name };
        Ok(rows.map_err(|error| self.error(error))?.into_iter().map(tenant).collect())
    }

    pub(super) async fn list(&self, filter: &Filter) -> Result<Listed, LedgerError> {
        let mut sql = QueryBuilder::new(STATEMENTS);
        if let Some(tenant) = &filter.tenant {
            sql.push(" AND tenant.tenant_id = ").push_bind(tenant.as_str());
        }
        if let Some(state) = filter.state {
            sql.push(" AND s.state = ").push_bind(state.to_string());
        }
        if let Some(about) = &filter.refers_to {
            sql.push(" AND s.refers_to = ").push_bind(about).push("::uuid");
        }
        if let Some(period) = filter.concerns {
            sql.push(" AND s.state <> 'void' AND (s.state <> 'committed' OR s.period && tstzrange(");
            sql.push_bind(bound(period.start())).push(", ").push_bind(bound(period.end())).push("))");
        }
        match filter.key.as_deref().map(Key::of) {
            Some(Key::Number(key)) => sql.push(" AND number.number = ").push_bind(key),
            Some(Key::Id(id)) => sql.push(" AND number.statement_id = ").push_bind(id.to_string()).push("::uuid"),
            Some(Key::Neither) => return Ok(Listed::default()),
            None => &mut sql,
        };
        sql.push(" ORDER BY number.backend COLLATE \"C\", number.number");
        let rows = sql.build().fetch_all(&self.pool).await.map_err(|error| self.error(error))?;
        Ok(rows::statements(&self.name, &rows))
    }

    pub(super) async fn usage(&self, statement: &Statement) -> Result<Vec<StoredUsage>, LedgerError> {
        let (tenant_no, id) = (statement.tenant_no, &statement.id);
        let rows = sqlx::query_as(USAGE).bind(tenant_no).bind(id).fetch_all(&self.pool).await;
        rows::of_statement(&self.name, statement, rows, |error| self.error(error))
    }

    pub(super) async fn explained(&self, statement: &Statement) -> Result<Vec<Explained>, LedgerError> {
        let rows = sqlx::query_as(EXPLAINED).bind(statement.tenant_no).bind(&statement.id).fetch_all(&self.pool).await;
        rows::of_statement(&self.name, statement, rows, |error| self.error(error))
    }

    pub(super) async fn audit(&self, statement: &Statement) -> Result<Vec<Entry>, LedgerError> {
        let (tenant_no, id) = (statement.tenant_no, &statement.id);
        let rows = sqlx::query_as(AUDIT).bind(tenant_no).bind(id).fetch_all(&self.pool).await;
        rows::of_statement(&self.name, statement, rows, |error| self.error(error))
    }

    pub(super) async fn body(&self, statement: &Statement) -> Result<Body, LedgerError> {
        let mut connection = self.pool.acquire().await.map_err(|error| self.error(error))?;
        rows::checked(&self.name, statement, self.content(&mut connection, statement).await?)
    }

    /// A statement's lines and taxes, as one connection sees them.
    pub(super) async fn content(
        &self,
        connection: &mut PgConnection,
        statement: &Statement,
    ) -> Result<Body, LedgerError> {
        let (tenant_no, id) = (statement.tenant_no, &statement.id);
        let lines = sqlx::query_as(AssertSqlSafe(LINES)).bind(tenant_no).bind(id).fetch_all(&mut *connection).await;
        let taxes = sqlx::query_as(AssertSqlSafe(TAXES)).bind(tenant_no).bind(id).fetch_all(connection).await;
        rows::content(&self.name, statement, lines, taxes, |error| self.error(error))
    }
}
