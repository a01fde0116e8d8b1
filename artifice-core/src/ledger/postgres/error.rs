//! What the server says, as the ledger's errors: what happened, and what to do.

use std::io::ErrorKind;

use sqlx::postgres::PgDatabaseError;

use super::{CONNECT_TIMEOUT, LOCK_TIMEOUT, LedgerError};

/// The error codes that are told apart here, as PostgreSQL's appendix A names them.
mod code {
    pub const EXCLUSION_VIOLATION: &str = "23P01";
    pub const LOCK_NOT_AVAILABLE: &str = "55P03";
    pub const SERIALIZATION_FAILURE: &str = "40001";
    pub const DEADLOCK_DETECTED: &str = "40P01";
    pub const CANNOT_CONNECT_NOW: &str = "57P03";
    pub const INSUFFICIENT_PRIVILEGE: &str = "42501";
    pub const FEATURE_NOT_SUPPORTED: &str = "0A000";
    pub const UNDEFINED_FILE: &str = "58P01";
}

/// An error of the client or the server as one of the ledger's.
pub(super) fn of(database: &str, source: sqlx::Error) -> LedgerError {
    let database = database.to_owned();
    if let Some(rule) = rule(&source) {
        return LedgerError::Refused { rule };
    }
    if matches!(source, sqlx::Error::PoolTimedOut) {
        return LedgerError::Unreachable { database, waited_s: CONNECT_TIMEOUT.as_secs() };
    }
    if code_of(&source) == Some(code::LOCK_NOT_AVAILABLE) {
        return LedgerError::Locked { database, waited_s: LOCK_TIMEOUT.as_secs() };
    }
    let advice = advice(&source);
    LedgerError::Database { database, source, advice }
}

/// Whether the server is up, but not ready yet.
pub(super) fn is_starting(error: &sqlx::Error) -> bool {
    code_of(error) == Some(code::CANNOT_CONNECT_NOW)
}

/// Whether the same transaction, begun once more, can succeed.
pub(super) fn is_passing(error: &sqlx::Error) -> bool {
    matches!(code_of(error), Some(code::SERIALIZATION_FAILURE | code::DEADLOCK_DETECTED))
}

/// The error of making the extension, with what an administrator has to do.
pub(super) fn of_extension(database: &str, source: &sqlx::Error) -> Option<LedgerError> {
    let said = source.as_database_error()?.message();
    let about_it = said.contains("btree_gist");
    let what = match code_of(source)? {
        code::INSUFFICIENT_PRIVILEGE if about_it => {
            "an administrator of the server must run once, in this database: CREATE EXTENSION btree_gist"
        }
        code::FEATURE_NOT_SUPPORTED | code::UNDEFINED_FILE if about_it => {
            "install the server's additional modules (postgresql-contrib) on its machine"
        }
        _ => return None,
    };
    let why = format!("the ledger needs PostgreSQL's extension btree_gist ({said}); {what}, then run this again");
    Some(LedgerError::Schema { database: database.to_owned(), why })
}

/// What a rule of the ledger says that refused something, beginning with its name.
fn rule(source: &sqlx::Error) -> Option<String> {
    let error = source.as_database_error()?;
    let code = error.code()?;
    // Integrity constraint violations, the triggers' included.
    if !code.starts_with("23") {
        return None;
    }
    let (constraint, message) = (error.constraint().unwrap_or("not_null"), error.message());
    if code == code::EXCLUSION_VIOLATION {
        return Some(format!("{constraint}: another statement has billed a part of this"));
    }
    Some(if message.starts_with(constraint) { message.to_owned() } else { format!("{constraint}: {message}") })
}

fn code_of(error: &sqlx::Error) -> Option<&str> {
    Some(error.as_database_error()?.try_downcast_ref::<PgDatabaseError>()?.code())
}

/// What to do when the two sides do not trust each other.
const TLS: &str = "check sslmode and sslrootcert in database.url, and the server's certificate";

fn advice(source: &sqlx::Error) -> &'static str {
    match source {
        // What is wrong with a certificate comes as an error of reading.
        sqlx::Error::Io(error) if error.kind() == ErrorKind::InvalidData => TLS,
        sqlx::Error::Tls(_) => TLS,
        sqlx::Error::Io(_) => "check database.host and port, and that PostgreSQL is running there",
        _ => match code_of(source) {
            Some("28P01" | "28000") => "check database.username and password, and the server's pg_hba.conf",
            Some("3D000") => "make it first: CREATE DATABASE … OWNER …, with ENCODING 'UTF8'",
            Some("42501") => "give the role its rights: it must own the database, or have CREATE on the schema",
            Some("3F000") => "the search path names no schema that is there; make one, or leave search_path as it is",
            Some("25006") => "this server only reads (a standby); name the primary",
            Some("53300") => "the server has no connection left; run fewer workers, or raise its max_connections",
            Some("53100") => "the server's disk is full; make room there, and run the command again",
            Some("54000") => "an id, service or location is longer than PostgreSQL can index (about 2,700 bytes)",
            Some("57P01" | "57P02" | "57P03") => {
                "the server is stopping or starting; run the command again when it is up"
            }
            _ => "nothing was changed by it; run the command again, and if it stays, see the server's log",
        },
    }
}
