//! The company's books: journal, currency, precision.

use artifice_plugin_api::{Decimal, Error};

use crate::client::{Clock, Find};
use crate::decimals::{ONE, times};
use crate::erp::{Erp, id_of};
use crate::settings::Document;
use crate::wire::{Answer, Value, int, text};

/// Where documents are entered.
#[derive(Debug, Clone, Copy, Default)]
pub struct Books {
    /// The journal; sales orders have none.
    pub journal: Option<i64>,
    /// The company, where the ERP says it.
    pub company: Option<i64>,
    /// The journal's own currency, if it has one.
    pub currency: Option<i64>,
}

/// How many digits the ERP keeps after the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Precision {
    /// Of prices.
    pub price: u8,
    /// Of quantities.
    pub quantity: u8,
}

/// What it keeps of what it says nothing about.
const USUAL_DIGITS: u8 = 2;

impl Erp {
    /// The journal and its company.
    pub fn books(&self, clock: Clock) -> Result<Books, Error> {
        let settings = &self.settings.plain;
        let company = match &settings.company {
            None => None,
            Some(name) => Some(self.named(clock, "res.company", &["name"], name, ("the company", "company"))?),
        };
        if settings.document == Document::SaleOrder {
            return Ok(Books { company, ..Books::default() });
        }
        let currency = if self.client.session(clock)?.major >= 9 { "currency_id" } else { "currency" };
        let found = self.known("journals".to_owned(), || {
            let mut find = Find::of("account.journal", ["code", "name", currency, "company_id"]);
            find = find.with("type", text("sale"));
            if let Some(company) = company {
                find = find.with("company_id", int(company));
            }
            self.client.find(clock, find).map(Answer::List)
        })?;
        let all = found.list().unwrap_or_default();
        let named = |journal: &&Answer| match &settings.journal {
            None => true,
            Some(name) => ["code", "name"].iter().any(|field| journal.get(field).and_then(Answer::text) == Some(name)),
        };
        let fitting: Vec<&Answer> = all.iter().filter(named).collect();
        let codes = || {
            let code = |journal: &Answer| journal.get("code").and_then(Answer::text).unwrap_or("?").to_owned();
            if all.is_empty() { "none".to_owned() } else { all.iter().map(code).collect::<Vec<_>>().join(", ") }
        };
        match fitting[..] {
            [one] => Ok(Books {
                journal: Some(id_of(one)?),
                company: one.get("company_id").and_then(Answer::link).or(company),
                currency: one.get(currency).and_then(Answer::link),
            }),
            [] => Err(Error::refused(format_args!(
                "account.journal: there is no sales journal{}; there are: {}; correct journal, or set up a chart of accounts in the ERP",
                settings.journal.as_ref().map(|name| format!(" '{name}'")).unwrap_or_default(),
                codes()
            ))),
            _ => Err(Error::refused(format_args!(
                "account.journal: several sales journals fit: {}; name one as journal (and company)",
                codes()
            ))),
        }
    }

    /// The id of a currency that documents can be posted in.
    pub fn currency(&self, clock: Clock, code: &str, digits: u8) -> Result<i64, Error> {
        let found = self.known(format!("currency {code}"), || {
            let find =
                Find::of("res.currency", ["name", "active", "rounding"]).with("name", text(code)).also_inactive();
            let found = self.client.find(clock, find)?;
            found.into_iter().next().ok_or_else(|| {
                Error::refused(format_args!("res.currency: the ERP has no currency {code}; enter it there"))
            })
        })?;
        if found.get("active").and_then(Answer::bool) == Some(false) {
            return Err(Error::refused(format_args!(
                "res.currency: {code} is not active in the ERP, which posts nothing in it; activate it there"
            )));
        }
        let smallest = found.get("rounding").and_then(Answer::number);
        let expected = Decimal::new(1, digits);
        if smallest.is_some_and(|smallest| smallest != expected) {
            return Err(Error::refused(format_args!(
                "res.currency: the ERP rounds {code} to {}, a statement to {expected}; correct the rounding factor there",
                smallest.unwrap_or(ONE)
            )));
        }
        id_of(&found)
    }

    /// How many digits the ERP keeps.
    pub fn precision(&self, clock: Clock) -> Result<Precision, Error> {
        let found = self.known("precision".to_owned(), || {
            self.client.find(clock, Find::of("decimal.precision", ["name", "digits"])).map(Answer::List)
        })?;
        let digits = |names: &[&str]| {
            let named =
                |one: &&Answer| one.get("name").and_then(Answer::text).is_some_and(|name| names.contains(&name));
            let found = found.list().unwrap_or_default().iter().find(named);
            let digits = found.and_then(|one| one.get("digits")).and_then(Answer::int);
            digits.and_then(|digits| u8::try_from(digits).ok()).unwrap_or(USUAL_DIGITS)
        };
        let quantity = digits(&["Product Unit of Measure", "Product Unit", "Product UoM"]);
        Ok(Precision { price: digits(&["Product Price", "Sale Price"]), quantity })
    }

    /// The day up to which the books are locked, if they are. Asked for each document: somebody may lock
    /// them in the middle of a run.
    pub fn locked_until(&self, clock: Clock) -> Result<Option<String>, Error> {
        let major = self.client.session(clock)?.major;
        let fields: &[&str] = match major {
            ..=8 => return Ok(None),
            9..=17 => &["fiscalyear_lock_date"],
            _ => &["fiscalyear_lock_date", "sale_lock_date", "hard_lock_date"],
        };
        let Some(company) = self.books(clock)?.company else { return Ok(None) };
        let read = self.client.read(clock, "res.company", &[company], fields)?;
        let day = |field: &&str| read.first()?.get(field)?.text().map(str::to_owned);
        // Dates as ISO 8601 writes them are in order as texts.
        Ok(fields.iter().filter_map(day).max())
    }

    /// The payment terms, if some are configured.
    pub fn term(&self, clock: Clock) -> Result<Option<i64>, Error> {
        let name = self.settings.plain.payment_term.as_deref();
        let of = |name| self.named(clock, "account.payment.term", &["name"], name, ("the terms", "payment_term"));
        name.map(of).transpose()
    }

    /// Whether the ERP rounds taxes line by line, where a statement rounds them once.
    pub fn rounds_per_line(&self, clock: Clock) -> Result<bool, Error> {
        let session = self.client.session(clock)?;
        let company = match self.books(clock)?.company {
            Some(company) => Some(company),
            None => {
                let user = self.client.read(clock, "res.users", &[session.uid], &["company_id"])?;
                user.first().and_then(|user| user.get("company_id")).and_then(Answer::link)
            }
        };
        let Some(company) = company else { return Ok(false) };
        let read = self.client.read(clock, "res.company", &[company], &["tax_calculation_rounding_method"])?;
        let method = read.first().and_then(|company| company.get("tax_calculation_rounding_method"));
        Ok(method.and_then(Answer::text) == Some("round_per_line"))
    }
}

/// A percentage as releases before 9 keep it: 0.15 for 15.
pub fn hundredth(percent: Decimal) -> Option<Decimal> {
    times(percent, Decimal::new(1, 2))
}

/// The value of a condition that holds for one of several texts.
pub fn one_of(texts: &[&str]) -> Value {
    crate::wire::texts(texts.iter().copied())
}
