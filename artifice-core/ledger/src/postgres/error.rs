//! What the server says, as the ledger's errors: what happened, and what to do.

use std::io::ErrorKind;

use sqlx::postgres::PgDatabaseError;

use super::tls;
use crate::error::{LedgerError, Refusal, RuleName};
use crate::limits::{CONNECT_TIMEOUT, LOCK_TIMEOUT};

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

/// What to do when nobody answers.
const NOBODY: &str = "check database.host and port, and that PostgreSQL is running there";
/// What to do about anything else.
const OTHER: &str = "run the command again, and if it stays, see the server's log";

/// Codes with what to do about them, and whether it is the same for every tenant.
const ADVICE: [(&str, &str, bool); 14] = [
    ("28P01", "check database.username and password, and the server's pg_hba.conf", true),
    ("28000", "check database.username and password, and the server's pg_hba.conf", true),
    ("3D000", "make it first: CREATE DATABASE … OWNER …, with ENCODING 'UTF8'", true),
    (
        code::INSUFFICIENT_PRIVILEGE,
        "give the role its rights: the first time it must own the database, or have CREATE on the schema; later those that \
         README.md lists",
        true,
    ),
    ("3F000", "the search path names no schema that is there; make one, or leave search_path as it is", true),
    (
        "25006",
        "name the primary if this is a standby; else see default_transaction_read_only of the role and database",
        true,
    ),
    (
        "53300",
        "the server has no connection left; run fewer workers, or raise its limit (of the role, or max_connections)",
        true,
    ),
    ("53100", "the server's disk is full; make room there, and run the command again", true),
    (
        "54000",
        "an id, service or location of this tenant is longer than PostgreSQL can index (about 2,700 bytes)",
        false,
    ),
    ("57014", "it was cancelled; if nobody did that, raise the statement_timeout of the role", false),
    ("57P01", "the server is stopping; run the command again when it is up", false),
    ("57P02", "the server is stopping; run the command again when it is up", false),
    (code::CANNOT_CONNECT_NOW, "the server is starting; run the command again when it is up", false),
    ("57P05", "raise the idle_session_timeout of the role; run the command again", false),
];

/// An error of the client or the server as one of the ledger's.
pub(super) fn of(database: &str, source: sqlx::Error) -> LedgerError {
    let name = database.to_owned();
    if let Some(refusal) = rule(&source) {
        return refusal.into();
    }
    if matches!(source, sqlx::Error::PoolTimedOut) {
        return LedgerError::Unreachable { database: name, waited_s: CONNECT_TIMEOUT.as_secs() };
    }
    let code = code_of(&source);
    if code == Some(code::LOCK_NOT_AVAILABLE) {
        return LedgerError::Locked { database: name, waited_s: LOCK_TIMEOUT.as_secs() };
    }
    let known = ADVICE.iter().find(|(known, ..)| code == Some(known));
    let (advice, concerns_all) = match (&source, known) {
        (_, Some((_, advice, concerns_all))) => (*advice, *concerns_all),
        // What is wrong with a certificate comes as an error of reading.
        (sqlx::Error::Io(error), None) if error.kind() == ErrorKind::InvalidData => (tls::advice(error), true),
        (sqlx::Error::Tls(_), None) => (tls::OTHER, true),
        (sqlx::Error::Io(_), None) => (NOBODY, false),
        _ => (OTHER, false),
    };
    // (As text, an error of the server's would end in a line of PostgreSQL's own source.)
    let why = source.as_database_error().map_or_else(|| source.to_string(), |error| error.message().to_owned());
    LedgerError::Database { database: name, why, advice, concerns_all }
}

/// Whether the server is up, but not ready yet.
pub(super) fn is_starting(error: &sqlx::Error) -> bool {
    code_of(error) == Some(code::CANNOT_CONNECT_NOW)
}

/// Whether nobody is there to answer: it may be restarting.
pub(super) fn is_down(error: &sqlx::Error) -> bool {
    use ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, NotFound, UnexpectedEof};
    match error {
        sqlx::Error::Io(error) => {
            matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | NotFound | UnexpectedEof)
        }
        _ => is_starting(error),
    }
}

/// Whether the same transaction, begun once more, can succeed.
pub(super) fn is_passing(error: &sqlx::Error) -> bool {
    matches!(code_of(error), Some(code::SERIALIZATION_FAILURE | code::DEADLOCK_DETECTED))
}

/// The error of making the extension, with what an administrator has to do.
pub(super) fn of_extension(database: &str, source: &sqlx::Error) -> Option<LedgerError> {
    let said = source.as_database_error()?.message();
    if !said.contains("btree_gist") {
        return None;
    }
    let what = match code_of(source)? {
        code::INSUFFICIENT_PRIVILEGE => {
            "an administrator of the server must run once, in this database: CREATE EXTENSION btree_gist"
        }
        code::FEATURE_NOT_SUPPORTED | code::UNDEFINED_FILE => {
            "install the server's additional modules (postgresql-contrib) on its machine"
        }
        _ => return None,
    };
    let why = format!("the ledger needs PostgreSQL's extension btree_gist ({said}); {what}, then run this again");
    Some(LedgerError::Schema { database: database.to_owned(), why })
}

/// The rule of the ledger that refused something, and what it says.
fn rule(source: &sqlx::Error) -> Option<Refusal> {
    let error = source.as_database_error()?;
    let code = error.code()?;
    // Integrity constraint violations, the triggers' included.
    if !code.starts_with("23") {
        return None;
    }
    let (constraint, message) = (error.constraint().unwrap_or("not_null"), error.message());
    let said = if code == code::EXCLUSION_VIOLATION {
        format!("{constraint}: another statement has billed a part of this")
    } else if message.starts_with(constraint) {
        message.to_owned()
    } else {
        format!("{constraint}: {message}")
    };
    Some(Refusal::Rule { name: RuleName::of(constraint), said })
}

fn code_of(error: &sqlx::Error) -> Option<&str> {
    Some(error.as_database_error()?.try_downcast_ref::<PgDatabaseError>()?.code())
}
