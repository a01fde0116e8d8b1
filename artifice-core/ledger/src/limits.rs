//! The ledger's limits, in one place, and how they relate.

use std::time::Duration;

/// How long a writer waits for another one, in both databases. A bill of 100,000 lines is stored in seconds.
pub(crate) const LOCK_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a server that is starting, or restarting in the middle of a run, is waited for.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How many connections one command has at most to a server. They are opened when they are needed; each worker
/// (`main.workers`) needs one at a time, and another one while it collects.
pub const MOST_CONNECTIONS: u16 = 72;
/// How often a transaction that another one has got in the way of is begun.
pub(crate) const TRIES: u32 = 3;
/// How many rows of a list are read at once.
pub(crate) const PAGE: u32 = 1000;
/// How many statements a verification reads at once, each with its content.
pub(crate) const VERIFY_PAGE: u32 = 500;
/// Rows of one INSERT of SQLite's.
pub(crate) const SQLITE_ROWS: usize = 500;
/// The most columns that one of its rows has: a line's.
pub(crate) const SQLITE_COLUMNS: usize = 23;
/// Lines of one block of SQLite's history. (So much less than a statement may have that memory does not depend
/// on it.)
pub(crate) const SQLITE_BLOCK: u16 = 1000;
/// How much a COPY to PostgreSQL sends at a time, in bytes.
pub(crate) const COPY_BYTES: usize = 1 << 20;
/// So many rows are few: one INSERT of PostgreSQL's takes them.
pub(crate) const POSTGRES_ROWS: usize = 500;

const _: () = {
    // So many parameters SQLite takes in one statement.
    assert!(SQLITE_ROWS * SQLITE_COLUMNS < 32_766);
    // Who waits for a lock does not give the server up meanwhile.
    assert!(CONNECT_TIMEOUT.as_secs() < LOCK_TIMEOUT.as_secs());
    // What is read with its content is heavier than a row of a list.
    assert!(VERIFY_PAGE <= PAGE && TRIES > 1);
};
