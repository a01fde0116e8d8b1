//! Statements: stored, changed and read back.

use std::collections::BTreeSet;

use artifice_model::{StatementId, Tenant, TenantId, Timestamp};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, QueryBuilder};

use super::{PostgresLedger, Tries};
use crate::audit::Act;
use crate::error::LedgerError;
use crate::explained::Explained;
use crate::ids::{StatementName, StatementRef, TenantNo};
use crate::ledger::{ChangeOf, Each, Page, Statements};
use crate::listed::{Listed, StatementPlace};
use crate::statement::{Body, Filter, NewStatement, Statement, StoredUsage};
use crate::whole::apart;
use crate::{rows, storing};

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
       s.rules, s.tenant_label, (SELECT ledger_id::text FROM ledger) AS ledger_id,
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
    ", volume::text AS volume, unit, rate::text AS rate, rate_unit, rate_origin, cost::text AS cost, free, parts
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

#[async_trait]
impl Statements for PostgresLedger {
    async fn tenant_list(&self, page: Page<TenantId>) -> Result<Vec<Tenant>, LedgerError> {
        let sql = "SELECT tenant_id, name FROM tenant WHERE tenant_id COLLATE \"C\" > $1
                   ORDER BY tenant_id COLLATE \"C\" LIMIT $2";
        let after = page.after.as_ref().map_or("", TenantId::as_str);
        let rows = sqlx::query_as(sql).bind(after).bind(i64::from(page.limit)).fetch_all(&self.pool).await;
        let rows: Vec<(String, Option<String>)> = rows.map_err(|error| self.error(error))?;
        Ok(rows.into_iter().map(|(id, name)| Tenant { id: id.into(), name }).collect())
    }

