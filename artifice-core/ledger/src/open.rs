//! Opening the configured ledger.

use std::sync::Arc;

use crate::error::LedgerError;
use crate::ledger::Ledger;
use crate::postgres::PostgresLedger;
use crate::sqlite::SqliteLedger;
use crate::url::DatabaseUrl;

/// Opens the configured ledger. Its schema is brought up to date.
pub async fn open(url: &DatabaseUrl) -> Result<Arc<dyn Ledger>, LedgerError> {
    let ledger = open_as_it_is(url).await?;
    ledger.migrate().await?;
    Ok(ledger)
}

/// Opens the configured ledger without touching its schema.
pub async fn open_as_it_is(url: &DatabaseUrl) -> Result<Arc<dyn Ledger>, LedgerError> {
    match url {
        DatabaseUrl::Sqlite(path) => Ok(Arc::new(SqliteLedger::open(path).await?)),
        DatabaseUrl::Postgres(url) => Ok(Arc::new(PostgresLedger::open(url).await?)),
    }
}
