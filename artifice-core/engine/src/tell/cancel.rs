//! Waiting for the wish that work should end.

use std::time::Duration;

use artifice_collect::Cancel;

/// How often a task that waits looks whether it is still wanted.
const LOOK: Duration = Duration::from_millis(50);

/// Waits until somebody wishes that work should end. It ends where it can go on later: never in the middle of a
/// sending.
pub(crate) async fn cancelled(cancel: &Cancel) {
    while !cancel.is_cancelled() {
        tokio::time::sleep(LOOK).await;
    }
}
