//! Tasks of a run: several at once, and what they tell is told as they end.

use tokio::task::JoinSet;
use tracing::Instrument;

use crate::error::EngineError;
use crate::tell::{Told, Watch, cancelled};

/// What a task ends with.
pub(crate) struct Outcome {
    pub told: Vec<Told>,
    /// Why nobody can be billed any more, if that is so.
    pub lost: Result<(), EngineError>,
}

/// Tasks: as many at once as there is room for.
pub(crate) struct Tasks {
    running: JoinSet<Outcome>,
    most: usize,
    lost: Result<(), EngineError>,
    watch: Watch,
}

impl Tasks {
    /// Room for so many at once.
    pub fn new(most: usize, watch: Watch) -> Tasks {
        Tasks { running: JoinSet::new(), most, lost: Ok(()), watch }
    }

    /// Starts a task; waits until there is room for another one.
    pub async fn start(&mut self, task: impl Future<Output = Outcome> + Send + 'static) {
        self.running.spawn(task.in_current_span());
        while self.running.len() >= self.most {
            self.next().await;
        }
    }

    /// Waits for something else, and tells meanwhile what ends. Answers nothing once nobody can be billed
    /// any more, or nobody wants the run to go on.
    pub async fn while_working<T>(&mut self, other: impl Future<Output = Option<T>>) -> Option<T> {
        let (mut other, cancel) = (std::pin::pin!(other), self.watch.cancel.clone());
        let mut cancelled = std::pin::pin!(cancelled(&cancel));
        while self.lost.is_ok() {
            tokio::select! {
                biased;
                () = &mut cancelled => return None,
                done = &mut other => return done,
                () = self.next(), if !self.running.is_empty() => {}
            }
        }
        None
    }

    /// Waits for all of them.
    pub async fn end(mut self) -> Result<(), EngineError> {
        while !self.running.is_empty() {
            self.next().await;
        }
        self.lost
    }

    /// Waits for the next one that ends, and tells what it says.
    async fn next(&mut self) {
        match self.running.join_next().await {
            Some(Ok(Outcome { told, lost })) => {
                told.into_iter().for_each(|told| self.watch.listener.told(told));
                if self.lost.is_ok() {
                    self.lost = lost;
                }
            }
            Some(Err(error)) if self.lost.is_ok() => self.lost = Err(EngineError::Ended(error.to_string())),
            Some(Err(_)) | None => {}
        }
    }
}
