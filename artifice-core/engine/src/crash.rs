//! Places at which the crash tests stop the program: between any two of its effects.
//!
//! A program that was built for tests and finds `ARTIFICE_CRASH_AT` in its environment stops at
//! the place of that name, and says so in the file that `ARTIFICE_CRASH_FILE` names: then the test
//! kills it, or takes the file away, and it goes on. `NAME#2` means the second time. Every name begins with `before` or `after`; what follows is a
//! way of a statement's life (`pending>sending`, see `LedgerDesk`), or what is done, as it stands where it is
//! done. The tests look for the names in these files, and stop at all of them. What is built for use has no
//! such places.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How often it is looked whether the file is still there.
const POLL: Duration = Duration::from_millis(5);

/// How often the place was come by.
static PASSED: AtomicUsize = AtomicUsize::new(0);

/// Stops here if this is the place.
pub async fn point(name: &str) {
    if !cfg!(debug_assertions) {
        return;
    }
    let Ok(place) = std::env::var("ARTIFICE_CRASH_AT") else { return };
    let (place, count) = place.split_once('#').unwrap_or((&place, "1"));
    if place != name || PASSED.fetch_add(1, Ordering::SeqCst) + 1 != count.parse().unwrap_or(1) {
        return;
    }
    let file = std::env::var("ARTIFICE_CRASH_FILE").unwrap_or_default();
    if std::fs::write(&file, name).is_err() {
        std::future::pending::<()>().await;
    }
    while std::fs::exists(&file).unwrap_or(true) {
        tokio::time::sleep(POLL).await;
    }
}
