//! Whether everything is there that documents need: all that is missing is said at once.

use artifice_plugin_api::Error;

use crate::client::{Clock, Find};
use crate::dialect::Dialect;
use crate::document::head::method;
use crate::erp::Erp;
use crate::prices::today;
use crate::settings::{Document, PriceFrom};
use crate::wire::{Answer, Value, text};

/// What has been found wrong.
struct Findings(Vec<String>);

impl Findings {
    fn note<T>(&mut self, result: Result<T, Error>) -> Option<T> {
        result.map_err(|error| self.0.push(error.message().to_owned())).ok()
    }
}

impl Erp {
    /// Looks at everything that an administrator prepares. Changes nothing.
    pub fn health(&self, clock: Clock) -> Result<(), Error> {
        // Without a log-in there is nothing more to be found out.
        let dialect = self.dialect(clock)?;
        let mut found = Findings(Vec::new());
        self.look_at_documents(clock, &dialect, &mut found);
        self.look_at_books(clock, &mut found);
        self.look_at_masters(clock, &mut found);
        match found.0.len() {
            0 => Ok(()),
            1 => Err(Error::refused(found.0.join(""))),
            count => Err(Error::refused(format_args!("{count} things are to be put right: {}", found.0.join("; ")))),
        }
    }

    /// The user's rights to documents, and the fields that artifice keeps its facts in.
    fn look_at_documents(&self, clock: Clock, dialect: &Dialect, found: &mut Findings) {
        let model = dialect.model;
        let fields = ["state", dialect.name, &dialect.key, &dialect.origin];
        let find = Find::of(model, fields).with(&dialect.key, text("-")).at_most(1);
        found.note(self.client.find(clock, find));
        let mut needed = vec![(model, "create"), (model, "write")];
        // Who sells may not delete orders in the ERP as delivered; a draft that differs is then left there.
        if dialect.document == Document::Invoice {
            needed.push((model, "unlink"));
        }
        if self.settings.plain.partners.create {
            needed.push(("res.partner", "create"));
        }
        if self.settings.plain.products.used && self.settings.plain.products.create {
            needed.push(("product.product", "create"));
        }
        for (model, right) in needed {
            let args = vec![text(right), Value::Bool(false)];
            match self.client.ask(clock, model, "check_access_rights", args, Vec::new()) {
                Ok(Answer::Bool(false)) => found.0.push(format!(
                    "{model}: the user '{}' has no right to {right}; give it one in the ERP",
                    self.client.user()
                )),
                Ok(_) => {}
                Err(error) => found.0.push(error.message().to_owned()),
            }
        }
    }

    /// Journal, terms, accounts, precision, rounding.
    fn look_at_books(&self, clock: Clock, found: &mut Findings) {
        found.note(self.books(clock));
        found.note(self.term(clock));
        found.note(self.account(clock));
        found.note(self.analytic(clock));
        found.note(self.precision(clock));
        let settings = &self.settings.plain;
        let ours = self.settings.rounds_lines;
        if !settings.taxes.is_empty() && found.note(self.rounds_per_line(clock)).is_some_and(|theirs| theirs != ours) {
            let (theirs, own) = if ours { ("once", "line by line") } else { ("line by line", "once") };
            found.0.push(format!(
                "res.company: it rounds taxes {theirs}, a statement rounds them {own}; set the tax rounding method to {} in \
                 the ERP's accounting settings, or main.tax_rounding to what it does",
                method(ours)
            ));
        }
        if settings.document == Document::Invoice {
            found.note(self.look_at_lock(clock));
        }
    }

    /// A period that is locked beyond today takes no invoices at all.
    fn look_at_lock(&self, clock: Clock) -> Result<(), Error> {
        match self.locked_until(clock)? {
            Some(lock) if lock >= today() => Err(Error::refused(format_args!(
                "res.company: the books are locked until {lock}, beyond today; correct the lock date in the ERP"
            ))),
            _ => Ok(()),
        }
    }

    /// Taxes, products, units, price lists, and the fields that customers and products are found by.
    fn look_at_masters(&self, clock: Clock, found: &mut Findings) {
        let settings = &self.settings.plain;
        let partners = Find::of("res.partner", [settings.partners.field.as_str()]).at_most(1);
        found.note(self.client.find(clock, partners));
        for name in settings.taxes.keys() {
            found.note(self.tax(clock, name, None));
        }
        for unit in settings.units.keys() {
            found.note(self.unit(clock, unit));
        }
        if settings.products.used {
            let products = Find::of("product.product", [settings.products.field.as_str()]).at_most(1);
            found.note(self.client.find(clock, products));
            for service in settings.products.codes.keys() {
                match found.note(self.product_fields(clock, service, &["name", "list_price", "uom_id", "categ_id", "product_tmpl_id"])) {
                    Some(None) if !settings.products.create => found.0.push(format!(
                        "product.product: there is no product with the {} '{}'; enter it in the ERP, or correct products.codes",
                        settings.products.field,
                        self.code(service)
                    )),
                    _ => {}
                }
            }
        }
        let lists = settings.prices.from == PriceFrom::Pricelist || settings.document == Document::SaleOrder;
        if let Some(name) = settings.prices.pricelist.as_deref().filter(|_| lists) {
            found.note(self.named(clock, "product.pricelist", &["name"], name, ("the list", "prices.pricelist")));
        }
    }
}
