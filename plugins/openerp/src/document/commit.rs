//! The steps from a statement to a posted document.

use artifice_plugin_api::{Error, ErrorKind, Receipt};

use super::cells::columns;
use super::found::Found;
use super::parties::Parties;
use super::{Document, load};
use crate::client::{Failed, Failure, Find};
use crate::dialect::{Dialect, Stage};
use crate::settings::{self, State};
use crate::wire::{Answer, int, list, record, text};

/// How often posting is tried while others are in the way.
const TRIES: u32 = 4;

impl Document {
    /// Makes the document, or goes on with what an earlier try has left of it.
    pub(super) fn bring_about(&self) -> Result<Receipt, Error> {
        let dialect = self.erp.dialect(self.clock)?;
        let dialect = dialect.as_ref();
        let sums = self
            .totals
            .as_ref()
            .ok_or_else(|| Error::refused("there are no totals; report this to artifice's authors"))?;
        let aim = self.erp.settings.plain.state;
        let found = self.erp.by_key(self.clock, dialect, &self.head)?;
        if let Some(receipt) = found.as_ref().map(|found| found.receipt(dialect, aim)).transpose()?.flatten() {
            return Ok(receipt);
        }
        let parties = self.parties(dialect, sums)?;
        let rows = self.cells(dialect, &parties)?;
        if let Some(found) = found.filter(|found| found.stage == Stage::Posted) {
            return self.posted_by_others(
                dialect,
                &found,
                self.difference(dialect, found.id, &parties, rows.len(), sums)?,
            );
        }
        self.guard_external_id(dialect)?;
        self.load(dialect, &parties, &rows)?;
        let gone = || {
            Error::unknown(format_args!("{}: what was just made is not there; look for it in the ERP", dialect.model))
        };
        let made = self.erp.by_key(self.clock, dialect, &self.head)?.ok_or_else(gone)?;
        if made.stage == Stage::Draft {
            self.compute_taxes(dialect, made.id)?;
            if let Some(difference) = self.difference(dialect, made.id, &parties, rows.len(), sums)? {
                return Err(self.refuse_difference(dialect, made.id, &difference));
            }
            match aim {
                State::Posted => {
                    if !made.is_complete() {
                        self.complete(dialect, made.id)?;
                    }
                    self.post(dialect, made.id)?;
                }
                State::Draft => self.complete(dialect, made.id)?,
            }
        }
        let now = self.erp.by_id(self.clock, dialect, made.id).map_err(unclear)?;
        let not_posted = || {
            Error::refused(format_args!(
                "{}: the ERP does not post it, and does not say why; post it there to see, then run the command again",
                now.label(dialect)
            ))
        };
        now.receipt(dialect, aim)?.ok_or_else(not_posted)
    }

    /// A document that is posted, though it was never said to be complete: somebody was faster than the last of
    /// its lines, or than the word. Its content decides.
    fn posted_by_others(&self, dialect: &Dialect, found: &Found, difference: Option<String>) -> Result<Receipt, Error> {
        match difference {
            None => found.posted(dialect),
            Some(difference) => Err(Error::refused(format_args!(
                "{}: somebody posted it before it was complete, and it has {difference}; reset it to draft in the ERP and \
                 delete it there, then run the command again",
                found.label(dialect)
            ))),
        }
    }

    /// A document that has our external id, but bears our key no more, must not be written to. Who may not
    /// read external ids cannot see that; the key then has to do.
    fn guard_external_id(&self, dialect: &Dialect) -> Result<(), Error> {
        let of_ours = || Find::of("ir.model.data", ["res_id"]).with("module", text("artifice")).at_most(1);
        let readable =
            self.erp.known("external ids".to_owned(), || match self.erp.client.find(self.clock, of_ours()) {
                Err(error) if error.kind() == ErrorKind::Unavailable => Err(error),
                found => Ok(Answer::Bool(found.is_ok())),
            })?;
        if readable != Answer::Bool(true) {
            return Ok(());
        }
        let id = load::external_id("", &self.head.key);
        let name = id.trim_start_matches("artifice.");
        let found = self.erp.client.find(self.clock, of_ours().with("name", text(name)))?;
        let Some(id) = found.first().and_then(|one| one.get("res_id")).and_then(Answer::int) else { return Ok(()) };
        let here = self.erp.by_key(self.clock, dialect, &self.head)?;
        if here.is_some_and(|here| here.id == id) {
            return Ok(());
        }
        if self.erp.client.read(self.clock, dialect.model, &[id], &["state"])?.is_empty() {
            return Ok(());
        }
        Err(Error::refused(format_args!(
            "{} {id}: it is this statement's document by its external id, but its {} was changed; write '{}' there again",
            dialect.model, dialect.key, self.head.key
        )))
    }

