//! Taxes: the statement's, as the ERP has them.

use artifice_plugin_api::{Decimal, Error};

use super::books::{hundredth, one_of};
use crate::client::{Clock, Find};
use crate::erp::{Erp, id_of};
use crate::wire::{Answer, int, text};

impl Erp {
    /// The ERP's name of a tax.
    pub fn tax_name<'t>(&'t self, name: &'t str) -> &'t str {
        self.settings.plain.taxes.get(name).map_or(name, String::as_str)
    }

    /// The id of the ERP's tax that computes what a tax of the statement does; of any percentage if none
    /// is given.
    pub fn tax(&self, clock: Clock, name: &str, percent: Option<Decimal>) -> Result<i64, Error> {
        let theirs = self.tax_name(name);
        let old = self.client.session(clock)?.major < 9;
        let kind = if old { "type" } else { "amount_type" };
        let found = self.known(format!("tax {theirs}"), || {
            let mut find = Find::of("account.tax", ["name", "amount", kind, "price_include"])
                .with("name", text(theirs))
                .that("type_tax_use", "in", one_of(&["sale", "all"]));
            if let Some(company) = self.books(clock)?.company {
                find = find.with("company_id", int(company));
            }
            let found = self.client.find(clock, find.at_most(2))?;
            match <[Answer; 1]>::try_from(found) {
                Ok([one]) => Ok(one),
                Err(found) => Err(Error::refused(format_args!(
                    "account.tax: there {} with the name '{theirs}' (for '{name}' of the statement); enter one there, or name it under taxes",
                    if found.is_empty() { "is no tax on sales" } else { "are several taxes on sales" }
                ))),
            }
        })?;
        let includes = found.get("price_include").and_then(Answer::bool) == Some(true);
        let is_percent = found.get(kind).and_then(Answer::text).is_none_or(|kind| kind == "percent");
        if includes || !is_percent {
            return Err(Error::refused(format_args!(
                "account.tax: '{theirs}' is {}; artifice's taxes are percentages on top of prices: enter such a one, and name it under taxes",
                if includes { "included in prices" } else { "no percentage" }
            )));
        }
        let amount = found.get("amount").and_then(Answer::number);
        let expected = percent.and_then(|percent| if old { hundredth(percent) } else { Some(percent) });
        if let Some(expected) = expected.filter(|expected| amount != Some(*expected)) {
            return Err(Error::refused(format_args!(
                "account.tax: '{theirs}' is {} in the ERP, but {expected} in the statement; correct one of the two, or name another one under taxes",
                amount.map_or_else(|| "of an unknown amount".to_owned(), |amount| amount.to_string())
            )));
        }
        id_of(&found)
    }
}
