//! Reading statements back.

use artifice_model::aggregate::Aggregate;
use artifice_model::statement::{Line, Rate, Tax, Tenant, Usage};
use artifice_model::{Decimal, Period, Timestamp};
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, QueryBuilder, Row};

use super::SqliteLedger;
use crate::ledger::content::digest_of_stored;
use crate::ledger::{Body, Claim, Filter, Kind, LedgerError, Receipt, Statement};

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
        match filter.key.as_deref().map(|key| (key, key.parse::<i64>())) {
            Some((_, Ok(number))) => sql.push(" AND invoice_number.number = ").push_bind(number),
            Some((id, Err(_))) => sql.push(" AND statement.statement_id = ").push_bind(id),
            None => &mut sql,
        };
        sql.push(" ORDER BY invoice_number.backend, invoice_number.number");
        let rows = sql.build().fetch_all(&self.pool).await.map_err(|error| self.error(error))?;
        rows.iter().map(|row| statement(row).map_err(|source| self.unreadable(row, source))).collect()
    }

    pub(super) async fn body(&self, statement: &Statement) -> Result<Body, LedgerError> {
        const LINES: &str = "SELECT * FROM line WHERE tenant_no = ? AND statement_id = ? ORDER BY line_no";
        const TAXES: &str = "SELECT * FROM tax WHERE tenant_no = ? AND statement_id = ? ORDER BY tax_no";
        let (tenant_no, id) = (statement.tenant_no, &statement.id);
        let lines = sqlx::query_as::<_, Stored<Line>>(LINES).bind(tenant_no).bind(id).fetch_all(&self.pool).await;
        let taxes = sqlx::query_as::<_, Stored<Tax>>(TAXES).bind(tenant_no).bind(id).fetch_all(&self.pool).await;
        let damaged = |what: String| LedgerError::Damaged { database: self.name.clone(), id: id.clone(), what };
        let unreadable = |error: sqlx::Error| match error {
            sqlx::Error::ColumnDecode { .. } => damaged(error.to_string()),
            other => self.error(other),
        };
        let body = Body {
            lines: lines.map_err(unreadable)?.into_iter().map(|stored| stored.0).collect(),
            taxes: taxes.map_err(unreadable)?.into_iter().map(|stored| stored.0).collect(),
        };
        if digest_of_stored(statement, &body) != statement.digest {
            return Err(damaged("its content does not have the digest that was stored with it".to_owned()));
        }
        Ok(body)
    }

    fn unreadable(&self, row: &SqliteRow, source: sqlx::Error) -> LedgerError {
        let id = row.try_get("statement_id").unwrap_or_default();
        LedgerError::Damaged { database: self.name.clone(), id, what: source.to_string() }
    }
}

/// A row as a type of the model's.
struct Stored<T>(T);

/// Reads a column's text as a type of the model's.
fn text<T>(row: &SqliteRow, column: &str, read: impl FnOnce(&str) -> Option<T>) -> sqlx::Result<T> {
    let text: String = row.try_get(column)?;
    read(&text).ok_or_else(|| sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: format!("'{text}' is not readable").into(),
    })
}

fn decimal(row: &SqliteRow, column: &str) -> sqlx::Result<Decimal> {
    text(row, column, |text| text.parse().ok())
}

fn instant(row: &SqliteRow, column: &str) -> sqlx::Result<Option<Timestamp>> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(Timestamp::from_micros))
}

fn period(row: &SqliteRow) -> sqlx::Result<Period> {
    let at = |column| row.try_get(column).map(Timestamp::from_micros);
    Period::new(at("period_start")?, at("period_end")?)
        .map_err(|error| sqlx::Error::ColumnDecode { index: "period_end".to_owned(), source: error.into() })
}

fn statement(row: &SqliteRow) -> sqlx::Result<Statement> {
    let claim = match (row.try_get::<Option<String>, _>("claim")?, row.try_get::<Option<String>, _>("owner")?) {
        (Some(token), owner) => Some(Claim {
            token,
            owner: owner.unwrap_or_default(),
            lease_until: instant(row, "lease_until_us")?.unwrap_or(Timestamp::from_micros(0)),
        }),
        (None, _) => None,
    };
    let receipt = match row.try_get::<Option<String>, _>("receipt")? {
        Some(reference) => {
            let details = text(row, "receipt_details", |json| serde_json::from_str(json).ok())?;
            Some(Receipt { reference, details })
        }
        None => None,
    };
    let natural = |column| Ok::<_, sqlx::Error>(row.try_get::<i64, _>(column)?.unsigned_abs());
    Ok(Statement {
        id: row.try_get("statement_id")?,
        number: natural("number")?,
        kind: text(row, "kind", Kind::from_name)?,
        tenant: Tenant { id: row.try_get("tenant_id")?, name: row.try_get("tenant_name")? },
        period: period(row)?,
        timezone: row.try_get("timezone")?,
        currency: text(row, "currency", |code| code.parse().ok())?,
        subtotal: decimal(row, "subtotal")?,
        total: decimal(row, "total")?,
        digest: row.try_get("digest")?,
        backend: row.try_get("backend")?,
        backend_version: row.try_get("backend_version")?,
        created: Timestamp::from_micros(row.try_get("created_us")?),
        state: text(row, "state", |state| state.parse().ok())?,
        claim,
        doubted: instant(row, "doubted_us")?,
        tries: natural("tries")?,
        error: row.try_get("error")?,
        receipt,
        tenant_no: row.try_get("tenant_no")?,
    })
}

impl FromRow<'_, SqliteRow> for Stored<Line> {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let rate = match row.try_get::<Option<String>, _>("rate")? {
            Some(_) => Some(Rate {
                amount: decimal(row, "rate")?,
                per: row.try_get("rate_unit")?,
                origin: row.try_get("rate_origin")?,
            }),
            None => None,
        };
        let usage = Usage {
            resource_id: row.try_get("resource_id")?,
            resource_name: row.try_get("resource_name")?,
            entry: row.try_get("entry")?,
            meter: row.try_get("meter")?,
            section: row.try_get("section")?,
            service: row.try_get("service")?,
            location: row.try_get("location")?,
            period: period(row)?,
            volume: decimal(row, "volume")?,
            unit: row.try_get("unit")?,
            aggregate: text(row, "aggregate", Aggregate::from_name)?,
        };
        Ok(Stored(Line { usage, name: row.try_get("name")?, rate, cost: Some(decimal(row, "cost")?) }))
    }
}

impl FromRow<'_, SqliteRow> for Stored<Tax> {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let [percent, base, amount] = ["percent", "base", "amount"].map(|column| decimal(row, column));
        Ok(Stored(Tax { name: row.try_get("name")?, percent: percent?, base: base?, amount: amount? }))
    }
}
