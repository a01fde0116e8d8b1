//! Signals. Whoever asks a command to end is heeded: the first time between two steps, the second at once. A file that may
//! not grow is an error.

use std::pin::pin;
use std::time::{Duration, Instant};

use artifice_engine::Cancel;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::ending::CommandError;
use crate::say;
use crate::terminal::status;
use crate::wish::Wish;

/// The signal of a file that was to grow beyond `ulimit -f`, as Linux and the BSDs number it on nearly every machine.
const SIGXFSZ: i32 = 25;

/// Signals that come so soon after the first one are the same wish: some programs signal a command, and then its group.
const SAME_WISH: Duration = Duration::from_millis(200);

/// From here on a file that may not grow is an error of whoever writes it, who says what to do: the signal would end the
/// command without a word. To be called where the runtime runs.
pub fn hear_of_file_limits() {
    // It is heard from the first time on for which somebody listens; where none can be heard, it is as it was.
    let _ = signal(SignalKind::from_raw(SIGXFSZ));
}

/// Where wishes are heard.
struct Wishes {
    ctrl_c: Option<Signal>,
    terminate: Option<Signal>,
    hang_up: Option<Signal>,
}

impl Wishes {
    fn hear() -> Wishes {
        // Where no signal can be heard, the command does what it always did.
        let hear = |wish: Wish| signal(wish.kind()).ok();
        // Whoever starts a command with `nohup` means it to go on when the terminal is closed.
        let hang_up = if is_ignored(Wish::HangUp) { None } else { hear(Wish::HangUp) };
        Wishes { ctrl_c: hear(Wish::CtrlC), terminate: hear(Wish::Terminate), hang_up }
    }

    async fn next(&mut self) -> Wish {
        let Wishes { ctrl_c, terminate, hang_up } = self;
        tokio::select! {
            () = heard(ctrl_c) => Wish::CtrlC,
            () = heard(terminate) => Wish::Terminate,
            () = heard(hang_up) => Wish::HangUp,
        }
    }

    /// Waits for somebody who says again what somebody has said already. A terminal that closes says it several times.
    async fn again(&mut self) -> Wish {
        let first = Instant::now();
        loop {
            match self.next().await {
                Wish::HangUp => {}
                wish if first.elapsed() >= SAME_WISH => return wish,
                _ => {}
            }
        }
    }
}

async fn heard(signal: &mut Option<Signal>) {
    let heard = match signal {
        Some(signal) => signal.recv().await,
        None => None,
    };
    if heard.is_none() {
        std::future::pending().await
    }
}

/// Whether whoever started the command had it ignore a signal: nobody but Linux says so.
fn is_ignored(wish: Wish) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let bits = line.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok()).unwrap_or(0);
    bits >> (wish.kind().as_raw_value() - 1) & 1 == 1
}

/// Does work that nothing may stop in the middle of a sending: a wish ends it before its next step, and is answered.
pub async fn between_steps<T>(cancel: &Cancel, work: impl Future<Output = T>) -> (T, Option<Wish>) {
    let (mut work, mut wishes) = (pin!(work), Wishes::hear());
    let wish = tokio::select! {
        done = &mut work => return (done, None),
        wish = wishes.next() => wish,
    };
    cancel.cancel();
    say::note(&format!("ending: what is being sent now is sent to its end{}", wish.once_more()));
    tokio::select! {
        done = work => (done, Some(wish)),
        wish = wishes.again() => {
            status::leave();
            std::process::exit(wish.status().into())
        }
    }
}

/// Does work that may stop anywhere, because it changes nothing.
pub async fn anywhere<T>(work: impl Future<Output = T>) -> Result<T, CommandError> {
    let mut wishes = Wishes::hear();
    tokio::select! {
        done = work => Ok(done),
        wish = wishes.next() => {
            Err(CommandError::Interrupted { why: "interrupted: nothing was stored".to_owned(), wish })
        }
    }
}
