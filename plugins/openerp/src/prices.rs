//! Prices of the ERP's: a product's own, or those of a price list.

mod instant;
mod rules;

use artifice_plugin_api::{Error, Price, PriceQuery, ROption, RString, RVec};

use crate::client::{Clock, Find};
use crate::decimals::ZERO;
use crate::erp::Erp;
use crate::settings::PriceFrom;
use crate::wire::{Answer, int};
pub use instant::today;
use rules::{Product, Rule};

/// What a price is per, where nobody says otherwise.
const USUAL_UNITS: [(&str, &str); 4] = [("Hours", "hour"), ("Hour(s)", "hour"), ("Days", "day"), ("Day(s)", "day")];

impl Erp {
    /// The price of a service, if the ERP has one.
    pub fn price(&self, clock: Clock, query: &PriceQuery<'_>) -> Result<Option<Price>, Error> {
        let service = query.service.as_str();
        let template = ["name", "list_price", "uom_id", "categ_id", "product_tmpl_id"];
        let Some(product) = self.product_fields(clock, service, &template)? else { return Ok(None) };
        let per = self.per(service, &product)?;
        let list_price = product.get("list_price").and_then(Answer::number).unwrap_or(ZERO);
        let code = self.code(service);
        if self.settings.plain.prices.from == PriceFrom::ListPrice {
            // The ERP has no "no price", and rounds what is too small for its precision to 0.
            if list_price == ZERO {
                return Ok(None);
            }
            let currency = self.own_currency(clock)?;
            return Ok(Some(Price {
                amount: list_price,
                per,
                currency,
                origin: format!("sales price of {code} in the ERP").into(),
                from: ROption::RNone,
                until: ROption::RNone,
                extra: RVec::new(),
            }));
        }
        let (pricelist, name, currency) = self.pricelist(clock, query.tenant.as_str())?;
        let rules = self.rules(clock, pricelist)?;
        let product = Product::of(&product, self.category_chain(clock, &product)?);
        let found = rules::choose(&rules, &product, query.at.micros, query.quantity);
        let Some((rule, from, until)) = found else { return Ok(None) };
        let own = if rule.needs_list_price() { Some(self.own_currency(clock)?) } else { None };
        if own.as_ref().is_some_and(|own| *own != currency) {
            return Err(Error::refused(format_args!(
                "product.pricelist.item {}: it discounts the sales price, which is in other money than the price list '{name}'; give it a fixed price",
                rule.id
            )));
        }
        let amount = rule.amount(list_price).map_err(|why| {
            Error::refused(format_args!("product.pricelist.item {}: {why}; give it a fixed price", rule.id))
        })?;
        let origin = format!("price list '{name}', rule {}, for {code} in the ERP", rule.id).into();
        Ok(Some(Price { amount, per, currency, origin, from: from.into(), until: until.into(), extra: RVec::new() }))
    }

    /// What a product's price is per, as a rates file writes it.
    fn per(&self, service: &str, product: &Answer) -> Result<RString, Error> {
        let settings = &self.settings.plain;
        let unit = product.get("uom_id").and_then(Answer::link_name).unwrap_or_default();
        let named = settings.prices.per.get(unit).map(String::as_str);
        let of_units = || settings.units.iter().find(|(_, name)| *name == unit).map(|(per, _)| per.as_str());
        let usual = || USUAL_UNITS.iter().find(|(name, _)| *name == unit).map(|(_, per)| *per);
        named.or_else(of_units).or_else(usual).map(Into::into).ok_or_else(|| {
            Error::refused(format_args!(
                "product.product: the price of '{}' is per '{unit}', and nobody says what that is here; write prices: {{per: {{\"{unit}\": hour}}}} or whatever it is",
                self.code(service)
            ))
        })
    }

    /// The company's currency, which sales prices are in.
    fn own_currency(&self, clock: Clock) -> Result<RString, Error> {
        let found = self.known("own currency".to_owned(), || {
            let uid = self.client.session(clock)?.uid;
            let company = match self.books(clock).ok().and_then(|books| books.company) {
                Some(company) => Some(company),
                None => {
                    let user = self.client.read(clock, "res.users", &[uid], &["company_id"])?;
                    user.first().and_then(|user| user.get("company_id")).and_then(Answer::link)
                }
            };
            let company = company.ok_or_else(|| Error::refused("res.users: the user belongs to no company"))?;
            let read = self.client.read(clock, "res.company", &[company], &["currency_id"])?;
            let name = read.first().and_then(|one| one.get("currency_id")).and_then(Answer::link_name);
            let unknown =
                || Error::refused("res.company: the company's currency is not said; may the user read companies?");
            name.map(|name| Answer::Text(code(name))).ok_or_else(unknown)
        })?;
        Ok(found.text().unwrap_or_default().into())
    }

