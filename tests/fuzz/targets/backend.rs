//! What a backend answers: good, or said to be wrong in few words that no terminal obeys.
#![no_main]

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use artifice_fuzz::{PASSWORD, TOKEN, said, sealed, target};
use artifice_model::rate::{MonthUnits, Tariff};
use artifice_plugin_host::api::{
    Call, Context, Date, Decimal, Document, EachDocument, Error, Header, Kind, Line, Listing, Price, PriceQuery,
    ROption, RSlice, RVec, Receipt, Standing, Tenant, Timestamp, Totals,
};
use artifice_plugin_host::{
    Backend, ClassInfo, ClassPath, Invoice, LoadError, Loader, ModuleInfo, load, public_settings,
};
use serde_json::{Value, json};

/// A backend that answers what the input says, piece by piece.
#[derive(Debug)]
struct Hostile {
    class: ClassPath,
    info: ClassInfo,
    answers: Mutex<Vec<String>>,
}

impl Hostile {
    fn next(&self) -> String {
        self.answers.lock().unwrap().pop().unwrap_or_default()
    }

    fn number(&self) -> i64 {
        self.next().bytes().take(8).fold(0, |number, byte| number << 8 | i64::from(byte))
    }

    fn receipt(&self) -> Receipt {
        Receipt::new(self.next()).with(self.next(), self.next())
    }

    fn refusal(&self) -> Result<(), Error> {
        match self.number() & 7 {
            0 => Err(Error::refused(self.next())),
            1 => Err(Error::unknown(self.next())),
            _ => Ok(()),
        }
    }
}

impl Backend for Hostile {
    fn class(&self) -> &ClassPath {
        &self.class
    }
    fn info(&self) -> &ClassInfo {
        &self.info
    }
    fn spent(&self) -> Option<String> {
        None
    }
    fn health(&self, _: &Call<'_>) -> Result<(), Error> {
        self.refusal()
    }
    fn price(&self, _: &Call<'_>, _: &PriceQuery<'_>) -> Result<Option<Price>, Error> {
        self.refusal()?;
        let at = |micros| ROption::RSome(Timestamp { micros });
        let amount = Decimal::new(i128::from(self.number()) * i128::from(self.number()), self.next().len() as u8 % 64);
        let (per, currency, origin) = (self.next().into(), self.next().into(), self.next().into());
        let (from, until) = (at(self.number().min(0)), at(self.number().max(1)));
        Ok(Some(Price { amount, per, currency, origin, from, until, extra: RVec::new() }))
    }
    fn find(&self, _: &Call<'_>, _: &Header<'_>) -> Result<Standing, Error> {
        self.refusal()?;
        Ok(match self.number() & 3 {
            0 => Standing::Absent,
            1 => Standing::Stands(self.receipt()),
            2 => Standing::Cancelled(self.receipt()),
            _ => Standing::Changed { receipt: self.receipt(), what: self.next().into() },
        })
    }
    fn discard(&self, _: &Call<'_>, _: &Header<'_>) -> Result<(), Error> {
        self.refusal()
    }
    fn longest_delay(&self, _: &Call<'_>) -> Result<Duration, Error> {
        Ok(Duration::from_secs(self.number().unsigned_abs()))
    }
    fn documents(&self, _: &Call<'_>, since: Timestamp, each: &mut EachDocument<'_>) -> Result<Listing, Error> {
        while !self.answers.lock().unwrap().is_empty() {
            // It goes on, whatever it is told.
            let _ = each(Document::new(self.next(), self.next(), self.receipt()));
        }
        Ok(Listing::since(since))
    }
    fn open(&self, _: &Call<'_>, _: &Header<'_>) -> Result<Box<dyn Invoice>, Error> {
        self.refusal()?;
        Ok(Box::new(Draft(self.receipt())))
    }
}

struct Draft(Receipt);

