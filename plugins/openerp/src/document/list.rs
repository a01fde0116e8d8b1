//! The documents that the ERP has of statements.

use artifice_plugin_api::{Document as Listed, EachDocument, Error, Timestamp};

use super::found::Found;
use super::origin::read_origin;
use crate::client::{Clock, Find};
use crate::dialect::{Dialect, Stage};
use crate::erp::Erp;
use crate::wire::{Answer, int, text, texts};

/// How many are asked for at once.
const PAGE: i64 = 500;
/// How far the clocks of two machines may be apart.
const CLOCKS_US: i64 = 86_400_000_000;

impl Erp {
    /// Hands over the documents of statements that are as far as they are meant to come, and those that were,
    /// and are cancelled. What was committed since an instant was written since; others were, too.
    pub fn documents(&self, clock: Clock, since: Timestamp, each: &mut EachDocument<'_>) -> Result<(), Error> {
        let dialect = self.dialect(clock)?;
        let mut after = 0;
        loop {
            let found = self.client.find(clock, page(&dialect, since, after))?;
            for record in &found {
                let one = Found::of(record, &dialect)?;
                after = after.max(one.id);
                if self.listed(&dialect, record, &one)?.is_some_and(|document| each(document).is_break()) {
                    return Ok(());
                }
            }
            if i64::try_from(found.len()).unwrap_or(PAGE) < PAGE {
                return Ok(());
            }
        }
    }

    fn listed(&self, dialect: &Dialect, record: &Answer, one: &Found) -> Result<Option<Listed>, Error> {
        let Some(key) = record.get(&dialect.key).and_then(Answer::text) else { return Ok(None) };
        let Some(origin) = read_origin(&one.origin) else { return Ok(None) };
        let aim = self.settings.plain.state;
        let receipt = match one.stage {
            Stage::Cancelled => one.cancelled(dialect, aim)?,
            _ => one.receipt(dialect, aim)?,
        };
        Ok(receipt.map(|receipt| Listed::new(key, origin.digest, receipt).of_ledger(origin.ledger_id)))
    }
}

fn page(dialect: &Dialect, since: Timestamp, after: i64) -> Find<'_> {
    let fields = ["state", dialect.name, &dialect.origin, &dialect.key];
    let mut find = Find::of(dialect.model, fields).that("id", ">", int(after)).at_most(PAGE);
    find = find.that(&dialect.origin, "=like", text("artifice %"));
    if since.micros > CLOCKS_US {
        find = find.that("write_date", ">=", text(instant(since.micros - CLOCKS_US)));
    }
    match dialect.kind {
        Some(kind) => find.that(kind, "in", texts(["out_invoice", "out_refund"])),
        None => find,
    }
}

/// An instant as the ERP writes it: `2026-10-31 12:00:00`.
fn instant(micros: i64) -> String {
    Timestamp { micros }.to_string().replacen('T', " ", 1).chars().take(19).collect()
}
