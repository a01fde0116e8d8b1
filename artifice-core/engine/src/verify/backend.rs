//! Comparing the ledger with what the backend has: after the ledger came back from a backup, or whenever
//! somebody wants to know.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use artifice_model::Timestamp;
use artifice_plugin_host::Backend;
use artifice_plugin_host::api::Document;
use tokio::task::JoinSet;

use super::Verified;
use crate::Engine;
use crate::backend::document::{self, Kept};
use crate::error::EngineError;
use crate::limits;
use artifice_ledger::{
    Filter, Finding, Gravity, Ledger, State, Statement, StatementName, all_rows, all_tenants, one_statement,
};

/// What to do about a document that is not in the ledger.
const UNKNOWN: &str = "bill nothing before this is settled: look at the document for its tenant and period; then restore a \
                       ledger that knows it, or take the document back in the backend and bill that period again";
/// What to do about a document of another ledger.
const OTHERS: &str = "if this ledger was made in the place of that one, which was lost: bill nothing, and restore that one; what \
                      this one bills for the same tenants and time is billed twice. If both are in use, give each a place \
                      of its own in the backend";
/// What to do about a document that is not in the backend.
const MISSING: &str = "look for it in the backend (was it restored from a backup, or the document removed?); \
                       `artifice statement regenerate` writes it again where the backend's documents are files";
/// What to do about a document that somebody has changed or taken away.
const CHANGED: &str = "find out who did that, and why; `artifice statement regenerate` writes it again where the backend's \
                       documents are files, and nothing else does";
/// What to do about a document that should not be there.
const TOO_MANY: &str = "the ledger is perhaps older than the document (restored from a backup?): restore one that knows of it, \
                        or take the document back in the backend";
/// What to do about a document that says something else.
const OTHER: &str = "compare the document with `artifice statement show`; one of the two was changed, or is restored from a \
                     backup: restore the one that is wrong";

/// What was compared with the backend.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Compared {
    /// How many keys the backend was asked about.
    pub asked: u64,
    /// How many documents it listed, if it can.
    pub listed: Option<u64>,
}

/// What the ledger and the backend say of one statement.
type Answer = (Statement, Result<Option<Kept>, String>);

impl Engine {
    /// Compares the ledger with what the configured backend has, since an instant. Adds what is found.
    pub async fn verify_backend(
        &self,
        ledger: &Arc<dyn Ledger>,
        backend: Arc<dyn Backend>,
        since: Option<Timestamp>,
        verified: &mut Verified,
    ) -> Result<Compared, EngineError> {
        let class = backend.class().to_string();
        let mut compared = Compared::default();
        // The list comes first: whatever it has was in the ledger before it was in the backend.
        let mut documents = HashMap::new();
        let everything = Timestamp::from_micros(0);
        match document::list(backend.clone(), since.unwrap_or(everything)).await {
            Ok((list, Some(complete))) => {
                compared.listed = Some(u64::try_from(list.len()).unwrap_or(u64::MAX));
                documents.extend(list.into_iter().map(|document| (document.key.to_string(), document)));
                if complete > since.unwrap_or(everything) {
                    verified.notes.push(format!(
                        "{class} lists its documents since {complete} only: whether it has earlier ones that the ledger does \
                         not know could not be checked"
                    ));
                }
            }
            Ok((_, None)) => verified.notes.push(format!(
                "{class} cannot list its documents: whether it has some that the ledger does not know could not be checked"
            )),
            Err(why) => {
                let finding = Finding::of_all(
                    "documents_not_listed",
                    format!("{class} does not say which documents it has: {why}"),
                    "correct what it says, and run this again; until then documents may be missing in the ledger",
                );
                verified.add(vec![Finding { gravity: Gravity::Waiting, ..finding }]);
            }
        }
        let mut asking = Asking { engine: self, ledger, backend, failed: 0 };
        let mut others = 0_u64;
        for tenant in all_tenants(ledger.as_ref()).await? {
            let filter = Filter { tenant: Some(tenant.id), ..Filter::default() };
            // (What cannot be read was found before.)
            let mut statements = all_rows(ledger.as_ref(), &filter).await?.statements;
            for statement in &statements {
                if let Some(document) = documents.remove(statement.id.as_str()) {
                    verified.add(other_digest(statement, &document).into_iter().collect());
                }
            }
            statements.retain(|statement| since.is_none_or(|since| statement.created >= since));
            others += count(&statements, |statement| statement.backend != class);
            statements.retain(|statement| statement.backend == class && is_settled(statement));
            compared.asked += count(&statements, |_| true);
            if !asking.about(statements, verified).await? {
                break;
            }
        }
        if others > 0 {
            verified.notes.push(format!(
                "{others} statements are other backends'; set main.invoice:object to each of them, and run this again"
            ));
        }
        let mut unknown: Vec<Document> = Vec::new();
        for (key, document) in documents {
            let found = ledger.statement_find(&StatementName::of(&key)).await?;
            match ledger.statement_read(&found).await?.pop() {
                Some(Ok(statement)) => verified.add(other_digest(&statement, &document).into_iter().collect()),
                // What cannot be read was found before.
                Some(Err(_)) => {}
                None => unknown.push(document),
            }
        }
        unknown.sort_by(|one, other| one.key.cmp(&other.key));
        let id = if unknown.is_empty() { String::new() } else { ledger.ledger_id().await? };
        verified.add(unknown.iter().map(|document| not_in_the_ledger(&class, document, &id)).collect());
        Ok(compared)
    }
}

