//! Comparing what the ERP made with the statement, before anything is posted.

use artifice_plugin_api::{Decimal, Error};

use super::head::method;
use super::parties::Parties;
use super::{Document, Sums};
use crate::decimals::{minus, rounded, sum};
use crate::dialect::Dialect;
use crate::wire::Answer;

impl Document {
    /// Reads the document, and says how it differs from the statement; nothing if it does not.
    pub(super) fn difference(
        &self,
        dialect: &Dialect,
        id: i64,
        parties: &Parties,
        rows: usize,
        sums: &Sums,
    ) -> Result<Option<String>, Error> {
        let fields =
            ["state", dialect.lines, "amount_untaxed", "amount_tax", "amount_total", "partner_id", "currency_id"];
        let read = self.erp.client.read(self.clock, dialect.model, &[id], &fields)?;
        let gone =
            || Error::refused(format_args!("{} {id}: it was deleted meanwhile; run the command again", dialect.model));
        let theirs = read.first().ok_or_else(gone)?;
        let digits = self.head.digits;
        let amount = |field: &str| {
            let number = theirs.get(field).and_then(Answer::number)?;
            // A sum that Python made of doubles may be off in its last digits: 91.33000000000001.
            let number = rounded(number, digits)?;
            if parties.refund { minus(number) } else { Some(number) }
        };
        let tax = sum(sums.taxes.iter().map(|(_, _, amount)| *amount));
        let mut found = Vec::new();
        for (what, field, ours) in [
            ("subtotal", "amount_untaxed", Some(sums.subtotal)),
            ("tax", "amount_tax", tax),
            ("total", "amount_total", Some(sums.total)),
        ] {
            let theirs = amount(field);
            if theirs.is_none() || theirs != ours {
                let shown =
                    |value: Option<Decimal>| value.map_or_else(|| "?".to_owned(), |value| value.to_fixed(digits));
                found.push(format!("{what} {} instead of {}", shown(theirs), shown(ours)));
            }
        }
        let lines = theirs.get(dialect.lines).and_then(Answer::list).map(<[Answer]>::len);
        if lines != Some(rows) {
            found.push(format!("{} lines instead of {rows}", lines.unwrap_or_default()));
        }
        if theirs.get("partner_id").and_then(Answer::link) != Some(parties.partner) {
            found.push("another customer".to_owned());
        }
        let currency = theirs.get("currency_id").and_then(Answer::link_name).unwrap_or_default();
        if currency.split(' ').next() != Some(self.head.currency.as_str()) {
            found.push(format!("the currency {currency} instead of {}", self.head.currency));
        }
        if found.is_empty() {
            return Ok(None);
        }
        let only_tax = lines == Some(rows) && amount("amount_untaxed") == Some(sums.subtotal);
        let ours = self.head.rounds_lines;
        if only_tax && !sums.taxes.is_empty() && self.erp.rounds_per_line(self.clock).is_ok_and(|theirs| theirs != ours)
        {
            let how = if ours { "once for all lines" } else { "line by line" };
            let method = method(ours);
            found.push(format!(
                "the company rounds taxes {how}: set its rounding method to {method}, or main.tax_rounding"
            ));
        }
        Ok(Some(found.join(", ")))
    }
}
