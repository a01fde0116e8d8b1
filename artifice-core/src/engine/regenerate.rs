//! Writing a document once more, from what is stored.

use std::sync::Arc;

use artifice_plugin_host::Backend;

use super::deliver::Courier;
use super::document::{self, BackendCourier};
use super::error::EngineError;
use super::{Engine, check_backend};
use crate::ledger::{Action, Ledger};

impl Engine {
    /// Has a committed statement's document written once more, from what is stored. Answers where it is.
    pub async fn regenerate(
        &self,
        ledger: &dyn Ledger,
        backend: Arc<Backend>,
        key: &str,
    ) -> Result<String, EngineError> {
        let statement = Engine::statement(ledger, key).await?;
        let number = statement.number;
        check_backend(&backend, &statement)?;
        let Some(receipt) = statement.receipt.clone() else {
            return Err(EngineError::NotCommitted { number, state: statement.state });
        };
        let failed = |why| EngineError::Backend { backend: statement.backend.clone(), why };
        let body = ledger.statement_body(&statement).await?;
        let rewritten = document::rewrite(backend.clone(), statement.clone(), body, receipt).await.map_err(failed)?;
        let reference = match rewritten {
            Some(receipt) => receipt.reference,
            None => {
                let found = BackendCourier::new(backend, ledger).find(&statement).await.map_err(failed)?;
                let gone = || failed(format!("it has no document under the key {} any more", statement.id));
                found.ok_or_else(gone)?.reference
            }
        };
        ledger.audit_insert(&statement, Action::Regenerated, Some(&reference)).await?;
        Ok(reference)
    }
}
