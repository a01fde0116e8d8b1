//! Statements: stored, changed and read back.

use std::collections::BTreeSet;

use artifice_model::{StatementId, Tenant, TenantId, Timestamp};
use async_trait::async_trait;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, QueryBuilder};

use super::SqliteLedger;
use super::change;
use crate::audit::Act;
use crate::error::LedgerError;
use crate::explained::Explained;
use crate::ids::{StatementName, StatementRef, TenantNo};
use crate::ledger::{ChangeOf, Each, Page, Statements};
use crate::listed::{Listed, StatementPlace};
use crate::statement::{Body, Filter, NewStatement, Statement, StoredUsage};
use crate::whole::apart;
use crate::{rows, storing};

/// Statements, with the columns that `rows` reads.
pub(super) const STATEMENTS: &str =
    "SELECT statement.*, invoice_number.number, tenant.tenant_id, about.receipt AS refers_receipt,
            about.receipt_details AS refers_receipt_details, about_number.number AS refers_number,
            (SELECT ledger_id FROM ledger) AS ledger_id
     FROM statement
     JOIN invoice_number USING (statement_id) JOIN tenant ON tenant.tenant_no = statement.tenant_no
     LEFT JOIN statement AS about ON about.statement_id = statement.refers_to
     LEFT JOIN invoice_number AS about_number ON about_number.statement_id = statement.refers_to
     WHERE true";

