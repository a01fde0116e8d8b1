//! A new ledger's file: it is there as a database, or not at all.
//!
//! So whoever is killed while it is made leaves its place free, and an empty file is none that is being made: it was a
//! ledger, and somebody has emptied it.

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use artifice_settings::FileMode;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use uuid::Uuid;

/// Makes the file, if it is not there: under another name beside it, and then in its place. Of several who do that at
/// once, the first one's stays.
pub(super) async fn make(path: &Path, options: &SqliteConnectOptions, mode: FileMode) -> sqlx::Result<()> {
    let Some(name) = path.file_name().filter(|_| !path.exists()) else { return Ok(()) };
    let beside = |ending: &str| {
        let mut beside = OsString::from(".");
        beside.push(name);
        beside.push(ending);
        path.with_file_name(beside)
    };
    let own = format!(".{}.new", Uuid::now_v7());
    let placed = match write(&beside(&own), options, mode).await {
        Ok(()) => place(&beside(&own), path).map_err(sqlx::Error::Io),
        Err(error) => Err(error),
    };
    for ending in [own.clone(), format!("{own}-wal"), format!("{own}-shm")] {
        let _ = fs::remove_file(beside(&ending));
    }
    placed
}

/// An empty database, whole on the disk. What SQLite puts beside it has the same mode.
async fn write(path: &Path, options: &SqliteConnectOptions, mode: FileMode) -> sqlx::Result<()> {
    mode.create(path)?;
    let options = options.clone().filename(path).create_if_missing(false);
    options.connect().await?.close().await
}

fn place(from: &Path, to: &Path) -> std::io::Result<()> {
    match fs::hard_link(from, to) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        // Not every file system knows links.
        Err(_) if !to.exists() => fs::rename(from, to),
        linked => linked,
    }
}