fn count(statements: &[Statement], which: impl Fn(&Statement) -> bool) -> u64 {
    u64::try_from(statements.iter().filter(|statement| which(statement)).count()).unwrap_or(u64::MAX)
}

/// Whether the ledger says for certain whether the backend has it.
fn is_settled(statement: &Statement) -> bool {
    !matches!(statement.state, State::Sending | State::InDoubt)
}

/// A backend that is asked about many keys, several at once.
struct Asking<'e> {
    engine: &'e Engine,
    ledger: &'e Arc<dyn Ledger>,
    backend: Arc<dyn Backend>,
    /// How many keys in a row it did not answer for.
    failed: usize,
}

impl Asking<'_> {
    /// Asks about statements, and adds what is found. Says whether it is any use to go on.
    async fn about(&mut self, statements: Vec<Statement>, verified: &mut Verified) -> Result<bool, EngineError> {
        let most = self.engine.config().workers().max(1);
        for batch in statements.chunks(most) {
            for (statement, answer) in self.find(batch.to_vec()).await? {
                self.failed = if answer.is_err() { self.failed + 1 } else { 0 };
                let Some(first) = compare(&statement, &answer) else { continue };
                // A worker may have been in its middle: it is looked at once more.
                let now = one_statement(self.ledger.as_ref(), &statement.reference()).await?;
                if !is_settled(&now) {
                    continue;
                }
                let again = self.find(vec![now]).await?;
                if again.iter().any(|(now, answer)| compare(now, answer).as_ref() == Some(&first)) {
                    verified.add(vec![first]);
                }
            }
            if self.failed >= limits::VERIFY_PATIENCE {
                verified.notes.push(format!(
                    "{} does not answer any more: it was not asked about the statements that are left",
                    self.backend.class()
                ));
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What the backend has of some statements, in their order.
    async fn find(&mut self, statements: Vec<Statement>) -> Result<Vec<Answer>, EngineError> {
        if self.backend.spent().is_some() {
            self.backend = self.engine.load_backend()?;
        }
        let mut tasks = JoinSet::new();
        for (place, statement) in statements.into_iter().enumerate() {
            let backend = self.backend.clone();
            tasks.spawn(async move {
                let found = document::look(backend, &statement).await;
                (place, (statement, found))
            });
        }
        let mut answers = Vec::new();
        while let Some(answer) = tasks.join_next().await {
            answers.push(answer.map_err(|error| EngineError::Ended(error.to_string()))?);
        }
        answers.sort_by_key(|(place, _)| *place);
        Ok(answers.into_iter().map(|(_, answer)| answer).collect())
    }
}

/// What the ledger and the backend say differently of a statement.
fn compare(statement: &Statement, answer: &Result<Option<Kept>, String>) -> Option<Finding> {
    let finding = |rule, what, advice| Some(Finding::of_statement(rule, statement, what, advice));
    match (&statement.receipt, answer) {
        (_, Err(why)) => finding(
            "document_uncertain",
            format!("the backend does not say what it has of it: {why}"),
            "correct what the backend says, and run this again",
        ),
        (Some(stored), Ok(Some(Kept { receipt, .. }))) if !is_same(&stored.reference, &receipt.reference) => finding(
            "document_receipt",
            format!(
                "the ledger has the receipt '{}', and the backend answers '{}'",
                stored.reference, receipt.reference
            ),
            OTHER,
        ),
        (Some(_), Ok(Some(Kept { changed: Some(what), .. }))) => {
            finding("document_changed", format!("its document is not what the backend made: {what}"), CHANGED)
        }
        (Some(stored), Ok(None)) => finding(
            "document_missing",
            format!("the backend does not have its document '{}'", stored.reference),
            MISSING,
        ),
        (None, Ok(Some(found))) => finding(
            "document_too_many",
            format!("it is {}, and the backend has a document of it: '{}'", statement.state, found.receipt.reference),
            TOO_MANY,
        ),
        (Some(_), Ok(Some(_))) | (None, Ok(None)) => None,
    }
}

/// Whether two receipts name one document. One that an older program kept as a path from the root is the same as its
/// end: the directory may have been moved since.
fn is_same(stored: &str, found: &str) -> bool {
    let path = Path::new(stored);
    stored == found || (path.is_absolute() && path.ends_with(found))
}

/// A document that was made of something else than the statement is now. (A backend may know no digest.)
fn other_digest(statement: &Statement, document: &Document) -> Option<Finding> {
    let other = !document.digest.is_empty() && document.digest.as_str() != statement.digest.as_str();
    let what = format!(
        "the backend's document '{}' was made of other content: its digest is {}, the ledger's {}",
        document.receipt.reference, document.digest, statement.digest
    );
    other.then(|| Finding::of_statement("document_digest", statement, what, OTHER))
}

/// A document that the ledger does not know: it has lost it, or the document is another ledger's.
fn not_in_the_ledger(class: &str, document: &Document, ledger_id: &str) -> Finding {
    let (reference, key) = (&document.receipt.reference, &document.key);
    let has = format!("{class} has the document '{reference}' under the key {key}");
    if document.ledger_id.is_empty() || document.ledger_id == ledger_id {
        let why = "which the ledger does not know (was the ledger restored from an older backup?)";
        return Finding::of_all("document_unknown", format!("{has}, {why}"), UNKNOWN);
    }
    let what = format!("{has}, made for another ledger ({}; this one is {ledger_id})", document.ledger_id);
    Finding::of_all("document_unknown", what, OTHERS)
}
