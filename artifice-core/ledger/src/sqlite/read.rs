//! Reading statements back.

use artifice_model::Tenant;
use sqlx::QueryBuilder;
use sqlx::sqlite::SqliteConnection;

use super::SqliteLedger;
use crate::{Body, Entry, Explained, Filter, Key, LedgerError, Listed, Statement, StoredUsage, rows};

/// Statements, with the columns that `rows` reads.
pub(super) const STATEMENTS: &str =
    "SELECT statement.*, invoice_number.number, tenant.tenant_id, about.receipt AS refers_receipt,
            about.receipt_details AS refers_receipt_details, about_number.number AS refers_number
     FROM statement
     JOIN invoice_number USING (statement_id) JOIN tenant ON tenant.tenant_no = statement.tenant_no
     LEFT JOIN statement AS about ON about.statement_id = statement.refers_to
     LEFT JOIN invoice_number AS about_number ON about_number.statement_id = statement.refers_to
     WHERE true";

impl SqliteLedger {
    pub(super) async fn tenants(&self) -> Result<Vec<Tenant>, LedgerError> {
        let rows = sqlx::query_as("SELECT tenant_id, name FROM tenant ORDER BY tenant_id").fetch_all(&self.pool).await;
        let rows: Vec<(String, Option<String>)> = rows.map_err(|error| self.error(error))?;
        Ok(rows.into_iter().map(|(id, name)| Tenant { id: id.into(), name }).collect())
    }

    pub(super) async fn list(&self, filter: &Filter) -> Result<Listed, LedgerError> {
        let mut sql = QueryBuilder::new(STATEMENTS);
        if let Some(tenant) = &filter.tenant {
            sql.push(" AND tenant.tenant_id = ").push_bind(tenant.as_str());
        }
        if let Some(state) = filter.state {
            sql.push(" AND statement.state = ").push_bind(state.to_string());
        }
        if let Some(about) = &filter.refers_to {
            sql.push(" AND statement.refers_to = ").push_bind(about);
        }
        if let Some(period) = filter.concerns {
            sql.push(
                " AND statement.state <> 'void' AND (statement.state <> 'committed' OR (statement.period_start < ",
            );
            sql.push_bind(period.end().micros()).push(" AND statement.period_end > ");
            sql.push_bind(period.start().micros()).push("))");
        }
        match filter.key.as_deref().map(Key::of) {
            Some(Key::Number(number)) => sql.push(" AND invoice_number.number = ").push_bind(number),
            Some(Key::Id(id)) => sql.push(" AND statement.statement_id = ").push_bind(id.to_string()),
            Some(Key::Neither) => sql.push(" AND false"),
            None => &mut sql,
        };
        sql.push(" ORDER BY invoice_number.backend, invoice_number.number");
        let rows = sql.build().fetch_all(&self.pool).await.map_err(|error| self.error(error))?;
        Ok(rows::statements(&self.name, &rows))
    }

    pub(super) async fn usage(&self, statement: &Statement) -> Result<Vec<StoredUsage>, LedgerError> {
        const USAGE: &str = "SELECT * FROM usage JOIN series USING (tenant_no, series_no)
                             WHERE tenant_no = ? AND statement_id = ? ORDER BY series_no, period_start";
        let rows = sqlx::query_as(USAGE).bind(statement.tenant_no).bind(&statement.id).fetch_all(&self.pool).await;
        rows::of_statement(&self.name, statement, rows, |error| self.error(error))
    }

    pub(super) async fn audit(&self, statement: &Statement) -> Result<Vec<Entry>, LedgerError> {
        const AUDIT: &str = "SELECT * FROM audit WHERE tenant_no = ? AND statement_id = ? ORDER BY entry_no";
        let rows = sqlx::query_as(AUDIT).bind(statement.tenant_no).bind(&statement.id).fetch_all(&self.pool).await;
        rows::of_statement(&self.name, statement, rows, |error| self.error(error))
    }

    pub(super) async fn body(&self, statement: &Statement) -> Result<Body, LedgerError> {
        let mut connection = self.pool.acquire().await.map_err(|error| self.error(error))?;
        rows::checked(&self.name, statement, self.content(&mut connection, statement).await?)
    }

    pub(super) async fn explained(&self, statement: &Statement) -> Result<Vec<Explained>, LedgerError> {
        const EXPLAINED: &str =
            "SELECT free, explained FROM line WHERE tenant_no = ? AND statement_id = ? ORDER BY line_no";
        let rows = sqlx::query_as(EXPLAINED).bind(statement.tenant_no).bind(&statement.id).fetch_all(&self.pool).await;
        rows::of_statement(&self.name, statement, rows, |error| self.error(error))
    }

    /// A statement's lines and taxes, as one connection sees them.
    pub(super) async fn content(
        &self,
        connection: &mut SqliteConnection,
        statement: &Statement,
    ) -> Result<Body, LedgerError> {
        const LINES: &str = "SELECT * FROM line WHERE tenant_no = ? AND statement_id = ? ORDER BY line_no";
        const TAXES: &str = "SELECT * FROM tax WHERE tenant_no = ? AND statement_id = ? ORDER BY tax_no";
        let (tenant_no, id) = (statement.tenant_no, &statement.id);
        let lines = sqlx::query_as(LINES).bind(tenant_no).bind(id).fetch_all(&mut *connection).await;
        let taxes = sqlx::query_as(TAXES).bind(tenant_no).bind(id).fetch_all(connection).await;
        rows::content(&self.name, statement, lines, taxes, |error| self.error(error))
    }
}
