//! Accounts: of configuration, and those that invoices before Odoo 13 need to be told.

use artifice_plugin_api::Error;

use crate::client::{Clock, Find};
use crate::erp::{Erp, id_of};
use crate::wire::{Answer, int, text};

impl Erp {
    /// The configured income account.
    pub fn account(&self, clock: Clock) -> Result<Option<i64>, Error> {
        let Some(code) = self.settings.plain.account.as_deref() else { return Ok(None) };
        let company = self.books(clock)?.company;
        let found = self.known(format!("account {code}"), || {
            let mut find = Find::of("account.account", ["name"]).with("code", text(code)).at_most(1);
            // From 18 on an account may belong to several companies.
            if let Some(company) = company.filter(|_| self.client.session(clock).is_ok_and(|it| it.major < 18)) {
                find = find.with("company_id", int(company));
            }
            let found = self.client.find(clock, find)?;
            let missing = || {
                Error::refused(format_args!("account.account: there is none with the code '{code}'; correct account"))
            };
            found.first().ok_or_else(missing).and_then(id_of).map(Answer::Int)
        })?;
        Ok(found.int())
    }

    /// The configured analytic account.
    pub fn analytic(&self, clock: Clock) -> Result<Option<i64>, Error> {
        let name = self.settings.plain.analytic_account.as_deref();
        let what = ("the account", "analytic_account");
        name.map(|name| self.named(clock, "account.analytic.account", &["code", "name"], name, what)).transpose()
    }

    /// What a customer owes is entered there: the account that invoices before Odoo 13 must name.
    pub fn receivable(&self, clock: Clock, partner: i64) -> Result<i64, Error> {
        let new = self.client.session(clock)?.major >= 9;
        let field = if new { "property_account_receivable_id" } else { "property_account_receivable" };
        let found = self.client.read(clock, "res.partner", &[partner], &[field])?;
        let account = found.first().and_then(|one| one.get(field)).and_then(Answer::link);
        account.ok_or_else(|| {
            Error::refused(format_args!(
                "res.partner: the customer {partner} has no receivable account; enter one in the ERP"
            ))
        })
    }

    /// What is earned with a product is entered there: its own income account, or its category's.
    pub fn income(&self, clock: Clock, product: i64) -> Result<i64, Error> {
        let new = self.client.session(clock)?.major >= 9;
        let (own, of_category) = match new {
            true => ("property_account_income_id", "property_account_income_categ_id"),
            false => ("property_account_income", "property_account_income_categ"),
        };
        let found = self.known(format!("income {product}"), || {
            let product = self.client.read(clock, "product.product", &[product], &[own, "categ_id"])?;
            let link = |of: &[Answer], field: &str| of.first().and_then(|one| one.get(field)).and_then(Answer::link);
            let account = match (link(&product, own), link(&product, "categ_id")) {
                (Some(account), _) => Some(account),
                (None, Some(category)) => {
                    link(&self.client.read(clock, "product.category", &[category], &[of_category])?, of_category)
                }
                (None, None) => None,
            };
            account.map(Answer::Int).ok_or_else(|| {
                Error::refused("product.product: neither the product nor its category has an income account; enter one in the ERP, or set account")
            })
        })?;
        found.int().ok_or_else(|| Error::refused("account.account: an account without an id; is it Odoo?"))
    }
}