impl Invoice for Draft {
    fn section(&mut self, _: &str) -> Result<(), Error> {
        Ok(())
    }
    fn lines(&mut self, _: &[Line<'_>]) -> Result<(), Error> {
        Ok(())
    }
    fn totals(&mut self, _: &Totals<'_>) -> Result<(), Error> {
        Ok(())
    }
    fn commit(&mut self) -> Result<Receipt, Error> {
        Ok(self.0.clone())
    }
    fn rewrite(&mut self, _: &Receipt) -> Result<Option<Receipt>, Error> {
        Ok(Some(self.0.clone()))
    }
}

struct Hostiles(Mutex<Vec<String>>);

impl Loader for Hostiles {
    fn describe(&self, _: &Path) -> Result<ModuleInfo, LoadError> {
        Ok(ModuleInfo { name: "a".to_owned(), interface: String::new(), classes: Vec::new() })
    }
    fn create(&self, class: &ClassPath, _: &Value, _: &Context<'_>) -> Result<Box<dyn Backend>, LoadError> {
        let mut answers = std::mem::take(&mut *self.0.lock().unwrap());
        let (config_schema, description) = (answers.pop().unwrap_or_default().into(), "".into());
        let info = ClassInfo { name: "B".into(), version: "1".into(), description, config_schema, extra: RVec::new() };
        Ok(Box::new(Hostile { class: class.clone(), info, answers: Mutex::new(answers) }))
    }
}

fn header() -> Header<'static> {
    let day = Date { year: 1970, month: 1, day: 1 };
    Header {
        key: "k".into(),
        ledger_id: "".into(),
        digest: "d".into(),
        number: 1,
        kind: Kind::Invoice,
        refers_to: ROption::RNone,
        tenant: Tenant { id: "t".into(), name: ROption::RNone, attributes: RSlice::EMPTY },
        start: Timestamp { micros: 0 },
        end: Timestamp { micros: 1 },
        timezone: "UTC".into(),
        first_day: day,
        last_day: day,
        issued: day,
        currency: "NZD".into(),
        currency_digits: 2,
        extra: RSlice::EMPTY,
    }
}

fn query() -> PriceQuery<'static> {
    PriceQuery {
        tenant: "t".into(),
        location: "l".into(),
        service: "s".into(),
        unit: "hour".into(),
        at: Timestamp { micros: 0 },
        quantity: Decimal::new(1, 0),
        extra: RSlice::EMPTY,
    }
}

/// What a price comes to in our own terms, or why it is none.
fn priced(class: &ClassPath, price: Option<Price>) -> Result<(), String> {
    let quote = artifice_engine::quoted(class, 600_000_000, price)?;
    let Some(price) = quote.price else { return Ok(()) };
    let tariff = Tariff::new(price, "hour").map_err(|error| error.to_string())?;
    let volume = "744.000001".parse().unwrap();
    let charged = tariff.charge(volume, &mut MonthUnits::default(), &artifice_model::exact::Ratio::zero());
    charged.map(drop).map_err(|error| error.to_string())
}

target!(with_secrets, |input| {
    let (first, text) = input.choice();
    let pieces: Vec<String> = text.split('\n').rev().map(str::to_owned).collect();
    let class: ClassPath = "a:B".parse().unwrap();
    let loader = Hostiles(Mutex::new(pieces));
    let backend = load(&loader, &class, &json!({}), &Context::new("/", "UTC")).unwrap();

    // What is secret is hidden, whatever the schema says. (Whoever loads a library knows its secrets.)
    [PASSWORD, TOKEN].iter().for_each(|secret| artifice_text::know(secret));
    let config = json!({"url": "https://a.example", "password": PASSWORD, "login": {"api_key": PASSWORD}});
    sealed(&public_settings(&config, &backend.schema()).to_string());

    let call = Call::within(Duration::from_secs(600));
    let error = match first & 7 {
        0 => backend.health(&call).err(),
        1 => backend.find(&call, &header()).err(),
        2 => backend.discard(&call, &header()).err(),
        3 => backend.longest_delay(&call).err(),
        4 => backend.documents(&call, Timestamp { micros: 0 }, &mut |_| ControlFlow::Continue(())).err(),
        5 => backend.open(&call, &header()).and_then(|mut invoice| invoice.commit()).err(),
        _ => match backend.price(&call, &query()) {
            Ok(price) => {
                if let Err(why) = priced(&class, price) {
                    said(&why);
                }
                None
            }
            Err(error) => Some(error),
        },
    };
    if let Some(error) = error {
        said(error.message());
    }
});