#[async_trait]
impl Statements for SqliteLedger {
    async fn tenant_list(&self, page: Page<TenantId>) -> Result<Vec<Tenant>, LedgerError> {
        let sql = "SELECT tenant_id, name FROM tenant WHERE tenant_id > ? ORDER BY tenant_id LIMIT ?";
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
            let changed = match of.basis.check(of.change) {
                Ok(()) => self.in_transaction(async |connection| change::change(connection, of, by).await).await,
                Err(refusal) => {
                    each.push(Err(refusal));
                    continue;
                }
            };
            let changed = changed.map_err(|error| self.error(error));
            each.push(apart(changed.and_then(|changed| changed.ok_or_else(|| of.outdated().into())))?);
        }
        Ok(each)
    }

    async fn statement_read(&self, which: &[StatementRef]) -> Result<Each<Statement>, LedgerError> {
        let mut each = Vec::with_capacity(which.len());
        for which in which {
            let sql = format!("{STATEMENTS} AND statement.tenant_no = ? AND statement.statement_id = ?");
            let query = sqlx::query(AssertSqlSafe(sql)).bind(which.tenant.0).bind(which.id.as_str());
            let row = query.fetch_optional(&self.pool).await.map_err(|error| self.error(error))?;
            each.push(rows::statement_of(&self.name, which, row.as_ref()));
        }
        Ok(each)
    }

    async fn statement_find(&self, name: &StatementName) -> Result<Vec<StatementRef>, LedgerError> {
        let sql = "SELECT tenant_no, statement_id FROM invoice_number WHERE ";
        let mut sql = QueryBuilder::new(sql);
        match name {
            StatementName::Number(number) => sql.push("number = ").push_bind(number),
            StatementName::Id(id) => sql.push("statement_id = ").push_bind(id.as_str()),
            StatementName::Neither => return Ok(Vec::new()),
        };
        sql.push(" ORDER BY backend, number");
        let rows = sql.build_query_as::<(i64, String)>().fetch_all(&self.pool).await;
        let rows = rows.map_err(|error| self.error(error))?;
        Ok(rows.into_iter().map(|(no, id)| StatementRef { tenant: TenantNo(no), id: id.into() }).collect())
    }

    async fn statements_known(&self, ids: &[StatementId]) -> Result<BTreeSet<StatementId>, LedgerError> {
        let sql = "SELECT statement_id FROM invoice_number WHERE statement_id IN (SELECT value FROM json_each(?))";
        let ids: Vec<&str> = ids.iter().map(StatementId::as_str).collect();
        let known = sqlx::query_scalar(sql).bind(serde_json::json!(ids).to_string()).fetch_all(&self.pool).await;
        let known: Vec<String> = known.map_err(|error| self.error(error))?;
        Ok(known.into_iter().map(|id| id.as_str().into()).collect())
    }

    async fn statement_newest(&self, backend: &str) -> Result<Option<(Timestamp, bool)>, LedgerError> {
        let sql = "SELECT max(created_us), max(receipt IS NOT NULL) FROM statement WHERE backend = ?";
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
            sql.push(" AND statement.state = ").push_bind(state.to_string());
        }
        if let Some(about) = &filter.refers_to {
            sql.push(" AND statement.tenant_no = ").push_bind(about.tenant.0);
            sql.push(" AND statement.refers_to = ").push_bind(about.id.as_str());
        }
        if let Some(period) = filter.concerns {
            sql.push(
                " AND statement.state <> 'void' AND (statement.state <> 'committed' OR (statement.period_start < ",
            );
            sql.push_bind(period.end().micros()).push(" AND statement.period_end > ");
            sql.push_bind(period.start().micros()).push("))");
        }
        if let Some(StatementPlace { backend, number }) = &page.after {
            sql.push(" AND (invoice_number.backend, invoice_number.number) > (").push_bind(backend);
            sql.push(", ").push_bind(number).push(")");
        }
        sql.push(" ORDER BY invoice_number.backend, invoice_number.number LIMIT ").push_bind(i64::from(page.limit));
        let rows = sql.build().fetch_all(&self.pool).await.map_err(|error| self.error(error))?;
        rows::statements_of_page(&self.name, &rows, page.limit).map_err(|error| self.error(error))
    }

    async fn statement_body(&self, statement: &Statement) -> Result<Body, LedgerError> {
        let mut connection = self.pool.acquire().await.map_err(|error| self.error(error))?;
        rows::checked(&self.name, statement, self.content(&mut connection, statement).await?)
    }

    async fn statement_explained(&self, statement: &Statement) -> Result<Vec<Explained>, LedgerError> {
        const EXPLAINED: &str =
            "SELECT free, explained FROM line WHERE tenant_no = ? AND statement_id = ? ORDER BY line_no";
        let rows = sqlx::query_as(EXPLAINED)
            .bind(statement.tenant_no.0)
            .bind(statement.id.as_str())
            .fetch_all(&self.pool)
            .await;
        rows::of_statement(&self.name, statement, rows, |error| self.error(error))
    }

    async fn statement_usage(&self, statement: &Statement) -> Result<Vec<StoredUsage>, LedgerError> {
        const USAGE: &str = "SELECT * FROM usage JOIN series USING (tenant_no, series_no)
                             WHERE tenant_no = ? AND statement_id = ? ORDER BY series_no, period_start";
        let rows =
            sqlx::query_as(USAGE).bind(statement.tenant_no.0).bind(statement.id.as_str()).fetch_all(&self.pool).await;
        rows::of_statement(&self.name, statement, rows, |error| self.error(error))
    }
}

impl SqliteLedger {
    /// A statement's lines and taxes, as one connection sees them.
    pub(super) async fn content(
        &self,
        connection: &mut SqliteConnection,
        statement: &Statement,
    ) -> Result<Body, LedgerError> {
        const LINES: &str = "SELECT * FROM line WHERE tenant_no = ? AND statement_id = ? ORDER BY line_no";
        const TAXES: &str = "SELECT * FROM tax WHERE tenant_no = ? AND statement_id = ? ORDER BY tax_no";
        let (tenant_no, id) = (statement.tenant_no.0, statement.id.as_str());
        let lines = sqlx::query_as(LINES).bind(tenant_no).bind(id).fetch_all(&mut *connection).await;
        let taxes = sqlx::query_as(TAXES).bind(tenant_no).bind(id).fetch_all(connection).await;
        rows::content(&self.name, statement, lines, taxes, |error| self.error(error))
    }
}
