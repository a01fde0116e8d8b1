//! Tasks of a run: several at once, and what they tell is told as they end.

use tokio::task::JoinSet;
use tracing::Instrument;

use crate::error::EngineError;
use crate::run::report::{Billed, Failed};

/// What a run tells about a tenant.
pub(crate) type Told = Result<Billed, Failed>;

/// What a task ends with.
pub(crate) struct Ended {
    pub told: Vec<Told>,
    /// Why nobody can be billed any more, if that is so.
    pub lost: Result<(), EngineError>,
}

/// Tasks: as many at once as there is room for.
pub(crate) struct Tasks {
    running: JoinSet<Ended>,
    most: usize,
    lost: Result<(), EngineError>,
}

impl Tasks {
    /// Room for so many at once.
    pub fn new(most: usize) -> Tasks {
        Tasks { running: JoinSet::new(), most, lost: Ok(()) }
    }

    /// Starts a task; waits until there is room for another one.
    pub async fn start(&mut self, task: impl Future<Output = Ended> + Send + 'static, show: &mut impl FnMut(Told)) {
        self.running.spawn(task.in_current_span());
        while self.running.len() >= self.most {
            self.next(show).await;
        }
    }

    /// Waits for something else, and tells meanwhile what ends. Answers nothing once nobody can be billed
    /// any more.
    pub async fn while_working<T>(
        &mut self,
        other: impl Future<Output = Option<T>>,
        show: &mut impl FnMut(Told),
    ) -> Option<T> {
        let mut other = std::pin::pin!(other);
        while self.lost.is_ok() {
            tokio::select! {
                done = &mut other => return done,
                () = self.next(show), if !self.running.is_empty() => {}
            }
        }
        None
    }

    /// Waits for all of them.
    pub async fn end(mut self, show: &mut impl FnMut(Told)) -> Result<(), EngineError> {
        while !self.running.is_empty() {
            self.next(show).await;
        }
        self.lost
    }

    /// Waits for the next one that ends, and tells what it says.
    async fn next(&mut self, show: &mut impl FnMut(Told)) {
        match self.running.join_next().await {
            Some(Ok(Ended { told, lost })) => {
                told.into_iter().for_each(show);
                if self.lost.is_ok() {
                    self.lost = lost;
                }
            }
            Some(Err(error)) if self.lost.is_ok() => self.lost = Err(EngineError::Ended(error.to_string())),
            Some(Err(_)) | None => {}
        }
    }
}
