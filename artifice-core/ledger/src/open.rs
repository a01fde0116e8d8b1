//! Opening the configured ledger.

use std::sync::Arc;

use artifice_settings::FileMode;

use crate::error::LedgerError;
use crate::ledger::Ledger;
use crate::postgres::PostgresLedger;
use crate::sqlite::SqliteLedger;
use crate::url::DatabaseUrl;

/// A ledger that was opened.
pub struct Opened {
    /// The ledger.
    pub ledger: Arc<dyn Ledger>,
    /// Whether there was none before: it knows of nothing that was billed.
    pub is_new: bool,
}

/// Opens the configured ledger, and makes it if there is none; `mode` is that of a file made for it. Its schema is brought
/// up to date.
pub async fn open(url: &DatabaseUrl, mode: FileMode) -> Result<Opened, LedgerError> {
    let ledger = open_as_it_is(url, mode).await?;
    let had_nothing = ledger.schema_status().await?.applied.is_empty();
    let is_new = !ledger.migrate().await?.is_empty() && had_nothing;
    Ok(Opened { ledger, is_new })
}

/// Opens the configured ledger without touching its schema.
pub async fn open_as_it_is(url: &DatabaseUrl, mode: FileMode) -> Result<Arc<dyn Ledger>, LedgerError> {
    match url {
        DatabaseUrl::Sqlite(path) => Ok(Arc::new(SqliteLedger::open(path, mode).await?)),
        DatabaseUrl::Postgres(url) => Ok(Arc::new(PostgresLedger::open(url).await?)),
    }
}
