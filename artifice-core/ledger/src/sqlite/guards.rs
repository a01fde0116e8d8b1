//! Whether the schema's guards are all there: compared with a ledger that is made for it, in memory.

use std::collections::BTreeMap;

use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use super::SqliteLedger;
use super::schema::{MIGRATIONS, WHILE_MIGRATING};
use crate::verify::{REARM, RESTORE, Trouble};
use crate::{Checked, Finding};

/// Tables, indices and triggers by kind and name: on which table, and how they were made.
type Objects = BTreeMap<(String, String), (String, String)>;

impl SqliteLedger {
    pub(super) async fn check_schema(&self, connection: &mut SqliteConnection) -> Result<Checked, Trouble> {
        let mut checked = Checked::default();
        let sound: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check(20)").fetch_all(&mut *connection).await?;
        for what in sound.into_iter().filter(|what| what != "ok") {
            checked.findings.push(Finding::of_all(
                "file_damaged",
                format!("SQLite finds in the file: {what}"),
                RESTORE,
            ));
        }
        let (expected, mut there) = (self.objects_of_a_new_ledger().await?, objects(connection).await?);
        for ((kind, name), (table, sql)) in expected {
            let key = (kind, name);
            let found = there.remove(&key);
            let (kind, name) = key;
            let on = if kind == "table" { String::new() } else { format!(" on '{table}'") };
            let mut finding = |rule, what: &str| {
                let what = format!("the {kind} '{name}'{on} {what}");
                checked.findings.push(Finding::of_all(rule, what, REARM));
            };
            match found {
                None => finding("guard_missing", "is missing"),
                Some((_, found)) if plain(&found) != plain(&sql) => {
                    finding("guard_changed", "is not as this version's migrations make it");
                }
                Some(_) => {}
            }
        }
        // An index of somebody's own does no harm, and a trigger could.
        let own = there.into_iter().filter(|((kind, _), _)| kind == "trigger");
        checked.notes.extend(own.map(|((_, name), (table, _))| {
            format!("the trigger '{name}' on '{table}' is not the ledger's; see what it does")
        }));
        Ok(checked)
    }

    async fn objects_of_a_new_ledger(&self) -> Result<Objects, Trouble> {
        let options = SqliteConnectOptions::new().in_memory(true).disable_statement_logging();
        let mut connection = options.connect().await?;
        for pragma in WHILE_MIGRATING {
            sqlx::query(pragma).execute(&mut connection).await?;
        }
        let made = MIGRATIONS.run_direct(None, &mut connection, false).await;
        made.map_err(|error| Trouble::Ledger(self.migrate_error(error)))?;
        Ok(objects(&mut connection).await?)
    }
}

async fn objects(connection: &mut SqliteConnection) -> sqlx::Result<Objects> {
    const OBJECTS: &str = "SELECT type, name, tbl_name, sql FROM sqlite_master
                           WHERE sql IS NOT NULL AND name <> '_sqlx_migrations'";
    let rows: Vec<(String, String, String, String)> = sqlx::query_as(OBJECTS).fetch_all(connection).await?;
    Ok(rows.into_iter().map(|(kind, name, table, sql)| ((kind, name), (table, sql))).collect())
}

/// How something was made, but for spaces and quotes, which versions of SQLite write otherwise.
fn plain(sql: &str) -> String {
    sql.chars().filter(|c| !c.is_whitespace() && *c != '"').collect()
}
