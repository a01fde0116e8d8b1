//! Writing a document once more, from what is stored.

use std::sync::Arc;

use artifice_plugin_host::{Backend, with_secrets_of};

use crate::Engine;
use crate::backend::document;
use crate::backend::load::check_backend;
use crate::config::expand_all;
use crate::error::EngineError;
use crate::tell::{Listener, Notice};
use artifice_ledger::{Action, Ledger, Statement};

impl Engine {
    /// Has a committed statement's document written once more, from what is stored: its lines, its receipt,
    /// and the settings that its backend had (with today's secrets). Where the documents live in another
    /// system, that is asked, as it is configured today, and nothing is made. Answers where it is.
    pub async fn regenerate(
        &self,
        ledger: &dyn Ledger,
        backend: Arc<dyn Backend>,
        key: &str,
        listener: &dyn Listener,
    ) -> Result<String, EngineError> {
        let statement = Engine::statement(ledger, key).await?;
        let number = statement.number;
        check_backend(backend.as_ref(), &statement)?;
        let Some(receipt) = statement.receipt.clone() else {
            return Err(EngineError::NotCommitted { number, state: statement.state });
        };
        let failed = |why| EngineError::Backend { backend: statement.backend.clone(), why };
        let body = ledger.statement_body(&statement).await?;
        let of_then = self.backend_of_then(&backend, &statement, listener);
        let rewritten = document::rewrite(of_then, statement.clone(), body, receipt).await.map_err(failed)?;
        let reference = match rewritten {
            Some(receipt) => receipt.reference,
            None => {
                let found = document::find(backend, &statement).await.map_err(failed)?;
                let gone = || failed(format!("it has no document under the key {} any more", statement.id));
                found.ok_or_else(gone)?.reference
            }
        };
        ledger.audit_insert(&statement.reference(), Action::Regenerated, Some(&reference), self.act()).await?;
        Ok(reference)
    }

    /// The backend with the settings that it had when it made a statement; as it is configured today, if
    /// it takes those no more.
    fn backend_of_then(
        &self,
        today: &Arc<dyn Backend>,
        statement: &Statement,
        listener: &dyn Listener,
    ) -> Arc<dyn Backend> {
        let (number, version) = (statement.number, today.info().version.as_str());
        if statement.backend_version != version {
            listener.notice(&Notice::OtherVersion {
                number,
                backend: statement.backend.clone(),
                then: statement.backend_version.clone(),
                today: version.to_owned(),
            });
        }
        let stored = statement.settings.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let Some(stored) = stored else { return today.clone() };
        let mut settings = with_secrets_of(&stored, &self.config().invoice_as_written);
        if settings == self.config().invoice_as_written {
            return today.clone();
        }
        let made = expand_all(&mut settings)
            .and_then(|()| self.load_backend_set(&settings).map_err(|error| error.to_string()));
        made.unwrap_or_else(|why| {
            listener.notice(&Notice::TodaysSettings { number, why });
            today.clone()
        })
    }
}
