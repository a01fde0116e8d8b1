//! The ledger on a PostgreSQL server (15 and newer): for many workers on many machines.

mod change;
mod copy;
mod error;
mod guards;
mod history;
mod insert;
mod leases;
mod month;
mod schema;
mod statements;
mod tls;
mod verify;

use std::time::Duration;

use artifice_model::Timestamp;
use chrono::{DateTime, Utc};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};

use crate::error::LedgerError;
use crate::limits::{CONNECT_TIMEOUT, LOCK_TIMEOUT, MOST_CONNECTIONS, TRIES};
use crate::url::PostgresUrl;

/// The oldest server that this works with.
const OLDEST_MAJOR: i32 = 15;

/// The ledger in a database of a server.
#[derive(Debug)]
pub struct PostgresLedger {
    pool: PgPool,
    options: PgConnectOptions,
    name: String,
}

impl PostgresLedger {
    /// Connects to a server.
    pub async fn open(url: &PostgresUrl) -> Result<Self, LedgerError> {
        let mut options = url.options().clone().disable_statement_logging();
        if options.get_application_name().is_none() {
            options = options.application_name("artifice");
        }
        let name = url.to_string();
        // A pool would hide why it gets no connection.
        let first = connect(&options, error::is_starting).await.map_err(|source| error::of(&name, source))?;
        check_server(&name, first).await?;
        let pool = PgPoolOptions::new()
            .max_connections(MOST_CONNECTIONS.into())
            .acquire_timeout(CONNECT_TIMEOUT)
            .after_connect(|connection, _| Box::pin(prepare(connection)))
            .connect_lazy_with(options.clone());
        Ok(PostgresLedger { pool, options, name })
    }

    fn error(&self, source: sqlx::Error) -> LedgerError {
        error::of(&self.name, source)
    }
}

/// How often a transaction has been tried.
#[derive(Default)]
struct Tries(u32);

impl Tries {
    /// Whether it is to be tried again: where nothing was wrong with it but that another client's got in
    /// its way.
    fn again<T>(&mut self, done: &sqlx::Result<T>) -> bool {
        self.0 += 1;
        self.0 < TRIES && done.as_ref().err().is_some_and(error::is_passing)
    }
}

/// Connects. As long as what goes wrong is worth waiting for, it is tried again.
async fn connect(options: &PgConnectOptions, is_worth_waiting: fn(&sqlx::Error) -> bool) -> sqlx::Result<PgConnection> {
    let begin = std::time::Instant::now();
    loop {
        let connected = tokio::time::timeout(CONNECT_TIMEOUT, PgConnection::connect_with(options)).await;
        match connected.unwrap_or(Err(sqlx::Error::PoolTimedOut)) {
            Err(error) if is_worth_waiting(&error) && begin.elapsed() < CONNECT_TIMEOUT => {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            connected => return connected,
        }
    }
}

/// Refuses a server that the ledger cannot rely on.
async fn check_server(name: &str, mut connection: PgConnection) -> Result<(), LedgerError> {
    let asked = "SELECT current_setting('server_version_num')::int / 10000, current_setting('server_encoding')";
    let (major, encoding): (i32, String) =
        sqlx::query_as(asked).fetch_one(&mut connection).await.map_err(|source| error::of(name, source))?;
    let refuse = |why: String| Err(LedgerError::Schema { database: name.to_owned(), why });
    if major < OLDEST_MAJOR {
        return refuse(format!("the server is PostgreSQL {major}; use {OLDEST_MAJOR} or newer"));
    }
    if encoding != "UTF8" {
        return refuse(format!(
            "the database's encoding is {encoding}, which cannot hold every name; make the database with \
             ENCODING 'UTF8' TEMPLATE template0"
        ));
    }
    // It was for asking only. Whether the server hears the farewell does not matter.
    let _ = connection.close().await;
    Ok(())
}

/// What holds for every connection, whatever the server's own settings are.
async fn prepare(connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query(
        "SELECT set_config('lock_timeout', $1, false),
                set_config('default_transaction_isolation', 'read committed', false),
                -- A worker that hangs in the middle of storing must not keep its tenant for ever; one that
                -- waits for its backend, or stores a large statement, does no wrong.
                set_config('idle_in_transaction_session_timeout', '5min', false),
                set_config('idle_session_timeout', '0', false),
                set_config('statement_timeout', '0', false),
                -- A statement that a backend has been told of must survive a power cut.
                CASE WHEN current_setting('synchronous_commit') = 'off'
                     THEN set_config('synchronous_commit', 'on', false) END",
    )
    .bind(format!("{}ms", LOCK_TIMEOUT.as_millis()))
    .execute(connection)
    .await
    .map(drop)
}

/// An instant as the database's.
fn instant(at: Timestamp) -> sqlx::Result<DateTime<Utc>> {
    at.to_chrono().ok_or_else(|| sqlx::Error::Encode(format!("{at} is beyond what PostgreSQL can store").into()))
}
