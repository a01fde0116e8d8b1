//! Whether the schema's guards are all there: compared with `guards.txt`, which tells what the
//! migrations make. (To make a ledger for it, as SQLite's check does, takes rights that a worker need
//! not have. A story compares the list with a new ledger, and says how to write it anew.)

use std::collections::BTreeMap;

use sqlx::AssertSqlSafe;
use sqlx::postgres::PgConnection;

use super::PostgresLedger;
use crate::verify::{REARM, Trouble};
use crate::{Checked, Finding};

/// What a new ledger has: kind, table, name and detail, separated by bars.
const EXPECTED: &str = include_str!("guards.txt");
/// Asks for the same.
const THERE: &str = include_str!("guards.sql");

/// Kind, table and name.
type Key = (String, String, String);

impl PostgresLedger {
    pub(super) async fn check_schema(&self, connection: &mut PgConnection) -> Result<Checked, Trouble> {
        let mut checked = Checked::default();
        let citus = "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')";
        let citus: bool = sqlx::query_scalar(citus).fetch_one(&mut *connection).await?;
        if citus {
            checked.notes.push(
                "this is Citus, where rights take the place of triggers (migrations/postgres/CITUS.md): these are not \
                 looked for"
                    .to_owned(),
            );
        }
        let rows: Vec<(String, String, String, String)> =
            sqlx::query_as(AssertSqlSafe(THERE)).fetch_all(connection).await?;
        let mut there: BTreeMap<Key, String> =
            rows.into_iter().map(|(kind, table, name, detail)| ((kind, table, name), detail)).collect();
        for (key, detail) in expected() {
            let found = there.remove(&key);
            let (kind, table, name) = key;
            if citus && (kind == "trigger" || kind == "function") {
                continue;
            }
            let on = if table.is_empty() || kind == "table" { String::new() } else { format!(" on '{table}'") };
            let mut finding = |rule, what: &str| {
                let what = format!("the {kind} '{name}'{on} {what}");
                checked.findings.push(Finding::of_all(rule, what, REARM));
            };
            match found {
                None => finding("guard_missing", "is missing"),
                Some(found) if found == detail => {}
                Some(found) if found.ends_with(", disabled") => finding("guard_disabled", "is disabled"),
                Some(found) if found.ends_with(", not valid") => {
                    finding("guard_disabled", "was not checked for the rows that were there (NOT VALID)");
                }
                Some(_) => finding("guard_changed", "is not as this version's migrations make it"),
            }
        }
        // An index of somebody's own does no harm, and a trigger could.
        let own = there.into_keys().filter(|(kind, ..)| kind == "trigger" && !citus);
        checked.notes.extend(own.map(|(_, table, name)| {
            format!("the trigger '{name}' on '{table}' is not the ledger's; see what it does")
        }));
        Ok(checked)
    }
}

fn expected() -> impl Iterator<Item = (Key, String)> {
    EXPECTED.lines().filter_map(|line| {
        let mut words = line.splitn(4, '|').map(str::to_owned);
        Some(((words.next()?, words.next()?, words.next()?), words.next()?))
    })
}
