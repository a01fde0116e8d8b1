//! Bringing the schema up to date.

use sqlx::migrate::{Migrate, MigrateError, Migrator};
use sqlx::postgres::PgConnection;

use super::{PostgresLedger, error};
use crate::{LedgerError, SchemaStatus, schema};

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/postgres");

impl PostgresLedger {
    /// Several programs may find the same ledger old at once: one of them changes it, and the others
    /// wait at the lock and then find it new. All of it is one transaction.
    pub(super) async fn bring_up_to_date(&self) -> Result<Vec<i64>, LedgerError> {
        if self.status().await?.missing.is_empty() {
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

    pub(super) async fn status(&self) -> Result<SchemaStatus, LedgerError> {
        let mut connection = self.pool.acquire().await.map_err(|error| self.error(error))?;
        self.status_in(&mut connection).await
    }

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