    async fn statement_insert(&self, new: &[NewStatement<'_>], by: Act<'_>) -> Result<Each<Statement>, LedgerError> {
        let mut each = Vec::with_capacity(new.len());
        for new in new {
            each.push(apart(storing::stored(self, *new, by).await)?);
        }
        Ok(each)
    }

    async fn statement_change(&self, changes: &[ChangeOf<'_>], by: Act<'_>) -> Result<Each<bool>, LedgerError> {
        let mut each = Vec::with_capacity(changes.len());
        for of in changes {
            if let Err(refusal) = of.basis.check(of.change) {
                each.push(Err(refusal));
                continue;
            }
            let mut tries = Tries::default();
            let changed = loop {
                let done = self.change(of, by).await;
                if !tries.again(&done) {
                    break done.map_err(|error| self.error(error));
                }
            };
            each.push(apart(changed.and_then(|changed| changed.ok_or_else(|| of.outdated().into())))?);
        }
        Ok(each)
    }

    async fn statement_read(&self, which: &[StatementRef]) -> Result<Each<Statement>, LedgerError> {
        let mut each = Vec::with_capacity(which.len());
        for which in which {
            let sql = format!("{STATEMENTS} AND s.tenant_no = $1 AND s.statement_id = $2::uuid");
            let query = sqlx::query(AssertSqlSafe(sql)).bind(which.tenant.0).bind(which.id.as_str());
            let row = query.fetch_optional(&self.pool).await.map_err(|error| self.error(error))?;
            each.push(rows::statement_of(&self.name, which, row.as_ref()));
        }
        Ok(each)
    }

    async fn statement_find(&self, name: &StatementName) -> Result<Vec<StatementRef>, LedgerError> {
        let mut sql = QueryBuilder::new("SELECT tenant_no, statement_id::text FROM invoice_number WHERE ");
        match name {
            StatementName::Number(number) => sql.push("number = ").push_bind(number),
            StatementName::Id(id) => sql.push("statement_id = ").push_bind(id.as_str()).push("::uuid"),
            StatementName::Neither => return Ok(Vec::new()),
        };
        sql.push(" ORDER BY backend COLLATE \"C\", number");
        let rows = sql.build_query_as::<(i64, String)>().fetch_all(&self.pool).await;
        let rows = rows.map_err(|error| self.error(error))?;
        Ok(rows.into_iter().map(|(no, id)| StatementRef { tenant: TenantNo(no), id: id.into() }).collect())
    }

    async fn statements_known(&self, ids: &[StatementId]) -> Result<BTreeSet<StatementId>, LedgerError> {
        let sql = "SELECT statement_id::text FROM invoice_number WHERE statement_id = ANY($1::text[]::uuid[])";
        // (Whatever is no UUID is no statement's.)
        let ids = ids.iter().map(StatementId::as_str).filter(|id| uuid::Uuid::parse_str(id).is_ok());
        let ids: Vec<&str> = ids.collect();
        let known = sqlx::query_scalar(sql).bind(ids).fetch_all(&self.pool).await;
        let known: Vec<String> = known.map_err(|error| self.error(error))?;
        Ok(known.into_iter().map(|id| id.as_str().into()).collect())
    }

    async fn statement_newest(&self, backend: &str) -> Result<Option<(Timestamp, bool)>, LedgerError> {
        let sql = "SELECT (extract(epoch FROM max(created)) * 1000000)::bigint, bool_or(receipt IS NOT NULL)
                   FROM statement WHERE backend = $1";
        let newest = sqlx::query_as(sql).bind(backend).fetch_one(&self.pool).await;
        let (created, has_document): (Option<i64>, Option<bool>) = newest.map_err(|error| self.error(error))?;
        Ok(created.map(|created| (Timestamp::from_micros(created), has_document.unwrap_or_default())))
    }

    async fn statement_list(&self, filter: &Filter, page: Page<StatementPlace>) -> Result<Listed, LedgerError> {
        let mut sql = QueryBuilder::new(STATEMENTS);
        if let Some(tenant) = &filter.tenant {
            sql.push(" AND tenant.tenant_id = ").push_bind(tenant.as_str());
        }
        if let Some(state) = filter.state {
            sql.push(" AND s.state = ").push_bind(state.to_string());
        }
        if let Some(about) = &filter.refers_to {
            sql.push(" AND s.tenant_no = ").push_bind(about.tenant.0);
            sql.push(" AND s.refers_to = ").push_bind(about.id.as_str()).push("::uuid");
        }
        if let Some(period) = filter.concerns {
            sql.push(" AND s.state <> 'void' AND (s.state <> 'committed' OR s.period && tstzrange(");
            sql.push_bind(bound(period.start())).push(", ").push_bind(bound(period.end())).push("))");
        }
        if let Some(StatementPlace { backend, number }) = &page.after {
            sql.push(" AND (number.backend COLLATE \"C\", number.number) > (").push_bind(backend);
            sql.push(", ").push_bind(number).push(")");
        }
        sql.push(" ORDER BY number.backend COLLATE \"C\", number.number LIMIT ").push_bind(i64::from(page.limit));
        let rows = sql.build().fetch_all(&self.pool).await.map_err(|error| self.error(error))?;
        rows::statements_of_page(&self.name, &rows, page.limit).map_err(|error| self.error(error))
    }

    async fn statement_body(&self, statement: &Statement) -> Result<Body, LedgerError> {
        let mut connection = self.pool.acquire().await.map_err(|error| self.error(error))?;
        rows::checked(&self.name, statement, self.content(&mut connection, statement).await?)
    }

    async fn statement_explained(&self, statement: &Statement) -> Result<Vec<Explained>, LedgerError> {
        let rows = sqlx::query_as(EXPLAINED)
            .bind(statement.tenant_no.0)
            .bind(statement.id.as_str())
            .fetch_all(&self.pool)
            .await;
        rows::of_statement(&self.name, statement, rows, |error| self.error(error))
    }

    async fn statement_usage(&self, statement: &Statement) -> Result<Vec<StoredUsage>, LedgerError> {
        let (tenant_no, id) = (statement.tenant_no.0, statement.id.as_str());
        let rows = sqlx::query_as(USAGE).bind(tenant_no).bind(id).fetch_all(&self.pool).await;
        rows::of_statement(&self.name, statement, rows, |error| self.error(error))
    }
}

impl PostgresLedger {
    /// A statement's lines and taxes, as one connection sees them.
    pub(super) async fn content(
        &self,
        connection: &mut PgConnection,
        statement: &Statement,
    ) -> Result<Body, LedgerError> {
        let (tenant_no, id) = (statement.tenant_no.0, statement.id.as_str());
        let lines = sqlx::query_as(AssertSqlSafe(LINES)).bind(tenant_no).bind(id).fetch_all(&mut *connection).await;
        let taxes = sqlx::query_as(AssertSqlSafe(TAXES)).bind(tenant_no).bind(id).fetch_all(connection).await;
        rows::content(&self.name, statement, lines, taxes, |error| self.error(error))
    }
}
