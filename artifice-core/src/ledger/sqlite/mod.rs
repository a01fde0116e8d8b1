//! The ledger in a file: SQLite, the embedded default.

mod change;
mod insert;
mod read;

use std::path::Path;
use std::time::{Duration, Instant};

use artifice_model::statement::Tenant;
use async_trait::async_trait;
use sqlx::ConnectOptions;
use sqlx::migrate::{Migrate, MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use super::{Basis, Body, Change, Filter, Ledger, LedgerError, NewStatement, SchemaStatus, Statement};

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations/sqlite");

/// How long a writer waits for another one. A bill of 100,000 lines is stored in seconds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(60);

/// The ledger in a file.
#[derive(Debug)]
pub struct SqliteLedger {
    pool: SqlitePool,
    name: String,
}

impl SqliteLedger {
    /// Opens a file, and makes it if it is not there.
    pub async fn open(path: &Path) -> Result<Self, LedgerError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A statement that a backend has been told of must survive a power cut.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .disable_statement_logging();
        let name = format!("sqlite://{}", path.display());
        let begin = Instant::now();
        loop {
            match SqlitePoolOptions::new().max_connections(4).connect_with(options.clone()).await {
                Ok(pool) => return Ok(SqliteLedger { pool, name }),
                // A new file is switched to WAL by whoever comes first; SQLite's own waiting does not
                // cover that moment.
                Err(error) if is_locked(&error) && begin.elapsed() < BUSY_TIMEOUT => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                Err(source) => return Err(LedgerError::Database { database: name, source }),
            }
        }
    }

    fn error(&self, source: sqlx::Error) -> LedgerError {
        match &source {
            sqlx::Error::Database(error) if is_rule(error.message()) => {
                LedgerError::Refused { rule: error.message().to_owned() }
            }
            error if is_locked(error) => self.locked(),
            _ => LedgerError::Database { database: self.name.clone(), source },
        }
    }

    fn locked(&self) -> LedgerError {
        LedgerError::Locked { database: self.name.clone(), waited_s: BUSY_TIMEOUT.as_secs() }
    }

    fn migrate_error(&self, error: MigrateError) -> LedgerError {
        let database = self.name.clone();
        match error {
            MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => {
                LedgerError::Database { database, source }
            }
            MigrateError::VersionMissing(version) => {
                let why = format!(
                    "its schema has version {version}, which this artifice does not know; use a newer artifice"
                );
                LedgerError::Schema { database, why }
            }
            MigrateError::VersionMismatch(version) => {
                let why = format!(
                    "its schema version {version} is not the one of this artifice; was the file changed by hand?"
                );
                LedgerError::Schema { database, why }
            }
            other => LedgerError::Schema { database, why: other.to_string() },
        }
    }

    /// Where the schema stands, as one connection sees it.
    async fn schema_status_in(&self, connection: &mut SqliteConnection) -> Result<SchemaStatus, LedgerError> {
        let known: Vec<i64> = MIGRATIONS.iter().map(|migration| migration.version).collect();
        let there = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM sqlite_master WHERE name = '_sqlx_migrations'")
            .fetch_one(&mut *connection)
            .await
            .map_err(|error| self.error(error))?;
        let applied: Vec<i64> = if there == 0 {
            Vec::new()
        } else {
            let listed = connection.list_applied_migrations(&MIGRATIONS.table_name).await;
            listed.map_err(|error| self.migrate_error(error))?.iter().map(|migration| migration.version).collect()
        };
        if let Some(newer) = applied.iter().find(|version| !known.contains(version)) {
            return Err(self.migrate_error(MigrateError::VersionMissing(*newer)));
        }
        let missing = known.into_iter().filter(|version| !applied.contains(version)).collect();
        Ok(SchemaStatus { applied, missing })
    }

    /// Refuses to make a ledger of another program's database.
    async fn check_is_empty(&self, connection: &mut SqliteConnection) -> Result<(), LedgerError> {
        const OTHERS: &str = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' LIMIT 1";
        let other = sqlx::query_scalar::<_, String>(OTHERS).fetch_optional(connection).await;
        match other.map_err(|error| self.error(error))? {
            None => Ok(()),
            Some(table) => {
                let why = format!(
                    "it is another program's database (it has a table '{table}'); name a file of its own for the ledger"
                );
                Err(LedgerError::Schema { database: self.name.clone(), why })
            }
        }
    }
}

/// Whether another program held the database for too long.
fn is_locked(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => error.message().contains("is locked"),
        sqlx::Error::PoolTimedOut => true,
        _ => false,
    }
}

/// Whether a message is a rule's, `rule_name: why` (migrations/sqlite/0002_guards.sql), not SQLite's own.
fn is_rule(message: &str) -> bool {
    let name = message.split_once(": ").map_or("", |(name, _)| name);
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[async_trait]
impl Ledger for SqliteLedger {
    async fn migrate(&self) -> Result<Vec<i64>, LedgerError> {
        if self.schema_status().await?.missing.is_empty() {
            return Ok(Vec::new());
        }
        // Several programs may find the same ledger old at once: one of them changes it, and the
        // others wait here and then find it new.
        let transaction = self.pool.begin_with("BEGIN IMMEDIATE").await;
        let mut transaction = transaction.map_err(|error| self.error(error))?;
        let missing = self.schema_status_in(&mut transaction).await?.missing;
        if missing.len() == MIGRATIONS.iter().count() {
            self.check_is_empty(&mut transaction).await?;
        }
        MIGRATIONS.run_direct(None, &mut *transaction, false).await.map_err(|error| self.migrate_error(error))?;
        transaction.commit().await.map_err(|error| self.error(error))?;
        Ok(missing)
    }

    async fn schema_status(&self) -> Result<SchemaStatus, LedgerError> {
        let mut connection = self.pool.acquire().await.map_err(|error| self.error(error))?;
        self.schema_status_in(&mut connection).await
    }

    async fn close(&self) {
        self.pool.close().await;
    }

    async fn tenant_list(&self) -> Result<Vec<Tenant>, LedgerError> {
        self.tenants().await
    }

    async fn statement_insert(&self, new: NewStatement<'_>) -> Result<Statement, LedgerError> {
        self.insert(new).await
    }

    async fn statement_list(&self, filter: &Filter) -> Result<Vec<Statement>, LedgerError> {
        self.list(filter).await
    }

    async fn statement_body(&self, statement: &Statement) -> Result<Body, LedgerError> {
        self.body(statement).await
    }

    async fn statement_change(&self, id: &str, basis: &Basis, change: &Change) -> Result<bool, LedgerError> {
        self.change(id, basis, change).await
    }
}
