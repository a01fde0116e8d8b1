//! The file itself: its schema, and whether it can be reached.

use async_trait::async_trait;
use sqlx::migrate::{Migrate, MigrateError, Migrator};
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, Row};

use super::SqliteLedger;
use crate::error::LedgerError;
use crate::ledger::Schema;
use crate::schema::{self, SchemaStatus};

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/sqlite");

/// What a connection needs to be migrated on.
pub(super) const WHILE_MIGRATING: [&str; 2] = ["PRAGMA foreign_keys = OFF", "PRAGMA legacy_alter_table = ON"];

#[async_trait]
impl Schema for SqliteLedger {
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

    async fn ledger_id(&self) -> Result<String, LedgerError> {
        let id = sqlx::query_scalar("SELECT ledger_id FROM ledger").fetch_one(&self.pool).await;
        id.map_err(|error| self.error(error))
    }

    async fn close(&self) {
        self.light.close().await;
        self.pool.close().await;
    }

    async fn check(&self) -> Result<(), LedgerError> {
        sqlx::query("SELECT 1").execute(&self.pool).await.map(drop).map_err(|error| self.error(error))
    }
}

impl SqliteLedger {
    pub(super) fn migrate_error(&self, error: MigrateError) -> LedgerError {
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
