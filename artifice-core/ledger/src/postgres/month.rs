//! Whether a month is what something new of it was worked out beside.

use artifice_model::StatementId;
use sqlx::postgres::PgConnection;
use sqlx::postgres::types::PgRange;

use super::instant;
use crate::statement::Month;

/// Whether the live statements of the month are still those that the new one was worked out beside.
pub(super) async fn month_is_the_same(
    connection: &mut PgConnection,
    tenant_no: i64,
    month: Option<&Month>,
) -> sqlx::Result<bool> {
    let Some(Month { months, beside }) = month else { return Ok(true) };
    let months = PgRange::from(instant(months.start())?..instant(months.end())?);
    let now: Vec<String> = sqlx::query_scalar(
        "SELECT statement_id::text FROM statement WHERE tenant_no = $1 AND period && $2
         AND kind <> 'credit' AND state NOT IN ('voiding', 'void') ORDER BY statement_id",
    )
    .bind(tenant_no)
    .bind(months)
    .fetch_all(connection)
    .await?;
    Ok(now.iter().map(String::as_str).eq(beside.iter().map(StatementId::as_str)))
}
