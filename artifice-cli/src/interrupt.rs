//! Signals. Ctrl-C: the first ends the work between two steps, the second at once. A file that may not grow: an error.

use std::pin::pin;

use artifice_engine::Cancel;
use tokio::signal::unix::{SignalKind, signal};

use crate::say;

/// The exit status of a command that Ctrl-C ended, as shells know it: 128 and the signal's number.
pub const INTERRUPTED: u8 = 130;

/// The signal of a file that was to grow beyond `ulimit -f`, as Linux and the BSDs number it on nearly every machine.
const SIGXFSZ: i32 = 25;

/// From here on a file that may not grow is an error of whoever writes it, who says what to do: the signal would end the
/// command without a word. To be called where the runtime runs.
pub fn hear_of_file_limits() {
    // It is heard from the first time on for which somebody listens; where none can be heard, it is as it was.
    let _ = signal(SignalKind::from_raw(SIGXFSZ));
}

/// Does work that nothing may stop in the middle of a sending: Ctrl-C ends it before its next step.
pub async fn between_steps<T>(cancel: &Cancel, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    // Where no signal can be heard, it does what it always did.
    let Ok(mut interrupts) = signal(SignalKind::interrupt()) else { return work.await };
    tokio::select! {
        done = &mut work => return done,
        _ = interrupts.recv() => {}
    }
    cancel.cancel();
    say::note("ending: what is being sent now is sent to its end; Ctrl-C once more ends at once");
    tokio::select! {
        done = work => done,
        _ = interrupts.recv() => std::process::exit(INTERRUPTED.into()),
    }
}
