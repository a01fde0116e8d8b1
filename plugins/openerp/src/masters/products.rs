//! Products: what the services of statements are in the ERP.

use std::collections::{BTreeMap, BTreeSet};

use artifice_plugin_api::Error;

use super::books::one_of;
use super::partners::entered;
use crate::client::{Clock, Find};
use crate::document::load;
use crate::erp::{Erp, id_of};
use crate::wire::{Answer, text};

/// A service that a product is wanted for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// Its internal name.
    pub service: String,
    /// What people call it.
    pub name: String,
    /// What its rate is per; empty if it has none.
    pub rate_unit: String,
}

impl Erp {
    /// The code of a service's product.
    pub fn code<'s>(&'s self, service: &'s str) -> &'s str {
        self.settings.plain.products.codes.get(service).map_or(service, String::as_str)
    }

    /// The ids of the products, by the internal names of their services.
    pub fn products(&self, clock: Clock, wanted: &BTreeSet<Wanted>) -> Result<BTreeMap<String, i64>, Error> {
        let settings = &self.settings.plain.products;
        if !settings.used {
            return Ok(BTreeMap::new());
        }
        let all: BTreeSet<&str> = wanted.iter().map(|one| self.code(&one.service)).collect();
        let all: Vec<&str> = all.into_iter().collect();
        let mut ids = self.find_products(clock, &all)?;
        let missing: Vec<&Wanted> = wanted.iter().filter(|one| !ids.contains_key(self.code(&one.service))).collect();
        if !missing.is_empty() {
            let codes: BTreeSet<String> =
                missing.iter().map(|one| format!("'{}' ({})", self.code(&one.service), one.name)).collect();
            if !settings.create {
                return Err(Error::refused(format_args!(
                    "product.product: there are no products with the {} {}; enter them in the ERP, name others under products.codes, or set products.create",
                    settings.field,
                    codes.into_iter().collect::<Vec<_>>().join(", ")
                )));
            }
            for one in missing {
                self.create_product(clock, one)?;
            }
            ids = self.find_products(clock, &all)?;
        }
        let of = |one: &Wanted| {
            let code = self.code(&one.service);
            let id = ids.get(code).copied().ok_or_else(|| {
                Error::unavailable(format_args!(
                    "product.product: the new product '{code}' is not there yet; run the command again"
                ))
            })?;
            Ok((one.service.clone(), id))
        };
        wanted.iter().map(of).collect()
    }

    /// The products that there are, by their codes. Archived ones and codes that several have are errors.
    fn find_products(&self, clock: Clock, codes: &[&str]) -> Result<BTreeMap<String, i64>, Error> {
        let field = self.settings.plain.products.field.as_str();
        let (mut ids, mut unknown) = (BTreeMap::new(), Vec::new());
        for code in codes {
            let known = self.known(format!("product {code}"), || Err(Error::refused("not looked for yet")));
            match known.ok().and_then(|known| known.int()) {
                Some(id) => drop(ids.insert((*code).to_owned(), id)),
                None => unknown.push(*code),
            }
        }
        let mut archived = BTreeSet::new();
        for some in unknown.chunks(200) {
            let find = Find::of("product.product", [field, "active"]).that(field, "in", one_of(some)).also_inactive();
            for product in self.client.find(clock, find)? {
                let Some(code) = product.get(field).and_then(Answer::text) else { continue };
                if product.get("active").and_then(Answer::bool) == Some(false) {
                    archived.insert(code.to_owned());
                } else if ids.insert(code.to_owned(), id_of(&product)?).is_some() {
                    return Err(Error::refused(format_args!(
                        "product.product: there are several products with the {field} '{code}'; leave it to one of them"
                    )));
                }
            }
        }
        archived.retain(|code| !ids.contains_key(code));
        if !archived.is_empty() {
            let codes = archived.into_iter().collect::<Vec<_>>().join("', '");
            return Err(Error::refused(format_args!(
                "product.product: the products with the {field} '{codes}' are archived; take them out of the archive in the ERP"
            )));
        }
        for (code, id) in &ids {
            self.known(format!("product {code}"), || Ok(Answer::Int(*id)))?;
        }
        Ok(ids)
    }

    fn create_product(&self, clock: Clock, wanted: &Wanted) -> Result<(), Error> {
        let field = self.settings.plain.products.field.as_str();
        let code = self.code(&wanted.service);
        let mut columns = vec!["id", "name", field, "type", "taxes_id/.id"];
        let external = load::external_id("product_", code);
        let mut row = vec![external, wanted.name.clone(), code.to_owned(), "service".to_owned(), String::new()];
        if let Some(unit) = self.unit(clock, &wanted.rate_unit)? {
            columns.extend(["uom_id/.id", "uom_po_id/.id"]);
            row.extend([unit.to_string(), unit.to_string()]);
            if self.client.session(clock)?.major >= 18 {
                // What is bought is in the same unit there, without a field of its own.
                columns.pop();
                row.pop();
            }
        }
        load::load(self, clock, "product.product", &columns, &[row]).map_err(entered).map(drop)
    }

    /// The unit of measure for what a rate is per, if one is configured.
    pub fn unit(&self, clock: Clock, rate_unit: &str) -> Result<Option<i64>, Error> {
        let Some(name) = self.settings.plain.units.get(rate_unit) else { return Ok(None) };
        let model = self.dialect(clock)?.units();
        self.named(clock, model, &["name"], name, ("the unit", "units")).map(Some)
    }

    /// The fields of the product of a service, if there is one.
    pub fn product_fields(&self, clock: Clock, service: &str, fields: &[&str]) -> Result<Option<Answer>, Error> {
        let field = self.settings.plain.products.field.as_str();
        let code = self.code(service);
        let found = self.known(format!("product fields {code}"), || {
            let find = Find::of("product.product", fields.iter().copied()).with(field, text(code)).at_most(2);
            self.client.find(clock, find).map(Answer::List)
        })?;
        match found.list() {
            Some([]) | None => Ok(None),
            Some([one]) => Ok(Some(one.clone())),
            Some(_) => Err(Error::refused(format_args!(
                "product.product: there are several products with the {field} '{code}'; leave it to one of them"
            ))),
        }
    }
}
