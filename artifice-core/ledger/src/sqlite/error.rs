//! What SQLite says, as the ledger's errors: what happened, and what to do.

use std::io::{self, ErrorKind};

use crate::error::{LedgerError, RuleName};

/// SQLite's result codes that are told apart here (<https://sqlite.org/rescode.html>). An extended code ends, as a byte,
/// in the primary one.
mod code {
    pub const READONLY: u32 = 8;
    pub const IOERR: u32 = 10;
    pub const CORRUPT: u32 = 11;
    pub const FULL: u32 = 13;
    pub const NOTADB: u32 = 26;
    /// `SQLITE_IOERR_WRITE`: what the system refuses to write for another reason than a full disk.
    pub const IOERR_WRITE: u32 = 778;
    /// `SQLITE_IOERR_SHMSIZE`: not even the file beside the ledger has room.
    pub const IOERR_SHMSIZE: u32 = 4874;
}

/// What to do when the file cannot be used.
const OTHER: &str = "check database.url, that the directory exists, and that the user that runs artifice may write to the file and to its directory";
/// What to do when there is no room.
const ROOM: &str = "there is no room left on its disk; make some, and run the command again";
/// What to do when it may not be written.
const READONLY: &str = "let the user that runs artifice write to the file and to its directory (files stand beside it while it is \
                        used), on a file system that can be written to";
/// What to do when the system does not read or write.
const IO: &str =
    "see to its disk, and what the system's log says of it, then run the command again; the ledger is as it was";
/// What to do when the system writes no longer files.
const LIMIT: &str = "raise the limit on the size of a file (ulimit -f) or the quota, or see to its disk, then run the command again; \
                     the ledger is as it was";
/// What to do when it is no database.
const NOT_ONE: &str = "the file is no database of SQLite's: check database.url; if it is the ledger, it was overwritten: keep it, and \
                       restore the ledger from a backup";
/// What to do when it is damaged.
const DAMAGED: &str = "the file is damaged: bill nothing with it and with no new one either, since what it knows would be billed again; \
                       keep a copy of it and of the files beside it (-wal, -shm), and restore it from a backup. `sqlite3 FILE 'PRAGMA \
                       integrity_check'` says what is damaged, and `artifice db verify --backend` compares what was restored with \
                       the documents there are";

/// An error of SQLite's about a file.
pub(super) fn unusable(database: &str, error: &sqlx::Error) -> LedgerError {
    let (advice, concerns_all) = advice(error);
    LedgerError::Database { database: database.to_owned(), why: error.to_string(), advice, concerns_all }
}

/// What to do, and whether it is the same for every tenant.
fn advice(error: &sqlx::Error) -> (&'static str, bool) {
    if let sqlx::Error::Io(error) = error {
        return of_system(error);
    }
    let code = error.as_database_error().and_then(|error| error.code());
    let Some(code) = code.and_then(|code| code.parse::<u32>().ok()) else { return (OTHER, false) };
    match (code, code & 0xff) {
        (code::IOERR_SHMSIZE, _) | (_, code::FULL) => (ROOM, true),
        (code::IOERR_WRITE, _) => (LIMIT, false),
        (_, code::IOERR) => (IO, false),
        (_, code::READONLY) => (READONLY, true),
        (_, code::CORRUPT) => (DAMAGED, false),
        (_, code::NOTADB) => (NOT_ONE, true),
        _ => (OTHER, false),
    }
}

/// What the system says where the file itself is made.
fn of_system(error: &io::Error) -> (&'static str, bool) {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => (ROOM, true),
        ErrorKind::FileTooLarge => (LIMIT, false),
        ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => (READONLY, true),
        _ => (OTHER, false),
    }
}

/// Whether another program held the database for too long.
pub(super) fn is_locked(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => error.message().contains("is locked"),
        sqlx::Error::PoolTimedOut => true,
        _ => false,
    }
}

/// The rule whose message it is, `rule_name: why` (migrations/sqlite/0002_guards.sql); none, if it is SQLite's own.
pub(super) fn rule(message: &str) -> Option<RuleName> {
    let (name, _) = message.split_once(": ")?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    is_name.then(|| RuleName::of(name))
}
