//! Customers: partners that bear a tenant's id.

use artifice_plugin_api::Error;

use crate::client::{Clock, Failed, Failure, Find};
use crate::document::load;
use crate::erp::{Erp, id_of};
use crate::wire::{Answer, text};

/// Who pays.
pub struct Customer<'t> {
    /// The tenant's id.
    pub id: &'t str,
    /// What people call the tenant.
    pub label: &'t str,
}

impl Erp {
    /// The customer, if there is one.
    pub fn find_partner(&self, clock: Clock, tenant: &str) -> Result<Option<i64>, Error> {
        let field = self.settings.plain.partners.field.as_str();
        let find = Find::of("res.partner", ["active"]).with(field, text(tenant)).also_inactive();
        let found = self.client.find(clock, find)?;
        let is_active = |one: &&Answer| one.get("active").and_then(Answer::bool) != Some(false);
        let active: Vec<&Answer> = found.iter().filter(is_active).collect();
        match active[..] {
            [one] => id_of(one).map(Some),
            [] if found.is_empty() => Ok(None),
            [] => Err(Error::refused(format_args!(
                "res.partner: the customer whose {field} is '{tenant}' is archived; take it out of the archive in the ERP"
            ))),
            _ => Err(Error::refused(format_args!(
                "res.partner: there are {} customers whose {field} is '{tenant}'; leave it to one of them",
                active.len()
            ))),
        }
    }

    /// The customer of a statement; entered now, if that is configured.
    pub fn partner(&self, clock: Clock, customer: &Customer<'_>) -> Result<i64, Error> {
        let found = self.known(format!("partner {}", customer.id), || {
            let missing = match self.find_partner(clock, customer.id)? {
                Some(id) => return Ok(Answer::Int(id)),
                None => &self.settings.plain.partners,
            };
            if !missing.create {
                return Err(Error::refused(format_args!(
                    "res.partner: there is no customer whose {} is '{}' ({}); enter one in the ERP, or set partners.create",
                    missing.field, customer.id, customer.label
                )));
            }
            // By an external id, so that workers at the same time enter one.
            let external = load::external_id("partner_", customer.id);
            let columns = ["id", "name", &missing.field];
            let row = vec![external, customer.label.to_owned(), customer.id.to_owned()];
            load::load(self, clock, "res.partner", &columns, &[row]).map_err(entered)?;
            let id = self.find_partner(clock, customer.id)?;
            id.map(Answer::Int).ok_or_else(|| Error::unavailable("res.partner: the new customer is not there yet; run the command again"))
        })?;
        found.int().ok_or_else(|| Error::refused("res.partner: a customer without an id; is it Odoo?"))
    }
}

/// The error of entering what documents refer to: no document can have come of it.
pub fn entered(failed: Failed) -> Error {
    match failed.failure {
        Failure::Lost(_) | Failure::NoneAnswered => Error::unavailable(failed.message),
        _ => failed.asked(),
    }
}
