//! Taking tenants from the thread that collects, which blocks and may outlive the run.
//!
//! It asks by a message and waits for the answer. When the run ends, nobody answers any more, and that is a
//! no: a thread that called into the runtime itself would panic if it did so while the command is ending.

use std::sync::Arc;

use artifice_model::TenantId;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::run::shared::Run;
use crate::run::usages::Admission;

/// What the thread asks, and where it waits for the answer.
enum Ask {
    /// Whether this run has a tenant.
    Take(TenantId, oneshot::Sender<bool>),
    /// Whether this run may read everybody.
    TakeAll(oneshot::Sender<bool>),
    /// To give one back.
    Leave(TenantId, oneshot::Sender<()>),
}

/// Takes tenants before they are collected.
pub(crate) struct Claims(mpsc::UnboundedSender<Ask>);

impl Claims {
    /// For a run; what is asked is answered as long as the second of the two exists.
    pub fn of(run: Arc<Run>) -> (Claims, JoinSet<()>) {
        let (asks, mut asked) = mpsc::unbounded_channel();
        let mut answering = JoinSet::new();
        answering.spawn(async move {
            // Whoever does not wait for an answer any more needs none.
            while let Some(ask) = asked.recv().await {
                match ask {
                    Ask::Take(tenant, answer) => drop(answer.send(run.take(&tenant).await)),
                    Ask::TakeAll(answer) => drop(answer.send(run.take_all().await)),
                    Ask::Leave(tenant, answer) => {
                        run.leave(&tenant).await;
                        let _ = answer.send(());
                    }
                }
            }
        });
        (Claims(asks), answering)
    }

    /// The answer to a question, if somebody answers.
    fn ask<T>(&self, ask: impl FnOnce(oneshot::Sender<T>) -> Ask) -> Option<T> {
        let (sender, answer) = oneshot::channel();
        self.0.send(ask(sender)).ok()?;
        answer.blocking_recv().ok()
    }
}

impl Admission for Claims {
    fn admit(&mut self, tenant: &TenantId) -> bool {
        self.ask(|answer| Ask::Take(tenant.clone(), answer)).unwrap_or(false)
    }

    fn admit_all(&mut self) -> bool {
        self.ask(Ask::TakeAll).unwrap_or(false)
    }

    fn dismiss(&mut self, tenant: &TenantId) {
        self.ask(|answer| Ask::Leave(tenant.clone(), answer));
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn whoever_asks_at_the_end_of_a_run_hears_no() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let (asks, mut asked) = mpsc::unbounded_channel();
        // Somebody who hears the question, and is no longer there before answering it.
        let (heard, hears) = std::sync::mpsc::channel();
        runtime.spawn(async move {
            let _ask = asked.recv().await;
            heard.send(()).unwrap();
            std::future::pending::<()>().await;
        });
        let asking = thread::spawn(move || {
            let mut claims = Claims(asks);
            let admitted = claims.admit(&"demo".into());
            claims.dismiss(&"demo".into());
            (admitted, claims.admit(&"another".into()))
        });
        hears.recv().unwrap();

        runtime.shutdown_background();

        assert_eq!(asking.join().unwrap(), (false, false));
    }
}