    /// Loads the document with its lines, so many at a time.
    fn load(&self, dialect: &Dialect, parties: &Parties, rows: &[Vec<String>]) -> Result<(), Error> {
        let line_columns: Vec<String> =
            columns(dialect, parties).iter().map(|column| format!("{}/{column}", dialect.lines)).collect();
        let external = load::external_id("", &self.head.key);
        let empty = [Vec::new()];
        let batches: Vec<&[Vec<String>]> = match rows {
            [] => empty.chunks(1).collect(),
            rows => rows.chunks(self.erp.settings.plain.lines_per_request).collect(),
        };
        for (at, batch) in batches.into_iter().enumerate() {
            if at > 0 {
                self.check_draft(dialect)?;
            }
            // The head goes along once; after that the document's id alone says whose lines they are.
            let head: &[(String, String)] = if at == 0 { &parties.head } else { &[] };
            let mut columns: Vec<&str> = vec!["id"];
            columns.extend(head.iter().map(|(column, _)| column.as_str()));
            let width = columns.len();
            if !rows.is_empty() {
                columns.extend(line_columns.iter().map(String::as_str));
            }
            let cells = batch.iter().enumerate().map(|(at, row)| {
                let mut cells = vec![String::new(); width];
                if at == 0 {
                    cells = [&external].into_iter().chain(head.iter().map(|(_, cell)| cell)).cloned().collect();
                }
                cells.extend(row.iter().cloned());
                cells
            });
            let cells: Vec<Vec<String>> = cells.collect();
            load::load(&self.erp, self.clock, dialect.model, &columns, &cells).map_err(Failed::told)?;
        }
        Ok(())
    }

    /// Nothing is loaded onto what somebody has posted meanwhile.
    fn check_draft(&self, dialect: &Dialect) -> Result<(), Error> {
        let found = self.erp.by_key(self.clock, dialect, &self.head)?;
        match found {
            Some(found) if found.stage == Stage::Draft => Ok(()),
            Some(found) => Err(Error::refused(format_args!(
                "{}: somebody posted or cancelled it before all its lines were there; delete it in the ERP, and run the command again",
                found.label(dialect)
            ))),
            None => Err(Error::unavailable(format_args!(
                "{}: somebody deleted the draft while its lines were entered; run the command again",
                dialect.model
            ))),
        }
    }

    /// Before Odoo 13 the taxes of lines become amounts only on demand.
    fn compute_taxes(&self, dialect: &Dialect, id: i64) -> Result<(), Error> {
        if !dialect.is_old_invoice() {
            return Ok(());
        }
        let method = if dialect.major >= 9 { "compute_taxes" } else { "button_reset_taxes" };
        match self.erp.client.tell(self.clock, dialect.model, method, vec![list([int(id)])]) {
            Err(failed) if failed.failure != Failure::NoneAnswered => Err(failed.told()),
            _ => Ok(()),
        }
    }

    /// What differs is not posted, and not left behind.
    fn refuse_difference(&self, dialect: &Dialect, id: i64, difference: &str) -> Error {
        let left = match self.erp.remove(self.clock, dialect, id) {
            Ok(()) => "the draft is removed again".to_owned(),
            Err(failed) => format!("the draft {id} is still there ({})", failed.message),
        };
        Error::refused(format_args!(
            "{}: the ERP makes of statement {} a document with {difference}; nothing is posted, {left}; \
             correct taxes, precision or price rounding in the ERP, and run the command again",
            dialect.model, self.head.number
        ))
    }

    /// Posts or confirms. Whatever the ERP answers, its state is read afterwards.
    fn post(&self, dialect: &Dialect, id: i64) -> Result<(), Error> {
        for attempt in 1.. {
            let done = match (dialect.document, dialect.is_old_invoice(), dialect.major) {
                (settings::Document::Invoice, true, ..=9) => {
                    self.erp.client.signal(self.clock, dialect.model, "invoice_open", id)
                }
                (document, old, major) => {
                    let method = match (document, old) {
                        (settings::Document::Invoice, true) => "action_invoice_open",
                        (settings::Document::Invoice, false) => "action_post",
                        (settings::Document::SaleOrder, _) if major >= 9 => "action_confirm",
                        (settings::Document::SaleOrder, _) => "action_button_confirm",
                    };
                    self.erp.client.tell(self.clock, dialect.model, method, vec![list([int(id)])])
                }
            };
            let Err(failed) = done else { return Ok(()) };
            // A lost answer, `None`, and "is already posted": the state knows.
            let now = self.erp.by_id(self.clock, dialect, id);
            match (failed.failure, now) {
                (_, Ok(now)) if now.stage == Stage::Posted => return Ok(()),
                (Failure::NoneAnswered, Ok(_)) => return Ok(()),
                (Failure::Conflict, Ok(_)) if attempt < TRIES => {
                    std::thread::sleep(std::time::Duration::from_millis(300));
                }
                (_, Ok(_)) => return Err(failed.told()),
                (_, Err(unread)) => {
                    return Err(Error::unknown(format_args!("{}; and then: {}", failed.message, unread.message())));
                }
            }
        }
        Ok(())
    }

    /// Says of a draft that it is complete.
    fn complete(&self, dialect: &Dialect, id: i64) -> Result<(), Error> {
        let values = record([(dialect.origin.as_str(), text(self.head.origin()))]);
        self.erp
            .client
            .tell(self.clock, dialect.model, "write", vec![list([int(id)]), values])
            .map_err(Failed::told)?;
        Ok(())
    }
}

/// An error of a question after posting: it may be committed.
fn unclear(error: Error) -> Error {
    Error::unknown(error.message())
}
