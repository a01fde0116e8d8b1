//! Where a database's schema stands, and what can be wrong with it: the same for both databases.

use sqlx::migrate::{MigrateError, Migrator};

use crate::LedgerError;

/// Where a database's schema stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaStatus {
    /// The versions this program knows that the database has.
    pub applied: Vec<i64>,
    /// The versions this program knows that the database lacks.
    pub missing: Vec<i64>,
}

impl SchemaStatus {
    /// Compares what a database has with what this program knows. A version that it does not know was
    /// made by a newer program.
    pub(crate) fn of(migrations: &Migrator, applied: Vec<i64>) -> Result<Self, MigrateError> {
        let known: Vec<i64> = migrations.iter().map(|migration| migration.version).collect();
        if let Some(newer) = applied.iter().find(|version| !known.contains(version)) {
            return Err(MigrateError::VersionMissing(*newer));
        }
        let missing = known.into_iter().filter(|version| !applied.contains(version)).collect();
        Ok(SchemaStatus { applied, missing })
    }
}

/// Why a schema could not be read or changed; `of` explains what the database itself says.
pub(crate) fn error(database: &str, error: MigrateError, of: impl FnOnce(sqlx::Error) -> LedgerError) -> LedgerError {
    let why = match error {
        MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => return of(source),
        MigrateError::VersionMissing(version) => {
            format!("its schema has version {version}, which this artifice does not know; use a newer artifice")
        }
        MigrateError::VersionMismatch(version) => {
            format!("its schema version {version} is not the one of this artifice; was it changed by hand?")
        }
        other => other.to_string(),
    };
    LedgerError::Schema { database: database.to_owned(), why }
}
