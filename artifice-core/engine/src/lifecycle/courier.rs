//! The backend, as [`deliver`](crate::lifecycle::deliver) sees it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use artifice_ledger::{Body, Receipt, Statement};
use artifice_plugin_host::Backend;
use async_trait::async_trait;

use crate::backend::document::{self, SendError};
use crate::lifecycle::deliver::{Courier, Sent};

/// A backend, which blocks, as a courier of one statement, which does not.
pub(crate) struct BackendCourier {
    /// The backend.
    backend: Arc<dyn Backend>,
    /// What there is to send, or why it cannot be.
    body: Result<Arc<Body>, String>,
    /// How long the sending may take.
    time: Duration,
    /// Whether a call met a backend that somebody else's call had spent.
    met_a_spent_one: AtomicBool,
}

impl BackendCourier {
    pub fn new(backend: Arc<dyn Backend>, body: Result<Arc<Body>, String>, time: Duration) -> Self {
        BackendCourier { backend, body, time, met_a_spent_one: AtomicBool::new(false) }
    }

    /// Whether the backend answered nothing because of somebody else's call.
    pub fn was_spent_by_others(&self) -> bool {
        self.met_a_spent_one.load(Ordering::Acquire)
    }

    /// Takes note of a backend that is spent, before it is called.
    fn look(&self) {
        self.met_a_spent_one.fetch_or(self.backend.spent().is_some(), Ordering::AcqRel);
    }
}

#[async_trait]
impl Courier for BackendCourier {
    async fn send(&self, statement: &Statement) -> Sent {
        let body = match &self.body {
            Ok(body) => body.clone(),
            Err(why) => return Sent::NotSent(why.clone()),
        };
        self.look();
        match document::send(self.backend.clone(), self.time, statement, body).await {
            Ok(receipt) => Sent::Received(receipt),
            Err(SendError { unknown: false, message }) => Sent::NotSent(message),
            Err(SendError { unknown: true, message }) => Sent::Unknown(message),
        }
    }

    async fn find(&self, statement: &Statement) -> Result<Option<Receipt>, String> {
        self.look();
        document::find(self.backend.clone(), statement).await
    }

    async fn longest_delay_us(&self) -> Result<i64, String> {
        let delay = document::longest_delay(self.backend.clone()).await?;
        Ok(i64::try_from(delay.as_micros()).unwrap_or(i64::MAX))
    }
}
