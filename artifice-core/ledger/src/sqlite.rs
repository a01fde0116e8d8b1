//! The ledger in a file: SQLite, the embedded default.

mod block;
mod change;
mod error;
mod guards;
mod history;
mod insert;
mod leases;
mod month;
mod new;
mod schema;
mod statements;
mod verify;

use std::path::Path;
use std::time::{Duration, Instant};

use artifice_settings::FileMode;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection};
use tracing::Instrument;

use crate::error::{LedgerError, Refusal};
use crate::limits::LOCK_TIMEOUT;
use error::{is_locked, rule, unusable};

/// The ledger in a file.
#[derive(Debug)]
pub struct SqliteLedger {
    pool: SqlitePool,
    /// For what need not survive a power cut.
    light: SqlitePool,
    /// Only one of this program's tasks writes at a time: the next one goes on as soon as it is done, where
    /// SQLite would have it look again and again.
    writer: tokio::sync::Mutex<()>,
    name: String,
}

impl SqliteLedger {
    /// Opens a file, and makes it with that mode if it is not there.
    pub async fn open(path: &Path, mode: FileMode) -> Result<Self, LedgerError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A statement that a backend has been told of must survive a power cut.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(LOCK_TIMEOUT)
            .disable_statement_logging();
        let name = format!("sqlite://{}", path.display());
        let begin = Instant::now();
        new::make(path, &options, mode).await.map_err(|error| unusable(&name, &error))?;
        if std::fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() == 0) {
            let why = "the file is there, and empty: whatever was billed with it is unknown here, and would be billed \
                       again; restore it from a backup, or delete it if nothing ever was";
            return Err(LedgerError::Schema { database: name, why: why.to_owned() });
        }
        loop {
            match SqlitePoolOptions::new().max_connections(4).connect_with(options.clone()).await {
                Ok(pool) => {
                    let light = options.synchronous(SqliteSynchronous::Normal);
                    let light = SqlitePoolOptions::new().max_connections(1).connect_lazy_with(light);
                    return Ok(SqliteLedger { pool, light, writer: tokio::sync::Mutex::default(), name });
                }
                // A new file is switched to WAL by whoever comes first; SQLite's own waiting does not
                // cover that moment.
                Err(error) if is_locked(&error) && begin.elapsed() < LOCK_TIMEOUT => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                Err(error) => return Err(unusable(&name, &error)),
            }
        }
    }

    /// Does something in one transaction that writes: all of it or nothing.
    ///
    /// It begins IMMEDIATE: a transaction that reads before it writes must not find out at the end that
    /// another one wrote in between.
    async fn in_transaction<T>(
        &self,
        work: impl AsyncFnOnce(&mut SqliteConnection) -> sqlx::Result<T>,
    ) -> sqlx::Result<T> {
        let _turn = self.writer.lock().instrument(tracing::debug_span!("lock")).await;
        let mut connection = self.pool.acquire().await?;
        let done = async {
            let beginning = connection.begin_with("BEGIN IMMEDIATE");
            let mut transaction = beginning.instrument(tracing::debug_span!("lock")).await?;
            let done = work(&mut transaction).await?;
            transaction.commit().await?;
            Ok(done)
        }
        .await;
        if done.is_err() {
            // After some errors (a full disk) SQLite has ended the transaction by itself, and sqlx
            // does not know: the next one must not meet this connection.
            connection.close_on_drop();
        }
        done
    }

    fn error(&self, source: sqlx::Error) -> LedgerError {
        match &source {
            error if is_locked(error) => self.locked(),
            sqlx::Error::Database(error) => match rule(error.message()) {
                Some(name) => Refusal::Rule { name, said: error.message().to_owned() }.into(),
                None => unusable(&self.name, &source),
            },
            _ => unusable(&self.name, &source),
        }
    }

    fn locked(&self) -> LedgerError {
        LedgerError::Locked { database: self.name.clone(), waited_s: LOCK_TIMEOUT.as_secs() }
    }
}
