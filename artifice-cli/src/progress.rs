//! How it is shown how far a run has got: a line on a terminal, a note once in a while elsewhere.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use artifice_engine::{Cancel, Progress, Told};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::say::{self, Showing};
use crate::standing::Standing;
use crate::terminal::status::{self, Status};
use crate::words;

/// How often a line is looked at anew.
const LINE: Duration = Duration::from_millis(200);
/// How often a note is written where there is no line.
const NOTE: Duration = Duration::from_secs(30);

/// A run, and how it stands. Clones are the same run.
#[derive(Clone)]
pub struct Shown(Arc<Mutex<Standing>>);

impl Shown {
    /// A run that begins now.
    pub fn new() -> Shown {
        Shown(Arc::new(Mutex::new(Standing::new(Instant::now()))))
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hears what becomes of a tenant.
    pub fn told(&self, told: &Told) {
        self.standing().told(told);
    }

    /// Hears how far it has got.
    pub fn hear(&self, at: &Progress) {
        self.standing().hear(at, Instant::now());
    }

    /// How it stands now.
    fn now(&self) -> (MutexGuard<'_, Standing>, Instant) {
        let (mut standing, now) = (self.standing(), Instant::now());
        standing.look(now);
        (standing, now)
    }

    fn line(&self) -> String {
        let (standing, now) = self.now();
        words::standing(&standing, now)
    }

    /// Shows it from now on, until what this answers is dropped. Once it is cancelled, there is no use in saying when it
    /// would have been done.
    pub fn show(&self, cancel: &Cancel) -> Showed {
        let (run, cancel, showing) = (self.clone(), cancel.clone(), say::showing());
        let line = move || if cancel.is_cancelled() { "ending".to_owned() } else { run.line() };
        let status = (showing == Showing::Line).then(Status::open);
        let task = tokio::spawn(async move {
            match showing {
                Showing::Line => loop {
                    sleep(LINE).await;
                    status::show(&line());
                },
                Showing::Notes => loop {
                    sleep(NOTE).await;
                    say::note(&line());
                },
                Showing::Nothing => {}
            }
        });
        Showed { task, _status: status }
    }

    /// Says what the run has come to.
    pub fn sum_up(&self) {
        let (standing, now) = self.now();
        words::summary(&standing, now).iter().for_each(|line| say::note(line));
    }
}

/// As long as this lives, it is shown how a run stands.
pub struct Showed {
    task: JoinHandle<()>,
    _status: Option<Status>,
}

impl Drop for Showed {
    fn drop(&mut self) {
        self.task.abort();
    }
}
