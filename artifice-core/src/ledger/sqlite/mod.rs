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

use super::{Basis, Body, Change, Filter, Ledger, LedgerError, NewStatement, SchemaStatus, Statement, schema};

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations/sqlite");

/// How long a writer waits for another one. A bill of 100,000 lines is stored in seconds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(60);

/// What to do when the file cannot be used.
const ADVICE: &str = "check database.url, that the directory exists, and the rights on it";

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
                Err(error) => return Err(unusable(&name, &error)),
            }
        }
    }

    fn error(&self, source: sqlx::Error) -> LedgerError {
        match &source {
            sqlx::Error::Database(error) if is_rule(error.message()) => {
                LedgerError::Refused { rule: error.message().to_owned() }
            }
            error if is_locked(error) => self.locked(),
            _ => unusable(&self.name, &source),
        }
    }

    fn locked(&self) -> LedgerError {
        LedgerError::Locked { database: self.name.clone(), waited_s: BUSY_TIMEOUT.as_secs() }
    }

    fn migrate_error(&self, error: MigrateError) -> LedgerError {
        schema::error(&self.name, error, |source| self.error(source))
    }

    /// Where the schema stands, as one connection sees it.
    async fn schema_status_in(&self, connection: &mut SqliteConnection) -> Result<SchemaStatus, LedgerError> {
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
        SchemaStatus::of(&MIGRATIONS, applied).map_err(|error| self.migrate_error(error))
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

fn unusable(database: &str, error: &sqlx::Error) -> LedgerError {
    let why = error.to_string();
    LedgerError::Database { database: database.to_owned(), why, advice: ADVICE, concerns_all: false }
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

    async fn check(&self) -> Result<(), LedgerError> {
        sqlx::query("SELECT 1").execute(&self.pool).await.map(drop).map_err(|error| self.error(error))
    }

    async fn insert(&self, new: NewStatement<'_>) -> Result<String, LedgerError> {
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
