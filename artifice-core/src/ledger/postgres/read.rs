//! Reading statements back.

use artifice_model::statement::Tenant;
use sqlx::{AssertSqlSafe, QueryBuilder};

use super::PostgresLedger;
use crate::ledger::{Body, Filter, Key, LedgerError, Statement, rows};

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

/// Statements, with the columns that `rows` reads.
const STATEMENTS: &str = concat!(
    "SELECT s.tenant_no, tenant.tenant_id, s.statement_id::text AS statement_id, number.number, s.kind, ",
    period!("s"),
    ", s.tenant_name, s.timezone, s.currency, s.subtotal::text AS subtotal, s.total::text AS total, s.digest,
       s.backend, s.backend_version, (extract(epoch FROM s.created) * 1000000)::bigint AS created_us,
       s.state, s.claim, s.owner, (extract(epoch FROM s.lease_until) * 1000000)::bigint AS lease_until_us,
       (extract(epoch FROM s.doubted) * 1000000)::bigint AS doubted_us, s.tries, s.error,
       s.receipt, s.receipt_details
     FROM statement AS s
     JOIN invoice_number AS number ON number.tenant_no = s.tenant_no AND number.statement_id = s.statement_id
     JOIN tenant ON tenant.tenant_no = s.tenant_no
     WHERE true"
);

const LINES: &str = concat!(
    "SELECT section, location, service, name, resource_id, resource_name, entry, meter, aggregate, ",
    period!("line"),
    ", volume::text AS volume, unit, rate::text AS rate, rate_unit, rate_origin, cost::text AS cost
     FROM line WHERE tenant_no = $1 AND statement_id = $2::uuid ORDER BY line_no"
);

const TAXES: &str = "SELECT name, percent::text AS percent, base::text AS base, amount::text AS amount
     FROM tax WHERE tenant_no = $1 AND statement_id = $2::uuid ORDER BY tax_no";

impl PostgresLedger {
    pub(super) async fn tenants(&self) -> Result<Vec<Tenant>, LedgerError> {
        let sql = "SELECT tenant_id, name FROM tenant ORDER BY tenant_id COLLATE \"C\"";
        let rows: sqlx::Result<Vec<(String, Option<String>)>> = sqlx::query_as(sql).fetch_all(&self.pool).await;
        let tenant = |(id, name)| Tenant { id, name };
        Ok(rows.map_err(|error| self.error(error))?.into_iter().map(tenant).collect())
    }

    pub(super) async fn list(&self, filter: &Filter) -> Result<Vec<Statement>, LedgerError> {
        let mut sql = QueryBuilder::new(STATEMENTS);
        if let Some(tenant) = &filter.tenant {
            sql.push(" AND tenant.tenant_id = ").push_bind(tenant);
        }
        if let Some(state) = filter.state {
            sql.push(" AND s.state = ").push_bind(state.to_string());
        }
        match filter.key.as_deref().map(Key::of) {
            Some(Key::Number(key)) => sql.push(" AND number.number = ").push_bind(key),
            Some(Key::Id(id)) => sql.push(" AND number.statement_id = ").push_bind(id.to_string()).push("::uuid"),
            Some(Key::Neither) => return Ok(Vec::new()),
            None => &mut sql,
        };
        sql.push(" ORDER BY number.backend COLLATE \"C\", number.number");
        let rows = sql.build().fetch_all(&self.pool).await.map_err(|error| self.error(error))?;
        rows::statements(&self.name, &rows)
    }

    pub(super) async fn body(&self, statement: &Statement) -> Result<Body, LedgerError> {
        let (tenant_no, id) = (statement.tenant_no, &statement.id);
        let lines = sqlx::query_as(AssertSqlSafe(LINES)).bind(tenant_no).bind(id).fetch_all(&self.pool).await;
        let taxes = sqlx::query_as(AssertSqlSafe(TAXES)).bind(tenant_no).bind(id).fetch_all(&self.pool).await;
        rows::body(&self.name, statement, lines, taxes, |error| self.error(error))
    }
}
