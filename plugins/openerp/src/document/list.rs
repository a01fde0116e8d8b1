//! The documents that the ERP has of statements.

use artifice_plugin_api::{Document as Listed, Error};

use super::found::Found;
use super::origin::read_origin;
use crate::client::{Clock, Find};
use crate::dialect::{Dialect, Stage};
use crate::erp::Erp;
use crate::wire::{Answer, int, text, texts};

/// How many are asked for at once.
const PAGE: i64 = 500;

impl Erp {
    /// All documents of statements that are as far as they are meant to come, and those that were, and are
    /// cancelled. However old: the clocks of two machines say nothing certain of an instant.
    pub fn documents(&self, clock: Clock) -> Result<Vec<Listed>, Error> {
        let dialect = self.dialect(clock)?;
        let mut listed = Vec::new();
        let mut after = 0;
        loop {
            let found = self.client.find(clock, self.page(&dialect, after))?;
            for record in &found {
                let one = Found::of(record, &dialect)?;
                after = after.max(one.id);
                listed.extend(self.listed(&dialect, record, &one)?);
            }
            if i64::try_from(found.len()).unwrap_or(PAGE) < PAGE {
                return Ok(listed);
            }
        }
    }

    fn page<'d>(&self, dialect: &'d Dialect, after: i64) -> Find<'d> {
        let fields = ["state", dialect.name, &dialect.origin, &dialect.key];
        let mut find = Find::of(dialect.model, fields).that("id", ">", int(after)).at_most(PAGE);
        find = find.that(&dialect.origin, "=like", text("artifice %"));
        match dialect.kind {
            Some(kind) => find.that(kind, "in", texts(["out_invoice", "out_refund"])),
            None => find,
        }
    }

    fn listed(&self, dialect: &Dialect, record: &Answer, one: &Found) -> Result<Option<Listed>, Error> {
        let Some(key) = record.get(&dialect.key).and_then(Answer::text) else { return Ok(None) };
        let Some((digest, _)) = read_origin(&one.origin) else { return Ok(None) };
        // What was cancelled was committed before, if it has a number.
        let aim = self.settings.plain.state;
        let receipt = match one.stage {
            Stage::Cancelled if one.name.is_none() => None,
            Stage::Cancelled => Found { stage: Stage::Posted, ..one.clone() }.receipt(dialect, aim)?,
            _ => one.receipt(dialect, aim)?,
        };
        Ok(receipt.map(|receipt| Listed { key: key.into(), digest: digest.into(), receipt }))
    }
}
