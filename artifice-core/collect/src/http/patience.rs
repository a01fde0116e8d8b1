//! How often, and after how long, the same is asked once more.
//!
//! Pauses grow, and no two clients make the same ones, so that a service that comes back is not asked by all of them in one
//! moment. Whoever is answered by errors again and again loses patience: all pauses of a client together are bounded,
//! and only answers give some of that back. So a service that is gone for good costs two minutes, not two minutes a tenant.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
#[cfg(not(fuzzing))]
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::DateTime;

#[cfg(fuzzing)]
use super::offline::sleep;

/// The longest pauses before the second try and the two that may follow.
const PAUSES: [Duration; 3] = [Duration::from_millis(250), Duration::from_secs(1), Duration::from_secs(4)];
/// The longest pause that a server can ask for.
const LONGEST: Duration = Duration::from_secs(30);
/// All pauses of a client that is never answered, in microseconds.
const MOST_US: u64 = 120_000_000;
/// How much of that an answer gives back, in microseconds.
const BACK_US: u64 = 250_000;

/// What a client has left. Clones share it.
#[derive(Clone)]
pub(super) struct Patience(Arc<AtomicU64>);

impl Default for Patience {
    fn default() -> Self {
        Patience(Arc::new(AtomicU64::new(MOST_US)))
    }
}

impl Patience {
    /// The pauses of one request.
    pub fn pauses(&self) -> Pauses<'_> {
        Pauses { patience: self, next: PAUSES.iter() }
    }

    /// Somebody has answered.
    pub fn answered(&self) {
        let more = |left: u64| Some(left.saturating_add(BACK_US).min(MOST_US));
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }

    /// Takes a pause from what is left: false if that is not enough.
    fn takes(&self, pause: Duration) -> bool {
        let pause = micros(pause);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(pause)).is_ok()
    }
}

/// The pauses between the tries of one request.
pub(super) struct Pauses<'p> {
    patience: &'p Patience,
    next: std::slice::Iter<'static, Duration>,
}

impl Pauses<'_> {
    /// Waits before the next try, as long as the server has asked for if it has. False if there is no next one.
    pub fn wait(&mut self, asked_for: Option<Duration>) -> bool {
        let Some(pause) = self.next(asked_for) else { return false };
        sleep(pause);
        true
    }

    fn next(&mut self, asked_for: Option<Duration>) -> Option<Duration> {
        let usual = *self.next.next()?;
        let pause = match asked_for {
            Some(asked_for) => asked_for.min(LONGEST) + between(Duration::ZERO, PAUSES[0]),
            None => between(usual / 2, usual),
        };
        self.patience.takes(pause).then_some(pause)
    }
}

fn between(least: Duration, most: Duration) -> Duration {
    Duration::from_micros(fastrand::u64(micros(least)..=micros(most)))
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// How long a `Retry-After` asks to wait (RFC 9110, 10.2.3): so many seconds, or until then.
pub(super) fn retry_after(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let then = u64::try_from(DateTime::parse_from_rfc2822(text.trim()).ok()?.timestamp()).ok()?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Some(Duration::from_secs(then).saturating_sub(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_differ_and_end() {
        let of_one = || {
            let patience = Patience::default();
            let mut pauses = patience.pauses();
            std::iter::from_fn(|| pauses.next(None)).collect::<Vec<_>>()
        };
        let all: Vec<_> = (0..50).map(|_| of_one()).collect();
        for pauses in &all {
            assert_eq!(pauses.len(), PAUSES.len());
            let fits = |(pause, most): (&Duration, &Duration)| (*most / 2..=*most).contains(pause);
            assert!(pauses.iter().zip(&PAUSES).all(fits), "{pauses:?}");
        }
        assert!(all.iter().any(|pauses| *pauses != all[0]));
    }

    #[test]
    fn a_server_is_left_alone_as_long_as_it_asks_for_within_a_bound() {
        let patience = Patience::default();
        let pause = |seconds| patience.pauses().next(Some(Duration::from_secs(seconds))).unwrap();
        assert!((Duration::from_secs(3)..Duration::from_secs(4)).contains(&pause(3)));
        assert!((LONGEST..LONGEST + Duration::from_secs(1)).contains(&pause(86_400)));
    }

    #[test]
    fn patience_ends_and_comes_back_with_answers() {
        let patience = Patience::default();
        let pauses = || {
            let mut pauses = patience.pauses();
            std::iter::from_fn(|| pauses.next(None)).sum::<Duration>()
        };
        let all: Duration = std::iter::repeat_with(pauses).take(1000).sum();
        assert!(all <= Duration::from_micros(MOST_US), "{all:?}");
        assert!(pauses() < PAUSES[0], "hardly anything is left");
        (0..1000).for_each(|_| patience.answered());
        assert!(pauses() > Duration::from_secs(2));
    }

    #[test]
    fn a_wait_is_said_in_seconds_or_as_a_date() {
        assert_eq!(retry_after("7"), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::ZERO));
        let far = retry_after("Tue, 31 Dec 2999 23:59:59 GMT").unwrap();
        assert!(far > Duration::from_secs(86_400 * 365), "{far:?}");
        assert_eq!(["soon", "", "-1", "1.5"].map(retry_after), [None; 4]);
    }
}
