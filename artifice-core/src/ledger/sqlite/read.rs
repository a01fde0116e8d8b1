//! Reading statements back.

use artifice_model::statement::Tenant;
use sqlx::QueryBuilder;

use super::SqliteLedger;
use crate::ledger::{Body, Filter, Key, LedgerError, Statement, rows};

impl SqliteLedger {
    pub(super) async fn tenants(&self) -> Result<Vec<Tenant>, LedgerError> {
        let rows = sqlx::query_as("SELECT tenant_id, name FROM tenant ORDER BY tenant_id").fetch_all(&self.pool).await;
        let rows: Vec<(String, Option<String>)> = rows.map_err(|error| self.error(error))?;
        Ok(rows.into_iter().map(|(id, name)| Tenant { id, name }).collect())
    }

    pub(super) async fn list(&self, filter: &Filter) -> Result<Vec<Statement>, LedgerError> {
        let mut sql = QueryBuilder::new(
            "SELECT statement.*, invoice_number.number, tenant.tenant_id FROM statement
             JOIN invoice_number USING (statement_id) JOIN tenant ON tenant.tenant_no = statement.tenant_no WHERE true",
        );
        if let Some(tenant) = &filter.tenant {
            sql.push(" AND tenant.tenant_id = ").push_bind(tenant);
        }
        if let Some(state) = filter.state {
            sql.push(" AND statement.state = ").push_bind(state.to_string());
        }
        match filter.key.as_deref().map(Key::of) {
            Some(Key::Number(number)) => sql.push(" AND invoice_number.number = ").push_bind(number),
            Some(Key::Id(id)) => sql.push(" AND statement.statement_id = ").push_bind(id.to_string()),
            Some(Key::Neither) => sql.push(" AND false"),
            None => &mut sql,
        };
        sql.push(" ORDER BY invoice_number.backend, invoice_number.number");
        let rows = sql.build().fetch_all(&self.pool).await.map_err(|error| self.error(error))?;
        rows::statements(&self.name, &rows)
    }

    pub(super) async fn body(&self, statement: &Statement) -> Result<Body, LedgerError> {
        const LINES: &str = "SELECT * FROM line WHERE tenant_no = ? AND statement_id = ? ORDER BY line_no";
        const TAXES: &str = "SELECT * FROM tax WHERE tenant_no = ? AND statement_id = ? ORDER BY tax_no";
        let (tenant_no, id) = (statement.tenant_no, &statement.id);
        let lines = sqlx::query_as(LINES).bind(tenant_no).bind(id).fetch_all(&self.pool).await;
        let taxes = sqlx::query_as(TAXES).bind(tenant_no).bind(id).fetch_all(&self.pool).await;
        rows::body(&self.name, statement, lines, taxes, |error| self.error(error))
    }
}
