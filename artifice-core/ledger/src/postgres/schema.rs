//! The database itself: its schema, and whether it can be reached.

use async_trait::async_trait;
use sqlx::Connection;
use sqlx::migrate::{Migrate, MigrateError, Migrator};
use sqlx::postgres::PgConnection;

use super::{PostgresLedger, connect, error};
use crate::error::LedgerError;
use crate::ledger::Schema;
use crate::schema::{self, SchemaStatus};

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/postgres");

#[async_trait]
impl Schema for PostgresLedger {
    /// Several programs may find the same ledger old at once: one of them changes it, and the others
    /// wait at the lock and then find it new. All of it is one transaction.
    async fn migrate(&self) -> Result<Vec<i64>, LedgerError> {
        if self.schema_status().await?.missing.is_empty() {
            return Ok(Vec::new());
        }
        let mut transaction = self.pool.begin().await.map_err(|error| self.error(error))?;
        sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('artifice.migrations', 0))")
            .execute(&mut *transaction)
            .await
            .map_err(|error| self.error(error))?;
        let missing = self.status_in(&mut transaction).await?.missing;
        if missing.len() == MIGRATIONS.iter().count() {
            self.check_is_empty(&mut transaction).await?;
        }
        MIGRATIONS.run_direct(None, &mut *transaction, false).await.map_err(|error| self.migrate_error(error))?;
        transaction.commit().await.map_err(|error| self.error(error))?;
        Ok(missing)
    }

    async fn schema_status(&self) -> Result<SchemaStatus, LedgerError> {
        let mut connection = self.pool.acquire().await.map_err(|error| self.error(error))?;
        self.status_in(&mut connection).await
    }

    async fn check(&self) -> Result<(), LedgerError> {
        // Past the pool, which would hide why it gets no connection. A server that restarts is waited for.
        let connection = connect(&self.options, error::is_down).await.map_err(|error| self.error(error))?;
        let _ = connection.close().await;
        Ok(())
    }

    async fn ledger_id(&self) -> Result<String, LedgerError> {
        let id = sqlx::query_scalar("SELECT ledger_id::text FROM ledger").fetch_one(&self.pool).await;
        id.map_err(|error| self.error(error))
    }

    async fn close(&self) {
        self.pool.close().await;
    }
}

impl PostgresLedger {
    async fn status_in(&self, connection: &mut PgConnection) -> Result<SchemaStatus, LedgerError> {
        let there: bool = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
            .fetch_one(&mut *connection)
            .await
            .map_err(|error| self.error(error))?;
        let applied = if there {
            let listed = connection.list_applied_migrations(&MIGRATIONS.table_name).await;
            listed.map_err(|error| self.migrate_error(error))?.iter().map(|migration| migration.version).collect()
        } else {
            Vec::new()
        };
        SchemaStatus::of(&MIGRATIONS, applied).map_err(|error| self.migrate_error(error))
    }

    /// Refuses to make a ledger among another program's tables.
    async fn check_is_empty(&self, connection: &mut PgConnection) -> Result<(), LedgerError> {
        let other: Option<(String, String)> = sqlx::query_as(
            "SELECT schemaname::text, tablename::text FROM pg_tables
             WHERE schemaname = current_schema() AND tablename <> '_sqlx_migrations' ORDER BY tablename LIMIT 1",
        )
        .fetch_optional(connection)
        .await
        .map_err(|error| self.error(error))?;
        match other {
            None => Ok(()),
            Some((schema, table)) => {
                let why = format!(
                    "it is another program's database (its schema {schema} has a table '{table}'); make a database \
                     of its own for the ledger"
                );
                Err(LedgerError::Schema { database: self.name.clone(), why })
            }
        }
    }

    fn migrate_error(&self, error: MigrateError) -> LedgerError {
        if let MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) = &error
            && let Some(known) = error::of_extension(&self.name, source)
        {
            return known;
        }
        schema::error(&self.name, error, |source| self.error(source))
    }
}
