//! The statement that somebody names.

use artifice_ledger::{Ledger, Statement, StatementName, statements_named};

use crate::Engine;
use crate::error::EngineError;

impl Engine {
    /// A statement by its id or number.
    pub async fn statement(ledger: &dyn Ledger, key: &str) -> Result<Statement, EngineError> {
        let mut found = statements_named(ledger, &StatementName::of(key)).await?;
        match (found.len(), found.pop()) {
            (1, Some(statement)) => Ok(statement),
            (0, _) | (_, None) => Err(EngineError::NoStatement { key: key.to_owned() }),
            (_, Some(last)) => {
                let ids = found.into_iter().chain([last]).map(|statement| statement.id.to_string()).collect();
                Err(EngineError::ManyStatements { key: key.to_owned(), ids })
            }
        }
    }
}