    /// The price list for a tenant: id, name, currency.
    fn pricelist(&self, clock: Clock, tenant: &str) -> Result<(i64, String, RString), Error> {
        let named = self.settings.plain.prices.pricelist.as_deref();
        let id = match named {
            Some(name) => self.named(clock, "product.pricelist", &["name"], name, ("the list", "prices.pricelist"))?,
            None => {
                let found = self.known(format!("pricelist of {tenant}"), || {
                    let nobody = || {
                        Error::refused(format_args!(
                            "res.partner: there is no customer for the tenant '{tenant}', whose price list could be asked; enter one, or name a list as prices.pricelist"
                        ))
                    };
                    let partner = self.find_partner(clock, tenant)?.ok_or_else(nobody)?;
                    self.own_pricelist(clock, partner)?.map(Answer::Int).ok_or_else(|| {
                        Error::refused(format_args!("res.partner: the customer '{tenant}' has no price list; enter one in the ERP"))
                    })
                })?;
                found.int().unwrap_or_default()
            }
        };
        let list = self.known(format!("pricelist {id}"), || {
            let read = self.client.read(clock, "product.pricelist", &[id], &["name", "currency_id"])?;
            read.into_iter().next().ok_or_else(|| Error::refused(format_args!("product.pricelist {id}: it is gone")))
        })?;
        let currency = list.get("currency_id").and_then(Answer::link_name).map(code).unwrap_or_default();
        let name = list.get("name").and_then(Answer::text).unwrap_or_default().to_owned();
        Ok((id, name, currency.into()))
    }

    fn own_pricelist(&self, clock: Clock, partner: i64) -> Result<Option<i64>, Error> {
        let read = self.client.read(clock, "res.partner", &[partner], &["property_product_pricelist"])?;
        Ok(read.first().and_then(|one| one.get("property_product_pricelist")).and_then(Answer::link))
    }

    /// The price list of a sales order, which decides its currency, where it must be named.
    pub fn order_pricelist(&self, clock: Clock, partner: i64) -> Result<Option<i64>, Error> {
        let what = ("the list", "prices.pricelist");
        match self.settings.plain.prices.pricelist.as_deref() {
            Some(name) => self.named(clock, "product.pricelist", &["name"], name, what).map(Some),
            None if self.client.session(clock)?.major < 8 => self.own_pricelist(clock, partner),
            None => Ok(None),
        }
    }

    /// All rules of a price list.
    fn rules(&self, clock: Clock, pricelist: i64) -> Result<Vec<Rule>, Error> {
        let session = self.client.session(clock)?;
        if session.major < 9 {
            return Err(Error::refused(format_args!(
                "price lists are read from Odoo 9 on, and this is {}; set prices.from: list_price",
                session.version
            )));
        }
        let found = self.known(format!("rules of {pricelist}"), || {
            let mut all = Vec::new();
            loop {
                let after =
                    all.last().and_then(|rule: &Answer| rule.get("id")).and_then(Answer::int).unwrap_or_default();
                let find = Find::of("product.pricelist.item", rules::FIELDS).that("id", ">", int(after)).at_most(500);
                let found = self.client.find(clock, find.with("pricelist_id", int(pricelist)))?;
                let last = found.len() < 500;
                all.extend(found);
                if last {
                    return Ok(Answer::List(all));
                }
            }
        })?;
        found.list().unwrap_or_default().iter().map(Rule::of).collect()
    }

    /// A product's category, and those that it lies in.
    fn category_chain(&self, clock: Clock, product: &Answer) -> Result<Vec<i64>, Error> {
        let (mut chain, mut next) = (Vec::new(), product.get("categ_id").and_then(Answer::link));
        while let Some(category) = next.filter(|category| !chain.contains(category)) {
            chain.push(category);
            let parent = self.known(format!("category {category}"), || {
                let read = self.client.read(clock, "product.category", &[category], &["parent_id"])?;
                Ok(read
                    .first()
                    .and_then(|one| one.get("parent_id"))
                    .and_then(Answer::link)
                    .map_or(Answer::Nil, Answer::Int))
            })?;
            next = parent.int();
        }
        Ok(chain)
    }
}

/// `NZD` of `NZD`, or of `NZD ($)`.
fn code(name: &str) -> String {
    name.split(' ').next().unwrap_or_default().to_owned()
}
