//! Usage as it is being collected: on a thread that blocks, handed over tenant by tenant.

use artifice_model::Period;
use artifice_model::aggregate::Entry;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use super::Selection;
use super::error::EngineError;
use super::tenants::Tenants;
use crate::collect::{CollectError, Request, Seen, Source, TenantUsage};
use crate::config::Config;

/// Usage as it is being collected.
pub(super) struct Usages {
    receiver: mpsc::Receiver<TenantUsage>,
    thread: JoinHandle<Result<Seen, CollectError>>,
}

impl Usages {
    /// Starts collecting from the configured source.
    pub fn of(config: &Config, tenants: &Tenants, selection: &Selection, period: Period) -> Result<Self, EngineError> {
        let source = config.source.as_ref().ok_or_else(|| EngineError::NotConfigured {
            file: config.file.display().to_string(),
            what: "source is missing; name the samples, for example `source: {kind: file, path: samples.ndjson}`",
        })?;
        let source = Source::open(source, &config.directory).map_err(CollectError::from)?;
        let mut entries: Vec<Entry> = config.entries.clone();
        entries.retain(|entry| selection.sections.is_empty() || selection.sections.contains(&entry.section));
        let (locations, memory_bytes) = (config.locations.clone(), config.main.memory_bytes);
        let wanted = tenants.wanted().cloned();
        let (sender, receiver) = mpsc::channel(1);
        let thread = spawn_blocking(move || {
            let tenants = wanted.as_ref();
            let request = Request { entries: &entries, locations: &locations, period, tenants, memory_bytes };
            // Nobody listens any more only when the command is ending.
            source.collect(request, &mut |usage| drop(sender.blocking_send(usage)))
        });
        Ok(Usages { receiver, thread })
    }

    /// The next tenant's usage.
    pub async fn next(&mut self) -> Option<TenantUsage> {
        self.receiver.recv().await
    }

    /// What was seen on the way, once everything was handed over.
    pub async fn end(self) -> Result<Seen, EngineError> {
        let seen = self.thread.await.map_err(|error| EngineError::Ended(error.to_string()))??;
        if seen.without_tenant > 0 {
            tracing::warn!(
                "{} samples of charged meters belong to no tenant and are billed to nobody",
                seen.without_tenant
            );
        }
        Ok(seen)
    }
}
