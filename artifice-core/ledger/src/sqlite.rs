//! The ledger in a file: SQLite, the embedded default.

mod block;
mod change;
mod guards;
mod history;
mod insert;
mod read;
mod verify;
mod work;

use std::path::Path;
use std::time::{Duration, Instant};

use artifice_model::{Tenant, TenantId};
use async_trait::async_trait;
use sqlx::migrate::{Migrate, MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, Row};
use tracing::Instrument;

use crate::{
    Action, Author, Basis, Body, Change, Checked, Entry, Explained, Filter, Holder, Lease, Ledger, LedgerError, Listed,
    NewStatement, Part, SchemaStatus, Statement, StoredUsage, schema,
};
use crate::{EachLine, Group, Grouping, Wanted};

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/sqlite");

/// What a connection needs to be migrated on.
const WHILE_MIGRATING: [&str; 2] = ["PRAGMA foreign_keys = OFF", "PRAGMA legacy_alter_table = ON"];

/// How long a writer waits for another one. A bill of 100,000 lines is stored in seconds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(60);

/// What to do when the file cannot be used.
const ADVICE: &str = "check database.url, that the directory exists, the rights on it, and that its disk has room";
/// The disk is full: SQLITE_FULL; SQLITE_IOERR_SHMSIZE, where not even the file beside it has room.
const FULL: [&str; 2] = ["13", "4874"];
/// What to do then.
const ROOM: &str = "there is no room left on its disk; make some, and run the command again";

/// The ledger in a file.
#[derive(Debug)]
pub struct SqliteLedger {
    pool: SqlitePool,
    /// For what need not survive a power cut.
    light: SqlitePool,
    /// Only one of this program's tasks writes at a time: the next one goes on as soon as it is done, where
    /// SQLite would have it look again and again.
    writer: tokio::sync::Mutex<()>,
    author: Author,
    name: String,
}

impl SqliteLedger {
    /// Opens a file, and makes it if it is not there.
    pub async fn open(path: &Path, author: Author) -> Result<Self, LedgerError> {
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
                Ok(pool) => {
                    let light = options.synchronous(SqliteSynchronous::Normal);
                    let light = SqlitePoolOptions::new().max_connections(1).connect_lazy_with(light);
                    return Ok(SqliteLedger { pool, light, writer: tokio::sync::Mutex::default(), author, name });
                }
                // A new file is switched to WAL by whoever comes first; SQLite's own waiting does not
                // cover that moment.
                Err(error) if is_locked(&error) && begin.elapsed() < BUSY_TIMEOUT => {
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

    /// Refuses a schema in which something refers to what is not there.
    async fn check_references(&self, connection: &mut SqliteConnection) -> Result<(), LedgerError> {
        let broken = sqlx::query("PRAGMA foreign_key_check").fetch_optional(connection).await;
        match broken.map_err(|error| self.error(error))? {
            None => Ok(()),
            Some(row) => {
                let table: String = row.try_get(0).map_err(|error| self.error(error))?;
                let why = format!(
                    "a row of its table '{table}' refers to what is not there, so it is not migrated; restore it from \
                     a backup"
                );
                Err(LedgerError::Schema { database: self.name.clone(), why })
            }
        }
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
    let code = error.as_database_error().and_then(|error| error.code()).unwrap_or_default();
    let is_full = FULL.contains(&code.as_ref());
    LedgerError::Database {
        database: database.to_owned(),
        why: error.to_string(),
        advice: if is_full { ROOM } else { ADVICE },
        concerns_all: is_full,
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
        // A table that others refer to is made anew in a migration: for that references are neither
        // checked nor rewritten on this connection (https://sqlite.org/lang_altertable.html, 12 steps).
        let mut connection = self.pool.acquire().await.map_err(|error| self.error(error))?;
        connection.close_on_drop();
        for pragma in WHILE_MIGRATING {
            sqlx::query(pragma).execute(&mut *connection).await.map_err(|error| self.error(error))?;
        }
        // Several programs may find the same ledger old at once: one of them changes it, and the
        // others wait here and then find it new.
        let transaction = connection.begin_with("BEGIN IMMEDIATE").await;
        let mut transaction = transaction.map_err(|error| self.error(error))?;
        let missing = self.schema_status_in(&mut transaction).await?.missing;
        if missing.len() == MIGRATIONS.iter().count() {
            self.check_is_empty(&mut transaction).await?;
        }
        MIGRATIONS.run_direct(None, &mut *transaction, false).await.map_err(|error| self.migrate_error(error))?;
        self.check_references(&mut transaction).await?;
        transaction.commit().await.map_err(|error| self.error(error))?;
        Ok(missing)
    }

    async fn schema_status(&self) -> Result<SchemaStatus, LedgerError> {
        let mut connection = self.pool.acquire().await.map_err(|error| self.error(error))?;
        self.schema_status_in(&mut connection).await
    }

    async fn close(&self) {
        self.light.close().await;
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

    async fn statement_rows(&self, filter: &Filter) -> Result<Listed, LedgerError> {
        self.list(filter).await
    }

    async fn statement_body(&self, statement: &Statement) -> Result<Body, LedgerError> {
        self.body(statement).await
    }

    async fn statement_explained(&self, statement: &Statement) -> Result<Vec<Explained>, LedgerError> {
        self.explained(statement).await
    }

    async fn statement_usage(&self, statement: &Statement) -> Result<Vec<StoredUsage>, LedgerError> {
        self.usage(statement).await
    }

    async fn audit_list(&self, statement: &Statement) -> Result<Vec<Entry>, LedgerError> {
        self.audit(statement).await
    }

    async fn audit_insert(
        &self,
        statement: &Statement,
        action: Action,
        detail: Option<&str>,
    ) -> Result<(), LedgerError> {
        self.note(&statement.id, action, detail).await
    }

    async fn verify_parts(&self) -> Result<Vec<Part>, LedgerError> {
        self.parts_to_check().await
    }

    async fn verify_part(&self, part: Part) -> Result<Checked, LedgerError> {
        self.check_part(part).await
    }

    async fn work_take(
        &self,
        tenant: &TenantId,
        lease: &Lease,
        gone: Option<&str>,
    ) -> Result<Option<Holder>, LedgerError> {
        self.take(tenant, lease, gone).await
    }

    async fn work_holder(&self, tenant: &TenantId) -> Result<Option<Holder>, LedgerError> {
        self.holder(tenant).await
    }

    async fn work_keep(&self, lease: &Lease) -> Result<(), LedgerError> {
        self.keep(lease).await
    }

    async fn work_leave(&self, tenant: &TenantId, lease: &Lease) -> Result<(), LedgerError> {
        self.leave(tenant, lease).await
    }

    async fn history_lines(&self, wanted: &Wanted, each: &mut EachLine<'_>) -> Result<(), LedgerError> {
        self.lines(wanted, each).await
    }

    async fn history_groups(&self, wanted: &Wanted, grouping: Grouping<'_>) -> Result<Vec<Group>, LedgerError> {
        self.groups(wanted, grouping).await
    }

    async fn statement_change(&self, id: &str, basis: &Basis, change: &Change) -> Result<bool, LedgerError> {
        self.change(id, basis, change).await
    }
}
