//! How long is waited for what.

use std::time::Duration;

/// How long a server that is starting, or restarting in the middle of a run, is waited for.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a writer waits for another one, as with SQLite.
pub(super) const LOCK_TIMEOUT: Duration = Duration::from_secs(60);
