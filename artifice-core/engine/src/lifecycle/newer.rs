//! Whether the backend has documents that the ledger does not know: it came back from a backup, or is a new one in the
//! place of one that was lost.

use artifice_ledger::StatementId;
use artifice_model::{Period, Timestamp};
use artifice_plugin_host::api::Document;

use crate::backend::document;
use crate::draft::month::whole_months;
use crate::error::EngineError;
use crate::lifecycle::Clerk;
use crate::tell::{Notice, cancelled};

/// How many documents are named.
const NAMED: usize = 5;

impl Clerk {
    /// Before anything is billed or taken back, asks the backend for documents that the ledger does not know: those that are
    /// newer than its newest statement, and all that may be for the months of `period`. Nothing that concerns a month is made
    /// before it begins; so nothing that the ledger has stored meanwhile hides them. The ledger is read after the list: what
    /// another worker has stored meanwhile, it knows. Another ledger's are told where they may be for what is billed now.
    ///
    /// # Errors
    /// [`EngineError::NewerDocuments`] if there are some of this ledger, unless `main.newer_documents` is `warn`.
    pub async fn look_for_newer_documents(
        &self,
        period: Period,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<(), EngineError> {
        let (backend, cancel) = (self.backend()?, &self.watch.cancel);
        let class = backend.class().to_string();
        let newest = self.ledger.statement_newest(&class).await?;
        let (newest, has_documents) = newest.map_or((None, false), |(newest, has)| (Some(newest), has));
        let months = whole_months(&self.engine.config().main.calendar, period);
        let since = newest.map(|newest| newest.min(months.start()));
        let listing = document::list(backend, since.unwrap_or(Timestamp::from_micros(0)));
        let listed = tokio::select! {
            listed = listing => listed,
            () = cancelled(cancel) => return Ok(()),
        };
        let documents = match listed {
            Ok((_, None)) => return Ok(()),
            Ok((documents, Some(_))) => documents,
            Err(why) => {
                // Where it has none of this ledger's yet, it may have no place for them either.
                if has_documents {
                    self.watch.listener.notice(&Notice::NotListed { backend: class, why });
                }
                return Ok(());
            }
        };
        let id = self.ledger.ledger_id().await?;
        let concerns = |document: &Document| match document.ledger_id.as_str() {
            "" => is_newer(document, newest),
            ledger if ledger == id => is_newer(document, since),
            _ => is_billed_now(document, period, &is_wanted).unwrap_or(newest.is_none()),
        };
        let concerning: Vec<(StatementId, Document)> = documents
            .into_iter()
            .filter(concerns)
            .map(|document| (StatementId::from(document.key.as_str()), document))
            .collect();
        let keys: Vec<StatementId> = concerning.iter().map(|(key, _)| key.clone()).collect();
        let known = self.ledger.statements_known(&keys).await?;
        let (mut of_this, mut of_nobody, mut of_others) = (Vec::new(), Vec::new(), Vec::new());
        for (_, document) in concerning.into_iter().filter(|(key, _)| !known.contains(key)) {
            let reference = document.receipt.reference.to_string();
            match document.ledger_id.as_str() {
                "" => of_nobody.push(reference),
                ledger if ledger == id => of_this.push(reference),
                _ => of_others.push(reference),
            }
        }
        if !of_others.is_empty() {
            let documents = named(of_others);
            self.watch.listener.notice(&Notice::OthersDocuments { backend: class.clone(), documents });
        }
        if !of_nobody.is_empty() {
            let documents = named(of_nobody);
            self.watch.listener.notice(&Notice::DocumentsWithoutLedger { backend: class.clone(), documents });
        }
        if of_this.is_empty() {
            return Ok(());
        }
        let documents = named(of_this);
        if self.engine.config().main.refuses_newer_documents {
            return Err(EngineError::NewerDocuments { backend: class, documents });
        }
        self.watch.listener.notice(&Notice::NewerDocuments { backend: class, documents });
        Ok(())
    }
}

/// Whether a document is of a tenant and a time that are being billed, if it says whose and of when it is.
fn is_billed_now(document: &Document, period: Period, is_wanted: impl Fn(&str) -> bool) -> Option<bool> {
    let (tenant, start, end) = document.is_about()?;
    let of = Period::new(Timestamp::from_micros(start.micros), Timestamp::from_micros(end.micros)).ok()?;
    Some(is_wanted(tenant) && of.overlaps(period))
}

/// Whether a document was made after an instant. Its key says when, if a ledger minted it; of others nobody knows.
fn is_newer(document: &Document, newest: Option<Timestamp>) -> bool {
    let minted = uuid::Uuid::parse_str(&document.key).ok().and_then(|key| key.get_timestamp());
    let (Some(newest), Some(minted)) = (newest, minted) else { return true };
    let (seconds, nanos) = minted.to_unix();
    // A key has milliseconds, and was minted a little later than its statement says.
    let micros = seconds.saturating_mul(1_000_000).saturating_add(u64::from(nanos) / 1000).saturating_add(999);
    i64::try_from(micros).map_or(true, |micros| micros >= newest.micros())
}

/// The first of some documents, and how many more there are.
fn named(mut documents: Vec<String>) -> String {
    documents.sort();
    let more = documents.len().saturating_sub(NAMED);
    documents.truncate(NAMED);
    let named = documents.join(", ");
    if more > 0 { format!("{named} and {more} more") } else { named }
}

#[cfg(test)]
mod tests {
    use artifice_plugin_host::api::Receipt;

    use super::*;

    fn document(key: &str) -> Document {
        Document::new(key, "", Receipt::new("R"))
    }

    #[test]
    fn a_key_says_when_it_was_minted() {
        // 0x0198c1f27d2f ms since 1970.
        let (key, ms) = ("0198c1f2-7d2f-7000-8000-000000000001", 0x0198_c1f2_7d2f_i64);
        let newer = |key: &str, than_us: i64| is_newer(&document(key), Some(Timestamp::from_micros(than_us)));
        assert!(newer(key, ms * 1000));
        assert!(newer(key, ms * 1000 + 999));
        assert!(!newer(key, ms * 1000 + 1000));
        assert!(newer("of another kind", i64::MAX) && is_newer(&document(key), None));
    }

    #[test]
    fn only_some_are_named() {
        assert_eq!(named(vec!["b".to_owned(), "a".to_owned()]), "a, b");
        let many = (1..=7).map(|number| number.to_string()).collect();
        assert_eq!(named(many), "1, 2, 3, 4, 5 and 2 more");
    }
}
