//! What a document refers to, found in the ERP before anything is made.

use std::collections::{BTreeMap, BTreeSet};

use artifice_plugin_api::{Error, Kind};

use super::lines::Row;
use super::{Document, Sums};
use crate::decimals::{ZERO, is_less};
use crate::dialect::Dialect;
use crate::masters::{Customer, Precision, Wanted};
use crate::settings;

/// Ids of everything that a document refers to.
pub struct Parties {
    /// Whether it is a credit note: all amounts with the opposite sign.
    pub refund: bool,
    /// The customer.
    pub partner: i64,
    /// Columns of the head, with their cells.
    pub head: Vec<(String, String)>,
    /// Products, by services.
    pub products: BTreeMap<String, i64>,
    /// Taxes, in the statement's order.
    pub taxes: Vec<i64>,
    /// Units, by what rates are per.
    pub units: BTreeMap<String, i64>,
    /// The income account of all lines.
    pub account: Option<i64>,
    /// Income accounts by services, where each line must name one.
    pub incomes: BTreeMap<String, i64>,
    /// The analytic account: the line's field, and the cell.
    pub analytic: Option<(&'static str, String)>,
    /// How many digits the ERP keeps.
    pub precision: Precision,
}

impl Parties {
    /// Whether lines name accounts.
    pub fn names_accounts(&self) -> bool {
        self.account.is_some() || !self.incomes.is_empty()
    }
}

impl Document {
    /// Asks for everything that the document refers to; says what is missing.
    pub(super) fn parties(&self, dialect: &Dialect, sums: &Sums) -> Result<Parties, Error> {
        let (erp, clock, head) = (&self.erp, self.clock, &self.head);
        let is_invoice = dialect.document == settings::Document::Invoice;
        let negative = is_less(sums.total, ZERO).unwrap_or(false);
        let refund = is_invoice && (negative || (sums.total == ZERO && head.kind == Kind::Credit));
        let books = erp.books(clock)?;
        let currency = erp.currency(clock, &head.currency, head.digits)?;
        if books.currency.is_some_and(|of_journal| of_journal != currency) {
            return Err(Error::refused(format_args!(
                "account.journal: the journal has a currency of its own, which is not {}; name another journal",
                head.currency
            )));
        }
        if is_invoice {
            self.check_lock(dialect)?;
        }
        let precision = erp.precision(clock)?;
        let tax = |(name, percent, _): &(String, _, _)| erp.tax(clock, name, Some(*percent));
        let taxes = sums.taxes.iter().map(tax).collect::<Result<Vec<_>, _>>()?;
        let wanted: BTreeSet<Wanted> = self.rows.iter().filter_map(Row::line).map(|line| line.wanted()).collect();
        let products = erp.products(clock, &by_service(wanted))?;
        let partner = erp.partner(clock, &Customer { id: &head.tenant, label: &head.label })?;
        let mut units = BTreeMap::new();
        for line in self.rows.iter().filter_map(Row::line) {
            if let Some(unit) = erp.unit(clock, &line.rate_unit)? {
                units.insert(line.rate_unit.clone(), unit);
            }
        }
        let account = erp.account(clock)?;
        let mut incomes = BTreeMap::new();
        if dialect.is_old_invoice() && account.is_none() {
            for (service, product) in &products {
                incomes.insert(service.clone(), erp.income(clock, *product)?);
            }
        }
        let analytic = erp.analytic(clock)?.map(|id| analytic(dialect, id));
        let mut parties = Parties {
            refund,
            partner,
            head: Vec::new(),
            products,
            taxes,
            units,
            account: account.filter(|_| is_invoice),
            incomes,
            analytic,
            precision,
        };
        parties.head = self.head_cells(dialect, &parties, (books.journal, currency))?;
        Ok(parties)
    }

    /// Odoo would book a document of a locked period in another one, and say nothing.
    fn check_lock(&self, dialect: &Dialect) -> Result<(), Error> {
        let [first, last, issued] = &self.head.days;
        let day = self.erp.settings.plain.invoice_date.of(first, last, issued);
        match self.erp.locked_until(self.clock)? {
            Some(lock) if lock.as_str() >= day => Err(Error::refused(format_args!(
                "{}: the books are locked until {lock}, and the document would bear {day}; change the lock date in the ERP, or set invoice_date: issued",
                dialect.model
            ))),
            _ => Ok(()),
        }
    }

    fn head_cells(
        &self,
        dialect: &Dialect,
        parties: &Parties,
        (journal, currency): (Option<i64>, i64),
    ) -> Result<Vec<(String, String)>, Error> {
        let (erp, clock, head) = (&self.erp, self.clock, &self.head);
        let settings = &erp.settings.plain;
        let [first, last, issued] = &head.days;
        let day = settings.invoice_date.of(first, last, issued);
        let link = |field: &str, id: i64| (format!("{field}/.id"), id.to_string());
        // What comes in one request is there whole or not at all.
        let in_parts = self.rows.len() > settings.lines_per_request;
        let origin = match settings.state {
            settings::State::Posted if !in_parts => head.origin(),
            _ => super::origin::incomplete(&head.origin()),
        };
        let mut cells = vec![
            link("partner_id", parties.partner),
            (dialect.key.clone(), head.key.clone()),
            (dialect.origin.clone(), origin),
            (dialect.date.to_owned(), dialect.dated(day)),
        ];
        if let Some(kind) = dialect.kind {
            cells.push((kind.to_owned(), if parties.refund { "out_refund" } else { "out_invoice" }.to_owned()));
            cells.push(link("currency_id", currency));
        }
        cells.extend(journal.map(|journal| link("journal_id", journal)));
        if let Some(term) = erp.term(clock)? {
            cells.push(link(dialect.term, term));
        }
        let about = head.refers_to.as_ref().and_then(|(_, id)| *id);
        if let (true, Some(field), Some(about)) = (parties.refund, dialect.reverses, about) {
            cells.push(link(field, about));
        }
        if dialect.is_old_invoice() {
            cells.push(link("account_id", erp.receivable(clock, parties.partner)?));
        }
        if dialect.document == settings::Document::SaleOrder {
            if let Some(pricelist) = erp.order_pricelist(clock, parties.partner)? {
                cells.push(link("pricelist_id", pricelist));
            }
            if dialect.major < 8 {
                // Orders had no customer's addresses by themselves there.
                cells.push(link("partner_invoice_id", parties.partner));
                cells.push(link("partner_shipping_id", parties.partner));
            }
        }
        Ok(cells)
    }
}

/// One for each service: its first name and unit are as good as any.
fn by_service(wanted: BTreeSet<Wanted>) -> BTreeSet<Wanted> {
    let mut one_each: BTreeMap<String, Wanted> = BTreeMap::new();
    for one in wanted {
        one_each.entry(one.service.clone()).or_insert(one);
    }
    one_each.into_values().collect()
}

/// How a line names its analytic account.
fn analytic(dialect: &Dialect, id: i64) -> (&'static str, String) {
    match (dialect.is_old_invoice(), dialect.major) {
        (_, 16..) => ("analytic_distribution", format!("{{\"{id}\": 100}}")),
        (true, _) => ("account_analytic_id/.id", id.to_string()),
        (false, _) => ("analytic_account_id/.id", id.to_string()),
    }
}
